"""Pure decisions: whether a touch can be credited, and how an order's verdicts follow from what the engine found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.contracts import (
    Candidate,
    DefinitionRef,
    Entry,
    OrderExplained,
    SubOrderExplained,
    Verdict,
)
from hongmao.attribution.models import model_named
from hongmao.kernel.time import Window, span_ms

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One credits row with what names its place: sub-order, window, conversion."""

    platform: str | None
    sub_order_id: str | None
    tenant: str | None
    merchant: str | None
    shop: str | None
    click_id: str | None
    window: str
    conversion_at_ms: int | None
    touch_event_id: str | None
    entry: Entry


def ref_of(definition: AttributionDefinition) -> DefinitionRef:
    """Name a definition as rows do."""
    return DefinitionRef(
        id=definition.id, version=definition.version, fingerprint=definition.fingerprint, model=definition.model
    )


def why_out(touch: Touch, *, conversion_at_ms: int, length_ms: int | None) -> str | None:
    """Say why a touch cannot be credited for a conversion, or None if it can. Windows are half open (ATTR-1)."""
    if touch.invalid is not None:
        return "click_invalid"
    if touch.at_ms > conversion_at_ms:
        return "after_conversion"
    if length_ms is not None and not Window.after(touch.at_ms, length_ms=length_ms).contains(conversion_at_ms):
        return "outside_window"
    return None


def explain(
    order_id: str, found: Sequence[tuple[AttributionDefinition, Sequence[Found], Sequence[Looked]]]
) -> OrderExplained:
    """Put an order's trace together from what the engine found under each definition."""
    places = {_place(row): row for _, rows, _ in found for row in _payments_last(rows)}
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
                conversion_at_ms=row.conversion_at_ms,
                verdicts=tuple(
                    verdict
                    for definition, rows, looked in found
                    for verdict in _verdicts(definition, [one for one in rows if _place(one) == place], looked)
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


def _verdicts(definition: AttributionDefinition, rows: Sequence[Found], looked: Sequence[Looked]) -> list[Verdict]:
    windows = list(dict.fromkeys(row.window for row in sorted(rows, key=lambda row: span_ms(row.window))))
    return [_verdict(definition, window, [row for row in rows if row.window == window], looked) for window in windows]


def _verdict(
    definition: AttributionDefinition, window: str, rows: Sequence[Found], looked: Sequence[Looked]
) -> Verdict:
    spoken = _payments_last(rows)[-1]
    model = model_named(definition.model)
    candidates = [
        _candidate(one, spoken, model, length_ms=span_ms(window))
        for one in looked
        if one.conversion == spoken.entry.event_id
    ]
    winner = next((candidate.touch for candidate in candidates if candidate.won), None)
    return Verdict(
        definition=ref_of(definition),
        window=window,
        winner=winner,
        reason=spoken.entry.reason or model.won,
        candidates=tuple(sorted(candidates, key=lambda one: (-one.touch.at_ms, one.touch.event_id))),
        entries=tuple(row.entry for row in rows),
    )


def _candidate(looked: Looked, spoken: Found, model: Model, *, length_ms: int) -> Candidate:
    out = (
        why_out(looked.touch, conversion_at_ms=spoken.conversion_at_ms, length_ms=length_ms)
        if spoken.conversion_at_ms is not None
        else None
    )
    won = looked.touch.event_id == spoken.touch_event_id
    return Candidate(touch=looked.touch, own=looked.own, won=won, reason=out or (model.won if won else model.lost))
