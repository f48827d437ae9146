"""Journeys cut out of touches and conversions, against a walk through each reader's story."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.attribution.journeys.api import lane_of
from hongmao.attribution.path_files import adding, strewn
from hongmao.attribution.path_files.cutting import Told, journeys_of
from hongmao.attribution.path_files.strewn import Strewn, TooManyKeys
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


def strewn_up(
    touches: list[TouchAt], bought: list[Bought], cut: Cut, reach: int | None, ends: tuple[int, ...] = ()
) -> Journeys:
    """Cut the same without an order, touches coming in chunks that end at `ends`."""
    bounds = sorted({0, *(min(end, len(touches)) for end in ends), len(touches)})
    chunks = list(pairwise(bounds))
    times = [one.at for one in touches] or [0]
    laid = Strewn(touches=len(touches), chunks=len(chunks), earliest_ms=min(times), latest_ms=max(times))
    for number, (begin, end) in reversed(list(enumerate(chunks))):
        # Every chunk numbers its channels its own way.
        names = CHANNELS[::-1] if number % 2 else CHANNELS
        laid.add(
            number,
            begin,
            reader=np.array([one.reader for one in touches[begin:end]], np.int64),
            at_ms=np.array([one.at for one in touches[begin:end]], np.int64),
            key=np.array([names.index(CHANNELS[one.key]) for one in touches[begin:end]], np.int32),
            names=names,
        )
    return laid.journeys(
        reader=np.array([one.reader for one in bought], np.int64),
        at_ms=np.array([one.at for one in bought], np.int64),
        value_fen=np.array([one.fen for one in bought], np.int64),
        cut=cut,
        reach_ms=reach,
    )


def same_bits(left: Journeys, right: Journeys, touches: list[TouchAt]) -> None:
    """Hold two cuts against each other; channels that nobody met are known to one of them only."""
    met = sorted({CHANNELS[one.key] for one in touches})
    assert left.paths.channels == tuple(met)
    assert [left.paths.channels[code] for code in left.paths.flat] == [CHANNELS[code] for code in right.paths.flat]
    if met == list(CHANNELS):
        # Codes and so the order of rows are the same.
        for name in ("flat", "starts", "conversions", "nulls", "value"):
            np.testing.assert_array_equal(getattr(left.paths, name), getattr(right.paths, name))
    for name in ("touches_on_paths", "touches_left_out", "conversions_left_out"):
        assert getattr(left, name) == getattr(right, name)


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


WHOLE = 2**63
readers_strategy = st.sampled_from([0, 1, 7, -5, WHOLE - 1, -WHOLE])
many_touches = st.lists(st.builds(TouchAt, readers_strategy, small, st.integers(0, 2)), max_size=60)
many_bought = st.lists(st.builds(Bought, readers_strategy, st.integers(-1, 14), st.integers(-300, 500)), max_size=40)


@pytest.mark.parametrize("cut", ["every", "first", "window"])
@given(
    touches=many_touches,
    bought=many_bought,
    reach=st.none() | st.integers(0, 8),
    ends=st.lists(st.integers(0, 60), max_size=3).map(tuple),
)
def test_touches_strewn_over_buckets_give_what_a_walk_through_each_story_finds(
    cut: Cut, touches: list[TouchAt], bought: list[Bought], reach: int | None, ends: tuple[int, ...]
) -> None:
    expected, left_out = walked(touches, bought, cut, reach)
    found = strewn_up(touches, bought, cut, reach, ends)
    assert counted(found.paths) == expected
    assert found.conversions_left_out == left_out
    assert found.touches_on_paths + found.touches_left_out == len(touches)


@pytest.mark.parametrize("cut", ["every", "first", "window"])
@given(touches=touches_strategy, bought=bought_strategy, reach=st.none() | st.integers(1, 8))
def test_touches_strewn_over_buckets_give_the_bits_of_those_in_order(
    cut: Cut, touches: list[TouchAt], bought: list[Bought], reach: int | None
) -> None:
    touches = [*touches, *(TouchAt(3, 20, key) for key in range(3))]
    same_bits(strewn_up(touches, bought, cut, reach, (5,)), cut_up(touches, bought, cut, reach), touches)


@pytest.mark.parametrize("cut", ["every", "first", "window"])
def test_many_readers_long_stories_and_many_buckets_give_the_same_bits(
    cut: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two readers with hundreds of touches each, more than are sorted by insertion, and two who did the very same: paths
    # that are longer than a number holds are taken twice.
    luck = np.random.default_rng(3)
    drawn = luck.integers((0, 0, 0), (2, 900, 3), (1_500, 3)).tolist()
    touches = [TouchAt(reader + copy, at, key) for reader, at, key in drawn for copy in (0, 2)]
    orders = luck.integers((0, 400, 0), (2, 900, 500), (60, 3)).tolist()
    bought = [Bought(reader + copy, at, fen) for reader, at, fen in orders for copy in (0, 2)]
    monkeypatch.setattr(strewn, "BUCKET_TOUCHES", 40)
    for reach in (50, None):
        found = strewn_up(touches, bought, cut, reach, (700, 2_000))
        same_bits(found, cut_up(touches, bought, cut, reach), touches)
    long = np.diff(found.paths.starts) > adding.EXACT_BITS // 2
    assert long.any()
    assert (found.paths.conversions[long] > 1).all()


def test_more_channels_than_fit_beside_a_time_are_told() -> None:
    with pytest.raises(TooManyKeys):
        Strewn(touches=1, chunks=1, earliest_ms=0, latest_ms=2**63 - 1)
    narrow = Strewn(touches=3, chunks=1, earliest_ms=0, latest_ms=2**62 - 1)
    some = np.arange(3)
    with pytest.raises(TooManyKeys):
        narrow.add(0, 0, reader=some, at_ms=some, key=some.astype(np.int32), names=("a", "b", "c"))


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
