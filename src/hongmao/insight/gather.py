"""Gathering: the rows of every measure that reports show, asked for by source and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from hongmao.insight.cells import Cells, Row, clock_of, source_of

if TYPE_CHECKING:
    from hongmao.insight.contracts import ReportQuery, ViewClock
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight
    from hongmao.insight.vocabulary import Vocabulary

By = Literal["nothing", "note", "link", "platform"]
"""What cells are kept apart by, beside the day."""

CREDIT_BY = "last_click"
"""The attribution whose credits reports show; others stand beside it in an order's trace."""


def gather(
    queries: Queries, vocabulary: Vocabulary, sight: Sight, query: ReportQuery, *, by: By, charged: list[Row]
) -> Cells:
    """Ask for the rows of every measure that reports show; `charged` are the ledger's, which no query holds."""
    shared: dict[str, object] = {
        "tenant": sight.tenant,
        "merchant": sight.merchant,
        "line": None if query.scope == "all" else query.scope,
        "from_day": query.from_day.isoformat(),
        "to_day": query.to_day.isoformat(),
        "window": query.window,
        "definition": CREDIT_BY,
        "by": by,
    }
    rows: dict[tuple[str, ViewClock], list[Row]] = {}
    for (source, clock), kinds in _asked(vocabulary, query.clock).items():
        if source == "charged":
            rows[source, clock] = charged
        else:
            rows[source, clock] = queries.read(source, Row, **shared, clock=clock.value, kinds=sorted(kinds))
    heard = bool(queries.read("heard", Heard, tenant=sight.tenant))
    return Cells(rows, clock=query.clock, heard=heard)


class Heard(msgspec.Struct, frozen=True):
    """A platform from which something has come."""

    platform: str


def _asked(vocabulary: Vocabulary, wanted: ViewClock) -> dict[tuple[str, ViewClock], set[str]]:
    asked: dict[tuple[str, ViewClock], set[str]] = {}
    for metric in vocabulary.measures():
        if (measure := metric.measure) is not None:
            asked.setdefault((source_of(measure), clock_of(measure, wanted)), set()).update(measure.kinds)
    return asked
