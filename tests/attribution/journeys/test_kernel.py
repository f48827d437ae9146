"""The kernel against ten plain lines: every rule model, any order of arrival, any number of threads and pieces."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.attribution.errors import ExpressionRefused, ParameterRefused
from hongmao.attribution.journeys.api import CreditRule, Groups, blocks, credit, joined, lane_of, spans_of, split
from hongmao.attribution.journeys.weights import halving_table
from hongmao.attribution.models import CREDIT_MILLIONTHS, PICOS, ModelSpec, spec_named, spec_of

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

HOUR = 3_600_000
MODELS = (
    "last",
    "first",
    "last_non_organic",
    "linear",
    "position",
    "position:1-0-0",
    "position:3-1-7",
    "decay:1h",
    "decay:7d",
    "custom:1 / (1 + age_hours)",
    "custom:2 if last or organic else position / count",
)
Touch = tuple[int, int, int, bool]
"""Instant, tie, kind, organic."""


def weights(spec: ModelSpec, touches: list[Touch], at_ms: int) -> Sequence[Fraction | float]:  # noqa: PLR0911 - a model a line
    """Say the oracle's weight of each touch inside the window, oldest first."""
    n = len(touches)
    match spec.name:
        case "last":
            return [0] * (n - 1) + [1]
        case "first":
            return [1] + [0] * (n - 1)
        case "last_non_organic":
            paid = [place for place, touch in enumerate(touches) if not touch[3]]
            return [Fraction(place == (paid[-1] if paid else n - 1)) for place in range(n)]
        case "linear":
            return [1] * n
        case "position":
            first, middle, last = (spec.whole(key) for key in ("first", "middle", "last"))
            if n <= 2:
                return [1] if n == 1 else [first, last]
            return [first, *[Fraction(middle, n - 2)] * (n - 2), last]
        case "decay":
            youngest = at_ms - touches[-1][0]
            return [0.5 ** ((at_ms - at - youngest) / spec.whole("half_life_ms")) for at, *_ in touches]
        case _ if "age_hours" in spec.text("weight"):
            return [1 / (1 + (at_ms - at) / HOUR) for at, *_ in touches]
        case _:
            return [2 if place == n - 1 or touch[3] else (place + 1) / n for place, touch in enumerate(touches)]


def largest_remainder(shares: list[Fraction], whole: int) -> list[int]:
    """Round shares that add up to `whole`; of equal remainders the later is served first."""
    floors = [int(share) for share in shares]
    ranked = sorted(range(len(shares)), key=lambda n: (shares[n] - floors[n], n), reverse=True)
    for n in ranked[: whole - sum(floors)]:
        floors[n] += 1
    return floors


touch_lists = st.lists(
    st.tuples(st.integers(0, 40 * HOUR), st.integers(0, 2), st.integers(0, 1), st.booleans()), max_size=30
)


@settings(max_examples=150, deadline=None)
@given(
    model=st.sampled_from(MODELS),
    readers=st.lists(touch_lists, min_size=1, max_size=4),
    conversions=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 45 * HOUR), st.integers(-999, 99_999)), max_size=6
    ),
    reach=st.tuples(st.sampled_from([-1, 6 * HOUR, 24 * HOUR]), st.sampled_from([0, -1, HOUR])),
    luck=st.randoms(use_true_random=False),
    threads=st.integers(1, 3),
    pairs_max=st.integers(1, 50),
)
def test_promise_2_every_rule_model_gives_what_plain_arithmetic_gives_in_any_order_of_arrival(
    model: str,
    readers: list[list[Touch]],
    conversions: list[tuple[int, int, int]],
    reach: tuple[int, int],
    luck: random.Random,
    threads: int,
    pairs_max: int,
) -> None:
    conversions = [(reader % len(readers), at_ms, fen) for reader, at_ms, fen in conversions]
    rows = [(code, *touch) for code, touches in enumerate(readers) for touch in set(touches)]
    luck.shuffle(rows)
    spec = spec_named(model)
    sorts: list[Any] = [np.int64, np.int64, np.int64, np.int16, np.bool_]
    columns: list[Any] = [np.array([row[n] for row in rows], sort) for n, sort in enumerate(sorts)]
    lane, starts = lane_of(
        reader=columns[0], readers=len(readers), at_ms=columns[1], tie=columns[2] * 4 + columns[3] * 2 + columns[4],
        kind=columns[3], organic=columns[4], threads=threads,
    )  # fmt: skip
    spans = spans_of(
        lane, starts, reader=np.array([one[0] for one in conversions], np.int64),
        at_ms=np.array([one[1] for one in conversions], np.int64), reach_ms=-1 if -1 in reach else max(reach),
    )  # fmt: skip
    seen = 0
    for start, stop in blocks(spans, pairs_max=pairs_max):
        part = conversions[start:stop]
        got = credit(
            lane, spans.part(start, stop), [CreditRule(spec=spec, reach_ms=reach)],
            amount_fen=np.array([one[2] for one in part], np.int64),
            groups=Groups(code=(lane.source % 5).astype(np.int32), count=5), kinds=("a", "b"), threads=threads,
        )  # fmt: skip
        for place, (reader, at_ms, fen) in enumerate(part):
            mine = np.flatnonzero(got.conversion == place)
            inside = mine[got.inside[0][mine]]
            ours = [rows[lane.source[got.touch[pair]]] for pair in inside]
            theirs = sorted(
                row for row in rows
                if row[0] == reader and row[1] <= at_ms
                and reach[row[3]] != 0 and (reach[row[3]] < 0 or at_ms - row[1] < reach[row[3]])
            )  # fmt: skip
            assert ours == theirs
            assert bool(got.earned[0][place]) is bool(theirs)
            assert got.millionths[0][mine].sum() == (CREDIT_MILLIONTHS if theirs else 0)
            assert got.value_fen[0][mine].sum() == (fen if theirs else 0)
            if theirs:
                raw = weights(spec, [row[1:] for row in theirs], at_ms)
                exact = [Fraction(one) / sum(Fraction(other) for other in raw) for one in raw]
                expected = largest_remainder([share * CREDIT_MILLIONTHS for share in exact], CREDIT_MILLIONTHS)
                millionths = got.millionths[0][inside].tolist()
                if spec.name in {"decay", "custom"}:
                    assert np.abs(np.array(millionths) - expected).max() <= 1
                else:
                    assert millionths == expected
                sign = -1 if fen < 0 else 1
                split_fen = largest_remainder(
                    [Fraction(abs(fen) * one, CREDIT_MILLIONTHS) for one in millionths], abs(fen)
                )
                assert got.value_fen[0][inside].tolist() == [sign * one for one in split_fen]
        assert got.picos.sum() == got.earned[0].sum() * PICOS
        assert got.fen.sum() == got.value_fen[0].sum()
        seen += len(part)
    assert seen == len(conversions)


def test_the_halving_table_is_the_powers_of_a_half_to_the_last_bit() -> None:
    table = halving_table()
    exact = [round(2.0**42 * 2.0 ** (-step / 65536)) for step in range(65_537)]
    assert np.abs(table - np.array(exact)).max() <= 1
    assert (table[0], table[32_768], table[65_536]) == (2**42, 3_109_888_511_975, 2**41)


def test_decay_with_a_half_life_of_a_week_halves_a_touch_that_is_a_week_older() -> None:
    lane, spans = joined(
        starts=np.array([0, 2]), conversion_at_ms=np.array([30 * 24 * HOUR]),
        at_ms=np.array([9 * 24 * HOUR, 16 * 24 * HOUR]), kind=np.zeros(2, np.int16), organic=np.zeros(2, np.bool_),
    )  # fmt: skip
    week, endless, none = (
        credit(lane, spans, [CreditRule(spec=spec_named(name), reach_ms=(-1,))]).millionths[0].tolist()
        for name in ("decay:7d", "decay:99999d", "decay:1h")
    )
    assert week == [333_333, 666_667]
    assert endless == [499_988, 500_012]
    assert none == [0, 1_000_000]


def test_one_reader_with_a_million_touches_takes_one_pass_and_gives_the_whole_conversion() -> None:
    count = 1_000_000
    lane, starts = lane_of(
        reader=np.zeros(count, np.int64), readers=1, at_ms=(np.arange(count, dtype=np.int64) * 7919) % 1_000_003
    )
    spans = spans_of(lane, starts, reader=np.zeros(3, np.int64), at_ms=np.array([10, 500_000, 2_000_000]), reach_ms=-1)
    assert list(blocks(spans, pairs_max=100)) == [(0, 1), (1, 2), (2, 3)]
    rules = [CreditRule(spec=spec_named(name), reach_ms=(-1,)) for name in ("linear", "decay", "position", "last")]
    for start, stop in blocks(spans):
        got = credit(lane, spans.part(start, stop), rules)
        assert [int(one.sum()) for one in got.millionths] == [CREDIT_MILLIONTHS * (stop - start)] * 4


def test_a_refund_is_split_as_its_payment_was() -> None:
    shares = np.array([333_333, 333_333, 333_334, 0, 0], np.int32)
    assert split(shares, np.array([0, 3, 5]), np.array([-100, 50])).tolist() == [-33, -33, -34, 0, 0]


@pytest.mark.parametrize(
    "text",
    ["position:40-20", "position:0-1-0", "position:a-b-c", "decay:7", "decay:-1h", "last:1", "markov:5", "markov:x", "shapley:magic", "custom", "custom:1 +", "custom:__import__('os')", "custom:age_hours ** 2", "custom:abs(1, 2)", "custom:min(1)", "custom:x"],  # noqa: E501 - a list of words
)  # fmt: skip
def test_a_parameter_that_means_nothing_is_refused_by_name(text: str) -> None:
    with pytest.raises((ParameterRefused, ExpressionRefused)) as refused:
        spec_named(text)
    assert text.partition(":")[0] in refused.value.message("en") or "weight" in refused.value.message("en")


def test_a_weight_that_is_no_number_names_its_touch() -> None:
    lane, spans = joined(
        starts=np.array([0, 1]), conversion_at_ms=np.array([HOUR]), at_ms=np.array([HOUR]), kind=np.zeros(1, np.int16),
        organic=np.zeros(1, np.bool_),
    )  # fmt: skip
    for text in ("1 / age_hours", "age_hours - 1"):
        with pytest.raises(ExpressionRefused, match="position=1 count=1 age_hours=0"):
            credit(lane, spans, [CreditRule(spec=spec_named(f"custom:{text}"), reach_ms=(-1,))])


def test_a_file_and_a_command_line_name_the_same_model() -> None:
    assert spec_of("position", {"shape": "30-40-30"}) == spec_named("position:30-40-30")
    assert spec_of("decay", {"half_life": "7d"}) == spec_named("decay:168h") == spec_named("decay")
    assert spec_of("markov", {"order": 2}) == spec_named("markov:2")
    with pytest.raises(ParameterRefused):
        spec_of("last", {"half_life": "7d"})
