"""What becomes of credits and figures under other definitions: the house's answer to a desk that plans a change."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.api import Attribution
from hongmao.definitions.api import DropCredits, MoveFigure, Outlook, RecomputeCredits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.bootstrap.glass import Glass
    from hongmao.definitions.api import AttributionDefinition, Registry


class Outlooks:
    """Implements `definitions.store.Foresight`: both sets of definitions over the same events, nothing published."""

    def __init__(self, attribution: Attribution, glass: Glass) -> None:
        """Compute by the house's engine, read by its glass."""
        self._attribution = attribution
        self._glass = glass

    def look(self, before: Registry, after: Registry) -> Outlook:
        """Compute the credits of both once, and every figure under the one and under the other."""
        until = self._attribution.newest_day()
        old, new = (Attribution.credited(one, until=until) for one in (before, after))
        every = {_identity(one): one for one in (*old, *new)}
        rows = self._attribution.credits_under(tuple(every.values()))
        with (
            self._glass.insight(before, credited=_of(rows, old)) as was,
            self._glass.insight(after, credited=_of(rows, new)) as will,
        ):
            readings, later = was.readings(), will.readings()
        moved = (
            MoveFigure(metric=place.metric, day=place.day, note=place.note, before=readings[place], after=later[place])
            for place in sorted(readings.keys() & later.keys(), key=lambda place: place.order)
            if readings[place] != later[place]
        )
        return Outlook(credits=tuple(_steps(rows, old, new)), figures=tuple(moved))


def _steps(
    rows: Any, old: Sequence[AttributionDefinition], new: Sequence[AttributionDefinition]
) -> Iterator[RecomputeCredits | DropCredits]:
    stays = {_identity(one) for one in old} & {_identity(one) for one in new}
    for step, side in ((DropCredits, old), (RecomputeCredits, new)):
        for one in side:
            mine = _of(rows, [one])
            if _identity(one) not in stays and mine.num_rows:
                days = pc.min_max(mine["event_day"]).as_py()
                yield step(definition=one.key, first_day=days["min"], last_day=days["max"], rows=mine.num_rows)


def _of(rows: Any, definitions: Sequence[AttributionDefinition]) -> Any:
    """Take the rows of some definitions, in the order they have."""
    mine = pa.scalar(value=False)
    for one in definitions:
        named = (one.id, one.version, one.fingerprint)
        columns = ("definition_id", "definition_version", "fingerprint")
        mine = pc.or_(
            mine, reduce(pc.and_, (pc.equal(rows[column], is_) for column, is_ in zip(columns, named, strict=True)))
        )
    return rows.filter(mine) if definitions else rows[:0]


def _identity(one: AttributionDefinition) -> tuple[str, int, str]:
    return one.id, one.version, one.fingerprint
