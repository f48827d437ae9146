"""The city report: the whole deployment in one object, for its operator.

Nothing of the clock and nothing by chance is in it, so that after a rebuild it prints as before, byte for byte.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations when it converts)
from typing import TYPE_CHECKING

import msgspec

from hongmao.definitions.api import UNKNOWN, render_value
from hongmao.insight.exports import plain_costs
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.lines import line_rows
from hongmao.insight.ops import return_counts
from hongmao.insight.vocabulary import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.insight.cells import Cells
    from hongmao.insight.contracts import CostSheet, ReportQuery, ReturnCount
    from hongmao.insight.queries import Queries
    from hongmao.insight.vocabulary import Vocabulary

COUNTS = (
    "impressions",
    "clicks",
    "component_clicks",
    "visits",
    "new_visitors",
    "carts",
    "orders",
    "purchases",
    "refunds",
)
AMOUNTS = {"spend_fen": "spend", "gmv_fen": "gmv_gross", "gmv_net_fen": "gmv_net"}
RATIOS = ("roi_gross", "roi_net")


class Span(msgspec.Struct, frozen=True):
    """First and last day of the log."""

    first_day: date | None
    last_day: date | None


class _Paid(msgspec.Struct, frozen=True):
    platform: str
    gross_fen: int | None


class _Count(msgspec.Struct, frozen=True):
    acts: int


def city_report(
    queries: Queries,
    vocabulary: Vocabulary,
    query: ReportQuery,
    *,
    whole: Cells,
    by_platform: Cells,
    ledger_balanced: bool,
    costs: CostSheet,
) -> dict[str, object]:
    """Write the report as plain data: whole numbers, strings, booleans, null where unknown; keys in a stable order."""
    span: dict[str, object] = {
        "from_day": query.from_day.isoformat(),
        "to_day": query.to_day.isoformat(),
    }
    everybody: dict[str, object] = {"tenant": None, "order_id": None, "platform": None}
    paid = {row.platform: row.gross_fen for row in queries.read("paid", _Paid, **span, **everybody)}
    returns = return_counts(queries, **{key: str(value) for key, value in span.items()})
    names = sorted(by_platform.parts | set(paid) | {row.platform for row in returns})
    return {
        **span,
        **_figures(vocabulary, whole),
        "impressions_organic": queries.read("organic", _Count, **span)[0].acts,
        "gmv_all_returned_fen": _sum(paid.values()),
        "ledger_balanced": ledger_balanced,
        "costs": plain_costs(costs),
        "returns": _outcomes(returns),
        "lines": line_rows(queries),
        "platforms": {
            name: {
                **_figures(vocabulary, by_platform, name),
                "gmv_all_returned_fen": paid.get(name, 0),
                "returns": _outcomes(row for row in returns if row.platform == name),
            }
            for name in names
        },
        "definitions": {
            "window": query.window,
            "clock": query.clock.value,
            "scope": query.scope,
            **{
                definition.key: definition.fingerprint
                for definition in (
                    vocabulary.attribution(CREDIT_BY),
                    *(vocabulary.metric(name) for name in (*SHOWN, *RATIOS)),
                )
            },
        },
    }


def _figures(vocabulary: Vocabulary, cells: Cells, platform: str | None = None) -> dict[str, object]:
    counts = {name: cells.part(vocabulary.metric(name), of=platform).value for name in COUNTS}
    amounts = {key: cells.part(vocabulary.metric(name), of=platform).value for key, name in AMOUNTS.items()}
    return {**counts, **amounts, **{name: _ratio(vocabulary, cells, name, platform) for name in RATIOS}}


def _ratio(vocabulary: Vocabulary, cells: Cells, name: str, platform: str | None) -> str | None:
    metric = vocabulary.metric(name)
    top, bottom = vocabulary.operands(metric)
    numerator = cells.part(top, of=platform).value
    denominator = cells.part(bottom, of=platform).value if bottom is not None else None
    text = render_value(metric, numerator, denominator)
    return None if text == UNKNOWN else text.replace(",", "")


def _outcomes(rows: Iterable[ReturnCount]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.outcome] = counted.get(row.outcome, 0) + row.count
    return dict(sorted(counted.items()))


def _sum(amounts: Iterable[int | None]) -> int | None:
    every = list(amounts)
    known = [amount for amount in every if amount is not None]
    return sum(known) if known or not every else None
