"""What an attribution definition must hold by itself: windows that can be kept, kinds that are touches, no idle rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.definitions.contracts import RETENTION_DAYS
from hongmao.definitions.errors import KindNoTouch, NotApplied, WindowBeyondRetention, WindowNotOffered
from hongmao.definitions.formulas import LATE_DAYS
from hongmao.kernel.time import DAY_MS, span_ms

if TYPE_CHECKING:
    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.definitions.formulas import Place

TIES: Final = {"platform": "higher_event_id_in_second", "files": "order_then_key"}


def check_attribution(one: AttributionDefinition, place: Place) -> None:
    """Refuse an attribution definition that cannot hold; raises a `DefinitionRefused` with its line."""
    if one.default_window is not None and one.default_window not in one.windows:
        raise WindowNotOffered(place=place(one, ("default_window",)), key=one.default_window)
    if one.late_days not in LATE_DAYS:
        raise NotApplied(place=place(one, ("late_days",)), key="late_days", value=one.late_days)
    if one.tie != TIES[one.scope]:
        raise NotApplied(place=place(one, ("tie",)), key="tie", value=one.tie)
    # Anybody's files hold what they hold; what we keep of a platform is bounded.
    if one.scope == "platform":
        for window in one.windows:
            _check_kept(window, place(one, ("windows",)))
    for kind, window in one.kind_windows.items():
        _check_kind_window(one, kind, window, place(one, ("kind_windows", kind)))


def _check_kind_window(one: AttributionDefinition, kind: str, window: str, place: str) -> None:
    if kind not in one.touches:
        raise KindNoTouch(place=place, kind=kind)
    _check_kept(window, place)
    if one.windows and span_ms(window) > max(map(span_ms, one.windows)):
        raise NotApplied(place=place, key=f"kind_windows.{kind}", value=window)


def _check_kept(window: str, place: str) -> None:
    if span_ms(window) > RETENTION_DAYS * DAY_MS:
        raise WindowBeyondRetention(place=place, window=window, days=RETENTION_DAYS)
