"""One bucket of readers: their touches and conversions as Arrow columns in, credits and totals out.

The same code runs in this process on everything and inside Spark on each bucket. What it gives for a conversion depends on
that conversion's reader alone, so buckets may be cut anyhow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.journeys.api import CreditRule, Groups, blocks, credit, lane_of, spans_of
from hongmao.attribution.models import CREDIT_MILLIONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.attribution.files.contracts import By, Rule, TimeKind
    from hongmao.attribution.journeys.api import Credited, Int32, Int64, Spans, Truth

TOUCHES: Final = ("row", "reader", "at_ms", "key")
"""What touches must tell: `reader` is the code that its conversions have. They may tell `ord` (which decides between
touches of one instant before `key` does) and `kind`."""
CONVERSIONS_SCHEMA: Final = pa.schema(
    [("row", pa.int64()), ("reader", pa.int64()), ("name", pa.string()), ("at_ms", pa.int64()), ("id", pa.string()),
     ("value_fen", pa.int64())]
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


Totals = dict[tuple[int, str | None], Sum]
"""By number of the rule, and key or day; None is what no touch earned."""


def merge(into: Totals, more: Totals) -> None:
    """Add a bucket's totals to others, in place."""
    for place, one in more.items():
        into[place] = into[place] + one if place in into else one


def credits_schema(asked: Asked) -> Any:
    """Say what columns credits have: one row per conversion and touch in any window, a column per rule."""
    label = pa.dictionary(pa.int32(), pa.string())
    day = pa.date32() if asked.time_kind == "epoch" else pa.int32()
    fields = [
        ("conversion_row", pa.int64()), ("conversion_id", pa.string()), ("reader", label), ("conversion_at_ms", pa.int64()),
        ("value_fen", pa.int64()), ("touch_row", pa.int64()), ("touch_at_ms", pa.int64()), ("key", label), ("touch_day", day),
        ("reason", label),
    ]  # fmt: skip
    for rule in asked.rules:
        fields.append((f"credit:{rule.label}", pa.int32()))
        if asked.with_value:
            fields.append((f"fen:{rule.label}", pa.int64()))
    return pa.schema(fields)


def credit_bucket(asked: Asked, touches: Any, conversions: Any) -> Iterator[tuple[Any | None, Totals]]:
    """Credit a bucket piece by piece: each piece is a table of credits (None where no rows are wanted) and totals.

    `touches` are in any order; `conversions` are by row. A conversion without an instant is nobody's.
    """
    if conversions.num_rows:
        yield from _Bucket(asked, touches, conversions).pieces()


class _Bucket:
    """The arrays of a bucket, and what each code in them stands for."""

    def __init__(self, asked: Asked, touches: Any, conversions: Any) -> None:
        self._asked = asked
        keys, key_code = _coded(touches["key"])
        kinds, kind_code = _coded(touches["kind"]) if "kind" in touches.column_names else ([""], None)
        reader, self._name_of = _dense(touches["reader"], conversions)
        self._keys, self._kinds = keys, kinds
        organic = np.isin(np.array(keys, dtype=object), list(asked.organic))[key_code] if asked.organic else None
        self._lane, self._starts = lane_of(
            reader=reader[0],
            readers=len(self._name_of),
            at_ms=_whole(touches["at_ms"]),
            tie=_ties(touches, key_code),
            kind=None if kind_code is None else kind_code.astype(np.int16),
            organic=organic,
        )
        self._key = key_code[self._lane.source]
        self._touch_row = _whole(touches["row"])[self._lane.source]
        self._reader = reader[1]
        self._conversions = conversions
        self._when = _whole(pc.fill_null(conversions["at_ms"], -1))
        self._value = conversions["value_fen"]
        self._group_names, self._groups = self._grouping()

    def pieces(self) -> Iterator[tuple[Any | None, Totals]]:
        rules = [
            CreditRule(spec=rule.spec, reach_ms=tuple(rule.reach_ms(kind) for kind in self._kinds) or (-1,))
            for rule in self._asked.rules
        ]
        reaches = [reach for rule in rules for reach in rule.reach_ms]
        longest = -1 if min(reaches, default=-1) < 0 else max(reaches)
        spans = spans_of(self._lane, self._starts, reader=self._reader, at_ms=self._when, reach_ms=longest)
        amounts = _whole(pc.fill_null(self._value, 0)) if self._asked.with_value else None
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
            table = self._rows(start, part, done) if self._asked.with_rows else None
            yield table, self._totals(start, done)

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

    def _totals(self, start: int, done: Credited) -> Totals:
        count = done.earned[0].size if done.earned else 0
        known = np.asarray(self._value.is_valid().to_numpy(zero_copy_only=False))[start : start + count]
        values = _whole(pc.fill_null(self._value, 0))[start : start + count]
        totals: Totals = {}
        for number in range(len(self._asked.rules)):
            with_value, without = self._said(done, number, known)
            for group in np.flatnonzero(done.picos[number]):
                totals[number, self._group_names[group]] = Sum(
                    picos=int(done.picos[number, group]),
                    fen=int(done.fen[number, group]),
                    known=bool(with_value[group]),
                    unknown=bool(without[group]),
                )
            lost = ~done.earned[number]
            if lost.any():
                totals[number, None] = Sum(
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

    def _rows(self, start: int, spans: Spans, done: Credited) -> Any:
        """Lay pairs out by conversion, and behind them the conversions that some rule gave to nobody."""
        lost = ~np.logical_and.reduce(done.earned)
        paired = np.logical_or.reduce(done.inside) if done.inside else np.zeros(0, np.bool_)
        nobody = np.flatnonzero(lost)
        conversion = np.concatenate([done.conversion[paired], nobody]) + start
        touch = done.touch[paired]
        columns = {
            **self._of_conversion(conversion),
            **self._of_touch(touch, nobody.size),
            "reason": self._reasons(start, spans, nobody, touch.size),
        }
        for number, rule in enumerate(self._asked.rules):
            inside, earned = done.inside[number][paired], done.earned[number][nobody]
            outside = np.concatenate([~inside, earned])
            whole = np.full(nobody.size, CREDIT_MILLIONTHS, np.int32)
            columns[f"credit:{rule.label}"] = pa.array(
                np.concatenate([done.millionths[number][paired], whole]), mask=outside
            )
            if self._asked.with_value:
                unknown = ~self._valid(conversion)
                own = _whole(pc.fill_null(self._value, 0))[nobody + start]
                columns[f"fen:{rule.label}"] = pa.array(
                    np.concatenate([done.value_fen[number][paired], own]), mask=outside | unknown
                )
        schema = credits_schema(self._asked)
        return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)

    def _valid(self, conversion: Int64) -> Truth:
        valid: Truth = np.asarray(self._value.is_valid().to_numpy(zero_copy_only=False))[conversion]
        return valid

    def _of_conversion(self, conversion: Int64) -> dict[str, Any]:
        take = self._conversions.take(pa.array(conversion))
        reader = pa.DictionaryArray.from_arrays(pa.array(self._reader[conversion].astype(np.int32)), self._name_of)
        return {
            "conversion_row": _one(take["row"]),
            "conversion_id": _one(take["id"]),
            "reader": reader,
            "conversion_at_ms": _one(take["at_ms"]),
            "value_fen": _one(take["value_fen"]),
        }

    def _of_touch(self, touch: Int64, without: int) -> dict[str, Any]:
        blank = np.concatenate([np.zeros(touch.size, np.bool_), np.ones(without, np.bool_)])
        zeros = np.zeros(without, np.int64)

        def padded(values: Int64 | Int32) -> Any:
            return np.concatenate([values, zeros.astype(values.dtype)])

        at_ms = self._lane.at_ms[touch]
        day = pa.array(padded(self._days(at_ms).astype(np.int32)), mask=blank)
        key = pa.DictionaryArray.from_arrays(pa.array(padded(self._key[touch]), mask=blank), pa.array(self._keys))
        return {
            "touch_row": pa.array(padded(self._touch_row[touch]), mask=blank),
            "touch_at_ms": pa.array(padded(at_ms), mask=blank),
            "key": key,
            "touch_day": day.cast(pa.date32()) if self._asked.time_kind == "epoch" else day,
        }

    def _reasons(self, start: int, spans: Spans, nobody: Int64, pairs: int) -> Any:
        """Say why a conversion is nobody's: no touch at all, only later ones, or none that some window reaches."""
        reader = self._reader[nobody + start]
        touched = self._starts[reader + 1] > self._starts[reader]
        # A lane's first touch of a reader is the earliest; one place more, so that a reader without any has one to read.
        earliest = np.append(self._lane.at_ms, 0)[self._starts[reader]]
        before = touched & (earliest <= spans.at_ms[nobody])
        code = np.where(before, 2, np.where(touched, 1, 0)).astype(np.int32)
        blank = np.concatenate([np.ones(pairs, np.bool_), np.zeros(nobody.size, np.bool_)])
        indices = pa.array(np.concatenate([np.zeros(pairs, np.int32), code]), mask=blank)
        return pa.DictionaryArray.from_arrays(indices, pa.array(REASONS))


def _one(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _whole(column: Any) -> Int64:
    whole: Int64 = (
        _one(column).to_numpy(zero_copy_only=False) if isinstance(column, pa.ChunkedArray) else column.to_numpy()
    )
    return whole


def _coded(column: Any) -> tuple[list[str], Int32]:
    """Give a column's distinct texts in order, and of each cell the place of its text among them."""
    coded = _one(column.dictionary_encode()) if not pa.types.is_dictionary(column.type) else _one(column)
    names = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(names, kind="stable") if names.size else np.zeros(0, np.int64)
    place = np.empty(names.size, np.int32)
    place[order] = np.arange(names.size, dtype=np.int32)
    return [str(name) for name in names[order]], place[coded.indices.to_numpy()] if len(coded) else np.zeros(
        0, np.int32
    )


def _dense(touch_reader: Any, conversions: Any) -> tuple[tuple[Int64, Int64], Any]:
    """Number the bucket's converting readers 0, 1, ... in order of their first conversion; give codes and names."""
    codes = _whole(conversions["reader"])
    distinct, first, place = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    dense = np.empty(order.size, np.int64)
    dense[order] = np.arange(order.size)
    codes = _whole(touch_reader)
    counted = distinct.size > 0 and distinct[0] == 0 and distinct[-1] == distinct.size - 1
    theirs = codes if counted else np.searchsorted(distinct, codes)
    names = _one(conversions["name"].take(pa.array(first[order])))
    return (dense[theirs], dense[place]), names


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
