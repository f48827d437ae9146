"""The link table: a pause holds within five seconds, whether or not the store can still be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import instant
from hongmao.links.api import LinksStale, LinkTable
from links.factories import MemoryLinks, link

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
