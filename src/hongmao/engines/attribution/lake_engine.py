"""Credits on the lake, kept up to date: what events have changed is made again, the rest stays as it was published.

A run reads one snapshot of the lake, decides what to make (`runs.plan`), makes it by the same queries and kernel as a
whole run, and publishes one snapshot of parts by definition and day in which only the parts that changed are new.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.attribution.contracts import CREDITS_TABLE, Tally
from hongmao.attribution.rules import ref_of
from hongmao.attribution.runs import RunManifest, Work, plan
from hongmao.engines.attribution import affected, making
from hongmao.engines.attribution.crediting import Crediting
from hongmao.engines.attribution.duckdb_engine import DuckDbCredits
from hongmao.engines.attribution.merging import Merging
from hongmao.engines.attribution.rows import CREDITS_SCHEMA
from hongmao.engines.attribution.slices import Run, Slices, slices_of
from hongmao.kernel.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from hongmao.attribution.runs import Plan
    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.lake.derived import Derived
    from hongmao.engines.session import Session
    from hongmao.engines.tables import DuckTables

    Progress = Callable[[int, int], None]

SUB_ORDERS_MAX: Final = 100_000
"""Of one slice of a run over everything: what bounds its memory, and what a run that is cut short loses."""
_TALLY: Final = """
select
  cast(count(*) as bigint) as rows,
  cast(count(distinct event_id) filter (where entry = 'pay' and credit_millionths > 0) as bigint) as conversions,
  cast(count(distinct event_id) filter (where entry = 'refund') as bigint) as refunds
from credits
"""
_REASONS: Final = """
select reason, cast(count(*) as bigint) as n from credits where entry = 'pay' and reason is not null
group by reason order by reason
"""


class LakeCredits(DuckDbCredits):
    """The `CreditEngine` of a deployment. It has one publisher, which is the process that writes the lake."""

    def __init__(
        self, tables: DuckTables, derived: Derived, root: Path, *, sub_orders_max: int = SUB_ORDERS_MAX
    ) -> None:
        """Read and publish below the lake's root."""
        super().__init__(tables, derived)
        self._lake = tables
        self._published = derived
        self._slices = Slices(root)
        self._sub_orders_max = sub_orders_max

    def publish(self, definitions: Sequence[AttributionDefinition]) -> Tally:
        """Make every row anew, publish, and count."""
        self.advance(definitions, on=self.newest_day(), whole=True)
        (counted,) = self._lake.rows(_TALLY)
        reasons = self._lake.rows(_REASONS)
        return Tally(
            rows=int(str(counted["rows"])),
            conversions=int(str(counted["conversions"])),
            refunds=int(str(counted["refunds"])),
            unattributed={str(row["reason"]): int(str(row["n"])) for row in reasons},
        )

    def manifest(self) -> RunManifest | None:
        """Tell what the published credits were made from; None where none were, or by an older release."""
        about = self._published.current(CREDITS_TABLE).about
        try:
            return msgspec.json.decode(about, type=RunManifest)
        except msgspec.ValidationError:
            return None

    def advance(
        self,
        definitions: Sequence[AttributionDefinition],
        *,
        on: date | None,
        whole: bool = False,
        progress: Progress | None = None,
    ) -> RunManifest:
        """Bring the published credits up to the lake and to these definitions; durable on return.

        `whole` trusts nothing that was published. `progress` is told of slices done, of how many.
        """
        before = None if whole else self.manifest()
        return self._lake.work(lambda session: self._advance(session, before, definitions, on, progress))

    def _advance(
        self,
        session: Session,
        before: RunManifest | None,
        definitions: Sequence[AttributionDefinition],
        on: date | None,
        progress: Progress | None,
    ) -> RunManifest:
        source, maker = making.source_of(session), making.maker()
        steps = plan(before, source=source, maker=maker, definitions=definitions)
        run = Run(epoch=source.epoch, position=source.position, made=_made(steps.added, maker.code))
        if steps.added:
            run = self._slices.begin(run) if steps.whole else _fresh(self._slices, run)
        source = making.source_of(session, until=run.position)
        affected.show_until(session, run.position)
        merging = Merging(session, self._published, steps.kept)
        with ThreadPoolExecutor(2) as pool:
            asked = _changed(session, steps, merging, pool, run) if steps.kept else 0
            if steps.added:
                asked = max(asked, self._everything(session, steps, merging, pool, run, progress))
            done = merging.finish()
        told = RunManifest(
            source=source,
            on=None if on is None else on.isoformat(),
            definitions=tuple(map(ref_of, definitions)),
            maker=maker,
            work=Work(
                whole=steps.whole,
                after=steps.after,
                sub_orders=asked,
                added=tuple(map(ref_of, steps.added)),
                dropped=steps.dropped,
                parts_written=done.written,
                parts_kept=done.kept,
            ),
            first_day=done.first_day,
            last_day=done.last_day,
            rows=done.draft.rows,
            parts=done.written + done.kept,
            checksum=done.draft.checksum,
        )
        self._published.replace(CREDITS_TABLE, done.draft, columns=tuple(CREDITS_SCHEMA.names), about=told)
        self._slices.end()
        return told

    def _everything(
        self,
        session: Session,
        steps: Plan,
        merging: Merging,
        pool: ThreadPoolExecutor,
        run: Run,
        progress: Progress | None,
    ) -> int:
        """Make all rows of the definitions that were added, slice by slice."""
        look = affected.look_of(steps.added)
        affected.ask_all(session, look)
        homes = session.table("select home, count(*) as n from homes group by home order by home").to_pylist()
        cut = slices_of([(row["home"], row["n"]) for row in homes], sub_orders_max=self._sub_orders_max)
        for number, (first, last) in enumerate(cut):
            if not self._slices.has(number):
                session.make(
                    "asked",
                    "select tenant, platform, sub_order, paid from homes where home between $first and $last",
                    {"first": first, "last": last},
                )
                self._slices.put(number, _credits(session, look, steps.added, run))
            if progress is not None:
                progress(number + 1, len(cut))
        session.drop("homes")
        merging.take_slices(self._slices.paths(len(cut)), steps.added, pool)
        return sum(int(row["n"]) for row in homes)


def _changed(session: Session, steps: Plan, merging: Merging, pool: ThreadPoolExecutor, run: Run) -> int:
    """Make the rows anew of the sub-orders that events since the last run have changed."""
    look = affected.look_of(steps.kept)
    asked = affected.ask_changed(session, look, after=steps.after) if run.position > steps.after else 0
    if asked:
        made = _credits(session, look, steps.kept, run)
        merging.take_changed(made, pool)
    return asked


def _credits(session: Session, look: affected.Look, definitions: Sequence[AttributionDefinition], run: Run) -> Any:
    """Make the rows of the sub-orders `asked`, and of their payments only where these may have changed.

    An act that is gathered because it is a touch may be a conversion under another definition; if nobody asked for it, its
    rows are none of this run's.
    """
    affected.gather(session, look)
    affected.make_replaced(session)
    with affected.events_only_of_asked(session, run.position):
        session.give("made", Crediting(session).credits(definitions))
    made = session.table("select * from made where event_id in (select event_id from replaced)")
    session.drop("made")
    return made


def _fresh(slices: Slices, run: Run) -> Run:
    """Begin a run that nothing goes on from: what stays was published up to this very position."""
    slices.end()
    return slices.begin(run)


def _made(definitions: Sequence[AttributionDefinition], code: str) -> str:
    return fingerprint([code, *(f"{one.key} {one.fingerprint}" for one in definitions)])
