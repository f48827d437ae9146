"""The link table: a pause holds within five seconds, whether or not the store can still be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import instant
from hongmao.links.api import LinksStale, LinkTable
from links.factories import MemoryLinks, link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.links.contracts import LinkChanges

NOW = instant("2025-05-07T10:00:00+08:00")


class FlakyLinks(MemoryLinks):
    """Links whose store may be gone."""

    gone = False

    def revision(self) -> int:
        if self.gone:
            raise OSError("the database is gone")
        return super().revision()


def test_LINK_2_a_pause_is_seen_with_the_first_tap_a_second_later() -> None:
    clock, links = SetClock(NOW), FlakyLinks(link())
    table = LinkTable(links, clock)
    links.update(replace(link(), paused=True))
    clock.advance(999)
    before = table.find("link-1")
    clock.advance(1)
    after = table.find("link-1")
    assert before is not None
    assert after is not None
    assert (before.paused, after.paused) == (False, True)


@pytest.mark.parametrize("step_ms", [100, 500, 999, 1_000, 1_700])
def test_LINK_2_a_store_that_is_gone_is_followed_for_less_than_five_seconds(step_ms: int) -> None:
    clock, links = SetClock(NOW), FlakyLinks(link())
    table = LinkTable(links, clock)
    links.gone = True
    with pytest.raises(LinksStale):  # noqa: PT012 - which of the taps is refused hangs on the pace
        while clock.now_ms() < NOW + 5_000:
            assert table.find("link-1") is not None
            clock.advance(step_ms)
        table.find("link-1")
    links.gone = False
    clock.advance(1_000)
    assert table.find("link-1") is not None


def test_a_table_that_nobody_asked_for_an_hour_is_looked_at_before_it_answers() -> None:
    clock, links = SetClock(NOW), FlakyLinks(link())
    table = LinkTable(links, clock)
    clock.advance(3_600_000)
    assert table.find("link-1") is not None


def test_a_table_that_is_not_read_at_once_is_read_when_somebody_asks_and_never_for_its_figures() -> None:
    clock, links = SetClock(NOW), FlakyLinks(link())
    table = LinkTable(links, clock, at_once=False)
    assert (table.is_read(), table.size(), links.reads) == (False, 0, 0)
    links.gone = True
    with pytest.raises(LinksStale):
        table.find("link-1")
    links.gone = False
    clock.advance(1_000)
    assert table.find("link-1") == link()
    assert (table.is_read(), table.size(), links.reads) == (True, 1, 1)


class LongLinks(MemoryLinks):
    """Links that take as long to read as there is to tell, and that change meanwhile."""

    def __init__(self, clock: SetClock, *takes_ms: int) -> None:
        super().__init__(link())
        self.clock, self.takes_ms = clock, [*takes_ms]

    def changes(self, after: int) -> Iterator[LinkChanges]:
        yield from list(super().changes(after))
        if self.takes_ms:
            self.clock.advance(self.takes_ms.pop(0))
            self.update(replace(self.kept["link-1"], price_fen=self.clock.now_ms() - NOW))


def test_what_changed_while_the_table_was_read_for_a_minute_is_read_before_anybody_is_answered() -> None:
    clock = SetClock(NOW)
    table = LinkTable(LongLinks(clock, 60_000, 3_000), clock, at_once=False)
    assert table.find("link-1") == link(price_fen=63_000)
    assert table.age_ms() == 0


def test_a_store_that_changes_faster_than_it_can_be_read_is_asked_again_by_the_next_look_only() -> None:
    clock = SetClock(NOW)
    store = LongLinks(clock, *[2_000] * 6)
    table = LinkTable(store, clock)
    assert table.age_ms() == 2_000
    assert len(store.takes_ms) == 3
    assert table.find("link-1") == link(price_fen=10_000)
