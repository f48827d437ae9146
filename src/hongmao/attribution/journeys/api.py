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
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.journeys import compiled
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
    starts = compiled.count_starts(reader, readers)
    places = compiled.gather(reader, starts)
    order = np.zeros(at_ms.size, np.int64) if tie is None else tie
    bounds = _even(starts, _workers(threads))
    _each([partial(compiled.sort_each, places, starts, at_ms, order, low, high) for low, high in bounds])
    return (
        Lane(
            at_ms=at_ms[places],
            kind=np.zeros(places.size, np.int16) if kind is None else kind[places],
            organic=np.zeros(places.size, np.bool_) if organic is None else organic[places],
            source=places,
        ),
        starts,
    )


def spans_of(lane: Lane, starts: Int64, *, reader: Int64, at_ms: Int64, reach_ms: int) -> Spans:
    """Find the touches before each conversion that are younger than the longest reach; negative for no limit.

    A conversion whose reader never touched anything has the code -1 and an empty span.
    """
    first, end = compiled.find_spans(starts, lane.at_ms, reader, at_ms, reach_ms)
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
) -> Credited:
    """Credit every conversion under every rule.

    `amount_fen` is what each was worth (signed; 0 where unknown). `kinds` names the codes of `lane.kind`, for custom
    weights that ask. Raises `ExpressionRefused` for a custom weight that is negative or no number.
    """
    out_start = np.zeros(spans.at_ms.size + 1, np.int64)
    np.cumsum(spans.end - spans.first, out=out_start[1:])
    touch = _ranges(spans, out_start)
    conversion = np.repeat(np.arange(spans.at_ms.size, dtype=np.int64), np.diff(out_start))
    amounts = _NONE64 if amount_fen is None else amount_fen
    groups = groups or Groups(code=_NONE32, count=0)
    results = [
        _Work(lane, spans, rule, out_start, touch, conversion, amounts, groups, kinds, threads).run() for rule in rules
    ]
    return Credited(
        conversion=conversion,
        touch=touch,
        inside=tuple(one.inside for one in results),
        millionths=tuple(one.millionths for one in results),
        value_fen=tuple(one.value_fen for one in results) if amount_fen is not None else (),
        earned=tuple(one.earned for one in results),
        picos=np.array([one.picos for one in results], np.int64).reshape(len(results), groups.count),
        fen=np.array([one.fen for one in results], np.int64).reshape(len(results), groups.count),
    )


def split(millionths: Int32, starts: Int64, amount_fen: Int64) -> Int64:
    """Split signed amounts by the millionths of their spans `starts[n]:starts[n + 1]`, exactly: a refund by its payment's."""
    value_fen = np.zeros(millionths.size, np.int64)
    compiled.split_span(millionths, starts, amount_fen, value_fen)
    return value_fen


@dataclass(frozen=True, slots=True)
class _Done:
    inside: Truth
    millionths: Int32
    value_fen: Int64
    earned: Truth
    picos: Int64
    fen: Int64


@dataclass(frozen=True, slots=True)
class _Work:
    """One rule over some conversions."""

    lane: Lane
    spans: Spans
    rule: CreditRule
    out_start: Int64
    touch: Int64
    conversion: Int64
    amounts: Int64
    groups: Groups
    kinds: Sequence[str]
    threads: int | None

    def run(self) -> _Done:
        pairs, conversions = self.touch.size, self.spans.at_ms.size
        inside, millionths = np.empty(pairs, np.bool_), np.empty(pairs, np.int32)
        value_fen = np.zeros(pairs if self.amounts.size else 0, np.int64)
        earned = np.empty(conversions, np.bool_)
        bounds = _even(self.out_start, _workers(self.threads))
        picos = np.zeros((max(len(bounds), 1), self.groups.count), np.int64)
        fen = np.zeros_like(picos)
        given = self._given() if self.rule.spec.name == "custom" else _NONE64

        def run(number: int, low: int, high: int) -> None:
            compiled.credit_span(
                number_of(self.rule.spec),
                parameters_of(self.rule.spec),
                halving_table() if self.rule.spec.name == "decay" else _NONE64,
                np.array(self.rule.reach_ms, np.int64),
                self.lane.at_ms,
                self.lane.kind,
                self.lane.organic,
                self.spans.first,
                self.spans.end,
                self.spans.at_ms,
                self.out_start,
                given,
                self.amounts,
                self.groups.code,
                inside,
                millionths,
                value_fen,
                earned,
                picos[number],
                fen[number],
                low,
                high,
            )

        _each([partial(run, number, low, high) for number, (low, high) in enumerate(bounds)])
        return _Done(inside, millionths, value_fen, earned, picos.sum(axis=0), fen.sum(axis=0))

    def _given(self) -> Int64:
        reach = np.array(self.rule.reach_ms, np.int64)[self.lane.kind[self.touch]]
        age_ms = self.spans.at_ms[self.conversion] - self.lane.at_ms[self.touch]
        return custom_weights(
            self.rule.spec,
            inside=(reach != NOT_COUNTED) & (age_ms >= 0) & ((reach < 0) | (age_ms < reach)),
            starts=self.out_start,
            age_ms=age_ms,
            kind=self.kinds,
            kind_code=self.lane.kind[self.touch].astype(np.int64),
            organic=self.lane.organic[self.touch],
        )


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
