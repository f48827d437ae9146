"""Gathering: the rows of measures, one query for every question that some of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from hongmao.insight import creators
from hongmao.insight.cells import Cells, Row
from hongmao.insight.lines import REPORTED_BY_LINE
from hongmao.insight.questions import asked
from hongmao.insight.rules import days_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.definitions.contracts import Measure
    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.creators import Orders
    from hongmao.insight.queries import Queries
    from hongmao.insight.questions import Question
    from hongmao.insight.sight import Sight

By = Literal["nothing", "note", "link", "platform"]
"""What cells are kept apart by, beside the day."""

CREDIT_BY = "last_click"
"""The attribution whose credits reports show; others stand beside it in an order's trace."""


def gather(
    queries: Queries,
    measures: Iterable[Measure],
    sight: Sight,
    query: ReportQuery,
    *,
    by: By,
    version: int,
    charged: list[Row],
    orders: Orders | None = None,
) -> Cells:
    """Ask for the rows of measures; credit is that of a `version`, `charged` are the ledger's, which no query holds.

    `orders` are what our own books paid creators: they stand beside what 蒲公英's report tells.
    """
    shared: dict[str, object] = {
        "tenant": sight.tenant,
        "merchant": sight.merchant,
        "line": None if query.scope == "all" else query.scope,
        "from_day": query.from_day.isoformat(),
        "to_day": query.to_day.isoformat(),
        "window": query.window,
        "definition": CREDIT_BY,
        "version": version,
        "by": by,
    }
    rows: dict[Question, list[Row]] = {}
    for question, kinds in asked(measures, query.clock).items():
        if question.source == "charged":
            rows[question] = charged
        elif question.source != "days":
            rows[question] = queries.read(
                question.source, Row, **{**shared, **question.parameters(), "kinds": sorted(kinds)}
            )
            if orders is not None and kinds & {creators.REPORT}:
                rows[question] = [*rows[question], *orders.rows(queries, sight, query, question, by=by)]
    # A line whose shops return nothing but a report has no 成交额 of ours, whatever other lines were told.
    heard = query.scope not in REPORTED_BY_LINE and bool(queries.read("heard", Heard, tenant=sight.tenant))
    return Cells(rows, clock=query.clock, days=days_of(query), heard=heard, whole=sight.tenant is None)


class Heard(msgspec.Struct, frozen=True):
    """A platform from which something has come."""

    platform: str
