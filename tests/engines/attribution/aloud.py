"""Attribution by reading a definition aloud: plain Python over a list of events, slow and obvious, for holding engines against.

Nothing here is shared with what it is held against but the definition and the event.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hongmao.events.contracts import Kind
from hongmao.kernel.time import HOUR_MS, span_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.events.contracts import Event

MILLION = 1_000_000
DEPTH = {"impression": 0, "read": 1, "click": 2, "play_5s": 2, "component_click": 5}
RECORDS = (Kind.PAY, Kind.PRESALE_BALANCE, Kind.PRESALE_DEPOSIT, Kind.REFUND, Kind.ORDER, Kind.RECEIVE)
Row = tuple[Any, ...]


def read_aloud(events: Iterable[Event], definition: AttributionDefinition, window: str) -> set[Row]:
    """Give (entry, event, touch, millionths, fen, reason, over-refunded) of every row."""
    told = list({one.event_id: one for one in events}.values())
    rows: set[Row] = set()
    latest = _latest(told)
    for place in {_place(one) for one in latest}:
        rows |= _sub_order([one for one in latest if _place(one) == place], told, definition, window)
    return rows


def share(weights: Sequence[Fraction | int], whole: int) -> list[int]:
    """Share a whole number by weights: whole parts first, then the largest remainders, of equal ones the later."""
    total = sum(weights)
    exact = [Fraction(weight) * whole / total for weight in weights]
    shares = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(weights)), key=lambda n: (exact[n] - shares[n], n), reverse=True)
    for n in order[: whole - sum(shares)]:
        shares[n] += 1
    return shares


def weights(
    definition: AttributionDefinition, touches: Sequence[Event], ages_ms: Sequence[int]
) -> list[Fraction | int]:
    """Weigh touches, oldest first."""
    count = len(touches)
    paid = [n for n, one in enumerate(touches) if one.link is not None]
    winner = {"first": 0, "last": count - 1, "last_non_organic": (paid or [count - 1])[-1]}.get(definition.model)
    if winner is not None:
        return [int(n == winner) for n in range(count)]
    if definition.model == "decay":
        half_life_ms = int(str(definition.parameters["half_life"]).removesuffix("h")) * HOUR_MS
        return [Fraction(0.5 ** ((age - ages_ms[-1]) / half_life_ms)) for age in ages_ms]
    if definition.model == "position" and count > 1:
        return [40, *[Fraction(20, count - 2)] * (count - 2), 40] if count > 2 else [40, 40]
    return [1] * count


def _latest(told: Sequence[Event]) -> list[Event]:
    """Of each record the version that counts."""
    found: dict[Any, Event] = {}
    for one in sorted((e for e in told if e.kind in RECORDS), key=lambda e: (e.version or 1, e.event_id)):
        found[(*_place(one), one.kind, one.ref)] = one
    return list(found.values())


def _place(one: Event) -> tuple[Any, ...]:
    return one.tenant, one.platform, one.sub_order_id or one.event_id


def _sub_order(mine: list[Event], told: Sequence[Event], definition: AttributionDefinition, window: str) -> set[Row]:
    mine = sorted(mine, key=lambda e: (e.occurred_at_ms, e.event_id))
    rows: set[Row] = set()
    for one in mine:
        if one.invalid is not None and one.kind in (Kind.PAY, Kind.PRESALE_BALANCE):
            rows.add(("pay", one.event_id, None, 0, 0, "conversion_invalid", False))
        if one.invalid is not None and one.kind is Kind.REFUND:
            rows.add(("refund", one.event_id, None, 0, 0, "refund_invalid", False))
    valid = [one for one in mine if one.invalid is None]
    deposit = next((one for one in valid if one.kind is Kind.PRESALE_DEPOSIT), None)
    claims = sorted(
        (one for one in valid if one.kind in (Kind.PAY, Kind.PRESALE_BALANCE)),
        key=lambda e: (e.kind is Kind.PRESALE_BALANCE, e.version or 1, e.event_id),
    )
    rows |= {("pay", one.event_id, None, 0, 0, "duplicate_sub_order", False) for one in claims[:-1]}
    paid = claims[-1] if claims else None
    shares: list[tuple[str | None, int]] = [(None, MILLION)]
    reason: str | None = "refund_without_payment"
    if paid is not None:
        shares, reason = _earned(paid, deposit, valid, told, definition, window)
        rows |= _entry("pay", paid, shares, paid.amount_fen, reason)
    back = 0
    for refund in (one for one in valid if one.kind is Kind.REFUND):
        back += refund.amount_fen or 0
        over = bool(paid and paid.amount_fen is not None and back > paid.amount_fen)
        rows |= _entry("refund", refund, shares, refund.amount_fen, reason, over=over)
    return rows


def _entry(
    entry: str,
    one: Event,
    shares: Sequence[tuple[str | None, int]],
    amount: int | None,
    reason: str | None,
    *,
    over: bool = False,
) -> set[Row]:
    sign = 1 if entry == "pay" else -1
    fen = [None] * len(shares) if amount is None else [sign * part for part in share([m for _, m in shares], amount)]
    return {
        (entry, one.event_id, touch, millionths if entry == "pay" else 0, value, reason, over)
        for (touch, millionths), value in zip(shares, fen, strict=True)
    }


def _earned(
    paid: Event,
    deposit: Event | None,
    records: Sequence[Event],
    told: Sequence[Event],
    definition: AttributionDefinition,
    window: str,
) -> tuple[list[tuple[str | None, int]], str | None]:
    nobody: list[tuple[str | None, int]] = [(None, MILLION)]
    at_ms = min(paid.occurred_at_ms, deposit.occurred_at_ms) if deposit else paid.occurred_at_ms
    own, refused = _own_click(paid, deposit, records, told, definition)
    if own is None:
        by_note = (
            definition.unmatched == "note" and paid.note is not None and refused in ("no_click_id", "click_unknown")
        )
        return nobody, "by_note" if by_note else refused
    inside = _inside(own, at_ms, told, definition, window)
    if not inside:
        return nobody, "click_invalid" if own.invalid else "outside_window"
    ages = [at_ms - opened // 1000 * 1000 for opened, _ in inside]
    touches = [one for _, one in inside]
    millionths = share(weights(definition, touches, ages), MILLION)
    return [(one.event_id, m) for one, m in zip(touches, millionths, strict=True) if m], None


def _own_click(
    paid: Event,
    deposit: Event | None,
    records: Sequence[Event],
    told: Sequence[Event],
    definition: AttributionDefinition,
) -> tuple[Event | None, str | None]:
    """Follow the click ids that came back, sync before async, the payment's before another record's (ATTR-3)."""
    first = deposit if deposit is not None and deposit.click_id is not None else paid
    brought = [(first.click_by == "async", False, first.click_by is None, first.event_id, first.click_id)]
    if definition.matching == "any_record":
        brought.append((True, False, False, paid.event_id, paid.async_click_id))
        for one in records:
            brought.append((one.click_by == "async", True, one.click_by is None, one.event_id, one.click_id))
            brought.append((True, True, False, one.event_id, one.async_click_id))
    ids = [click_id for *_, click_id in sorted(brought, key=lambda claim: claim[:4]) if click_id]
    clicks = [_click(click_id, told) for click_id in ids]
    known = [one for one in clicks if one is not None and one.tenant == paid.tenant]
    if known:
        return known[0], None
    if not ids:
        return None, "no_click_id"
    return None, "click_unknown" if clicks[0] is None else "other_tenant"


def _click(click_id: str, told: Sequence[Event]) -> Event | None:
    named = [one for one in told if one.kind is Kind.COMPONENT_CLICK and one.click_id == click_id]
    return min(named, key=lambda e: (e.invalid is not None, e.occurred_at_ms, e.event_id), default=None)


def _inside(
    own: Event, at_ms: int, told: Sequence[Event], definition: AttributionDefinition, window: str
) -> list[tuple[int, Event]]:
    """List the touches inside the window with the instants at which their windows open, as models read them."""
    acts = [one for one in told if one.kind in definition.touches and _who(one) == _who(own)]
    opening = definition.opens_at_impression
    acts = [one for one in acts if one.kind is not Kind.PLAY_5S or not opening or one.placement in opening]
    led = {one.note for one in acts if one.link is not None and (one.platform, one.shop) == (own.platform, own.shop)}
    mine = [
        (_opened(one, told, definition), one)
        for one in acts
        if (one.link is not None and (one.platform, one.shop) == (own.platform, own.shop))
        or (one.link is None and definition.organic and one.note in led and one.note is not None)
    ]
    longest = max(map(span_ms, definition.windows))
    usable = [
        (at, one)
        for at, one in mine
        if one.invalid is None and not _recorded_before(one, told) and at <= at_ms < at + longest
    ]
    if definition.showing == "deepest_act":
        usable = [
            pair
            for pair in usable
            if pair == max((other for other in usable if _showing(other[1]) == _showing(pair[1])), key=_depth)
        ]
    kept = [
        (at, one)
        for at, one in usable
        if at_ms < at + min(span_ms(window), span_ms(definition.kind_windows.get(one.kind, window)))
    ]
    return sorted(kept, key=lambda pair: (pair[0] // 1000, pair[1].event_id))


def _who(one: Event) -> str:
    return one.reader or one.event_id


def _showing(one: Event) -> str:
    return one.impression or one.event_id


def _depth(pair: tuple[int, Event]) -> tuple[int, int, str]:
    at, one = pair
    return DEPTH.get(one.kind, 3), at // 1000, one.event_id


def _opened(one: Event, told: Sequence[Event], definition: AttributionDefinition) -> int:
    """Say when a touch's window opens: at its impression in the placements that the definition names (ATTR-2)."""
    if one.placement not in definition.opens_at_impression or one.impression is None or one.reader is None:
        return one.occurred_at_ms
    shown = [
        other.occurred_at_ms
        for other in told
        if other.kind is Kind.IMPRESSION
        and (other.reader, other.impression) == (one.reader, one.impression)
        and other.placement in definition.opens_at_impression
    ]
    return min(shown, default=one.occurred_at_ms)


def _recorded_before(one: Event, told: Sequence[Event]) -> bool:
    same = [
        other
        for other in told
        if one.click_id is not None and (other.kind, other.click_id, _who(other)) == (one.kind, one.click_id, _who(one))
    ]
    return bool(same) and one is not min(same, key=lambda e: (e.invalid is not None, e.occurred_at_ms, e.event_id))
