"""Taps and batches that are ready to be kept go to the log together: one batch for all that a turn of the loop brought.

Nobody waits longer for it (the log groups what comes while it syncs anyway), and a tap costs no lock, no future and no
waking of a thread of its own.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

from hongmao.events.api import Packed
from hongmao.web.edge.hot.limits import check_pressure
from hongmao.web.errors import BrokenInside

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from hongmao.events.api import Appender, Kept
    from hongmao.kernel.errors import HongmaoError

EVENTS_TOGETHER_MAX: Final = 512
BYTES_TOGETHER_MAX: Final = 256 * 1024
_log = logging.getLogger("hongmao.edge")


class Asker(Protocol):
    """Whoever is answered once its events are on disk. Neither call may raise, and each asker hears exactly one of them."""

    def kept(self, answer: Sequence[Kept]) -> None:
        """Hear the log's word on each event."""
        ...

    def failed(self, error: HongmaoError) -> None:
        """Hear that nothing was kept, and why."""
        ...


class _Group:
    """What goes to the log together, and who hears of it."""

    __slots__ = ("askers", "counts", "ids", "records", "size_bytes")

    def __init__(self) -> None:
        self.askers: list[Asker] = []
        self.counts: list[int] = []
        self.ids: list[str] = []
        self.records: list[bytes] = []
        self.size_bytes = 0

    def kept(self, answer: tuple[Kept, ...]) -> None:
        at = 0
        for asker, count in zip(self.askers, self.counts, strict=True):
            try:
                asker.kept(answer[at : at + count])
            except Exception:  # noqa: BLE001 - one answer that breaks must not take the others of its group along
                _log.exception("an answer could not be given")
            at += count

    def failed(self, error: HongmaoError) -> None:
        for asker in self.askers:
            try:
                asker.failed(error)
            except Exception:  # noqa: BLE001 - one answer that breaks must not take the others of its group along
                _log.exception("a refusal could not be told")


class Keeper:
    """Gathers within one turn of the loop. Belongs to the loop's thread; the log calls back by `call_soon_threadsafe`."""

    def __init__(self, log: Appender, loop: asyncio.AbstractEventLoop, *, lag_ms_max: float) -> None:
        """Keep in a log; nothing more is offered to one that is more than `lag_ms_max` behind."""
        self._lag_ms_max = lag_ms_max
        self._log = log
        self._loop = loop
        self._group = _Group()
        self._soon: Callable[[], None] = self._offer

    def keep(self, asker: Asker, ids: Sequence[str], records: Sequence[bytes]) -> None:
        """Put an asker's events with what else this turn brings."""
        group = self._group
        if not group.askers:
            self._loop.call_soon(self._soon)
        group.askers.append(asker)
        group.counts.append(len(ids))
        group.ids += ids
        group.records += records
        group.size_bytes += sum(map(len, records))
        if len(group.ids) >= EVENTS_TOGETHER_MAX or group.size_bytes >= BYTES_TOGETHER_MAX:
            self._offer()

    def keep_one(self, asker: Asker, event_id: str, record: bytes) -> None:
        """Put one event with what else this turn brings."""
        group = self._group
        if not group.askers:
            self._loop.call_soon(self._soon)
        group.askers.append(asker)
        group.counts.append(1)
        group.ids.append(event_id)
        group.records.append(record)
        if len(group.ids) >= EVENTS_TOGETHER_MAX:
            self._offer()

    def _offer(self) -> None:
        group = self._group
        if not group.askers:
            return
        self._group = _Group()
        try:
            self._hand_in(group)
        except Exception:  # noqa: BLE001 - a log that breaks where it should only refuse must leave nobody waiting
            _log.exception("the log took nothing")
            group.failed(BrokenInside())

    def _hand_in(self, group: _Group) -> None:
        pressed = check_pressure(self._log.pressure(), self._lag_ms_max)
        if pressed is not None:
            group.failed(pressed)
        else:
            self._log.offer(Packed(ids=tuple(group.ids), records=tuple(group.records)), group, self._deliver)

    def _deliver(self, tell: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(tell)
