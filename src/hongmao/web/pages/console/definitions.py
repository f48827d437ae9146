"""统计口径: what every figure on the other pages means, with versions and fingerprints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.definitions.api import AttributionDefinition, MetricDefinition
from hongmao.insight.contracts import Words
from hongmao.kernel.time import day_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.definitions.api import AnyDefinition
    from hongmao.web.pages.console.views import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """One version of one definition."""

    key: str
    """`cpuv.v1`: also the anchor that figures link to."""
    id: str
    version: int
    name: Words
    counted: Words
    formula: str | None
    """A ratio's two measures; None for everything else."""
    windows: tuple[str, ...]
    effective: str
    """First day in force, ISO."""
    fingerprint: str
    in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Definitions of one sort."""

    name: str
    """`attribution` or `metrics`."""
    rows: tuple[DefinitionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsPage:
    """口径."""

    frame: Frame
    on: date
    groups: tuple[Group, ...]


def definitions(request: Request) -> Response:
    """Answer `GET /console/definitions`."""
    frame = frame_of(request, "definitions")
    services = services_of(request)
    on = day_of(services.clock.now_ms())
    registry = services.definitions
    current = {one.key for one in registry.in_force(on)}
    groups = (
        Group(name="metrics", rows=_rows(registry.all(), MetricDefinition, current)),
        Group(name="attribution", rows=_rows(registry.all(), AttributionDefinition, current)),
    )
    return render(request, "console/definitions.html", DefinitionsPage(frame=frame, on=on, groups=groups))


def _rows(all_: Iterable[AnyDefinition], kind: type[AnyDefinition], current: set[str]) -> tuple[DefinitionRow, ...]:
    return tuple(_row(one, in_force=one.key in current) for one in all_ if isinstance(one, kind))


def _row(one: AnyDefinition, *, in_force: bool) -> DefinitionRow:
    formula: str | None = None
    windows: tuple[str, ...] = ()
    match one:
        case MetricDefinition(ratio=ratio) if ratio is not None:
            formula = f"{ratio.numerator} ÷ {ratio.denominator}" + (f" × {ratio.per:,}" if ratio.per != 1 else "")
        case MetricDefinition(measure=measure) if measure is not None:
            windows = measure.windows
        case AttributionDefinition():
            windows = one.windows
        case _:
            pass  # a measure of its own has neither
    return DefinitionRow(
        key=one.key,
        id=one.id,
        version=one.version,
        name=Words(zh=one.name.zh, en=one.name.en),
        counted=Words(zh=one.counted.zh, en=one.counted.en),
        formula=formula,
        windows=windows,
        effective=one.effective.isoformat(),
        fingerprint=one.fingerprint,
        in_force=in_force,
    )
