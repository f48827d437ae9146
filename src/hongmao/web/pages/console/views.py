"""View models of the merchant console: one dataclass a page; what a template may know stands here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.insight.contracts import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.catalog.contracts import Principal, Tenant
    from hongmao.insight.contracts import DayPoint, DefinitionRef, Figure, FunnelStep, NoteRow, Overview, Words
    from hongmao.kernel.ids import TenantId
    from hongmao.web.pages.charts.funnel import Slice
    from hongmao.web.pages.console.filters import Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One entry of the navigation."""

    name: str
    """Which page: its words are `nav.NAME`, its sign has the same name."""
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds every page of the console."""

    who: Principal
    """Who is asking, standing in the tenant whose rows are shown."""
    user: str
    """Name of who is signed in."""
    tenant: TenantId
    """Whose rows are shown."""
    tenant_name: str
    """Its name; empty where the page shows no tenant's rows."""
    tenants: tuple[Tenant, ...]
    """What an administrator may choose from; empty for everybody else."""
    nav: tuple[NavItem, ...]
    home: str
    """Where the logo leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A card: one figure, what it is made of, and its shape over the days."""

    figure: Figure
    parts: str | None
    """Numerator and denominator of a ratio, written out; None for counts and amounts."""
    spark: tuple[float | None, ...]
    """One value per day; empty where there is no daily series of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelBar:
    """One step with the shapes that draw it."""

    step: FunnelStep
    slice: Slice
    back: bool
    """Whether this step undoes the one before (退款)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """概览."""

    frame: Frame
    filters: Filters
    report: Overview
    all_spend: Figure | None
    """消耗 of all lines together, where one line is shown."""
    returned: tuple[Kpi, ...]
    """投流ROI and 全成本ROI, of all lines."""
    anything: bool
    """Whether anything at all happened in these days."""
    kpis: tuple[Kpi, ...]
    lesser: tuple[Kpi, ...]
    funnel: tuple[FunnelBar, ...]

    def name_of(self, metric: str) -> Words:
        """Say what a measure of the report is called by its definition."""
        figures = (*(step.count for step in self.report.steps), *self.report.figures())
        return next(figure.definition.name for figure in figures if figure.name == metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortHead:
    """A heading that sorts."""

    definition: DefinitionRef
    href: str
    sorted: str | None
    """`ascending`, `descending`, or None where the table is not sorted by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """One note with the figures of its columns."""

    note: NoteRow
    figures: tuple[Figure, ...]
    shape: tuple[float | None, ...]
    """Logarithm of each step from impression to purchase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesPage:
    """笔记."""

    frame: Frame
    filters: Filters
    heads: tuple[SortHead, ...]
    rows: tuple[NoteLine, ...]


def parts_of(figure: Figure) -> str | None:
    """Write a ratio's parts: `¥2,694.23 ÷ 25`; None where it is no ratio or a part is unknown."""
    if figure.numerator is None or not figure.denominator:
        return None
    match figure.unit:
        case Unit.RATE:
            return f"{figure.numerator:,} ÷ {figure.denominator:,}"
        case Unit.FEN_EACH:
            return f"¥{figure.numerator / 100:,.2f} ÷ {figure.denominator:,}"
        case Unit.MULTIPLE:
            return f"¥{figure.numerator / 100:,.2f} ÷ ¥{figure.denominator / 100:,.2f}"
        case _:
            return None


def value_of(figure: Figure) -> float | None:
    """Give a figure's value for drawing and sorting; None where unknown."""
    if not figure.known or figure.numerator is None:
        return None
    return figure.numerator / figure.denominator if figure.denominator else float(figure.numerator)


def daily(series: Sequence[DayPoint], top: str, bottom: str | None = None) -> tuple[float | None, ...]:
    """Take one line through the days: a field, or one field over another, None where either is unknown."""
    values: list[float | None] = []
    for point in series:
        above = getattr(point, top)
        below = 1 if bottom is None else getattr(point, bottom)
        values.append(None if above is None or not below else above / below)
    return tuple(values)
