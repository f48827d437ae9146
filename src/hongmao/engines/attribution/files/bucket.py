"""One bucket of readers: their touches and conversions as Arrow columns in, credits and totals out.

The same code runs in this process on everything and inside Spark on each bucket. What it gives for a conversion depends on
that conversion's reader alone, so buckets may be cut anyhow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.journeys.api import CreditRule, Groups, blocks, credit, lane_of, spans_of
from hongmao.attribution.models import CREDIT_MILLIONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from hongmao.attribution.files.contracts import By, Rule, TimeKind
    from hongmao.attribution.journeys.api import Credited, Int32, Int64, Spans, Truth

CONVERSIONS_SCHEMA: Final = pa.schema(
    [("row", pa.int64()), ("reader", pa.int64()), ("at_ms", pa.int64()), ("id", pa.string()), ("value_fen", pa.int64())]
)  # fmt: skip
"""By row. `at_ms` is null where neither the row nor a touch says when."""
REASONS: Final = ("no_touch", "touches_later", "outside_window")
_NUMBER: Final = re.compile(r"[+-]?\d{1,26}(\.\d{1,6})?")
_SHANGHAI_MS: Final = 28_800_000
_DAY_MS: Final = 86_400_000
_PICOS_PER_MILLIONTH: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is wanted of a bucket."""

    rules: tuple[Rule, ...]
    by: By
    time_kind: TimeKind
    organic: tuple[str, ...]
    with_value: bool
    with_rows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What one key (or day) got from one rule so far; sums of buckets add up."""

    picos: int = 0
    fen: int = 0
    known: bool = False
    """Whether any of it had a value."""
    unknown: bool = False
    """Whether any of it had none."""

    def __add__(self, other: Sum) -> Sum:
        """Add two sums."""
        return Sum(
            picos=self.picos + other.picos,
            fen=self.fen + other.fen,
            known=self.known or other.known,
            unknown=self.unknown or other.unknown,
        )


_Number = TypeVar("_Number", bound=np.generic)
Totals = dict[tuple[int, str | None], Sum]
"""By number of the rule, and key or day; None is what no touch earned."""


def merge(into: Totals, more: Totals) -> None:
    """Add a bucket's totals to others, in place."""
    for place, one in more.items():
        into[place] = into[place] + one if place in into else one


def window_groups(rules: Sequence[Rule]) -> list[tuple[int, ...]]:
    """Put together the rules that look equally far back: they share rows. Rules are named by their places."""
    groups: dict[tuple[int | None, tuple[tuple[str, int], ...]], list[int]] = {}
    for place, rule in enumerate(rules):
        groups.setdefault((rule.length_ms, tuple(sorted(rule.kind_windows_ms.items()))), []).append(place)
    return [tuple(places) for places in groups.values()]


def column_of(rule: Rule) -> str:
    """Name a rule apart from its window, which stands in the row."""
    return rule.label.removesuffix(f"/{rule.window}")


def credits_schema(asked: Asked) -> Any:
    """Say what columns credits have: a row per window, conversion and touch inside it, a column per model.

    A conversion that nobody earned has a row without a touch. Under a model that is not asked for in a row's window its
    columns are null.
    """
    label = pa.dictionary(pa.int32(), pa.string())
    fields = [
        ("window", label), ("conversion_row", pa.int64()), ("conversion_id", pa.string()), ("touch_row", pa.int64()),
        ("touch_at_ms", pa.int64()), ("key", label), ("reason", label),
    ]  # fmt: skip
    for column in dict.fromkeys(column_of(rule) for rule in asked.rules):
        fields.append((f"credit:{column}", pa.int32()))
        if asked.with_value:
            fields.append((f"fen:{column}", pa.int64()))
    return pa.schema(fields)


def credit_bucket(asked: Asked, touches: Any, conversions: Any) -> Iterator[tuple[Any | None, Totals]]:
    """Credit a bucket piece by piece: each piece is a table of credits (None where no rows are wanted) and totals.

    `touches` come in any order and tell row, reader (the code that its conversions have), at_ms and key; they may tell
    `ord`, which decides between touches of one instant before `key` does, and `kind`. `conversions` are by row; one
    without an instant is nobody's.
    """
    if conversions.num_rows:
        yield from _Bucket(asked, touches, conversions).pieces()


class _Bucket:
    """The arrays of a bucket, and what each code in them stands for."""

    def __init__(self, asked: Asked, touches: Any, conversions: Any) -> None:
        self._asked = asked
        keys, key_code = _coded(touches["key"])
        kinds, kind_code = _coded(touches["kind"]) if "kind" in touches.column_names else ([""], None)
        reader, readers = _dense(touches["reader"], conversions["reader"])
        self._keys, self._kinds = keys, kinds
        organic = np.isin(np.array(keys, dtype=object), list(asked.organic))[key_code] if asked.organic else None
        self._lane, self._starts = lane_of(
            reader=reader[0],
            readers=readers,
            at_ms=_whole(touches["at_ms"]),
            tie=_ties(touches, key_code),
            kind=None if kind_code is None else kind_code.astype(np.int16),
            organic=organic,
        )
        self._key = key_code[self._lane.source]
        self._touch_row = _whole(touches["row"])[self._lane.source]
        self._reader = reader[1]
        self._conversion_row = _whole(conversions["row"])
        self._ids = _one(conversions["id"]) if conversions["id"].null_count < conversions.num_rows else None
        self._when = _whole(pc.fill_null(conversions["at_ms"], -1))
        self._value_fen = _whole(pc.fill_null(conversions["value_fen"], 0))
        self._unknown: Truth = _one(conversions["value_fen"].is_null()).to_numpy(zero_copy_only=False)
        self._group_names, self._groups = self._grouping()

    def pieces(self) -> Iterator[tuple[Any | None, Totals]]:
        amounts = self._value_fen if self._asked.with_value else None
        for places in window_groups(self._asked.rules):
            asked = [self._asked.rules[place] for place in places]
            reach = tuple(asked[0].reach_ms(kind) for kind in self._kinds) or (-1,)
            rules = [CreditRule(spec=rule.spec, reach_ms=reach) for rule in asked]
            spans = spans_of(
                self._lane,
                self._starts,
                reader=self._reader,
                at_ms=self._when,
                reach_ms=-1 if min(reach) < 0 else max(reach),
            )
            for start, stop in blocks(spans):
                part = spans.part(start, stop)
                done = credit(
                    self._lane,
                    part,
                    rules,
                    amount_fen=None if amounts is None else amounts[start:stop],
                    groups=self._groups,
                    kinds=self._kinds,
                )
                table = self._rows(asked, start, part, done) if self._asked.with_rows else None
                yield table, self._totals(places, start, done)

    def _grouping(self) -> tuple[list[str], Groups]:
        if self._asked.by == "key":
            return self._keys, Groups(code=self._key, count=len(self._keys))
        day = self._days(self._lane.at_ms)
        first, count = (int(day.min()), int(day.max() - day.min()) + 1) if day.size else (0, 0)
        dates = np.arange(first, first + count)
        names = [str(one) for one in (dates.astype("datetime64[D]") if self._asked.time_kind == "epoch" else dates)]
        return names, Groups(code=(day - first).astype(np.int32), count=count)

    def _days(self, at_ms: Int64) -> Int64:
        days: Int64 = (at_ms + (_SHANGHAI_MS if self._asked.time_kind == "epoch" else 0)) // _DAY_MS
        return days

    def _totals(self, places: Sequence[int], start: int, done: Credited) -> Totals:
        count = done.earned[0].size
        known = ~self._unknown[start : start + count]
        values = self._value_fen[start : start + count]
        totals: Totals = {}
        for number, place in enumerate(places):
            with_value, without = self._said(done, number, known)
            for group in np.flatnonzero(done.picos[number]):
                totals[place, self._group_names[group]] = Sum(
                    picos=int(done.picos[number, group]),
                    fen=int(done.fen[number, group]),
                    known=bool(with_value[group]),
                    unknown=bool(without[group]),
                )
            lost = ~done.earned[number]
            if lost.any():
                totals[place, None] = Sum(
                    picos=int(lost.sum()) * CREDIT_MILLIONTHS * _PICOS_PER_MILLIONTH,
                    fen=int(values[lost].sum()),
                    known=bool(known[lost].any()),
                    unknown=bool((~known[lost]).any()),
                )
        return totals

    def _said(self, done: Credited, number: int, known: Truth) -> tuple[Truth, Truth]:
        """Tell of each group whether anything it earned had a value, and whether anything had none."""
        count = self._groups.count
        if known.all():
            return np.ones(count, np.bool_), np.zeros(count, np.bool_)
        if not known.any():
            return np.zeros(count, np.bool_), np.ones(count, np.bool_)
        earning = done.millionths[number] > 0
        group, told = self._groups.code[done.touch[earning]], known[done.conversion[earning]]
        return np.bincount(group[told], minlength=count) > 0, np.bincount(group[~told], minlength=count) > 0

    def _rows(self, rules: Sequence[Rule], start: int, spans: Spans, done: Credited) -> Any:
        """Lay pairs out by conversion, and behind them the conversions that some rule gave to nobody."""
        paired = _shown(rules, done)
        pairs, touch = _only(done.conversion, paired), _only(done.touch, paired)
        nobody = np.flatnonzero(~np.logical_and.reduce(done.earned))
        conversion = np.concatenate([pairs, nobody]) + start
        columns = {
            "window": _named(
                np.zeros(conversion.size, np.int32), [rules[0].window or ""], blank=rules[0].window is None
            ),
            "conversion_row": pa.array(self._conversion_row[conversion]),
            "conversion_id": self._ids.take(pa.array(conversion)) if self._ids is not None else None,
            **self._of_touch(touch, nobody.size),
            "reason": self._reasons(start, spans, nobody, touch.size),
        }
        for number, rule in enumerate(rules):
            lost = ~done.earned[number][nobody]
            mask = None if lost.all() else np.concatenate([np.zeros(touch.size, np.bool_), ~lost])
            whole = np.full(nobody.size, CREDIT_MILLIONTHS, np.int32)
            credited = np.concatenate([_only(done.millionths[number], paired), whole])
            columns[f"credit:{column_of(rule)}"] = pa.array(credited, mask=mask)
            if self._asked.with_value:
                fen = np.concatenate([_only(done.value_fen[number], paired), self._value_fen[nobody + start]])
                unknown = self._unknown[conversion]
                columns[f"fen:{column_of(rule)}"] = pa.array(fen, mask=unknown if mask is None else unknown | mask)
        schema = credits_schema(self._asked)
        empty = {
            field.name: pa.nulls(conversion.size, field.type) for field in schema if columns.get(field.name) is None
        }
        return pa.Table.from_arrays([{**columns, **empty}[name] for name in schema.names], schema=schema)

    def _of_touch(self, touch: Int64, without: int) -> dict[str, Any]:
        """Give what is told of touches, and as many rows more that tell of none."""
        nothing = pa.nulls(without, pa.int64())
        key = pa.chunked_array(
            [_named(self._key[touch], self._keys), _named(np.zeros(without, np.int32), self._keys, blank=True)]
        )
        return {
            "touch_row": pa.chunked_array([pa.array(self._touch_row[touch]), nothing]),
            "touch_at_ms": pa.chunked_array([pa.array(self._lane.at_ms[touch]), nothing]),
            "key": key,
        }

    def _reasons(self, start: int, spans: Spans, nobody: Int64, pairs: int) -> Any:
        """Say why a conversion is nobody's: no touch at all, only later ones, or none that some window reaches."""
        reader = self._reader[nobody + start]
        touched = self._starts[reader + 1] > self._starts[reader]
        # A lane's first touch of a reader is the earliest; one place more, so that a reader without any has one to read.
        earliest = np.append(self._lane.at_ms, 0)[self._starts[reader]]
        before = touched & (earliest <= spans.at_ms[nobody])
        code = np.where(before, 2, np.where(touched, 1, 0)).astype(np.int32)
        return pa.chunked_array([_named(np.zeros(pairs, np.int32), REASONS, blank=True), _named(code, REASONS)])


def _shown(rules: Sequence[Rule], done: Credited) -> Truth | None:
    """Choose the pairs that some rule credits; None for all of them."""
    # An even share leaves no touch inside without a part, so long as a conversion has fewer than a million.
    chosen = (
        done.inside[0]
        if any(rule.spec.name == "linear" for rule in rules)
        else np.logical_or.reduce([credited > 0 for credited in done.millionths])
    )
    return None if chosen.all() else chosen


def _only(values: NDArray[_Number], chosen: Truth | None) -> NDArray[_Number]:
    """Take the chosen values; all of them, and no copy, where none is left out."""
    return values if chosen is None else values[chosen]


def _named(code: Int32, names: Sequence[str], *, blank: bool = False) -> Any:
    """Write codes as the texts they stand for; blank ones stand for none."""
    indices = pa.nulls(code.size, pa.int32()) if blank else pa.array(code)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


def _one(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _whole(column: Any) -> Int64:
    whole: Int64 = (
        _one(column).to_numpy(zero_copy_only=False) if isinstance(column, pa.ChunkedArray) else column.to_numpy()
    )
    return whole


def _coded(column: Any) -> tuple[list[str], Int32]:
    """Give a column's distinct cells as texts in order, and of each cell the place of its text among them."""
    coded = _one(column if pa.types.is_dictionary(column.type) else column.dictionary_encode())
    names = [str(name) for name in coded.dictionary.to_pylist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.zeros(max(len(names), 1), np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return [names[at] for at in order], place[coded.indices.to_numpy()]


def _dense(touch_reader: Any, conversion_reader: Any) -> tuple[tuple[Int64, Int64], int]:
    """Number the bucket's converting readers 0, 1, ...; give both sides' codes, and how many there are."""
    distinct, place = np.unique(_whole(conversion_reader), return_inverse=True)
    codes = _whole(touch_reader)
    counted = distinct.size > 0 and distinct[0] == 0 and distinct[-1] == distinct.size - 1
    return (codes if counted else np.searchsorted(distinct, codes), place), distinct.size


def _ties(touches: Any, key: Int32) -> Int64:
    """Rank touches of one instant: by the map's order (numbers as numbers), then by key, then by row.

    Rows of a bucket may come in any order, so the row must be among what is compared.
    """
    row = _whole(touches["row"])
    if "ord" in touches.column_names:
        texts, code = _coded(touches["ord"])
        ranked = sorted(range(len(texts)), key=lambda place: (_number(texts[place]), texts[place]))
        rank = np.empty(len(texts), np.int64)
        rank[ranked] = np.arange(len(texts))
        ties = np.empty(row.size, np.int64)
        ties[np.lexsort((row, key, rank[code]))] = np.arange(row.size)
        return ties
    return key * (int(row.max(initial=0)) + 1) + row


def _number(text: str) -> Decimal:
    return Decimal(text) if _NUMBER.fullmatch(text) else Decimal(0)
