"""What a plan must have been right about, worked out from the plan alone on one side and from the rows on the other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hongmao.definitions.api import MoveFigure, RecomputeCredits
from hongmao.insight.readings import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.definitions.api import Plan, Reading


def moved_by(plan: Plan, before: Mapping[Place, Reading]) -> dict[Place, Reading]:
    """Work out from the plan alone what every figure must read afterwards."""
    after = dict(before)
    for step in plan.steps:
        if isinstance(step, MoveFigure):
            place = Place(metric=step.metric, day=step.day, note=step.note)
            assert before[place] == step.before
            after[place] = step.after
    return after


def told_by(plan: Plan) -> dict[str, tuple[int, date, date]]:
    """Read from a plan how many credits come under which definition, and of which days."""
    return {
        step.definition: (step.rows, step.first_day, step.last_day)
        for step in plan.steps
        if isinstance(step, RecomputeCredits)
    }


def counted(rows: list[dict[str, object]]) -> dict[str, tuple[int, date, date]]:
    """Count the same from the rows."""
    days: dict[str, list[date]] = {}
    for row in rows:
        day = row["event_day"]
        assert isinstance(day, date)
        days.setdefault(f"{row['definition_id']}.v{row['definition_version']}", []).append(day)
    return {key: (len(of), min(of), max(of)) for key, of in days.items()}
