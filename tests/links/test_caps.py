"""Caps: exact within fixed windows, the narrowest first, bounded, and taken back where nothing was kept."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.time import MINUTE_MS, SECOND_MS
from hongmao.links.api import NO_CAPS, Cap, CapLimits, Caps, Invalid, read_caps
from hongmao.links.caps import Windows

NOON = 1_746_590_400_000  # 7 May 2025, 12:00 in Shanghai
CAMPUS, DORMITORY = b"a campus", b"a dorm"


def caps(**limits: Cap) -> Caps:
    none = dict.fromkeys(("ip", "device", "link", "shown_ip", "shown_device"))
    return Caps(CapLimits(**{**none, **limits}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", CapLimits()),
        ("ip=600/60,device=60/60,link=off", CapLimits()),
        (" ip = 10/1 , link=5/86400 ", CapLimits(ip=Cap(10, 1), link=Cap(5, 86_400))),
        ("shown_ip=off,shown_device=9/60", CapLimits(shown_ip=None, shown_device=Cap(9, 60))),
        ("off", NO_CAPS),
    ],
)
def test_caps_are_read_and_what_is_not_named_keeps_its_default(text: str, told: CapLimits) -> None:
    assert read_caps(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "ip", "ip=", "ip=600", "ip=600/0", "ip=0/60", "ip=-1/60", "ip=6e2/60", "ip=600/86401", "ip=1000000001/60",
        "ip=600/60,ip=1/1", "hand=1/1", "ip=600/60;device=1/1", "ip=600/60,", "on", "ip=٦٠٠/60", "ip=600/60/1",
    ],
)  # fmt: skip
def test_caps_that_mean_nothing_are_refused(text: str) -> None:
    assert read_caps(text) is None


def test_what_is_above_the_cap_is_marked_until_the_window_ends() -> None:
    found = caps(device=Cap(3, 60))
    marks = [found.tapped("r-lin", None, "link-1", NOON + at) for at in (0, 1, 2, 3, 59_999)]
    assert marks == [None, None, None, Invalid.CAP_DEVICE, Invalid.CAP_DEVICE]
    assert found.tapped("r-wang", None, "link-1", NOON + 3) is None
    assert found.tapped("r-lin", None, "link-1", NOON + MINUTE_MS) is None


def test_a_device_gone_wild_does_not_use_up_its_network() -> None:
    found = caps(device=Cap(2, 60), ip=Cap(10, 60), link=Cap(1_000, 60))
    wild = Counter(found.tapped("r-wild", CAMPUS, "link-1", NOON) for _ in range(500))
    assert wild == {None: 2, Invalid.CAP_DEVICE: 498}
    others = Counter(found.tapped(f"r-{n}", CAMPUS, "link-1", NOON) for n in range(20))
    assert others == {None: 8, Invalid.CAP_IP: 12}
    assert found.tapped("r-1", DORMITORY, "link-1", NOON) is None


def test_a_network_above_its_cap_does_not_use_up_a_link() -> None:
    found = caps(ip=Cap(2, 60), link=Cap(5, 60))
    marks = Counter(found.tapped(None, CAMPUS, "link-1", NOON) for _ in range(50))
    assert marks == {None: 2, Invalid.CAP_IP: 48}
    marks = Counter(found.tapped(None, None, "link-1", NOON) for _ in range(5))
    assert marks == {None: 3, Invalid.CAP_LINK: 2}
    assert found.tapped(None, None, "link-2", NOON) is None


def test_a_full_campus_in_its_busiest_minute_is_within_the_defaults() -> None:
    found = Caps(CapLimits())
    # 9,000 readers behind one network scroll at once: each is shown 20 cards, one in sixteen taps.
    marks = Counter(found.tapped(f"r-{n}", CAMPUS, "link-1", NOON + n) for n in range(0, 9_000, 16))
    assert marks.keys() == {None}
    shown = [found.shown(f"r-{n}", CAMPUS, NOON + n, 20) for n in range(9_000)]
    assert shown == [None] * 9_000


def test_nothing_is_capped_where_nothing_tells_who_it_was() -> None:
    found = Caps(CapLimits())
    assert {found.tapped(None, None, "link-1", NOON) for _ in range(5_000)} == {None}


def test_a_tap_that_was_not_kept_uses_nothing_up() -> None:
    found = caps(device=Cap(1, 60), ip=Cap(1, 60), link=Cap(1, 60))
    for _ in range(5):
        assert found.tapped("r-lin", CAMPUS, "link-1", NOON) is None
        found.untap("r-lin", CAMPUS, "link-1", NOON, None)
    assert found.tapped("r-lin", CAMPUS, "link-1", NOON) is None
    for _ in range(5):  # above the cap of its network: it had not been counted by the link
        reason = found.tapped("r-wang", CAMPUS, "link-1", NOON)
        assert reason is Invalid.CAP_IP
        found.untap("r-wang", CAMPUS, "link-1", NOON, reason)
    assert found.tapped("r-wang", DORMITORY, "link-1", NOON) is Invalid.CAP_LINK


def test_showings_told_together_are_marked_from_the_first_above_on() -> None:
    found = caps(shown_device=Cap(4, 60), shown_ip=Cap(5, 60))
    device, net = Invalid.CAP_DEVICE, Invalid.CAP_IP
    assert found.shown("r-lin", CAMPUS, NOON, 3) is None
    assert found.shown("r-lin", CAMPUS, NOON, 3) == [None, device, device]
    assert found.shown("r-wang", CAMPUS, NOON, 3) == [None, net, net]
    found.unshow("r-wang", CAMPUS, NOON, 3, [None, net, net])
    assert found.shown("r-wang", CAMPUS, NOON, 6) == [None, net, net, net, device, device]


@given(
    st.integers(1, 4),
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4_000), st.integers(1, 5)), max_size=60),
)
def test_counts_are_those_of_a_plain_tally(limit: int, window_s: int, acts: list[tuple[str, int, int]]) -> None:
    windows, tally = Windows(Cap(limit, window_s)), Counter[tuple[str, int]]()
    for key, at, many in sorted(acts, key=lambda act: act[1]):
        place = (key, (NOON + at) // (window_s * SECOND_MS))
        room = max(0, min(many, limit - tally[place]))
        tally[place] += many
        if many == 1:
            assert windows.over(key, NOON + at) == (tally[place] > limit)
        else:
            assert windows.room(key, NOON + at, many) == room


def test_a_flood_of_keys_forgets_the_oldest_and_no_more_than_its_size_is_held() -> None:
    windows = Windows(Cap(1, 60), keys_max=100)
    for n in range(10_000):
        assert not windows.over(f"r-{n}", NOON)
        assert len(windows._new) + len(windows._old) <= 100
    assert windows.over("r-9999", NOON)
    assert windows.over("r-9951", NOON)
    assert not windows.over("r-1", NOON)


def test_a_clock_that_was_set_back_begins_anew_and_one_that_lags_a_moment_does_not() -> None:
    windows = Windows(Cap(1, 60))
    assert not windows.over("r-lin", NOON)
    assert windows.over("r-lin", NOON - 5)
    assert windows.over("r-lin", NOON + 5)
    assert not windows.over("r-lin", NOON - 60 * MINUTE_MS)
    assert windows.over("r-lin", NOON - 60 * MINUTE_MS)
