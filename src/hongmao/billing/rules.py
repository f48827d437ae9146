"""What a click costs and which accounts it moves. Pure: clicks, what was paid before and the wallets go in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.billing.contracts import COMMUNITY, FUNDER, INVALID, OUTSIDE, Charge, Line, Reason, click_key
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.ledger.contracts import Account, Batch, Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.events.contracts import Event

Tap = tuple[str, str]
"""Link and impression: of the clicks that one impression led to, one is paid."""

_LINES = frozenset(line.value for line in Line)

CLICK = "click"
TOP_UP = "top_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What absorbing clicks means: a charge for each, a posting for each that is paid."""

    charges: tuple[Charge, ...]
    batches: tuple[Batch, ...]


def bill(clicks: Sequence[Event], *, paid: Collection[Tap], funds_fen: Mapping[Account, int]) -> Bill:
    """Charge clicks in their order, each seeing what those before it took. A wallet that nobody opened holds nothing."""
    taps, funds = set(paid), dict(funds_fen)
    charges: list[Charge] = []
    batches: list[Batch] = []
    for click in clicks:
        wallet = wallet_of(click)
        reason = own_reason(click) or _reason(click, wallet, taps, funds)
        charge = _charge(click, reason)
        charges.append(charge)
        if wallet is None or not charge.amount_fen:
            continue
        funds[wallet] -= charge.amount_fen
        taps.update(taps_of(click))
        batches.append(
            _move(click_key(click.event_id), CLICK, charge.at_ms, wallet, revenue_of(wallet), charge.amount_fen)
        )
    return Bill(charges=tuple(charges), batches=tuple(batches))


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
    return Account(owner=merchant, kind="cash", line=line.value, funder=FUNDER[line])


def revenue_of(wallet: Account) -> Account:
    """Name the community's account that a wallet pays into: same line, same funder."""
    return Account(owner=COMMUNITY, kind="revenue", line=wallet.line, funder=wallet.funder)


def outside_of(wallet: Account) -> Account:
    """Name the account for money that came from outside the house; it is what everybody together still owns."""
    return Account(owner=OUTSIDE, kind="cash", line=wallet.line, funder=wallet.funder)


def top_up(wallet: Account, amount_fen: int, key: str, at_ms: int) -> Batch:
    """Enter a payment into a wallet."""
    return _move(f"{TOP_UP}/{wallet.owner}/{key}", TOP_UP, at_ms, outside_of(wallet), wallet, amount_fen)


def _reason(click: Event, wallet: Account | None, taps: set[Tap], funds: Mapping[Account, int]) -> str | None:
    if taps.intersection(taps_of(click)):
        return Reason.DOUBLE_TAP.value
    if wallet is None or funds.get(wallet, 0) < (click.price_fen or 0):
        return Reason.FUNDS_MISSING.value
    return None


def _charge(click: Event, reason: str | None) -> Charge:
    paid = reason is None
    return Charge(
        event_id=click.event_id,
        click_id=click.click_id or "",
        link=click.link or "",
        impression=click.impression,
        tenant=TenantId(click.tenant or ""),
        merchant=MerchantId(click.merchant) if click.merchant else None,
        note=click.note or "",
        line=click.line or "",
        funder=FUNDER[Line(click.line)] if paid and click.line else None,
        at_ms=click.occurred_at_ms,
        amount_fen=(click.price_fen or 0) if paid else 0,
        reason=reason,
    )


def _move(key: str, why: str, at_ms: int, source: Account, goal: Account, amount_fen: int) -> Batch:
    entries = (Entry(account=source, amount_fen=-amount_fen), Entry(account=goal, amount_fen=amount_fen))
    return Batch(key=key, why=why, at_ms=at_ms, entries=entries)
