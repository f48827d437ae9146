"""统计口径: what every figure on the other pages means, where each version stands, and by whom it was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission, may
from hongmao.definitions.api import AttributionDefinition, MetricDefinition, State
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

    from hongmao.definitions.api import AnyDefinition, VersionRecord
    from hongmao.web.pages.console.views import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """One version of one definition."""

    key: str
    """`cpuv.v1`."""
    anchor: str | None
    """Where figures link to: the key; None for a version that was taken back, whose key may stand again."""
    id: str
    version: int
    name: Words
    counted: Words
    formula: str | None
    """What a ratio or total is made of; None for everything else."""
    windows: tuple[str, ...]
    effective: str
    """First day in force, ISO."""
    fingerprint: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Definitions of one sort."""

    name: str
    """`metrics`, `attribution` (the platform's) or `files` (for anybody's files)."""
    rows: tuple[DefinitionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsPage:
    """口径."""

    frame: Frame
    on: date
    groups: tuple[Group, ...]
    may_plan: bool
    """Whether this reader may ask what a draft would change: it speaks of the whole deployment's figures."""


def definitions(request: Request) -> Response:
    """Answer `GET /console/definitions`."""
    frame = frame_of(request, "definitions")
    services = services_of(request)
    records = services.definition_desk.versions()
    groups = (
        Group(name="attribution", rows=_rows(one for one in records if sort_of(one.definition) == "attribution")),
        Group(name="metrics", rows=_rows(one for one in records if sort_of(one.definition) == "metrics")),
        Group(name="files", rows=_rows(one for one in records if sort_of(one.definition) == "files")),
    )
    page = DefinitionsPage(
        frame=frame,
        on=day_of(services.clock.now_ms()),
        groups=tuple(group for group in groups if group.rows),
        may_plan=may(frame.who, Permission.OPERATE),
    )
    return render(request, "console/definitions.html", page)


def sort_of(one: AnyDefinition) -> str:
    """Name the group of a definition."""
    if isinstance(one, AttributionDefinition):
        return "files" if one.scope == "files" else "attribution"
    return "metrics"


def formula_of(one: AnyDefinition) -> str | None:
    """Write what a ratio or a total is made of; None for everything else."""
    if not isinstance(one, MetricDefinition):
        return None
    if one.ratio is not None:
        times = f" × {one.ratio.per:,}" if one.ratio.per != 1 else ""
        return f"{one.ratio.numerator} ÷ {one.ratio.denominator}{times}"
    if one.total is not None:
        return " ".join([" + ".join(one.total.plus), *(f"− {name}" for name in one.total.minus)])
    return None


def _rows(records: Iterable[VersionRecord]) -> tuple[DefinitionRow, ...]:
    return tuple(_row(one) for one in records)


def _row(record: VersionRecord) -> DefinitionRow:
    one = record.definition
    windows: tuple[str, ...] = ()
    if isinstance(one, AttributionDefinition):
        windows = one.windows
    elif one.measure is not None:
        windows = one.measure.windows
    return DefinitionRow(
        key=one.key,
        anchor=None if record.state is State.REVERTED else one.key,
        id=one.id,
        version=one.version,
        name=Words(zh=one.name.zh, en=one.name.en),
        counted=Words(zh=one.counted.zh, en=one.counted.en),
        formula=formula_of(one),
        windows=windows,
        effective=one.effective.isoformat(),
        fingerprint=one.fingerprint,
        state=record.state,
    )
