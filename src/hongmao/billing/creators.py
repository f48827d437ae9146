"""达人订单 orders of creators (蒲公英): the price and the community's fee are frozen, then paid out or sent back. Pure.

    16 下单冻结   m/cash/creator → m/frozen/creator            price + fee
    17 取消       m/frozen/creator → m/cash/creator            all of it
    18 完结释放   m/frozen/creator → @creator:ID/earnings      price
                  m/frozen/creator → @community/pgy_fee        fee

What has become of an order is what has become of its hold; it is kept nowhere else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.billing.contracts import COMMUNITY, FUNDER, Line
from hongmao.kernel.time import DAY_MS
from hongmao.ledger.contracts import Account, Held, Hold, HoldState, Take

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.kernel.ids import CreatorId, MerchantId, NoteId, TenantId
CREATOR_LINE: Final = "creator"
"""资金线 of creators' money. No click is paid on it, so it is no `Line`."""
CREATOR_FEE_PPM: Final = 100_000
"""The community's fee on a creator's price, in millionths: 10 %, unverified."""
PPM: Final = 1_000_000
ORDER_DAYS: Final = 180
"""How long money is frozen for an order at most; then it goes back by itself."""
PRICE_FEN_MAX: Final = 10_000_000_000
_OWNER_CHARS_MAX: Final = 55
HELD, BACK, PRICE, FEE = "creator_hold", "creator_cancel", "creator_price", "creator_fee"
MOVEMENTS: Final = (HELD, BACK, PRICE, FEE, "expire")
"""What an order's postings are called in statements; the ledger itself says `expire`."""


class OrderState(StrEnum):
    """Where an order stands, with the community's own codes."""

    FROZEN = "frozen"  # 16 下单冻结
    CANCELLED = "cancelled"  # 17 取消
    RELEASED = "released"  # 18 完结释放
    EXPIRED = "expired"  # nobody ended it in its time


CODES: Final = {OrderState.FROZEN: 16, OrderState.CANCELLED: 17, OrderState.RELEASED: 18}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What was ordered. `fee_fen` is what the setting made of the price on that day."""

    id: str
    tenant: TenantId
    merchant: MerchantId
    creator: CreatorId
    note: NoteId | None
    price_fen: int
    fee_fen: int
    by: str
    at_ms: int
    ended_at_ms: int | None

    @property
    def body(self) -> tuple[str, str | None, int]:
        """Give what an order of the same id has to say again."""
        return self.creator, self.note, self.price_fen

    @property
    def hold(self) -> str:
        """Name the hold on its money."""
        return f"pgy/{self.merchant}/{self.id}"

    @property
    def total_fen(self) -> int:
        """Give what is frozen for it."""
        return self.price_fen + self.fee_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorOrder:
    """达人订单 as it stands. `duplicate` where the same had been asked for before."""

    id: str
    tenant: TenantId
    merchant: MerchantId
    creator: CreatorId
    note: NoteId | None
    price_fen: int
    fee_fen: int
    state: OrderState
    code: int | None
    at_ms: int
    until_ms: int
    ended_at_ms: int | None
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorWallet:
    """What a merchant has on the line of creators: to spend, and frozen for orders."""

    merchant: MerchantId
    line: str
    funder: str
    balance_fen: int
    frozen_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorCost:
    """What was paid out for one note of a merchant on one day: to its creator and as the community's fee. None: for no note."""

    day: date
    merchant: MerchantId
    note: NoteId | None
    orders: int
    price_fen: int
    fee_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueCost:
    """全成本 of a merchant's note: creator and fee as they were paid out, ads as they were charged.

    `credited_fen` is what was given back of those ads. It stands beside them: a figure that was reported stays.
    """

    merchant: MerchantId
    note: str | None
    creator_fen: int
    fee_fen: int
    ads_fen: int
    credited_fen: int

    @property
    def total_fen(self) -> int:
        """Give creator, fee and ads together."""
        return self.creator_fen + self.fee_fen + self.ads_fen


def wallet_of_creators(merchant: MerchantId) -> Account:
    """Name the wallet that orders are paid from."""
    return Account(owner=merchant, kind="cash", line=CREATOR_LINE, funder=FUNDER[Line.CID])


def earnings_of(creator: CreatorId) -> Account:
    """Name the account on which a creator earns."""
    return Account(owner=creator_owner(creator), kind="earnings", line=CREATOR_LINE, funder=FUNDER[Line.CID])


def platform_fees() -> Account:
    """Name the account on which the community's fees stand."""
    return Account(owner=COMMUNITY, kind="pgy_fee", line=CREATOR_LINE, funder=FUNDER[Line.CID])


def creator_owner(creator: CreatorId) -> str:
    """Name a creator as an owner of accounts. One whose id is too long for that goes by its hash; no id has a #."""
    if len(creator) <= _OWNER_CHARS_MAX:
        return f"@creator:{creator}"
    return f"@creator:#{hashlib.sha256(creator.encode()).hexdigest()[: _OWNER_CHARS_MAX - 1]}"


def fee_of(price_fen: int, rate_ppm: int) -> int:
    """Give the community's fee on a price, to the nearest fen, half a fen up."""
    return (price_fen * rate_ppm + PPM // 2) // PPM


def freezing(terms: OrderTerms) -> Hold:
    """Freeze what an order costs."""
    return Hold(
        key=terms.hold,
        source=wallet_of_creators(terms.merchant),
        amount_fen=terms.total_fen,
        at_ms=terms.at_ms,
        expires_at_ms=terms.at_ms + ORDER_DAYS * DAY_MS,
        why=HELD,
    )


def paying_out(terms: OrderTerms, at_ms: int) -> Sequence[Take]:
    """Pay the creator, and the community where its fee is not nothing."""
    parts = (
        ("price", earnings_of(terms.creator), terms.price_fen, PRICE),
        ("fee", platform_fees(), terms.fee_fen, FEE),
    )
    return [
        Take(key=terms.hold, take=take, goal=goal, amount_fen=amount_fen, at_ms=at_ms, why=why)
        for take, goal, amount_fen, why in parts
        if amount_fen
    ]


def standing(terms: OrderTerms, held: Held, now_ms: int, *, duplicate: bool = False) -> CreatorOrder:
    """Say where an order stands, by its hold."""
    state = state_of(held.state, held.expires_at_ms, now_ms)
    return CreatorOrder(
        id=terms.id,
        tenant=terms.tenant,
        merchant=terms.merchant,
        creator=terms.creator,
        note=terms.note,
        price_fen=terms.price_fen,
        fee_fen=terms.fee_fen,
        state=state,
        code=CODES.get(state),
        at_ms=terms.at_ms,
        until_ms=held.expires_at_ms,
        ended_at_ms=terms.ended_at_ms,
        duplicate=duplicate,
    )


def state_of(hold: HoldState, expires_at_ms: int, now_ms: int) -> OrderState:
    """Read an order's state off its hold. One whose time is over has expired, whether or not its money went back yet."""
    if hold is HoldState.HELD:
        return OrderState.EXPIRED if now_ms >= expires_at_ms else OrderState.FROZEN
    return _STATES[hold]


_STATES: Final = {
    HoldState.FREED: OrderState.CANCELLED,
    HoldState.TAKEN: OrderState.RELEASED,
    HoldState.EXPIRED: OrderState.EXPIRED,
}
