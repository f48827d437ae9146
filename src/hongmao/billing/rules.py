"""What a click costs and which accounts it moves. Pure: clicks, what was paid before and the wallets go in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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
)
from hongmao.billing.purses import SPEND_ORDER, Part, PurseKind, largest, purse_account, purses_beside, split
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.ledger.contracts import Account, Batch, Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.billing.coinvest import Member, Programme
    from hongmao.billing.purses import SpendOrder
    from hongmao.events.contracts import Event

Tap = tuple[str, str]
"""Link and impression: of the clicks that one impression led to, one is paid."""

_LINES = frozenset(line.value for line in Line)

CLICK = "click"
CLICK_LATE = "click_late"
COINVEST = "coinvest"
GRANT = "grant"
TOP_UP = "top_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What absorbing clicks means: a charge for each, a posting for each that is paid."""

    charges: tuple[Charge, ...]
    batches: tuple[Batch, ...]
    members: tuple[Member, ...] = ()
    """Those of a programme whose totals have moved."""


def bill(
    clicks: Sequence[Event],
    *,
    paid: Collection[Tap],
    funds_fen: Mapping[Account, int],
    order: SpendOrder = SPEND_ORDER,
    closed_before_ms: int = 0,
    matching: Matching | None = None,
) -> Bill:
    """Charge clicks in their order, each seeing what those before it took. A purse that nobody opened holds nothing.

    A click of a period that is closed is posted as of its end, and says that it came late; its charge keeps its instant.
    """
    taps, funds = set(paid), dict(funds_fen)
    matching = matching or Matching()
    charges: list[Charge] = []
    batches: list[Batch] = []
    for click in clicks:
        match, parts = _parts(click, funds, order, matching)
        reason = own_reason(click) or _reason(click, parts, taps)
        charge = _charge(click, reason, parts)
        charges.append(charge)
        if not charge.amount_fen:
            continue
        for part in parts:
            funds[part.purse] -= part.amount_fen
        if match is not None:
            matching.keep(match, charge.amount_fen)
        taps.update(taps_of(click))
        batches.append(_paid(charge, parts, closed_before_ms))
    return Bill(charges=tuple(charges), batches=tuple(batches), members=matching.changed)


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


def _parts(
    click: Event, funds: Mapping[Account, int], order: SpendOrder, matching: Matching
) -> tuple[Match | None, tuple[Part, ...]]:
    """Divide a click's price: a programme's part first, the rest from the merchant's purses; no part where they lack it."""
    wallet, price_fen = wallet_of(click), click.price_fen or 0
    if wallet is None:
        return None, ()
    match = None
    if wallet.line == Line.CID:
        match = matching.part(MerchantId(wallet.owner), price_fen, click.occurred_at_ms, funds)
    if match is None or not match.amount_fen:
        return match, split(purses_beside(wallet, order), funds, price_fen)
    own_fen = price_fen - match.amount_fen
    own = split(purses_beside(wallet, order), funds, own_fen)
    if own_fen and not own:
        return match, ()
    return match, (*own, Part(purse=match.purse, amount_fen=match.amount_fen))


def _reason(click: Event, parts: tuple[Part, ...], taps: set[Tap]) -> str | None:
    if taps.intersection(taps_of(click)):
        return Reason.DOUBLE_TAP.value
    return None if parts else Reason.FUNDS_MISSING.value


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


def _charge(click: Event, reason: str | None, parts: tuple[Part, ...]) -> Charge:
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
    )


def _move(key: str, why: str, at_ms: int, source: Account, goal: Account, amount_fen: int) -> Batch:
    return Batch(key=key, why=why, at_ms=at_ms, entries=_leg(source, goal, amount_fen))


def _leg(source: Account, goal: Account, amount_fen: int) -> tuple[Entry, Entry]:
    return Entry(account=source, amount_fen=-amount_fen), Entry(account=goal, amount_fen=amount_fen)
