"""What is derived from the log, in which order, and how it is made again from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.events.api import LogClosed, Sink, rebuild
from hongmao.jobs.worker import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.api import KeptAttribution
    from hongmao.billing.api import Billing
    from hongmao.definitions.api import LiveRegistry
    from hongmao.engines.lake.derived import Derived
    from hongmao.engines.tables import DuckTables
    from hongmao.events.api import EventLog, Lake

BATCH_ROWS = 5_000
# A run of the sink writes a file per day and kind it meets, so it gathers; a run of attribution writes a part per
# definition and day it meets, so it does too. Billing gathers: a transaction for every click would take the machine from
# the clicks.
BILLING_PAUSE_S = 0.5
SINK_PAUSE_S = 1.0
ATTRIBUTION_PAUSE_S = 2.0


class Derivation:
    """The chain log → lake → credits, and log → charges."""

    def __init__(
        self,
        log: EventLog,
        history: EventLog,
        lake: Lake | None,
        derived: Derived,
        tables: DuckTables,
        attribution: KeptAttribution,
        billing: Billing,
        definitions: LiveRegistry,
    ) -> None:
        """Without a lake to write to, this only tells how far others have come. `history` is the log from its first day."""
        self._log = log
        self._history = history
        self._lake = lake
        self._sink = None if lake is None else Sink(log, lake)
        self._derived = derived
        self._tables = tables
        self._attribution = attribution
        self._billing = billing
        self._definitions = definitions
        self._credited_to = _published(attribution)
        self._credited_by = -1

    def jobs(self) -> tuple[Step, ...]:
        """Give the workers, each after the one it feeds on; a looker-on cannot tell how far credits have come."""
        followers = (
            Step("billing", self._billing.position, self._bill, BILLING_PAUSE_S),
            Step("sink", self._tables.position, self._carry, SINK_PAUSE_S),
        )
        if self._lake is None:
            return followers
        return (*followers, Step("attribution", self._credited, self.credit, ATTRIBUTION_PAUSE_S))

    def rebuild(
        self, progress: Callable[[int], None], crediting: Callable[[int, int], None] | None = None
    ) -> dict[str, int]:
        """Throw lake and credits away and make them again; post the charges that are missing, each once.

        Events that the log no longer holds are `kept` in the lake as they are, and charged from there.
        `progress` is told the offset of the log that was read, `crediting` the slices of credits that are made, of how many.
        """
        if self._lake is None:
            raise LogClosed
        # First the lake, which may refuse: then nothing has changed.
        events = rebuild(self._log, self._lake, lambda at, _end: progress(at))
        self._derived.wipe()
        position = 0
        while batch := self._history.read(after=position, limit=BATCH_ROWS):
            self._billing.absorb(batch)
            position = batch[-1].offset
        self._credited_to = -1
        self._advance(whole=True, crediting=crediting)
        credits_published = self._tables.rows("SELECT count(*) AS n FROM credits")[0]["n"]
        done = {"events": events, "credits": credits_published if isinstance(credits_published, int) else 0}
        kept = self._lake.position() - events
        return {**done, "kept": kept} if kept else done

    def _bill(self) -> int:
        batch = self._history.read(after=self._billing.position(), limit=BATCH_ROWS)
        self._billing.absorb(batch)
        return len(batch)

    def _carry(self) -> int:
        if self._sink is None:
            raise LogClosed
        return self._sink.run_once()

    def _credited(self) -> int:
        """Say how far credits have come: an event short where definitions have moved on since."""
        return self._credited_to - int(self._definitions.refresh().revision != self._credited_by)

    def credit(self) -> int:
        """Bring credits up to where events and definitions have moved on; gives how far."""
        position, revision = self._tables.position(), self._definitions.refresh().revision
        moved = position - self._credited_to or int(revision != self._credited_by)
        if moved:
            self._advance()
        return moved

    def _advance(self, *, whole: bool = False, crediting: Callable[[int, int], None] | None = None) -> None:
        revision = self._definitions.refresh().revision
        run = self._attribution.advance(whole=whole, progress=crediting)
        self._credited_to, self._credited_by = run.source.position, revision


def _published(attribution: KeptAttribution) -> int:
    """Say how far what is published has come; a process that begins goes on from there."""
    run = attribution.manifest()
    return -1 if run is None else run.source.position
