"""From the log's bytes to the lake's table, without an event in between: the same table as `columns.table_of` makes.

Bytes that are not as `codec.pack` writes them, or that hold what no event may, go the long way by `columns.table_of`,
which says what is wrong.
"""

from __future__ import annotations

from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from hongmao.engines.lake import compiled
from hongmao.engines.lake.columns import SCHEMA, table_of
from hongmao.events.api import SCHEMA_VERSION, Event, Kind
from hongmao.kernel.time import DAY_MS, Window, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.events.api import PackedSlice

_FIELDS: Final = Event.__struct_fields__
_HOLDS: Final = {pa.int64(): compiled.WHOLE, pa.string(): compiled.TEXT, pa.bool_(): compiled.TRUTH}
_DAYS_MAX: Final = 700_000  # from 1970, either way: as far back as a calendar can name
_PLACE: Final = {name: place for place, name in enumerate(_FIELDS)}
_KINDS: Final = tuple(sorted(kind.value for kind in Kind))


class _Words(NamedTuple):
    data: Any
    ends: Any

    @classmethod
    def of(cls, words: Sequence[str]) -> _Words:
        ends = np.array(list(accumulate(len(word) for word in words)), dtype=np.int64)
        return cls(np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8), ends)


_NAMES: Final = _Words.of(_FIELDS)
_KIND_NAMES: Final = _Words.of(_KINDS)
_TYPES: Final = np.array([_HOLDS[SCHEMA.field(name).type] for name in _FIELDS], dtype=np.int64)
_REQUIRED: Final = tuple(_PLACE[name] for name in ("event_id", "kind", "occurred_at_ms"))
_DEFAULTS: Final = {
    _PLACE[name]: default
    for name, default in zip(reversed(_FIELDS), reversed(Event.__struct_defaults__), strict=False)
    if isinstance(default, str | int)
}
"""What stands for a field that a record leaves out, where that is not nothing."""


def _slots() -> Any:
    """Lay the table that finds a field by its name."""
    made = np.full(compiled.SLOTS, compiled.ABSENT, dtype=np.int64)
    for field, (start, end) in enumerate(zip([0, *_NAMES.ends[:-1]], _NAMES.ends, strict=True)):
        slot = compiled.hashed(_NAMES.data, start, end - start)
        while made[slot] != compiled.ABSENT:
            slot = (slot + 1) % compiled.SLOTS
        made[slot] = field
    return made


class _Walked(NamedTuple):
    """What stands in each record for each field, by place."""

    data: Any
    value: Any
    size: Any
    known: Any
    """How many records know a field."""


def packed_table(batch: PackedSlice) -> Any:
    """Turn a stretch of the log into one Arrow table, sorted by day, kind, time and id.

    Raises what `PackedSlice.logged` raises where a record is no event of this program.
    """
    walked = _walk(batch)
    kinds = None if walked is None else _kinds(walked)
    days = None if walked is None else _days(walked)
    if walked is not None and kinds is not None and days is not None:
        table = _sorted(walked, days, kinds, batch.first_offset)
        try:
            table.validate(full=True)
        except pa.ArrowInvalid:  # bytes that are no UTF-8
            return table_of(batch.logged())
        return table
    return table_of(batch.logged())


def _sorted(walked: _Walked, days: Any, kinds: Any, first_offset: int) -> Any:
    order = _order(walked, days, kinds)
    different = np.unique(days)
    day_names = [day_of(int(day) * DAY_MS).isoformat() for day in different]
    named = {
        "offset": pa.array(first_offset + order),
        "day": _worded(day_names, np.searchsorted(different, days[order])),
        "kind": _worded(_KINDS, kinds[order]),
    }
    columns = [
        named[field.name] if field.name in named else _column(walked, _PLACE[field.name], field.type, order)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _walk(batch: PackedSlice) -> _Walked | None:
    """Find every field of every record; None where a record does not look as it should."""
    data = np.frombuffer(batch.records, dtype=np.uint8)
    shape = (len(_FIELDS), batch.count)
    value, size = np.empty(shape, dtype=np.int64), np.full(shape, compiled.ABSENT, dtype=np.int32)
    versions, known = np.empty(batch.count, dtype=np.int64), np.zeros(len(_FIELDS), dtype=np.int64)
    ends = np.frombuffer(batch.ends, dtype="<u4")
    words = (_SLOTS, _NAMES.data, _NAMES.ends)
    if compiled.walk(data, ends, _TYPES, *words, SCHEMA_VERSION, value, size, versions, known) != compiled.ABSENT:
        return None
    if any(known[place] < batch.count for place in _REQUIRED):
        return None
    # The version stands outside the event, because defaults are not written.
    version = _PLACE["schema_version"]
    value[version], size[version], known[version] = versions, 0, batch.count
    return _with_defaults(_Walked(data, value, size, known))


def _with_defaults(walked: _Walked) -> _Walked:
    """Fill in what a record leaves out because it is the default."""
    data, value, size, known = walked
    for place, default in _DEFAULTS.items():
        if known[place] == size.shape[1]:
            continue
        absent = size[place] == compiled.ABSENT
        known[place] = size.shape[1]
        if isinstance(default, str):
            value[place][absent], size[place][absent] = len(data), len(default)
            data = np.concatenate([data, np.frombuffer(default.encode(), dtype=np.uint8)])
        else:
            value[place][absent], size[place][absent] = default, 0
    return _Walked(data, value, size, known)


def _kinds(walked: _Walked) -> Any:
    """Give the number of each record's kind among all kinds by name; None where one has no kind of ours."""
    place, found = _PLACE["kind"], np.empty(walked.size.shape[1], dtype=np.int64)
    refused = compiled.known_texts(walked.data, walked.value[place], walked.size[place], *_KIND_NAMES, found)
    return found if refused == compiled.ABSENT else None


def _days(walked: _Walked) -> Any:
    """Give each record's Asia/Shanghai day, in days since 1970; None where one lies beyond all calendars."""
    occurred = walked.value[_PLACE["occurred_at_ms"]]
    if len(occurred) and not -_DAYS_MAX * DAY_MS < occurred.min() <= occurred.max() < _DAYS_MAX * DAY_MS:
        return None
    return (occurred - _MIDNIGHT_MS) // DAY_MS


def _order(walked: _Walked, days: Any, kinds: Any) -> Any:
    """Sort by day, kind, time and id."""
    occurred = walked.value[_PLACE["occurred_at_ms"]]
    order = np.lexsort((occurred, days * len(_KINDS) + kinds))
    keys = (days[order], kinds[order], occurred[order])
    same = np.flatnonzero(np.logical_and.reduce([key[1:] == key[:-1] for key in keys]))
    ids, sizes, text = walked.value[_PLACE["event_id"]], walked.size[_PLACE["event_id"]], walked.data
    for start, end in _runs(same):
        # UTF-8 sorts as its characters do.
        order[start:end] = sorted(
            order[start:end], key=lambda record: text[ids[record] : ids[record] + sizes[record]].tobytes()
        )
    return order


def _runs(same: Any) -> Iterable[tuple[int, int]]:
    """Join places that equal the next one to runs; give where each begins and ends."""
    if not len(same):
        return ()
    breaks = np.flatnonzero(np.diff(same) != 1)
    starts = same[np.concatenate([[0], breaks + 1])]
    return zip(starts.tolist(), (same[np.concatenate([breaks, [len(same) - 1]])] + 2).tolist(), strict=True)


def _worded(words: Sequence[str], places: Any) -> Any:
    """Make a column of words from their places in a list."""
    return pa.DictionaryArray.from_arrays(places.astype(np.int32), pa.array(words, pa.string())).cast(pa.string())


def _column(walked: _Walked, place: int, kind: Any, order: Any) -> Any:
    value, size, rows = walked.value[place], walked.size[place], len(order)
    known = int(walked.known[place])
    if not known:
        return pa.nulls(rows, kind)
    valid = np.zeros((rows + 7) // 8, dtype=np.uint8)
    if kind == pa.string():
        text_bytes = int(size.sum(dtype=np.int64)) - compiled.ABSENT * (rows - known)
        offsets, text = np.empty(rows + 1, dtype=np.int32), np.empty(text_bytes, dtype=np.uint8)
        compiled.gather_texts(walked.data, value, size, order, offsets, valid, text)
        buffers: list[Any] = [offsets, text]
    elif kind == pa.bool_():
        buffers = [np.zeros((rows + 7) // 8, dtype=np.uint8)]
        compiled.gather_truths(value, size, order, buffers[0], valid)
    else:
        buffers = [np.zeros(rows, dtype=np.int64)]
        compiled.gather_wholes(value, size, order, buffers[0], valid)
    told = None if known == rows else pa.py_buffer(valid)
    return pa.Array.from_buffers(kind, rows, [told, *map(pa.py_buffer, buffers)], rows - known)


_MIDNIGHT_MS: Final = Window.of_day(date(1970, 1, 1)).start_ms
_SLOTS: Final = _slots()
