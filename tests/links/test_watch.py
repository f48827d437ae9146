"""The watch: links are looked at on a thread of its own, and a store that hangs makes nobody wait but the watch."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.clock import SetClock
from hongmao.links.api import LinksStale, LinkTable, LinkWatch
from links.factories import MemoryLinks, link

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_746_583_200_000
SOON_S = 120  # a patience: what is waited for comes as soon as the machine lets it


class SlowLinks(MemoryLinks):
    """Links whose store can hang, or break, whoever asks."""

    def __init__(self, *links: object) -> None:
        super().__init__(*links)  # type: ignore[arg-type]
        self.answers = threading.Event()
        self.answers.set()
        self.hangs = threading.Event()
        self.broken = False
        self.askers: list[str] = []

    def revision(self) -> int:
        self.askers.append(threading.current_thread().name)
        if not self.answers.is_set():
            self.hangs.set()
            self.answers.wait(SOON_S)
        if self.broken:
            raise OSError("the database is gone")
        return super().revision()


def until(holds: Callable[[], object]) -> None:
    """Wait for another thread, as long as one may."""
    limit = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < limit
        threading.Event().wait(0.002)


def asked(store: SlowLinks, before: int) -> bool:
    return len(store.askers) > before + 1  # a look that began after `before` has ended


def test_LINK_2_a_pause_is_seen_by_the_watch_and_whoever_asks_never_asks_the_store() -> None:
    clock, store = SetClock(NOW), SlowLinks(link())
    table = LinkTable(store, clock)
    watch = LinkWatch(table, every_s=0.002)
    watch.start()
    store.update(replace(link(), paused=True))
    until(lambda: (found := table.find("link-1")) is not None and found.paused)
    clock.advance(4_000)
    seen = len(store.askers)
    until(lambda: asked(store, seen))
    assert table.find("link-1") is not None
    watch.stop()
    assert set(store.askers[2:]) == {
        "hongmao-links"
    }  # the first looks were the table's own, and the watch's before it began


def test_LINK_2_a_store_that_hangs_lets_taps_go_on_for_four_seconds_and_then_they_are_refused_at_once() -> None:
    clock, store = SetClock(NOW), SlowLinks(link())
    table = LinkTable(store, clock)
    watch = LinkWatch(table, every_s=0.002)
    watch.start()
    store.answers.clear()
    assert store.hangs.wait(SOON_S)  # the watch hangs in the store now, since 0 ms
    seen = len(store.askers)
    clock.advance(4_000)
    assert table.find("link-1") is not None
    clock.advance(1)
    with pytest.raises(LinksStale):
        table.find("link-1")
    assert len(store.askers) == seen  # nobody waited for the store: it still hangs, and nobody else has asked it
    # What the store says at last is as old as the question: only the next look makes the table right again.
    store.answers.set()
    until(lambda: table.age_ms() == 0)
    assert table.find("link-1") is not None
    watch.stop()


def test_a_store_that_breaks_is_told_once_and_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, store = SetClock(NOW), SlowLinks(link())
    table = LinkTable(store, clock)
    watch = LinkWatch(table, every_s=0.002)
    watch.start()
    store.broken = True
    seen = len(store.askers)
    until(lambda: asked(store, seen))
    clock.advance(4_001)
    with pytest.raises(LinksStale):
        table.find("link-1")
    assert len(caplog.records) == 1
    store.broken = False
    until(lambda: table.age_ms() == 0)
    watch.stop()
    assert table.find("link-1") is not None


def test_where_nobody_watches_any_more_those_who_ask_look_themselves() -> None:
    clock, store = SetClock(NOW), SlowLinks(link())
    table = LinkTable(store, clock)
    watch = LinkWatch(table, every_s=0.002)
    watch.start()
    watch.stop()
    store.update(replace(link(), paused=True))
    clock.advance(1_000)
    found = table.find("link-1")
    assert found is not None
    assert found.paused
    assert store.askers[-1] == threading.current_thread().name
