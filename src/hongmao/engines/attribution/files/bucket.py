"""One bucket of readers: their touches and conversions as Arrow columns in, credits and totals out.

The same code runs in this process on everything and inside Spark on each bucket. What it gives for a conversion depends on
that conversion's reader alone, so buckets may be cut anyhow.
"""

from __future__ import annotations

import os
import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.journeys.api import CreditRule, Groups, blocks, credit, lane_of, spans_of
from hongmao.attribution.models import CREDIT_MILLIONTHS
from hongmao.engines.attribution.files.asked import Sum, column_of, credits_schema, window_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from hongmao.attribution.files.contracts import Rule
    from hongmao.attribution.journeys.api import Credited, Int32, Int64, Spans, Truth
    from hongmao.engines.attribution.files.asked import Asked, Totals

REASONS: Final = ("no_touch", "touches_later", "outside_window")
_NUMBER: Final = re.compile(r"[+-]?\d{1,26}(\.\d{1,6})?")
_SHANGHAI_MS: Final = 28_800_000
_DAY_MS: Final = 86_400_000
_PICOS_PER_MILLIONTH: Final = 1_000_000
_PAIRS: Final = 262_144
"""Of one piece: enough that its columns are worth a row group, few enough that pieces share out evenly among threads."""


_Number = TypeVar("_Number", bound=np.generic)


def credit_bucket(
    asked: Asked, touches: Any, conversions: Any, totals: Totals, *, threads: int | None = None
) -> Iterator[Any]:
    """Credit a bucket and give its rows piece by piece, as tables (none where no rows are wanted).

    `touches` come in any order and tell row, reader (the code that its conversions have), at_ms and key; they may tell
    `ord`, which decides between touches of one instant before `key` does, and `kind`. `conversions` are by row; one
    without an instant is nobody's. `totals` are filled when the last piece has been taken.
    `threads` work side by side, as many as there are processors unless said.
    """
    if conversions.num_rows:
        yield from _Bucket(asked, touches, conversions, threads or os.cpu_count() or 1).pieces(totals)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some conversions under the rules of one window: their rows, and what they add to the totals."""

    table: Any | None
    sums: _Sums


@dataclass(slots=True)
class _Sums:
    """What rules gave by (rule, group), and by rule what they gave to nobody (in the last column)."""

    picos: NDArray[Any]
    fen: NDArray[Any]
    known: Truth
    unknown: Truth

    def add(self, more: _Sums) -> None:
        """Add another piece's; numbers are Python's own, which have no end."""
        self.picos = self.picos + more.picos
        self.fen = self.fen + more.fen
        self.known = self.known | more.known
        self.unknown = self.unknown | more.unknown


class _Bucket:
    """The arrays of a bucket, and what each code in them stands for."""

    def __init__(self, asked: Asked, touches: Any, conversions: Any, threads: int) -> None:
        self._asked = asked
        self._threads = threads
        keys, key_code = _coded(touches["key"], threads)
        kinds, kind_code = _coded(touches["kind"], threads) if "kind" in touches.column_names else ([""], None)
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
            threads=threads,
        )
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(_at, key_code, self._lane.source)
            self._touch_row = _at(_whole(touches["row"]), self._lane.source)
            self._key = told.result()
        self._reader = reader[1]
        self._conversion_row = _whole(conversions["row"])
        self._ids = _one(conversions["id"]) if conversions["id"].null_count < conversions.num_rows else None
        self._when = _whole(pc.fill_null(conversions["at_ms"], -1))
        self._value_fen = _whole(pc.fill_null(conversions["value_fen"], 0))
        self._unknown: Truth = _one(conversions["value_fen"].is_null()).to_numpy(zero_copy_only=False)
        self._group_names, self._groups = self._grouping()

    def pieces(self, totals: Totals) -> Iterator[Any]:
        """Credit pieces side by side and give their rows in order; no more are held than there are threads."""
        workers = self._threads
        sums: dict[tuple[int, ...], _Sums] = {}
        with ThreadPoolExecutor(workers) as pool:
            waiting: deque[tuple[tuple[int, ...], Future[_Piece]]] = deque()
            tasks = self._tasks()
            while True:
                waiting.extend(
                    (places, pool.submit(task)) for places, task in islice(tasks, workers + 1 - len(waiting))
                )
                if not waiting:
                    break
                places, future = waiting.popleft()
                piece = future.result()
                if places in sums:
                    sums[places].add(piece.sums)
                else:
                    sums[places] = piece.sums
                if piece.table is not None:
                    yield piece.table
        for places, one in sums.items():
            self._tell(places, one, totals)

    def _tasks(self) -> Iterator[tuple[tuple[int, ...], Callable[[], _Piece]]]:
        """Cut the work into pieces, window by window; each names the places of its rules."""
        for places in window_groups(self._asked.rules):
            asked = [self._asked.rules[place] for place in places]
            reach = tuple(asked[0].reach_ms(kind) for kind in self._kinds) or (-1,)
            spans = spans_of(
                self._lane,
                self._starts,
                reader=self._reader,
                at_ms=self._when,
                reach_ms=-1 if min(reach) < 0 else max(reach),
            )
            for start, stop in blocks(spans, pairs_max=_PAIRS):
                yield places, partial(self._piece, asked, reach, spans.part(start, stop), start)

    def _piece(self, asked: Sequence[Rule], reach: tuple[int, ...], spans: Spans, start: int) -> _Piece:
        amounts = self._value_fen[start : start + spans.at_ms.size] if self._asked.with_value else None
        done = credit(
            self._lane,
            spans,
            [CreditRule(spec=rule.spec, reach_ms=reach) for rule in asked],
            amount_fen=amounts,
            groups=self._groups,
            kinds=self._kinds,
            threads=1,
            room=_room,
        )
        table = self._rows(asked, start, spans, done) if self._asked.with_rows else None
        return _Piece(table, self._sums(start, done))

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

    def _sums(self, start: int, done: Credited) -> _Sums:
        known = ~self._unknown[start : start + done.earned[0].size]
        values = self._value_fen[start : start + known.size]
        shape = (len(done.earned), self._groups.count + 1)
        sums = _Sums(np.zeros(shape, object), np.zeros(shape, object), np.zeros(shape, bool), np.zeros(shape, bool))
        sums.picos[:, :-1], sums.fen[:, :-1] = done.picos, done.fen
        for number, earned in enumerate(done.earned):
            sums.known[number, :-1], sums.unknown[number, :-1] = self._said(done, number, known)
            lost = ~earned
            sums.picos[number, -1] = int(lost.sum()) * CREDIT_MILLIONTHS * _PICOS_PER_MILLIONTH
            sums.fen[number, -1] = int(values[lost].sum())
            sums.known[number, -1], sums.unknown[number, -1] = known[lost].any(), (~known[lost]).any()
        return sums

    def _tell(self, places: Sequence[int], sums: _Sums, totals: Totals) -> None:
        """Write sums by rule and key; who got nothing is not told."""
        names = [*self._group_names, None]
        for number, place in enumerate(places):
            told = (one[number].tolist() for one in (sums.picos, sums.fen, sums.known, sums.unknown))
            for name, picos, fen, known, unknown in zip(names, *told, strict=True):
                if picos:
                    totals[place, name] = Sum(picos=picos, fen=fen, known=known, unknown=unknown)

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
        nobody = np.flatnonzero(~np.logical_and.reduce(done.earned))
        tables = [self._pairs(rules, start, done, paired)]
        if nobody.size:
            tables.append(self._lost(rules, start, spans, done, nobody))
        return pa.concat_tables(tables)

    def _pairs(self, rules: Sequence[Rule], start: int, done: Credited, paired: Truth | None) -> Any:
        told, touch = _only(done.conversion, paired), _only(done.touch, paired)
        conversion = np.add(told, start, out=_room(told.shape, np.int64))
        columns = {
            "touch_row": pa.array(_at(self._touch_row, touch)),
            "touch_at_ms": pa.array(_at(self._lane.at_ms, touch)),
            "key": _named(_at(self._key, touch), self._keys),
        }
        unknown = _at(self._unknown, conversion) if self._asked.with_value else None
        for number, rule in enumerate(rules):
            columns[f"credit:{column_of(rule)}"] = pa.array(_only(done.millionths[number], paired))
            if unknown is not None:
                fen = _only(done.value_fen[number], paired)
                columns[f"fen:{column_of(rule)}"] = pa.array(fen, mask=unknown)
        return self._table(rules[0].window, conversion, columns)

    def _lost(self, rules: Sequence[Rule], start: int, spans: Spans, done: Credited, nobody: Int64) -> Any:
        conversion = nobody + start
        columns = {"reason": self._reasons(start, spans, nobody)}
        whole = np.full(nobody.size, CREDIT_MILLIONTHS, np.int32)
        for number, rule in enumerate(rules):
            # What another rule gave to nobody may have been somebody's under this one.
            theirs = done.earned[number][nobody]
            columns[f"credit:{column_of(rule)}"] = pa.array(whole, mask=theirs if theirs.any() else None)
            if self._asked.with_value:
                columns[f"fen:{column_of(rule)}"] = pa.array(
                    self._value_fen[conversion], mask=self._unknown[conversion] | theirs
                )
        return self._table(rules[0].window, conversion, columns)

    def _table(self, window: str | None, conversion: Int64, columns: dict[str, Any]) -> Any:
        """Put the columns in the order of the schema; those that nothing is told of are null."""
        told = {
            "window": _named(np.zeros(conversion.size, np.int32), [window]) if window is not None else None,
            "conversion_row": pa.array(_at(self._conversion_row, conversion)),
            "conversion_id": self._ids.take(pa.array(conversion)) if self._ids is not None else None,
            **columns,
        }
        schema = credits_schema(self._asked)
        arrays = [
            told[field.name] if told.get(field.name) is not None else pa.nulls(conversion.size, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    def _reasons(self, start: int, spans: Spans, nobody: Int64) -> Any:
        """Say why a conversion is nobody's: no touch at all, only later ones, or none that some window reaches."""
        reader = self._reader[nobody + start]
        first = self._starts[reader]
        touched = self._starts[reader + 1] > first
        # A lane's first touch of a reader is the earliest.
        before = np.zeros(nobody.size, np.bool_)
        before[touched] = _at(self._lane.at_ms, first[touched]) <= spans.at_ms[nobody[touched]]
        code = np.where(before, 2, np.where(touched, 1, 0)).astype(np.int32)
        return _named(code, REASONS)


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


def _at(values: NDArray[_Number], places: Int64) -> NDArray[_Number]:
    """Take values by places that are known to exist: unlike an index, this holds no lock while it copies."""
    return np.take(values, places, mode="clip", out=_room(places.shape, values.dtype))


def _room(shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
    """Give an array from Arrow's pool, which lends again what a written piece gave back: new pages cost more than filling them."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    return np.frombuffer(pa.allocate_buffer(size), np.dtype(kind)).reshape(shape)


def _named(code: Int32, names: Sequence[str]) -> Any:
    """Write codes as the texts they stand for."""
    return pa.DictionaryArray.from_arrays(pa.array(code), pa.array(names, pa.string()))


def _one(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _whole(column: Any) -> Int64:
    whole: Int64 = (
        _one(column).to_numpy(zero_copy_only=False) if isinstance(column, pa.ChunkedArray) else column.to_numpy()
    )
    return whole


def _coded(column: Any, threads: int) -> tuple[list[str], Int32]:
    """Give a column's distinct cells as texts in order, and of each cell the place of its text among them."""
    with ThreadPoolExecutor(threads) as pool:
        coded = pa.chunked_array(list(pool.map(_encoded, _pieces_of(column))), pa.dictionary(pa.int32(), pa.string()))
    chunks = coded.unify_dictionaries().chunks
    names = [str(name) for name in chunks[0].dictionary.to_pylist()] if chunks else []
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.zeros(max(len(names), 1), np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    codes = [_at(place, chunk.indices.to_numpy()) for chunk in chunks]
    return [names[at] for at in order], np.concatenate(codes) if codes else np.zeros(0, np.int32)


def _pieces_of(column: Any) -> list[Any]:
    chunks: list[Any] = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return chunks


def _encoded(chunk: Any) -> Any:
    # Keys that a file told as numbers are texts from here on: of each distinct one, not of every touch.
    coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int32()), coded.dictionary.cast(pa.string()))


def _dense(touch_reader: Any, conversion_reader: Any) -> tuple[tuple[Int64, Int64], int]:
    """Number the bucket's converting readers 0, 1, ...; give both sides' codes, and how many there are."""
    codes, converting = _whole(touch_reader), _whole(conversion_reader)
    # Where everybody is in one bucket the codes are 0, 1, ... as they are; a part of them is numbered anew.
    seen = np.bincount(converting) if converting.max() < converting.size else np.zeros(1, np.int64)
    if seen.all():
        return (codes, converting), seen.size
    distinct, place = np.unique(converting, return_inverse=True)
    return (np.searchsorted(distinct, codes), place), distinct.size


def _ties(touches: Any, key: Int32) -> Int64:
    """Rank touches of one instant: by the map's order (numbers as numbers), then by key, then by row.

    Rows of a bucket may come in any order, so the row must be among what is compared.
    """
    row = _whole(touches["row"])
    if "ord" in touches.column_names:
        texts, code = _coded(touches["ord"], 1)
        ranked = sorted(range(len(texts)), key=lambda place: (_number(texts[place]), texts[place]))
        rank = np.empty(len(texts), np.int64)
        rank[ranked] = np.arange(len(texts))
        ties = np.empty(row.size, np.int64)
        ties[np.lexsort((row, key, rank[code]))] = np.arange(row.size)
        return ties
    return key * (int(row.max(initial=0)) + 1) + row


def _number(text: str) -> Decimal:
    return Decimal(text) if _NUMBER.fullmatch(text) else Decimal(0)
