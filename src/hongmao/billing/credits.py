"""冲正 credits: what a click was charged is given back, each part to the account that had paid it. Pure.

A credit is the charge's own posting with its signs turned, as of now. What the merchant was given back for the same
click before (赔付返货) is left out, in the order in which its purses had paid: it is given back once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.billing.contracts import ALIBABA, FUNDER, MEDIA, Line
from hongmao.ledger.contracts import Batch, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.ledger.contracts import Account

CREDIT: Final = "credit"
PROGRAMME: Final = "coinvest."
"""How the kinds of purses of programmes begin."""


class CreditReason(StrEnum):
    """Why a charge is given back."""

    INVALID_TRAFFIC = "invalid_traffic"  # found later to be no person's tap
    REFUND = "refund"  # the order was sent back, and the click's programme says that this undoes the click
    MISTAKE = "mistake"  # it should not have been charged


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """冲正 of one click. `compensated_fen` had been given back before and is no part of `amount_fen`."""

    event_id: str
    tenant: TenantId
    merchant: MerchantId
    note: str
    amount_fen: int
    compensated_fen: int
    reason: str
    remark: str
    by: str
    at_ms: int

    @property
    def batch(self) -> str | None:
        """Give the key of the ledger's batch; None where all had been given back before."""
        return credit_key(self.event_id) if self.amount_fen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """A credit as it was asked for. `duplicate` where the same had been given before."""

    credit: Credit
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCredit:
    """What was given back of the clicks of some time under one note."""

    merchant: MerchantId
    note: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a posting moved from one account to another."""

    source: Account
    goal: Account
    amount_fen: int


def credit_key(event_id: str) -> str:
    """Name the batch of a credit: one per click, for ever."""
    return f"{CREDIT}/{event_id}"


def legs(batch: Batch) -> tuple[Leg, ...]:
    """Read a charge's posting as its legs: each entry that takes has the one that gets right behind it."""
    pairs = zip(batch.entries[::2], batch.entries[1::2], strict=True)
    return tuple(Leg(source=out.account, goal=into.account, amount_fen=into.amount_fen) for out, into in pairs)


def compensated_fen(batch: Batch | None, merchant: MerchantId) -> int:
    """Say how much of a click a merchant was given back before."""
    entries = batch.entries if batch is not None else ()
    return sum(one.amount_fen for one in entries if one.account.owner == merchant and one.amount_fen > 0)


def crediting(event_id: str, charged: Batch, less_fen: int, at_ms: int) -> Batch | None:
    """Turn a charge's posting round, less what was given back before; None where nothing is left."""
    entries: list[Entry] = []
    left_fen = cut_fen = 0
    for leg in legs(charged):
        if leg.source.kind != MEDIA:  # Alibaba's media pays on what the leg before it has paid, and is cut like it
            cut_fen = min(leg.amount_fen, less_fen)
            less_fen -= cut_fen
        if back_fen := leg.amount_fen - cut_fen:
            left_fen += back_fen
            entries += [
                Entry(account=leg.source, amount_fen=back_fen),
                Entry(account=leg.goal, amount_fen=-back_fen),
            ]
    return Batch(key=credit_key(event_id), why=CREDIT, at_ms=at_ms, entries=tuple(entries)) if left_fen else None


def paid_fen(batch: Batch | None) -> int:
    """Add up what a posting took from, or gave back to, those who pay: Alibaba's media only pays on."""
    if batch is None:
        return 0
    return abs(sum(one.amount_fen for one in batch.entries[::2] if one.account.kind != MEDIA))


def matched(batch: Batch | None) -> Mapping[str, int]:
    """Say what a posting moved on the purses of programmes, by programme and without its sign."""
    found: dict[str, int] = {}
    for entry in () if batch is None else batch.entries:
        if (programme := programme_of(entry.account)) is not None:
            found[programme] = found.get(programme, 0) + abs(entry.amount_fen)
    return found


def programme_of(account: Account) -> str | None:
    """Name the programme whose purse an account is; None for any other account."""
    mine = (account.owner, account.line, account.funder) == (ALIBABA, Line.CID.value, FUNDER[Line.UD])
    return account.kind.removeprefix(PROGRAMME) if mine and account.kind.startswith(PROGRAMME) else None
