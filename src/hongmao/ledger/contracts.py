"""The ledger's data. Amounts are signed whole fen; times epoch ms; names are ids of `kernel.ids` and mean nothing here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

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
class Head:
    """链头: where the chain of seals ends: the last seal's number and hash, and when it was posted.

    `closed_before_ms` is the end of the last closed period; what counts before it is posted no more.
    """

    seal: int
    hash: str
    posted_at_ms: int
    closed_before_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """封印: one group of batches, named by their first and last, under one hash with all that was sealed before."""

    number: int
    first_batch: int
    last_batch: int
    entries: int
    posted_at_ms: int
    hash: str


class HoldState(Enum):
    """What has become of held money."""

    HELD = "held"
    TAKEN = "taken"
    FREED = "freed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """冻结: set money of one account aside until an instant, after which nothing can be taken from it.

    Holding is a posting, from the account to one of kind `frozen` with the same other names, whose floor is 0.
    """

    key: str
    source: Account
    amount_fen: int
    at_ms: int
    expires_at_ms: int
    why: str = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Take a part of held money to another account. `take` names this part among the hold's; it has no slash."""

    key: str
    take: str
    goal: Account
    amount_fen: int
    at_ms: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Money that was held: how much, how much of it is left, and in how many parts the rest was taken."""

    key: str
    source: Account
    held_fen: int
    left_fen: int
    state: HoldState
    takes: int
    expires_at_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """关账: a period that is over, with the head of the chain as it closed."""

    period: str
    before_ms: int
    seal: int
    head_hash: str
    by: str
    at_ms: int
    duplicate: bool = False


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
    seals: int
    head: str
    """The hash the chain ends with. Printed or kept elsewhere, it shows later whether the past was written anew."""
    broken_seal: int | None
    """The first seal that does not fit what it seals, or the one before it; one past the last where batches have none."""
    days_drifted: tuple[str, ...]
    """Accounts whose day sums are not the sums of their entries."""
    hours_drifted: tuple[str, ...]
    """Accounts whose hour sums are not."""
    holds_drifted: tuple[str, ...]
    """Holds that are not what their batches say, and accounts of held money whose balance is not what is held."""
    closes_broken: tuple[str, ...]
    """Periods whose balances have changed since they were closed, or whose head is not in the chain."""
    head_known: bool | None = None
    """Whether a head that was printed earlier is still in the chain; None where none was asked for."""

    @property
    def balanced(self) -> bool:
        """Tell whether the ledger can be trusted."""
        sums = self.unbalanced or self.drifted or self.below_floor or self.sum_fen
        kept = self.days_drifted or self.hours_drifted or self.holds_drifted or self.closes_broken
        return not (sums or kept or self.broken_seal is not None or self.head_known is False)


def name_of(account: Account) -> str:
    """Write an account for people: its four names with a slash between."""
    return f"{account.owner}/{account.kind}/{account.line}/{account.funder}"
