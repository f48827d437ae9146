"""The kernel's acts: put touches in order, find those before each conversion, credit them under many rules, split money.

```
touches (any order) ─ lane_of ─▶ Lane + starts ─ spans_of ─▶ Spans ─ blocks ─▶ credit ─▶ Credited, a bounded piece at a time
pairs already joined ─ joined ─▶ Lane + Spans ───────────────────────┘
```
Work is shared among threads by conversions; whatever the number of threads or of pieces, the credits are the same bits.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.journeys import compiled, ordering
from hongmao.attribution.journeys.contracts import (
    NEVER_CLOSES,
    NOT_COUNTED,
    Credited,
    CreditRule,
    Groups,
    Int16,
    Int32,
    Int64,
    Lane,
    Room,
    Spans,
    Truth,
)
from hongmao.attribution.journeys.weights import custom_weights, halving_table, number_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "NEVER_CLOSES",
    "NOT_COUNTED",
    "CreditRule",
    "Credited",
    "Groups",
    "Int16",
    "Int32",
    "Int64",
    "Lane",
    "Room",
    "Spans",
    "Truth",
    "blocks",
    "credit",
    "joined",
    "lane_of",
    "spans_of",
    "split",
]

PAIRS_MAX = 2_000_000
"""Of one piece of work: what bounds memory, whatever one reader did. A single conversion may have more."""
_NONE64, _NONE32 = np.zeros(0, np.int64), np.zeros(0, np.int32)


def lane_of(
    *,
    reader: Int64,
    readers: int,
    at_ms: Int64,
    tie: Int64 | None = None,
    kind: Int16 | None = None,
    organic: Truth | None = None,
    threads: int | None = None,
) -> tuple[Lane, Int64]:
    """Sort touches by reader, instant, tie and place; give the lane and where each reader's touches start in it.

    `reader` holds codes `0 <= code < readers`. `tie` decides between touches of one instant, higher is later; without
    it, and where it is equal, their order in the arrays does.
    """
    workers = _workers(threads)
    ranges = [(readers * part // workers, readers * (part + 1) // workers) for part in range(workers)]
    counts = np.zeros(readers + 1, np.int64)
    _each([partial(ordering.count_some, reader, low, high, counts[1:]) for low, high in ranges])
    starts = np.cumsum(counts)
    instant, source = np.empty(at_ms.size, np.int64), np.empty(at_ms.size, np.int64)
    rank = np.zeros(at_ms.size, np.int64) if tie is None else np.empty(at_ms.size, np.int64)

    def lay(low: int, high: int) -> None:
        told = _NONE64 if tie is None else tie
        ordering.lay_out(reader, at_ms, told, starts, low, high, instant, rank, source)
        ordering.sort_each(instant, rank, source, starts, low, high)

    _each([partial(lay, low, high) for low, high in _even(starts, workers)])
    return (
        Lane(
            at_ms=instant,
            kind=np.zeros(source.size, np.int16) if kind is None else kind[source],
            organic=np.zeros(source.size, np.bool_) if organic is None else organic[source],
            source=source,
        ),
        starts,
    )


def spans_of(lane: Lane, starts: Int64, *, reader: Int64, at_ms: Int64, reach_ms: int) -> Spans:
    """Find the touches before each conversion that are younger than the longest reach; negative for no limit.

    A conversion whose reader never touched anything has the code -1 and an empty span.
    """
    first, end = np.empty(reader.size, np.int64), np.empty(reader.size, np.int64)
    workers = _workers(None)
    parts = [slice(reader.size * part // workers, reader.size * (part + 1) // workers) for part in range(workers)]
    _each(
        [
            partial(ordering.find_spans, starts, lane.at_ms, reader[one], at_ms[one], reach_ms, first[one], end[one])
            for one in parts
        ]
    )
    return Spans(first=first, end=end, at_ms=at_ms)


def joined(*, starts: Int64, conversion_at_ms: Int64, at_ms: Int64, kind: Int16, organic: Truth) -> tuple[Lane, Spans]:
    """Take pairs that somebody else has joined and sorted: those of conversion `n` are `starts[n]:starts[n + 1]`.

    Within a conversion they stand in the order in which models read them, oldest first. Pairs that are younger than the
    conversion are allowed and earn nothing.
    """
    lane = Lane(at_ms=at_ms, kind=kind, organic=organic, source=np.arange(at_ms.size, dtype=np.int64))
    return lane, Spans(first=starts[:-1], end=starts[1:], at_ms=conversion_at_ms)


def blocks(spans: Spans, *, pairs_max: int = PAIRS_MAX) -> Iterator[tuple[int, int]]:
    """Cut conversions into stretches `start, stop` of at most `pairs_max` pairs each, or of a single conversion."""
    ends = np.cumsum(spans.end - spans.first)
    start = 0
    while start < ends.size:
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + pairs_max, side="right")), start + 1)
        yield start, stop
        start = stop


def credit(
    lane: Lane,
    spans: Spans,
    rules: Sequence[CreditRule],
    *,
    amount_fen: Int64 | None = None,
    groups: Groups | None = None,
    kinds: Sequence[str] = (),
    threads: int | None = None,
    room: Room = np.empty,
) -> Credited:
    """Credit every conversion under every rule.

    `amount_fen` is what each was worth (signed; 0 where unknown). `kinds` names the codes of `lane.kind`, for custom
    weights that ask. `room` makes the arrays of pairs, whatever they hold: who credits piece after piece may lend the same
    memory again. Raises `ExpressionRefused` for a custom weight that is negative or no number.
    """
    work = _Work(lane, spans, rules, amount_fen, groups or Groups(code=_NONE32, count=0), kinds)
    return work.run(_workers(threads), room)


def split(millionths: Int32, starts: Int64, amount_fen: Int64) -> Int64:
    """Split signed amounts by the millionths of their spans `starts[n]:starts[n + 1]`, exactly: a refund by its payment's."""
    value_fen = np.zeros(millionths.size, np.int64)
    compiled.split_span(millionths, starts, amount_fen, value_fen)
    return value_fen


class _Work:
    """Rules over some conversions: the arrays that the loops fill."""

    def __init__(
        self,
        lane: Lane,
        spans: Spans,
        rules: Sequence[CreditRule],
        amount_fen: Int64 | None,
        groups: Groups,
        kinds: Sequence[str],
    ) -> None:
        self._lane, self._spans, self._rules = lane, spans, rules
        self._amounts, self._groups, self._kinds = amount_fen, groups, kinds
        self._starts = np.zeros(spans.at_ms.size + 1, np.int64)
        np.cumsum(spans.end - spans.first, out=self._starts[1:])
        self._reaches = list(dict.fromkeys(rule.reach_ms for rule in rules)) or [(NEVER_CLOSES,)]

    def run(self, workers: int, room: Room) -> Credited:
        """Share the conversions out among threads."""
        pairs, rules = int(self._starts[-1]), len(self._rules)
        conversion, touch = room((pairs,), np.int64), room((pairs,), np.int64)
        inside = room((len(self._reaches), pairs), np.bool_)
        millionths = room((rules, pairs), np.int32)
        value_fen = room((rules, pairs if self._amounts is not None else 0), np.int64)
        value_fen.fill(0)
        earned = np.empty((rules, self._spans.at_ms.size), np.bool_)
        bounds = _even(self._starts, workers)
        picos = np.zeros((max(len(bounds), 1), rules, self._groups.count), np.int64)
        fen = np.zeros_like(picos)
        reach_of = np.array([self._reaches.index(rule.reach_ms) for rule in self._rules], np.int64)
        told = self._told()

        def credit(number: int, low: int, high: int) -> None:
            compiled.credit_span(
                *told,
                np.array(self._reaches, np.int64),
                reach_of,
                self._lane.at_ms,
                self._lane.kind,
                self._lane.organic,
                self._spans.first,
                self._spans.end,
                self._spans.at_ms,
                self._starts,
                given,
                _NONE64 if self._amounts is None else self._amounts,
                self._groups.code,
                conversion,
                touch,
                inside,
                millionths,
                value_fen,
                earned,
                picos[number],
                fen[number],
                low,
                high,
            )

        given = self._given()
        _each([partial(credit, number, low, high) for number, (low, high) in enumerate(bounds)])
        return Credited(
            conversion=conversion,
            touch=touch,
            inside=tuple(inside[reach] for reach in reach_of),
            millionths=tuple(millionths),
            value_fen=tuple(value_fen) if self._amounts is not None else (),
            earned=tuple(earned),
            picos=picos.sum(axis=0),
            fen=fen.sum(axis=0),
        )

    def _told(self) -> tuple[Int64, Int64, Int64]:
        """Number the rules for the loops: which model, its parameters, and the table of those that decay."""
        numbers = np.zeros((len(self._rules), compiled.PARAMETERS_MAX), np.int64)
        for row, rule in zip(numbers, self._rules, strict=True):
            parameters = parameters_of(rule.spec)
            row[: parameters.size] = parameters
        decays = any(rule.spec.name == "decay" for rule in self._rules)
        models = np.array([number_of(rule.spec) for rule in self._rules], np.int64)
        return models, numbers, halving_table() if decays else _NONE64

    def _given(self) -> Int64:
        """Compute the custom weights by (rule, pair); nothing where no rule has any."""
        customs = [place for place, rule in enumerate(self._rules) if rule.spec.name == "custom"]
        given = np.zeros((len(self._rules), int(self._starts[-1]) if customs else 0), np.int64)
        if not customs:
            return given
        conversion = np.repeat(np.arange(self._spans.at_ms.size, dtype=np.int64), np.diff(self._starts))
        touch = _ranges(self._spans, self._starts)
        age_ms = self._spans.at_ms[conversion] - self._lane.at_ms[touch]
        for place in customs:
            rule = self._rules[place]
            reach = np.array(rule.reach_ms, np.int64)[self._lane.kind[touch]]
            given[place] = custom_weights(
                rule.spec,
                inside=(reach != NOT_COUNTED) & (age_ms >= 0) & ((reach < 0) | (age_ms < reach)),
                starts=self._starts,
                age_ms=age_ms,
                kind=self._kinds,
                kind_code=self._lane.kind[touch].astype(np.int64),
                organic=self._lane.organic[touch],
            )
        return given


def _ranges(spans: Spans, out_start: Int64) -> Int64:
    """List the places `first .. end` of every span, one after the other."""
    shift = np.repeat(spans.first - out_start[:-1], np.diff(out_start))
    return np.arange(out_start[-1], dtype=np.int64) + shift


def _workers(threads: int | None) -> int:
    return threads or os.cpu_count() or 1


def _even(starts: Int64, parts: int) -> list[tuple[int, int]]:
    """Cut `starts.size - 1` neighbours into stretches of about equal content."""
    last, whole = starts.size - 1, int(starts[-1])
    goals = [whole * part // parts for part in range(1, parts)]
    cuts = [0, *(int(cut) for cut in np.searchsorted(starts, goals)), last]
    return [(low, high) for low, high in pairwise(cuts) if low < high]


def _each(tasks: Sequence[Callable[[], object]]) -> None:
    """Run tasks side by side; the loops hold no lock, so threads are enough."""
    if len(tasks) <= 1:
        for task in tasks:
            task()
        return
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()
