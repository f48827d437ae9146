"""What several commands ask for in the same words: days, and whether to print JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from datetime import datetime

DAY: Final = click.DateTime(["%Y-%m-%d"])
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def span_of(from_day: datetime, to_day: datetime) -> Window:
    """Give the stretch from the first day's beginning to the last day's end, Asia/Shanghai."""
    first, last = from_day.date(), to_day.date()
    if last < first:
        raise click.BadParameter("--to is before --from")
    return Window(Window.of_day(first).start_ms, Window.of_day(last).end_ms)
