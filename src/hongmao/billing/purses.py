"""A merchant's purses: which money a click is paid from first, and in which parts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.billing.contracts import FUNDER, Line
from hongmao.kernel.ids import MerchantId
from hongmao.ledger.contracts import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class PurseKind(StrEnum):
    """余额类型: what sort of money stands in a purse. One that was given does not become cash by being spent."""

    CASH = "cash"  # 现金: what the payer of the line has paid in
    REBATE = "rebate"  # 返货: given by the community for what was spent
    CREDIT = "credit"  # 授信: lent by the merchant's agency
    COMPENSATION = "compensation"  # 赔付返货: given back by the community for what should not have been spent


GIVER: Final[Mapping[PurseKind, str]] = {
    PurseKind.REBATE: "community",
    PurseKind.CREDIT: "agency",
    PurseKind.COMPENSATION: "community",
}
"""Whose money the kinds are that nobody pays in (BILL-2). They buy on the line of the merchant alone."""

SpendOrder = tuple[PurseKind, ...]
SPEND_ORDER: Final[SpendOrder] = (PurseKind.COMPENSATION, PurseKind.REBATE, PurseKind.CREDIT, PurseKind.CASH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one purse pays of a price."""

    purse: Account
    amount_fen: int


def read_spend_order(text: str) -> SpendOrder | None:
    """Read `compensation,rebate,credit,cash`; None for what is no order of all kinds, each named once.

    A kind that is left out would be money that nobody can spend.
    """
    names = [name.strip() for name in text.split(",")]
    if sorted(names) != sorted(PurseKind):
        return None
    return tuple(PurseKind(name) for name in names)


def purse_account(merchant: MerchantId, line: Line, kind: PurseKind) -> Account:
    """Name a purse. PurseKind and line are part of its name, so what one holds is never counted in another (BILL-4)."""
    funder = FUNDER[line] if kind is PurseKind.CASH else GIVER[kind]
    return Account(owner=merchant, kind=kind.value, line=line.value, funder=funder)


def purses_beside(wallet: Account, order: SpendOrder = SPEND_ORDER) -> tuple[Account, ...]:
    """List the purses that pay together with a wallet, the first to be emptied first."""
    if wallet.line != Line.CID:
        return (wallet,)
    return tuple(purse_account(MerchantId(wallet.owner), Line.CID, kind) for kind in order)


def split(purses: Iterable[Account], funds_fen: Mapping[Account, int], price_fen: int) -> tuple[Part, ...]:
    """Divide a price among purses in their order; nothing at all where they do not hold it together (BILL-3)."""
    parts: list[Part] = []
    for purse in purses:
        paid_fen = min(price_fen, max(0, funds_fen.get(purse, 0)))
        if paid_fen:
            parts.append(Part(purse=purse, amount_fen=paid_fen))
            price_fen -= paid_fen
    return () if price_fen else tuple(parts)


def largest(parts: Iterable[Part]) -> Part | None:
    """Give the part that pays most, the first of those alike; None of nothing."""
    return max(parts, key=lambda part: part.amount_fen, default=None)
