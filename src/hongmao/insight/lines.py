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


class _Days(msgspec.Struct, frozen=True):
    platform: str
    line: str
    report: str
    days: int
    their_clicks: int | None
    our_clicks: int


def line_rows(queries: Queries) -> list[dict[str, object]]:
    """Count every line of the deployment, as plain data: unknown is null, and figures of a report stand apart."""
    counts = queries.read("lines", LineCounts, tenant=None)
    figures = queries.read("reported", _Figure, tenant=None)
    days = queries.read("reported_days", _Days, tenant=None)
    return [_row(one, figures, days) for one in counts if one.line is not None]


def _row(one: LineCounts, figures: list[_Figure], days: list[_Days]) -> dict[str, object]:
    row: dict[str, object] = msgspec.to_builtins(one)
    report = REPORTED_BY_LINE.get(one.line or "")
    if report is None:
        return {**row, "reported": None, "reported_clicks": None}
    said = {
        figure.figure: figure.value
        for figure in figures
        if (figure.platform, figure.line, figure.report) == (one.platform, one.line, report)
    }
    # What a line's shop never returns is unknown here, not zero.
    unknown = dict.fromkeys(("visits", "orders", "refunds", "facts"))
    here = (one.platform, one.line, report)
    covered = next((day for day in days if (day.platform, day.line, day.report) == here), None)
    return {**row, **unknown, "reported": said, "reported_clicks": None if covered is None else _clicks(covered)}


def _clicks(covered: _Days) -> dict[str, object]:
    """Hold the clicks that a report counts against those that we saw on the days it covers: all it can be held to."""
    return {"days": covered.days, "theirs": covered.their_clicks, "ours": covered.our_clicks}
