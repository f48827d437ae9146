"""What creators cost: orders that our own books paid out, as cells beside those of 蒲公英's report.

The same order may stand in both. A note that the report tells of is the report's: nothing of our books is added to it, so no
order counts twice. What neither has is unknown, and never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.insight.cells import Row
from hongmao.insight.rules import days_of
from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.billing.api import Billing, CreatorCost
    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.gather import By
    from hongmao.insight.queries import Queries
    from hongmao.insight.questions import Question
    from hongmao.insight.sight import Sight

REPORT: Final = "pgy_orders"
"""The report of 蒲公英 that tells what orders cost."""
FIELDS: Final[Mapping[str, Callable[[CreatorCost], int]]] = {
    "creator_fen": lambda cost: cost.price_fen,
    "service_fen": lambda cost: cost.fee_fen,
}
"""The report's fields that our books know too."""


class _Told(msgspec.Struct, frozen=True):
    note: str | None


class Orders:
    """Reads creators' orders from billing, which alone knows them."""

    def __init__(self, billing: Billing) -> None:
        """Read one billing."""
        self._billing = billing

    def rows(self, queries: Queries, sight: Sight, query: ReportQuery, question: Question, *, by: By) -> list[Row]:
        """Write what was paid out in a range as cells of a question, by the day of the payment."""
        amount = FIELDS.get(question.field or "")
        if question.source != "told" or amount is None:
            return []
        days = days_of(query)
        if not days:
            return []
        window = Window(Window.of_day(days[0]).start_ms, Window.of_day(days[-1]).end_ms)
        found = self._billing.creators.costs(sight.tenant, window)
        if not found:
            return []
        told = {row.note for row in queries.read("notes_told", _Told, tenant=sight.tenant, reports=[REPORT])}
        return [
            Row(day=cost.day, part=_part(cost, by), kind=REPORT, acts=cost.orders, value=amount(cost))
            for cost in found
            if sight.merchant in (None, cost.merchant) and cost.note not in told
        ]


def _part(cost: CreatorCost, by: By) -> str | None:
    match by:
        case "note":
            return cost.note
        case "nothing":
            return ""
        case _:  # an order is of a note, and of no link or platform
            return None
