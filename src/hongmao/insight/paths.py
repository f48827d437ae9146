"""路径: which ways readers took over the parts they touched, and how many of them led to a payment.

Readers who paid for nothing are counted, and counts of few people are not told (PRIV-5): a way that fewer than
`readers_min` of them took shows none of them, neither in the list nor in the flow.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import End, FlowRow, PathRow, Paths
from hongmao.insight.gather import CREDIT_BY
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hongmao.insight.contracts import ReportQuery, SplitBy
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight

READERS_MIN = 20
"""A cell of fewer readers is not told (PRIV-5)."""
STEPS_MAX = 100
"""Touches kept of one journey, the last ones: a reader who taps all day must not fill the memory."""
PATHS_SHOWN = 20
FLOW_COLUMNS = 4
"""Touches that the flow shows before the end; a picture of more is no picture."""
FLOW_PARTS = 8
"""Parts that the flow names in all; the others are drawn together."""
EARLIER = "…"
"""Stands for the touches before the last ones."""
OTHERS = "*"
"""Stands for all parts that are too small to be named."""


class Way(msgspec.Struct, frozen=True):
    """One way as `journeys.sql` gives it."""

    steps: tuple[str, ...]
    journeys: int
    conversions: int
    gross_fen: int | None
    net_fen: int | None
    unknown: int
    nulls: int


@dataclass(frozen=True, slots=True)
class _Walked:
    """A way as the flow draws it: shortened, lesser parts put together."""

    steps: tuple[str, ...]
    journeys: int
    nulls: int


def ways_of(queries: Queries, sight: Sight, query: ReportQuery, by: SplitBy, *, version: int) -> list[Way]:
    """Read every way of a tenant's readers in the range, most travelled first.

    What counts as paid for, and when, is told by one version of the definition that reports credit by.
    """
    return queries.read(
        "journeys",
        Way,
        tenant=sight.tenant,
        line=None if query.scope == "all" else query.scope,
        from_day=query.from_day.isoformat(),
        to_day=query.to_day.isoformat(),
        window=query.window,
        window_ms=span_ms(query.window),
        clock=query.clock.value,
        definition=CREDIT_BY,
        version=version,
        by=by.value,
        steps_max=STEPS_MAX,
    )


def paths(ways: Sequence[Way], name: Callable[[str], str], *, readers_min: int) -> Paths:
    """Write the ways for people: the most travelled as rows, all of them as a flow."""
    walked = _walked(ways)
    return Paths(
        rows=tuple(_row(way, name, readers_min) for way in ways[:PATHS_SHOWN]),
        more=max(0, len(ways) - PATHS_SHOWN),
        withheld=sum(_few(way.nulls, readers_min) for way in ways),
        flow=tuple(_flow(walked, name, readers_min)),
        flow_withheld=sum(_few(way.nulls, readers_min) for way in walked),
        steps_max=STEPS_MAX,
    )


def _row(way: Way, name: Callable[[str], str], readers_min: int) -> PathRow:
    return PathRow(
        steps=way.steps,
        names=tuple(map(name, way.steps)),
        journeys=way.journeys,
        conversions=way.conversions,
        gross_fen=way.gross_fen,
        net_fen=way.net_fen,
        partial=way.unknown > 0,
        nulls=None if _few(way.nulls, readers_min) else way.nulls,
    )


def _few(readers: int, readers_min: int) -> bool:
    """Tell whether a count is of somebody, but of too few to be told."""
    return 0 < readers < readers_min


def _walked(ways: Sequence[Way]) -> list[_Walked]:
    """Shorten ways to what a picture can hold; ways that become the same are added up before anything is withheld."""
    travelled: Counter[str] = Counter()
    for way in ways:
        for part in set(way.steps):
            travelled[part] += way.journeys + way.nulls
    named = {part for part, _ in sorted(travelled.items(), key=lambda one: (-one[1], one[0]))[:FLOW_PARTS]}
    journeys: Counter[tuple[str, ...]] = Counter()
    nulls: Counter[tuple[str, ...]] = Counter()
    for way in ways:
        steps = tuple(part if part in named else OTHERS for part in way.steps)
        short = steps if len(steps) <= FLOW_COLUMNS else (EARLIER, *steps[1 - FLOW_COLUMNS :])
        journeys[short] += way.journeys
        nulls[short] += way.nulls
    return [_Walked(steps, journeys[steps], nulls[steps]) for steps in sorted(journeys)]


def _flow(walked: Iterable[_Walked], name: Callable[[str], str], readers_min: int) -> list[FlowRow]:
    """Count the ribbons: from each touch to the next, and from the last one to how it ended."""
    ribbons: Counter[tuple[int, str, str, End | None]] = Counter()
    for way in walked:
        told = {End.BOUGHT: way.journeys, End.NOTHING: 0 if _few(way.nulls, readers_min) else way.nulls}
        for end, count in told.items():
            for step, (here, there) in enumerate(zip(way.steps, (*way.steps[1:], end), strict=True)):
                ribbons[step, here, str(there), end if step == len(way.steps) - 1 else None] += count
    return [
        FlowRow(
            step=step,
            from_key=here,
            from_name=_name(here, name, None),
            to_key=there,
            to_name=_name(there, name, end),
            end=end,
            journeys=count,
        )
        for (step, here, there, end), count in sorted(
            ribbons.items(), key=lambda one: (one[0][0], -one[1], one[0][1:3])
        )
        if count
    ]


def _name(key: str, name: Callable[[str], str], end: End | None) -> str:
    return "" if end is not None or key in {EARLIER, OTHERS} else name(key)
