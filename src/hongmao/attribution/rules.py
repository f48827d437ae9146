"""Pure decisions: whether a touch can be credited, and how an order's verdicts follow from what the engine found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.contracts import (
    Candidate,
    Claim,
    DefinitionRef,
    Entry,
    OrderExplained,
    SubOrderExplained,
    Verdict,
)
from hongmao.attribution.models import model_named
from hongmao.kernel.time import SECOND_MS, Window, span_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.attribution.contracts import Touch
    from hongmao.attribution.models import Model
    from hongmao.definitions.contracts import AttributionDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A touch that was looked at for a conversion."""

    conversion: str
    own: bool
    touch: Touch
    twice: bool = False
    """Whether the same click was recorded before."""
    shallow: bool = False
    """Whether the same showing has a deeper act that speaks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A click id that came back for a conversion."""

    conversion: str
    click_id: str
    by: str | None
    record: str
    followed: bool
    known: bool
    other_tenant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One credits row with what names its place: sub-order, window, conversion."""

    platform: str | None
    sub_order_id: str | None
    tenant: str | None
    merchant: str | None
    shop: str | None
    click_id: str | None
    click_by: str | None
    claimed_elsewhere: bool | None
    window: str
    conversion_at_ms: int | None
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFound:
    """What the engine found for one order under one definition."""

    definition: AttributionDefinition
    rows: Sequence[Found]
    looked: Sequence[Looked]
    claims: Sequence[Claimed]


def ref_of(definition: AttributionDefinition) -> DefinitionRef:
    """Name a definition as rows do."""
    return DefinitionRef(
        id=definition.id, version=definition.version, fingerprint=definition.fingerprint, model=definition.model
    )


def why_out(touch: Touch, *, conversion_at_ms: int, window: str, kind_window: str | None = None) -> str | None:
    """Say why a touch cannot be credited for a conversion, or None if it can. Windows are half open (ATTR-1)."""
    if touch.invalid is not None:
        return "click_invalid"
    if touch.at_ms > conversion_at_ms:
        return "after_conversion"
    for span, reason in ((window, "outside_window"), (kind_window, "kind_window_closed")):
        if span is not None and not Window.after(touch.at_ms, length_ms=span_ms(span)).contains(conversion_at_ms):
            return reason
    return None


def explain(order_id: str, found: Sequence[OrderFound]) -> OrderExplained:
    """Put an order's trace together from what the engine found under each definition."""
    places = {_place(row): row for one in found for row in _payments_last(one.rows)}
    return OrderExplained(
        order_id=order_id,
        sub_orders=tuple(
            SubOrderExplained(
                platform=row.platform,
                sub_order_id=row.sub_order_id,
                tenant=row.tenant,
                merchant=row.merchant,
                shop=row.shop,
                click_id=row.click_id,
                click_by=row.click_by,
                claimed_elsewhere=row.claimed_elsewhere,
                conversion_at_ms=row.conversion_at_ms,
                claims=_claims(row.entry.event_id, found),
                verdicts=tuple(
                    verdict
                    for one in found
                    for verdict in _verdicts(one, [row for row in one.rows if _place(row) == place])
                ),
            )
            for place, row in sorted(places.items())
        ),
    )


def _place(row: Found) -> tuple[str, str, str]:
    return row.platform or "", row.sub_order_id or "", row.tenant or ""


def _payments_last(rows: Iterable[Found]) -> list[Found]:
    """Order rows so that the payment that counts comes last: it is the one that speaks for its sub-order."""
    return sorted(rows, key=lambda row: (row.entry.entry == "pay", row.entry.credit_millionths))


def _claims(conversion: str, found: Sequence[OrderFound]) -> tuple[Claim, ...]:
    """Tell of every click id that came back, as the definition sees them that reads most records."""
    every = [[one for one in order.claims if one.conversion == conversion] for order in found]
    return tuple(
        Claim(click_id=one.click_id, by=one.by, record=one.record, followed=one.followed, reason=_why_followed(one))
        for one in max(every, key=len, default=[])
    )


def _why_followed(claimed: Claimed) -> str:
    if not claimed.known:
        return "click_unknown"
    if claimed.other_tenant:
        return "other_tenant"
    return "click_followed" if claimed.followed else "other_click_first"


def _verdicts(order: OrderFound, rows: Sequence[Found]) -> list[Verdict]:
    windows = list(dict.fromkeys(row.window for row in sorted(rows, key=lambda row: span_ms(row.window))))
    return [_verdict(order, window, [row for row in rows if row.window == window]) for window in windows]


def _verdict(order: OrderFound, window: str, rows: Sequence[Found]) -> Verdict:
    spoken = _payments_last(rows)[-1]
    model = model_named(order.definition.model)
    candidates = sorted(
        (
            _candidate(one, order.definition, spoken, rows)
            for one in order.looked
            if one.conversion == spoken.entry.event_id
        ),
        key=lambda one: (-one.touch.at_ms, one.touch.event_id),
    )
    winner = max((one for one in candidates if one.won), key=_rank, default=None)
    return Verdict(
        definition=ref_of(order.definition),
        window=window,
        winner=winner.touch if winner else None,
        reason=spoken.entry.reason or model.won,
        candidates=tuple(candidates),
        entries=tuple(row.entry for row in rows),
    )


def _rank(one: Candidate) -> tuple[int, int, str]:
    """Rank by credit; of equal ones the later touch goes first (ATTR-3)."""
    return one.credit_millionths, one.touch.at_ms // SECOND_MS, one.touch.event_id


def _candidate(looked: Looked, definition: AttributionDefinition, spoken: Found, rows: Sequence[Found]) -> Candidate:
    mine = [row.entry for row in rows if row.entry.touch_event_id == looked.touch.event_id]
    paid = [entry for entry in mine if entry.event_id == spoken.entry.event_id]
    credit_millionths = sum(entry.credit_millionths for entry in paid)
    out = _out(looked, definition, spoken)
    model = model_named(definition.model)
    return Candidate(
        touch=looked.touch,
        own=looked.own,
        won=credit_millionths > 0,
        reason=out or _of_model(model, won=credit_millionths > 0),
        credit_millionths=credit_millionths,
        value_fen=_sum(entry.value_fen for entry in paid),
        net_fen=_sum(entry.value_fen for entry in mine),
    )


def _of_model(model: Model, *, won: bool) -> str:
    return model.won if won else model.lost


def _out(looked: Looked, definition: AttributionDefinition, spoken: Found) -> str | None:
    if looked.twice:
        return "duplicate_click"
    if spoken.conversion_at_ms is None:
        return None
    out = why_out(
        looked.touch,
        conversion_at_ms=spoken.conversion_at_ms,
        window=spoken.window,
        kind_window=definition.kind_windows.get(looked.touch.kind),
    )
    return out or ("deeper_act" if looked.shallow else None)


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Add up; one unknown amount makes the sum unknown (ATTR-7)."""
    told = list(amounts)
    return None if None in told else sum(amount for amount in told if amount is not None)
