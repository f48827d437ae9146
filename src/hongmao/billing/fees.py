"""服务费 the service fee of 流量通Pro, per sub-order: what is owed follows from the latest facts alone. Pure.

    wanted = the settled fee, where a settlement tells it; else the estimate, less what of the payment went back

Each fact that is news books wanted - booked, so no order of arrival and no repeat changes the total (BILL-5).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.billing.contracts import ALIBABA, COMMUNITY, FUNDER, Line
from hongmao.events.contracts import Kind
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import day_of
from hongmao.ledger.contracts import Account, Batch, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.events.contracts import Event

PPM: Final = 1_000_000
ORDER_CHARS_MAX: Final = 100

Order = tuple[str, str, str]
"""Tenant, platform and sub-order: two tenants that name the same sub-order have a fee each."""
Slot = tuple[str, str]
"""Which of a sub-order's facts: its payment, its settlement, or the refund of a ref."""

PAID: Final = "paid"
SETTLED: Final = "settled"
REFUNDED: Final = "refunded"
_SLOTS: Final = {
    Kind.PAY: PAID,
    Kind.PRESALE_BALANCE: PAID,
    Kind.SETTLE: SETTLED,
    Kind.REFUND: REFUNDED,
}

WHY: Final = {PAID: "fee_estimate", SETTLED: "fee_settle", REFUNDED: "fee_refund"}
"""What a booking is called in statements, by the fact that made it."""
WHY_TERMS: Final = "fee_terms"
MOVEMENTS: Final = (*WHY.values(), WHY_TERMS)
SERVICE_FEE: Final = "service_fee"
"""The kind of account on which fees are owed."""


class Payer(StrEnum):
    """Who pays the fee by the contract. Whose money it is, is said on every entry (BILL-2)."""

    MERCHANT = "merchant"
    AGENCY = "agency"
    COMMUNITY = "community"


class FeeState(StrEnum):
    """What is known of a sub-order's fee."""

    NO_TERMS = "no_terms"  # nobody has said who pays, so nothing is booked
    UNKNOWN = "unknown"  # no fee is told, and no confirmed rate stands in for it
    ESTIMATED = "estimated"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTerms:
    """费用条款: who pays a merchant's fees on a platform, for payments from a day on (Asia/Shanghai, as 2025-05-07).

    `rate_ppm` stands in for a fee that the platform does not tell, in millionths of the amount. It is usable only
    where somebody has confirmed the unit of the contract's rate.
    """

    number: int
    tenant: TenantId
    merchant: MerchantId
    platform: str
    payer: str
    rate_ppm: int | None
    unit_confirmed: bool
    from_day: str
    by: str
    at_ms: int

    @property
    def body(self) -> tuple[str, int | None, bool]:
        """Give what they say, without when and by whom."""
        return self.payer, self.rate_ppm, self.unit_confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeFact:
    """The newest word on one thing about a sub-order. `fee_fen` is None where none was told."""

    tenant: TenantId
    platform: str
    sub_order: str
    slot: str
    ref: str
    merchant: MerchantId
    version: int
    at_ms: int
    amount_fen: int
    fee_fen: int | None

    @property
    def order(self) -> Order:
        """Name the sub-order."""
        return self.tenant, self.platform, self.sub_order

    @property
    def rank(self) -> tuple[int, ...]:
        """Order words on the same thing: the higher version is the newer; alike ones are told apart by what they say."""
        return self.version, self.at_ms, self.amount_fen, -1 if self.fee_fen is None else self.fee_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """A sub-order's fee as it is booked. `bookings` counts the postings it took; `owner` and `payer` have borne them."""

    tenant: TenantId
    platform: str
    sub_order: str
    merchant: MerchantId
    state: str
    owner: str | None
    payer: str | None
    booked_fen: int
    bookings: int
    at_ms: int

    @property
    def order(self) -> Order:
        """Name the sub-order."""
        return self.tenant, self.platform, self.sub_order

    @property
    def account(self) -> Account | None:
        """Name the account that has borne what is booked."""
        return None if self.owner is None or self.payer is None else _bearing(self.owner, self.payer)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTotal:
    """Fees of a merchant's sub-orders on a platform that are in one state and paid by one payer."""

    platform: str
    state: str
    payer: str | None
    orders: int
    booked_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a sub-order's fee should be, and who bears it."""

    merchant: MerchantId
    state: FeeState
    fee_fen: int
    account: Account | None


def fact_of(event: Event) -> FeeFact | None:
    """Read a fact about a fee; None for an event that tells none, or that belongs to nobody who could owe one."""
    slot = _SLOTS.get(event.kind)
    if slot is None or event.tenant is None or event.merchant is None or event.amount_fen is None:
        return None
    if event.platform is None or event.sub_order_id is None:
        return None
    return FeeFact(
        tenant=TenantId(event.tenant),
        platform=event.platform,
        sub_order=event.sub_order_id,
        slot=slot,
        ref=(event.ref or "") if slot == REFUNDED else "",
        merchant=MerchantId(event.merchant),
        version=event.version or 0,
        at_ms=event.occurred_at_ms,
        amount_fen=event.amount_fen,
        fee_fen=None if slot == REFUNDED else event.commission_fen,
    )


def is_news(fact: FeeFact, known: FeeFact | None) -> bool:
    """Tell whether a fact says more than the one that is kept."""
    return known is None or (fact.rank, fact.merchant) > (known.rank, known.merchant)


def owed(facts: Mapping[Slot, FeeFact], terms: Iterable[FeeTerms]) -> Owed:
    """Say what a sub-order's fee is by the latest facts and the terms of its day."""
    first = (
        facts.get((PAID, "")) or facts.get((SETTLED, "")) or min(facts.values(), key=lambda one: (one.at_ms, one.ref))
    )
    day = day_of(first.at_ms).isoformat()
    said = in_force((one for one in terms if (one.merchant, one.platform) == (first.merchant, first.platform)), day)
    if said is None:
        return Owed(merchant=first.merchant, state=FeeState.NO_TERMS, fee_fen=0, account=None)
    state, fee_fen = _fee(facts, said.rate_ppm)
    return Owed(
        merchant=first.merchant, state=state, fee_fen=fee_fen or 0, account=bearer(first.merchant, Payer(said.payer))
    )


def in_force(terms: Iterable[FeeTerms], day: str) -> FeeTerms | None:
    """Find the terms of a day: those that begin last, and of two that begin together the ones that were set later."""
    begun = (one for one in terms if one.from_day <= day)
    return max(begun, key=lambda one: (one.from_day, one.number), default=None)


def bearer(merchant: MerchantId, payer: Payer) -> Account:
    """Name the account on which fees are owed; it goes below zero by what Alibaba has to get."""
    return _bearing(COMMUNITY if payer is Payer.COMMUNITY else merchant, payer.value)


def receivable_of(account: Account) -> Account:
    """Name Alibaba's account of what is owed to it out of a funder's money."""
    return replace(account, owner=ALIBABA, kind="receivable")


def booked(line: FeeLine, now: Owed, *, sign: str, why: str, at_ms: int) -> tuple[FeeLine, Batch | None]:
    """Bring a sub-order's line to what is owed: the difference, or all of it where another has to bear it.

    `sign` names the fact that made the difference, for the posting's key.
    """
    entries = _difference(line, now)
    account = now.account
    after = replace(
        line,
        merchant=now.merchant,
        state=now.state.value,
        owner=account.owner if account else None,
        payer=account.funder if account else None,
        booked_fen=now.fee_fen if account else 0,
        bookings=line.bookings + bool(entries),
        at_ms=at_ms,
    )
    if not entries:
        return after, None
    key = f"fee/{_named(line.order)}/{sign}/{after.bookings}"
    return after, Batch(key=key, why=why, at_ms=at_ms, entries=tuple(entries))


def new_line(fact: FeeFact) -> FeeLine:
    """Begin a sub-order's line: nothing is booked yet."""
    return FeeLine(
        tenant=fact.tenant,
        platform=fact.platform,
        sub_order=fact.sub_order,
        merchant=fact.merchant,
        state=FeeState.NO_TERMS.value,
        owner=None,
        payer=None,
        booked_fen=0,
        bookings=0,
        at_ms=fact.at_ms,
    )


def _fee(facts: Mapping[Slot, FeeFact], rate_ppm: int | None) -> tuple[FeeState, int | None]:
    settled, paid = facts.get((SETTLED, "")), facts.get((PAID, ""))
    if settled is not None and (fee_fen := _told(settled, rate_ppm)) is not None:
        return FeeState.SETTLED, fee_fen
    if paid is None or (fee_fen := _told(paid, rate_ppm)) is None:
        return FeeState.UNKNOWN, None
    gone_fen = sum(one.amount_fen for (slot, _), one in facts.items() if slot == REFUNDED)
    if paid.amount_fen:
        fee_fen = fee_fen * max(0, paid.amount_fen - gone_fen) // paid.amount_fen
    return FeeState.ESTIMATED, fee_fen


def _told(fact: FeeFact, rate_ppm: int | None) -> int | None:
    if fact.fee_fen is not None:
        return fact.fee_fen
    return None if rate_ppm is None else fact.amount_fen * rate_ppm // PPM


def _difference(line: FeeLine, now: Owed) -> Sequence[Entry]:
    if line.account is not None and line.account == now.account:
        return _owing(line.account, now.fee_fen - line.booked_fen)
    back = [] if line.account is None else _owing(line.account, -line.booked_fen)
    return [*back, *([] if now.account is None else _owing(now.account, now.fee_fen))]


def _owing(account: Account, fee_fen: int) -> list[Entry]:
    if not fee_fen:
        return []
    return [
        Entry(account=account, amount_fen=-fee_fen),
        Entry(account=receivable_of(account), amount_fen=fee_fen),
    ]


def _bearing(owner: str, payer: str) -> Account:
    return Account(owner=owner, kind=SERVICE_FEE, line=Line.CID.value, funder=_FUNDERS[Payer(payer)])


def _named(order: Order) -> str:
    name = "/".join(order)
    return name if len(name) <= ORDER_CHARS_MAX else hashlib.sha256(name.encode()).hexdigest()


_FUNDERS: Final = {Payer.MERCHANT: FUNDER[Line.CID], Payer.AGENCY: "agency", Payer.COMMUNITY: "community"}
