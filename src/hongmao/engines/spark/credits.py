"""The platform's credits on Spark: the same queries and the same kernel, published by the same path as DuckDB's.

Spark reads the lake, joins and sorts; the pairs come to the kernel, and what it gives goes back. A run makes everything
anew: what pays for Spark is a lake that one machine cannot sort, not a day's change. One order is explained in process.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hongmao.attribution.contracts import CREDITS_TABLE
from hongmao.attribution.rules import ref_of
from hongmao.attribution.runs import RunManifest, Work
from hongmao.engines.attribution import making
from hongmao.engines.attribution.crediting import Crediting
from hongmao.engines.attribution.lake_engine import LakeCredits
from hongmao.engines.attribution.merging import Merging
from hongmao.engines.attribution.rows import CREDITS_SCHEMA
from hongmao.engines.attribution.slices import Run, Slices
from hongmao.kernel.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from hongmao.attribution.runs import Maker, Source
    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.lake.derived import Derived
    from hongmao.engines.session import Session
    from hongmao.engines.spark.tables import SparkTables, Steps
    from hongmao.engines.tables import DuckTables


class SparkCredits(LakeCredits):
    """The `KeepingEngine` of a deployment whose heavy questions go to Spark."""

    def __init__(self, spark: SparkTables, tables: DuckTables, derived: Derived, root: Path) -> None:
        """Ask `spark`; publish below the lake's root, and explain from `tables`."""
        super().__init__(tables, derived, root)
        self._spark = spark
        self._derived_tables = derived
        self._own = Slices(root)

    def credits_under(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute all credits without publishing them."""
        return self._spark.work(lambda steps: Crediting(steps).credits(definitions))

    def advance(
        self,
        definitions: Sequence[AttributionDefinition],
        *,
        on: date | None,
        whole: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> RunManifest:
        """Make everything anew and publish it, unless what was published is just that; durable on return."""
        before = None if whole else self.manifest()
        made = self._spark.work(lambda steps: self._made(steps, before, definitions))
        if not isinstance(made, _Made):
            return made
        if progress is not None:
            progress(1, 1)
        return self._lake.work(lambda session: self._publish(session, made, before, definitions, on))

    def _made(
        self, steps: Steps, before: RunManifest | None, definitions: Sequence[AttributionDefinition]
    ) -> _Made | RunManifest:
        source, maker = making.source_of(steps), self._maker()
        refs = tuple(map(ref_of, definitions))
        if before is not None and (before.source, before.maker, before.definitions) == (source, maker, refs):
            return before
        return _Made(source, maker, Crediting(steps).credits(definitions))

    def _maker(self) -> Maker:
        return replace(making.maker(), engine="spark", engine_version=f"spark {self._spark.version}")

    def _publish(
        self,
        session: Session,
        made: _Made,
        before: RunManifest | None,
        definitions: Sequence[AttributionDefinition],
        on: date | None,
    ) -> RunManifest:
        names = [f"{one.key} {one.fingerprint}" for one in definitions]
        run = Run(
            epoch=made.source.epoch,
            position=made.source.position,
            made=fingerprint(["spark", made.maker.code, *names]),
        )
        self._own.end()
        self._own.begin(run)
        self._own.put(0, made.credits)
        merging = Merging(session, self._derived_tables, ())
        with ThreadPoolExecutor(2) as pool:
            merging.take_slices(self._own.paths(1) if made.credits.num_rows else [], definitions, pool)
            done = merging.finish()
        refs = tuple(map(ref_of, definitions))
        told = RunManifest(
            source=made.source,
            on=None if on is None else on.isoformat(),
            definitions=refs,
            maker=made.maker,
            work=Work(
                whole=True,
                after=0,
                sub_orders=made.credits.num_rows,
                added=refs,
                dropped=() if before is None else tuple(one for one in before.definitions if one not in refs),
                parts_written=done.written,
                parts_kept=done.kept,
            ),
            first_day=done.first_day,
            last_day=done.last_day,
            rows=done.draft.rows,
            parts=done.written + done.kept,
            checksum=done.draft.checksum,
        )
        self._derived_tables.replace(CREDITS_TABLE, done.draft, columns=tuple(CREDITS_SCHEMA.names), about=told)
        self._own.end()
        return told


class _Made:
    """Credits of one snapshot, on their way to being published."""

    def __init__(self, source: Source, maker: Maker, credits_table: Any) -> None:
        self.source = source
        self.maker = maker
        self.credits = credits_table
