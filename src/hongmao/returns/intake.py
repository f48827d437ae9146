"""The intake: what every way in has in common, once it is known who sent it. Draft → ask the log → judge → keep.

Webhooks come through the desk, pages of a pull and files of an export come here directly. The log gives each event's id
once, so two ways that bring the same row, or one way twice, leave the same log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.contracts import Event, Kind
from hongmao.returns.contracts import BatchRecord
from hongmao.returns.judge import clicks_of, draft, judge, record_of
from hongmao.returns.lookup import Lookup
from hongmao.returns.outcomes import Duplicate
from hongmao.returns.rules import batch_event_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.events.api import EventLog
    from hongmao.events.contracts import Kept
    from hongmao.links.api import TokenMinter
    from hongmao.returns.contracts import RowProblem, Told
    from hongmao.returns.judge import Draft, Judged
    from hongmao.returns.outcomes import RowOutcome
    from hongmao.returns.rules import Source
    from hongmao.returns.store import Shelves

KEEP_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One batch of rows from one proved sender. `nonce` names it for ever: the same parcel is taken once."""

    source: Source
    nonce: str
    size_bytes: int
    sha256: str
    rows: Sequence[Told | RowProblem]
    way: str = "webhook"
    feed: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be kept of a parcel: its judged rows, their events, and the record that says what became of each."""

    judged: tuple[Judged, ...]
    events: tuple[Event, ...]

    @property
    def record(self) -> Event:
        """The record of the parcel, which stands last."""
        return self.events[-1]


class Intake:
    """Takes rows, whichever way they came. Safe to use from several threads and processes at once."""

    def __init__(self, log: EventLog, *, shelves: Shelves, minter: TokenMinter) -> None:
        """Work on a log."""
        self._log = log
        self._shelves = shelves
        self._minter = minter

    def drafts(self, parcel: Parcel) -> list[Draft]:
        """Write every row as an event as far as that can be done."""
        lookup = Lookup(self._shelves, parcel.source)
        return [draft(parcel.source, index, row, lookup.goods(row)) for index, row in enumerate(parcel.rows)]

    def plan(self, parcel: Parcel, drafts: Sequence[Draft]) -> Plan | None:
        """Ask the log and decide; None where the log has this very parcel already."""
        record_id = batch_event_id(parcel.source.platform, parcel.source.account, parcel.nonce)
        ids = {record_id}.union(*(one.ids for one in drafts))
        known = self._log.known(ids | clicks_of(drafts))
        if record_id in known:
            return None
        judged = judge(drafts, known=known, minter=self._minter, now_ms=parcel.source.now_ms)
        events = [one.event for one in judged if one.event is not None]
        return Plan(tuple(judged), (*events, batch_record(parcel, judged)))

    def take(self, parcel: Parcel) -> tuple[RowOutcome, ...]:
        """Keep a parcel, durable on return, and say what became of each row; empty where it had been taken before.

        Where every row is a repeat nothing is written: whoever reads again what it has read counts that itself.
        Raises `LogFull`/`LogClosed`: nothing was kept then.
        """
        plan = self.plan(parcel, self.drafts(parcel))
        if plan is None:
            return ()
        if all(isinstance(one.outcome, Duplicate) for one in plan.judged):
            return tuple(one.outcome for one in plan.judged)
        kept = self._log.append(plan.events).result(KEEP_TIMEOUT_S)
        return tuple(settled(plan.judged, kept))


def settled(judged: Sequence[Judged], kept: Sequence[Kept]) -> Iterable[RowOutcome]:
    """Give the outcomes as the log has settled them: what another process kept first is a duplicate."""
    places = iter(kept)
    for one in judged:
        repeated = one.event is not None and next(places).duplicate
        if repeated and one.draft.fault is None:
            yield Duplicate(one.outcome.index, one.outcome.event_id)
        else:
            yield one.outcome


def batch_record(parcel: Parcel, judged: Sequence[Judged], *, outcome: str = "delivered") -> Event:
    """Write down a parcel and what became of each of its rows."""
    source, rows = parcel.source, [record_of(one) for one in judged]
    record = BatchRecord(
        account=source.account,
        nonce=parcel.nonce,
        bytes=parcel.size_bytes,
        body_sha256=parcel.sha256,
        counts=dict(sorted(Counter(row.outcome for row in rows).items())),
        rows=rows,
        way=parcel.way,
        feed=parcel.feed,
    )
    return Event(
        event_id=batch_event_id(source.platform, source.account, parcel.nonce),
        kind=Kind.RETURN_BATCH,
        occurred_at_ms=source.now_ms,
        received_at_ms=source.now_ms,
        source=source.platform,
        tenant=source.tenant,
        platform=source.platform,
        outcome=outcome,
        detail=msgspec.json.encode(record).decode(),
    )
