"""What acts cost and which accounts they move. Pure: acts, what was paid and spent before and the wallets go in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hongmao.billing.budgets import Budgets, Scheme
from hongmao.billing.coinvest import Match, Matching, purse_of
from hongmao.billing.contracts import (
    ALIBABA,
    COMMUNITY,
    INCOME,
    INVALID,
    MEDIA,
    OUTSIDE,
    Charge,
    Line,
    Reason,
    click_key,
    compensation_key,
)
from hongmao.billing.cpm import Showing
from hongmao.billing.purses import SPEND_ORDER, Part, PurseKind, largest, purse_account, purses_beside, split
from hongmao.events.contracts import Kind
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.ledger.contracts import Account, Batch, Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.billing.budgets import CampaignDay, PlacedTerms
    from hongmao.billing.coinvest import Member, Programme
    from hongmao.billing.cpm import Shown, ShownDay
    from hongmao.billing.purses import SpendOrder
    from hongmao.events.contracts import Event

Tap = tuple[str, str]
"""Link and impression: of the clicks that one impression led to, one is paid."""

_LINES = frozenset(line.value for line in Line)

CLICK = "click"
CLICK_LATE = "click_late"
COINVEST = "coinvest"
COINVEST_END = "coinvest_end"
COMPENSATE = "compensate"
GRANT = "grant"
SHOWN = "shown"
SHOWN_LATE = "shown_late"
TOP_UP = "top_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What absorbing acts means: a charge for each click, a posting for each that is paid, one for impressions together."""

    charges: tuple[Charge, ...]
    batches: tuple[Batch, ...]
    members: tuple[Member, ...] = ()
    """Those of a programme whose totals have moved."""
    days: tuple[CampaignDay, ...] = ()
    shown: tuple[ShownDay, ...] = ()
    """The days of campaigns that have moved."""


def bill(
    acts: Sequence[Event],
    *,
    paid: Collection[Tap],
    funds_fen: Mapping[Account, int],
    order: SpendOrder = SPEND_ORDER,
    closed_before_ms: int = 0,
    matching: Matching | None = None,
    budgets: Budgets | None = None,
    showing: Showing | None = None,
    offset: int = 0,
) -> Bill:
    """Charge clicks and impressions in their order, each seeing what those before it took.

    A purse that nobody opened holds nothing. An act of a period that is closed is posted as of its end, and says that it came
    late; a charge keeps its instant. `offset` is where in the log the piece ends: it names the posting of impressions.
    """
    counter = _Counter(
        taps=set(paid),
        funds=dict(funds_fen),
        order=order,
        closed_before_ms=closed_before_ms,
        matching=matching or Matching(),
        budgets=budgets or Budgets(),
        showing=showing or Showing(),
    )
    for act in acts:
        counter.take(act)
    shown = tuple(_shown(one, offset, closed_before_ms) for one in counter.showing.postings())
    return Bill(
        charges=tuple(counter.charges),
        batches=(*counter.batches, *shown),
        members=counter.matching.changed,
        days=counter.budgets.changed,
        shown=counter.showing.changed,
    )


@dataclass(slots=True, kw_only=True)
class _Counter:
    """The till: what is known while acts are charged one after the other."""

    taps: set[Tap]
    funds: dict[Account, int]
    order: SpendOrder
    closed_before_ms: int
    matching: Matching
    budgets: Budgets
    showing: Showing
    charges: list[Charge] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def take(self, act: Event) -> None:
        """Charge an act: a click, or an impression that counts."""
        wallet = wallet_of(act)
        if act.kind is not Kind.IMPRESSION:
            self._take_click(act, wallet)
        elif (placed := self.budgets.of(act)) is not None and wallet is not None:
            self.showing.take(act, purses_beside(wallet, self.order), placed, self.funds, self.budgets)

    def _take_click(self, click: Event, wallet: Account | None) -> None:
        price_fen, reason = click.price_fen or 0, own_reason(click)
        # No campaign is asked for a click that can cost nothing: others of its piece must not decide whether one is known.
        placed = None if reason else self.budgets.of(click)
        reason = reason or self._free(click, placed)
        above_fen = 0 if reason else self.budgets.above_fen(placed, click.occurred_at_ms, price_fen)
        match, parts = None, tuple[Part, ...]()
        if above_fen is None:
            reason = Reason.OVER_BUDGET
        elif reason is None and wallet is not None:
            match, parts = self._parts(click, wallet, price_fen, above_fen)
            reason = None if parts else Reason.FUNDS_MISSING
        charge = _charge(click, reason, parts, placed, above_fen or 0)
        self.charges.append(charge)
        if not charge.amount_fen or wallet is None:
            return
        for part in parts:
            self.funds[part.purse] -= part.amount_fen
        if match is not None:
            self.matching.keep(match, price_fen - charge.compensated_fen)
        self.taps.update(taps_of(click))
        self.batches.append(_paid(charge, parts, self.closed_before_ms))
        if placed is not None:
            self._spend(charge, wallet, placed)

    def _spend(self, charge: Charge, wallet: Account, placed: PlacedTerms) -> None:
        """Count what a campaign spent, and give back what of it stood above a budget."""
        above_fen = charge.compensated_fen
        self.budgets.keep(placed, charge.tenant, charge.at_ms, charge.amount_fen, compensated_fen=above_fen)
        if above_fen:
            given = _given_back(charge, wallet, max(charge.at_ms, self.closed_before_ms))
            goal = compensated_of(wallet)
            self.funds[goal] = self.funds.get(goal, 0) + above_fen
            self.batches.append(given)

    def _free(self, click: Event, placed: PlacedTerms | None) -> Reason | None:
        if placed is not None and placed.rate_at(click.occurred_at_ms).scheme is Scheme.CPM:
            return Reason.BY_IMPRESSIONS
        return Reason.DOUBLE_TAP if self.taps.intersection(taps_of(click)) else None

    def _parts(
        self, click: Event, wallet: Account, price_fen: int, above_fen: int
    ) -> tuple[Match | None, tuple[Part, ...]]:
        """Divide a click's price: a programme's part first, the rest from the merchant's purses; no part where they lack it.

        What is given back is matched by nobody.
        """
        match, matched_fen = None, 0
        if wallet.line == Line.CID and price_fen > above_fen:
            merchant, at_ms = MerchantId(wallet.owner), click.occurred_at_ms
            match = self.matching.part(merchant, price_fen - above_fen, at_ms, self.funds)
            matched_fen = 0 if match is None else match.amount_fen
        own_fen = price_fen - matched_fen
        own = split(purses_beside(wallet, self.order), self.funds, own_fen)
        if match is None or not matched_fen or (own_fen and not own):
            return match, own
        return match, (*own, Part(purse=match.purse, amount_fen=matched_fen))


def own_reason(click: Event) -> str | None:
    """Say why a click costs nothing whatever happened before it; None where it may cost something (BILL-7)."""
    if click.invalid is not None and click.invalid != Reason.LABEL_NOT_SHOWN:
        return f"{INVALID}{click.invalid}"
    if click.media is not None:
        return Reason.OTHER_MEDIA.value
    if click.labelled is not True or click.invalid is not None:
        return Reason.LABEL_NOT_SHOWN.value
    if not click.price_fen or click.price_fen < 0:
        return Reason.NO_PRICE.value
    if wallet_of(click) is None:
        return Reason.NO_PAYER.value
    return None


def taps_of(click: Event) -> tuple[Tap, ...]:
    """Give the tap that a click is; a click without an impression is one of its own."""
    return ((click.link, click.impression),) if click.link and click.impression else ()


def wallet_of(click: Event) -> Account | None:
    """Say which wallet a click is paid from; None where it names no merchant or no known line."""
    if click.merchant is None or click.line not in _LINES:
        return None
    return wallet_account(MerchantId(click.merchant), Line(click.line))


def wallet_account(merchant: MerchantId, line: Line) -> Account:
    """Name a merchant's wallet: the line is part of its name, so CID and UD never mix (BILL-4)."""
    return purse_account(merchant, line, PurseKind.CASH)


def revenue_of(wallet: Account) -> Account:
    """Name the community's account that a wallet pays into: same line, same funder."""
    return Account(owner=COMMUNITY, kind="revenue", line=wallet.line, funder=wallet.funder)


def legs_of(purse: Account) -> tuple[tuple[Account, Account], ...]:
    """Say between which accounts a price moves, leg by leg. A leg takes from its first what it brings to its second.

    On `cid` the merchant pays the community. On `ud` it pays Alibaba, and Alibaba pays the community: two legs of one
    posting, each of which sums to zero by itself.
    """
    if purse.line != Line.UD:
        return ((purse, revenue_of(purse)),)
    income, media = (replace(purse, owner=ALIBABA, kind=kind) for kind in (INCOME, MEDIA))
    return ((purse, income), (media, revenue_of(purse)))


def compensated_of(wallet: Account) -> Account:
    """Name the purse that what stood above a budget comes back to.

    A merchant has one for it, issued by the community (赔付返货). Alibaba's money goes back where it came from.
    """
    if wallet.line != Line.CID:
        return wallet
    return purse_account(MerchantId(wallet.owner), Line.CID, PurseKind.COMPENSATION)


def giver_of(purse: Account) -> Account:
    """Name the account that a grant comes from: the community's own, or the world outside for what an agency lends."""
    if purse.funder != COMMUNITY.removeprefix("@"):
        return outside_of(purse)
    return replace(purse, owner=COMMUNITY, kind="granted")


def outside_of(wallet: Account) -> Account:
    """Name the account for money that came from outside the house; it is what everybody together still owns."""
    return Account(owner=OUTSIDE, kind=PurseKind.CASH.value, line=wallet.line, funder=wallet.funder)


def top_up(wallet: Account, amount_fen: int, key: str, at_ms: int) -> Batch:
    """Enter a payment into a wallet."""
    return _move(f"{TOP_UP}/{wallet.owner}/{key}", TOP_UP, at_ms, outside_of(wallet), wallet, amount_fen)


def grant(purse: Account, amount_fen: int, key: str, at_ms: int) -> Batch:
    """Give money of a kind that nobody pays in."""
    return _move(f"{GRANT}/{purse.owner}/{key}", GRANT, at_ms, giver_of(purse), purse, amount_fen)


def found(programme: Programme, at_ms: int) -> Batch:
    """Fill a programme's purse with its cap."""
    purse = purse_of(programme.id)
    return _move(f"{COINVEST}/{programme.id}", COINVEST, at_ms, outside_of(purse), purse, programme.cap_fen)


def wound_key(programme: str, nth: int) -> str:
    """Name the batch of a programme's nth winding up."""
    return f"{COINVEST}-end/{programme}/{nth}"


def wound_up(programme: Programme, left_fen: int, nth: int, at_ms: int) -> Batch:
    """Send what a programme's purse still holds back to where it came from."""
    purse = purse_of(programme.id)
    return _move(wound_key(programme.id, nth), COINVEST_END, at_ms, purse, outside_of(purse), left_fen)


def _paid(charge: Charge, parts: tuple[Part, ...], closed_before_ms: int) -> Batch:
    late = charge.at_ms < closed_before_ms
    return Batch(
        key=click_key(charge.event_id),
        why=CLICK_LATE if late else CLICK,
        at_ms=max(charge.at_ms, closed_before_ms),
        entries=tuple(
            entry
            for part in parts
            for source, goal in legs_of(part.purse)
            for entry in _leg(source, goal, part.amount_fen)
        ),
    )


def _given_back(charge: Charge, wallet: Account, at_ms: int) -> Batch:
    """Give back what of a click stood above a budget: issued on `cid`, and on `ud` the two legs turned."""
    goal = compensated_of(wallet)
    legs = ((giver_of(goal), goal),) if goal != wallet else tuple((to, source) for source, to in legs_of(wallet))
    return Batch(
        key=compensation_key(charge.event_id),
        why=COMPENSATE,
        at_ms=at_ms,
        entries=tuple(entry for source, to in legs for entry in _leg(source, to, charge.compensated_fen)),
    )


def _shown(shown: Shown, offset: int, closed_before_ms: int) -> Batch:
    return Batch(
        key=shown.key(offset),
        why=SHOWN_LATE if shown.at_ms < closed_before_ms else SHOWN,
        at_ms=max(shown.at_ms, closed_before_ms),
        entries=tuple(
            entry
            for purse, amount_fen in sorted(shown.parts.items())
            for source, goal in legs_of(purse)
            for entry in _leg(source, goal, amount_fen)
        ),
    )


def _charge(
    click: Event, reason: str | None, parts: tuple[Part, ...], placed: PlacedTerms | None, above_fen: int
) -> Charge:
    paid = reason is None
    most = largest(parts) if paid else None
    return Charge(
        event_id=click.event_id,
        click_id=click.click_id or "",
        link=click.link or "",
        impression=click.impression,
        tenant=TenantId(click.tenant or ""),
        merchant=MerchantId(click.merchant) if click.merchant else None,
        note=click.note or "",
        line=click.line or "",
        funder=most.purse.funder if most else None,
        at_ms=click.occurred_at_ms,
        amount_fen=(click.price_fen or 0) if paid else 0,
        reason=reason,
        campaign=placed.campaign if placed else None,
        compensated_fen=above_fen if paid else 0,
    )


def _move(key: str, why: str, at_ms: int, source: Account, goal: Account, amount_fen: int) -> Batch:
    return Batch(key=key, why=why, at_ms=at_ms, entries=_leg(source, goal, amount_fen))


def _leg(source: Account, goal: Account, amount_fen: int) -> tuple[Entry, Entry]:
    return Entry(account=source, amount_fen=-amount_fen), Entry(account=goal, amount_fen=amount_fen)
