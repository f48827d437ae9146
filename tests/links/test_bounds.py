"""What a process remembers of taps is bounded, whoever taps what, and what it forgets changes no answer."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from hongmao.events.api import unpack
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import LinkId, ReaderId
from hongmao.links import hot as hot_jump
from hongmao.links import taps as taps_room
from hongmao.links.api import HotJump, Jump, KeyRing, LinkTable, TapHead, Taps, TokenMinter, load
from hongmao.links.recent import Recent
from links.factories import MemoryLinks, MemoryLog, link

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = 1_746_583_200_000
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
OTHERS = ("", "curl/8.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0 Safari/537.36")


def hot_house(count: int) -> tuple[HotJump, TokenMinter]:
    clock = SetClock(NOW)
    store = MemoryLinks(*(link(id=LinkId(f"link-{n}"), deeplink=None) for n in range(count)))
    minter = TokenMinter(KeyRing(current=1, keys={1: b"k" * 32}), clock, random.Random(7))
    jump = Jump(LinkTable(store, clock), minter, MemoryLog(), load())
    return HotJump(jump.parts, str.encode), minter


def test_links_and_records_that_are_kept_ready_are_bounded_and_what_was_forgotten_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hot_jump, "LINKS_WARM_MAX", 8)
    monkeypatch.setattr(hot_jump, "RECORDS_WARM_MAX", 24)
    hot, minter = hot_house(30)
    wakeup, drawn = load(), random.Random(7)
    for number in range(3_000):
        link_id, method = f"link-{drawn.randrange(30)}", drawn.choice(("GET", "HEAD"))
        agent, place = drawn.choice((IPHONE, *OTHERS)), drawn.choice(("feed", "note", "search", None))
        reader = drawn.choice((None, ReaderId(f"r_{number}")))
        head = TapHead(wakeup.profile_of(agent), drawn.choice(("", "prefetch")), reader)
        seal = drawn.choice((None, minter.seal(LinkId(link_id), f"imp_{number}")))
        tap = hot.weigh(link_id, method, head, f"imp_{number}", seal, place)
        assert tap is not None
        event = unpack(tap[1])
        assert (event.link, event.placement, event.reader) == (link_id, place, reader)
        assert event.impression == (None if seal is None else f"imp_{number}")
        kept = [*hot._warm.values(), *hot._cooling.values()]
        assert len(kept) <= 8
        assert sum(len(one.records) for one in hot._warm.values()) <= 12
        assert sum(len(one.records) for one in kept) <= 24


def test_taps_are_remembered_by_number_and_the_oldest_of_a_flood_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taps_room, "TAPS_REMEMBERED_MAX", 50)
    taps = Taps()
    for number in range(1_000):
        assert not taps.repeats(("link-1", f"imp_{number}", "r_1"), NOW + number)
        assert taps.repeats(("link-1", f"imp_{number}", "r_1"), NOW + number + 1)
        assert len(taps._new) + len(taps._old) <= 100
    assert taps.repeats(("link-1", "imp_999", "r_1"), NOW + 2_000)
    assert not taps.repeats(("link-1", "imp_0", "r_1"), NOW + 2_000)


@pytest.mark.parametrize("asked", [[1, 2, 3, 1, 4, 1, 5, 1, 6, 1, 7, 1], list(range(100))])
def test_what_is_asked_for_again_and_again_stays(asked: Sequence[int]) -> None:
    recent: Recent[int, str] = Recent(4)
    missed = []
    for key in asked:
        if recent.get(key) is None:
            missed.append(key)
            recent.put(key, str(key))
        assert recent.get(key) == str(key)
        assert len(recent) <= 4
    assert missed == sorted(set(asked))
    other = recent.without(frozenset({asked[-1]}))
    other.put(-1, "other")
    assert (other.get(asked[-1]), recent.get(asked[-1]), recent.get(-1)) == (None, str(asked[-1]), None)
