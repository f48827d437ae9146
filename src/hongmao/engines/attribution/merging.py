"""From rows that were made to a snapshot: by definition and day, only the parts that rows have changed in are written."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hongmao.attribution import queries
from hongmao.attribution.contracts import CREDITS_TABLE
from hongmao.engines.attribution.rows import CREDITS_SCHEMA
from hongmao.engines.lake.shown import source_of
from hongmao.engines.lake.warm import sql_text
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future, ThreadPoolExecutor
    from pathlib import Path

    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.lake.derived import Derived, Draft
    from hongmao.engines.lake.snapshot import Part
    from hongmao.engines.session import Session

_COLUMNS: Final = ", ".join(f'"{name}"' for name in CREDITS_SCHEMA.names)
_WRITING_MAX: Final = 4  # parts that are read and not yet on disk: what bounds memory here
_Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A draft that holds everything, and what of it is new."""

    draft: Draft
    written: int
    kept: int
    first_day: str | None
    last_day: str | None


class Merging:
    """One snapshot in the making."""

    def __init__(self, session: Session, derived: Derived, kept: Sequence[AttributionDefinition]) -> None:
        """Begin with the parts of the definitions that are `kept`; those of all others are left out."""
        self._session = session
        self._folder = derived.folder(CREDITS_TABLE)
        self._kept = tuple(kept)
        ids = {(one.id, one.version) for one in kept}
        before = derived.current(CREDITS_TABLE)
        self._before = {place: part for part in before.parts if (place := _place_of(part))[:2] in ids}
        self._had = {part.path for part in before.parts}
        self._draft = derived.draft(CREDITS_TABLE, CREDITS_SCHEMA)
        self._parts: list[Part] = []
        self._writing: deque[Future[Part]] = deque()

    def take_changed(self, made: Any, pool: ThreadPoolExecutor) -> None:
        """Put rows in the place of those of the events that are `replaced`, in the parts in which they differ."""
        self._session.give("made", made)
        windows = {(one.id, one.version): _windows(one) for one in self._kept}
        for place in self._moved():
            self._write(place, windows[place[:2]], "made", pool, self._before.pop(place, None))
        self._session.drop("made")

    def _moved(self) -> list[_Place]:
        """Name the parts that change. Most that are asked for do not: a part costs far more to write than to compare."""
        days = self._session.table("select distinct day from replaced")["day"].to_pylist()
        before = [part for place, part in self._before.items() if place[2] in set(days)]
        parts = source_of(self._folder, CREDITS_SCHEMA.names, before) if before else "(from made where false)"
        sql = queries.text("affected/moved").format(columns=_COLUMNS, parts=parts, made="made")
        return [
            (row["definition_id"], row["definition_version"], row["day"])
            for row in self._session.table(sql).to_pylist()
        ]

    def take_slices(
        self, paths: Sequence[Path], definitions: Sequence[AttributionDefinition], pool: ThreadPoolExecutor
    ) -> None:
        """Add all rows of definitions that had none, from files of slices."""
        if not paths:
            return
        made = f"read_parquet([{', '.join(sql_text(path) for path in paths)}])"
        places = self._session.table(queries.text("affected/places").format(made=made)).to_pylist()
        windows = {(one.id, one.version): _windows(one) for one in definitions}
        for row in places:
            place = row["definition_id"], row["definition_version"], row["day"]
            self._write(place, windows[place[:2]], made, pool, None)

    def finish(self) -> Merged:
        """Wait for what is being written, and take over what has not changed."""
        while self._writing:
            self._parts.append(self._writing.popleft().result())
        for part in self._before.values():
            self._draft.keep(part)
        parts = [*self._parts, *self._before.values()]
        written = sum(part.path not in self._had for part in self._parts)
        days = [_place_of(part)[2] for part in parts]
        return Merged(
            draft=self._draft,
            written=written,
            kept=len(parts) - written,
            first_day=min(days, default=None),
            last_day=max(days, default=None),
        )

    def _write(
        self, place: _Place, windows: Sequence[str], made: str, pool: ThreadPoolExecutor, before: Part | None
    ) -> None:
        kept = ""
        if before is not None:
            source = source_of(self._folder, CREDITS_SCHEMA.names, [before])
            kept = queries.text("affected/kept").format(columns=_COLUMNS, part=source)
        sql = queries.text("affected/merged").format(columns=_COLUMNS, kept=kept, made=made)
        given = {
            "definition_id": place[0],
            "definition_version": place[1],
            "event_day": place[2],
            "windows": list(windows),
        }
        rows = self._session.table(sql, given)
        if not rows.num_rows:
            return
        key = (("definition_id", place[0]), ("definition_version", str(place[1])), ("event_day", place[2]))
        if len(self._writing) >= _WRITING_MAX:
            self._parts.append(self._writing.popleft().result())
        self._writing.append(pool.submit(self._draft.put, rows, key))


def _place_of(part: Part) -> _Place:
    key = dict(part.key)
    return key.get("definition_id", ""), int(key.get("definition_version", 0)), key.get("event_day", "")


def _windows(one: AttributionDefinition) -> list[str]:
    return sorted(one.windows, key=span_ms)
