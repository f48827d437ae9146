"""One row for each platform and line (CID, UD): from the taps over what came back to what was sent on.

UD效果 returns no orders, only its report: its figures are Alibaba's own and stand apart, under `reported`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from hongmao.insight.queries import Queries

REPORTED_BY_LINE = {"ud": "ud_daily"}
"""Lines whose shop's side is known by a report alone, and which report."""


class LineCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What one line of one platform has come to. `line` is None where no click of ours says which."""

    platform: str
    line: str | None
    jumps: int
    visits: int
    orders: int
    refunds: int
    facts: int
    """Facts of sub-orders that were returned: what reconciliation holds against the shop's word."""
    sent_delivered: int
    sent_dead: int
    sent_sampled_out: int


class _Figure(msgspec.Struct, frozen=True):
    platform: str
    line: str | None
    report: str
    figure: str
    value: int


def line_rows(queries: Queries) -> list[dict[str, object]]:
    """Count every line of the deployment, as plain data: unknown is null, and figures of a report stand apart."""
    counts = queries.read("lines", LineCounts, tenant=None)
    figures = queries.read("reported", _Figure, tenant=None)
    return [_row(one, figures) for one in counts if one.line is not None]


def _row(one: LineCounts, figures: list[_Figure]) -> dict[str, object]:
    row: dict[str, object] = msgspec.to_builtins(one)
    report = REPORTED_BY_LINE.get(one.line or "")
    if report is None:
        return {**row, "reported": None}
    said = {
        figure.figure: figure.value
        for figure in figures
        if (figure.platform, figure.line, figure.report) == (one.platform, one.line, report)
    }
    # What a line's shop never returns is unknown here, not zero.
    unknown = dict.fromkeys(("visits", "orders", "refunds", "facts"))
    return {**row, **unknown, "reported": said}
