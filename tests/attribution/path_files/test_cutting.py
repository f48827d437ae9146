"""Journeys cut out of touches and conversions, against a walk through each reader's story."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.attribution.journeys.api import lane_of
from hongmao.attribution.path_files.cutting import Told, journeys_of
from hongmao.attribution.paths import amounts

if TYPE_CHECKING:
    from hongmao.attribution.path_files.contracts import Cut, Journeys
    from hongmao.attribution.paths.contracts import Paths

CHANNELS = ("a", "b", "c")
Counted = dict[tuple[tuple[str, ...], bool], tuple[int, int]]


class TouchAt(NamedTuple):
    reader: int
    at: int
    key: int


class Bought(NamedTuple):
    reader: int
    at: int
    fen: int


def cut_up(touches: list[TouchAt], bought: list[Bought], cut: Cut, reach: int | None) -> Journeys:
    """Cut, with readers numbered 0..3."""
    ids = np.array([one.reader for one in touches], np.int64)
    at = np.array([one.at for one in touches], np.int64)
    key = np.array([one.key for one in touches], np.int32)
    lane, starts = lane_of(reader=ids, readers=4, at_ms=at, tie=key.astype(np.int64))
    return journeys_of(
        Told(
            lane=lane,
            starts=starts,
            key=key[lane.source],
            channels=CHANNELS,
            reader=np.array([one.reader for one in bought], np.int64),
            at_ms=np.array([one.at for one in bought], np.int64),
            value_fen=np.array([one.fen for one in bought], np.int64),
        ),
        cut=cut,
        reach_ms=reach,
    )


def counted(paths: Paths) -> Counted:
    """Read paths as (touches, converted) -> (how often, fen)."""
    assert paths.value is not None
    found: Counted = {}
    for row in range(paths.rows):
        names = tuple(paths.channels[code] for code in paths.flat[paths.starts[row] : paths.starts[row + 1]])
        fen = amounts.exact(paths.value[:, row]) * 100
        for converted, count in ((True, int(paths.conversions[row])), (False, int(paths.nulls[row]))):
            if count:
                assert (names, converted) not in found, "a path stands twice"
                found[names, converted] = (count, int(fen) if converted else 0)
    return found


def walked(touches: list[TouchAt], bought: list[Bought], cut: Cut, reach: int | None) -> tuple[Counted, int]:
    """Walk through each reader's story; give the journeys, and how many conversions come after the end of a story."""
    journeys: list[tuple[tuple[str, ...], bool, int]] = []
    left_out = 0
    for reader in {one.reader for one in touches} | {one.reader for one in bought}:
        story = sorted((one for one in touches if one.reader == reader), key=lambda one: (one.at, one.key))
        orders = sorted((one for one in bought if one.reader == reader), key=lambda one: one.at)
        used = 0
        for number, order in enumerate(orders):
            if cut == "first" and number:
                left_out += 1
                continue
            before = [one for one in story if one.at <= order.at]
            mine = before[used:] if cut == "every" else before
            used = len(before)
            names = tuple(CHANNELS[one.key] for one in mine if reach is None or one.at > order.at - reach)
            journeys.append((names, True, order.fen))
        rest = story[used:] if cut == "every" else [] if orders else story
        if rest:
            young = [one for one in rest if reach is None or one.at > rest[-1].at - reach]
            journeys.append((tuple(CHANNELS[one.key] for one in young), False, 0))
    times = Counter((names, converted) for names, converted, _ in journeys)
    return {
        what: (count, sum(fen for names, converted, fen in journeys if (names, converted) == what))
        for what, count in times.items()
    }, left_out


small = st.integers(0, 12)
touches_strategy = st.lists(st.builds(TouchAt, st.integers(0, 3), small, st.integers(0, 2)), max_size=14)
bought_strategy = st.lists(st.builds(Bought, st.integers(0, 3), small, st.integers(0, 500)), max_size=6)


@pytest.mark.parametrize("cut", ["every", "first", "window"])
@given(touches=touches_strategy, bought=bought_strategy, reach=st.none() | st.integers(1, 8))
def test_journeys_are_what_a_walk_through_each_story_finds(
    cut: Cut, touches: list[TouchAt], bought: list[Bought], reach: int | None
) -> None:
    orders = sorted(bought, key=lambda one: (one.reader, one.at))
    expected, left_out = walked(touches, orders, cut, reach)
    found = cut_up(touches, orders, cut, reach)
    assert counted(found.paths) == expected
    assert found.conversions_left_out == left_out
    assert found.touches_on_paths + found.touches_left_out == len(touches)
    assert int(found.paths.conversions.sum()) + left_out == len(bought)


@given(touches=touches_strategy, bought=bought_strategy, reach=st.none() | st.integers(1, 8))
def test_the_order_of_rows_decides_nothing(touches: list[TouchAt], bought: list[Bought], reach: int | None) -> None:
    for cut in ("every", "window"):
        there = counted(cut_up(touches, bought, cut, reach).paths)
        back = counted(cut_up(touches[::-1], bought[::-1], cut, reach).paths)
        amounts_apart = {what: count for what, (count, _) in there.items()}
        assert amounts_apart == {what: count for what, (count, _) in back.items()}
        assert sum(fen for _, fen in there.values()) == sum(fen for _, fen in back.values())


def test_a_story_with_dates_is_cut_three_ways() -> None:
    # Hours: she reads a at 1 and b at 2, buys at 3, reads c at 4, buys again at 5, and reads a at 6. Another only reads b.
    touches = [TouchAt(0, 1, 0), TouchAt(0, 2, 1), TouchAt(0, 4, 2), TouchAt(0, 6, 0), TouchAt(1, 1, 1)]
    bought = [Bought(0, 3, 900), Bought(0, 5, 100), Bought(3, 9, 50)]
    nobody: Counted = {((), True): (1, 50), (("b",), False): (1, 0)}
    assert counted(cut_up(touches, bought, "every", None).paths) == {
        (("a", "b"), True): (1, 900), (("c",), True): (1, 100), (("a",), False): (1, 0), **nobody,
    }  # fmt: skip
    first = cut_up(touches, bought, "first", None)
    assert counted(first.paths) == {(("a", "b"), True): (1, 900), **nobody}
    assert (first.conversions_left_out, first.touches_left_out) == (1, 2)
    assert counted(cut_up(touches, bought, "window", None).paths) == {
        (("a", "b"), True): (1, 900), (("a", "b", "c"), True): (1, 100), **nobody,
    }  # fmt: skip
    # Two hours of looking back: the touch two hours before the conversion is just out.
    assert counted(cut_up(touches, bought, "window", 2).paths) == {
        (("b",), True): (1, 900), (("c",), True): (1, 100), **nobody,
    }  # fmt: skip
