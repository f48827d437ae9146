"""The ledger's data. Amounts are signed whole fen; times epoch ms; names are ids of `kernel.ids` and mean nothing here."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Account:
    """账户: where money stands. Four names make an account, and two accounts that differ in one never mix.

    `owner` is whose it is, `kind` what sort of money (cash, revenue, ...), `line` the business it serves, and `funder`
    (出资方) whose money it was before anything happened to it (BILL-2).
    """

    owner: str
    kind: str
    line: str
    funder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """分录: one signed amount on one account; above zero is more money there."""

    account: Account
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """凭证: entries that are written together or not at all, and sum to zero.

    `key` makes it happen once: the same key with the same entries is the same posting, however often it is told. `at_ms`
    is when it counts, which may be before it is written; `why` is a word for statements.
    """

    key: str
    why: str
    at_ms: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An account as the next posting finds it. `floor_fen` is what it may not fall below; None where nothing holds it."""

    balance_fen: int
    floor_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The ledger's word on one batch: written now, or there already (then `duplicate`)."""

    key: str
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry as it is read back, with the batch it belongs to."""

    number: int
    key: str
    why: str
    at_ms: int
    posted_at_ms: int
    account: Account
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """发生额: what one sort of posting moved on an account in one Asia/Shanghai day. `day` counts from 1970-01-01."""

    day: int
    why: str
    entries: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """An account over a window: its balance before, what moved, its balance after, all of one snapshot."""

    account: Account
    opening_fen: int
    movements: tuple[Movement, ...]
    closing_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLine:
    """试算平衡: one account and its balance; all lines together sum to zero."""

    account: Account
    balance_fen: int


class LedgerCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What adding everything up again found. All lists of faults are empty in a ledger that can be trusted."""

    batches: int
    entries: int
    accounts: int
    unbalanced: tuple[str, ...]
    """Keys of batches that do not sum to zero, or have fewer than two entries."""
    drifted: tuple[str, ...]
    """Accounts whose kept balance is not the sum of their entries."""
    below_floor: tuple[str, ...]
    """Accounts below what they may not fall below."""
    sum_fen: int
    """Of all balances: zero."""

    @property
    def balanced(self) -> bool:
        """Tell whether the ledger can be trusted."""
        return not (self.unbalanced or self.drifted or self.below_floor or self.sum_fen)


def name_of(account: Account) -> str:
    """Write an account for people: its four names with a slash between."""
    return f"{account.owner}/{account.kind}/{account.line}/{account.funder}"
