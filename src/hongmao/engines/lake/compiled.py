"""Reading records of the log into columns, compiled by Numba: one walk over the bytes, one copy of what is kept.

A record is msgpack: a pair of the schema version and a map from field name to value. Every function is plain Python over
arrays and can be read, and tested, as such. What does not look as `codec.pack` writes it is refused, never guessed at: the
caller then decodes row by row and says what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Bytes = np.ndarray[Any, np.dtype[np.uint8]]
    Ends = np.ndarray[Any, np.dtype[np.uint32]]
    Int32 = np.ndarray[Any, np.dtype[np.int32]]
    Int64 = np.ndarray[Any, np.dtype[np.int64]]
    Whole = int | np.signedinteger[Any]
    """A number: Python's own, or of 64 bits once it is compiled."""

WHOLE, TEXT, TRUTH = range(3)
"""What a field holds."""
ABSENT: Final = -1
SLOTS: Final = 512  # of the table that finds a field by its name; a power of two, several times the number of fields
RECORD_BYTES_MIN: Final = 3  # pair, version, map
# First bytes of msgpack values (its specification, "Overview").
LARGE, SHORT_MAP, PAIR, SHORT_TEXT, NOTHING, NO, YES = 0x80, 0x80, 0x92, 0xA0, 0xC0, 0xC2, 0xC3
UINT_8, UINT_64, INT_8, INT_64, TEXT_8, TEXT_32, MAP_16, NEGATIVE = 0xCC, 0xCF, 0xD0, 0xD3, 0xD9, 0xDB, 0xDE, 0xE0
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def _byte(data: Bytes, place: Whole) -> Whole:
    """Read a byte. A signed place might count from the end, which would be looked at every time."""
    return np.int64(data[np.uint64(place)])


@_compiled
def hashed(data: Bytes, start: Whole, size: Whole) -> Whole:
    """Give the slot in which the search for a name begins."""
    found = np.int64(size)
    for place in range(start, start + size):
        found = (found * 31 + _byte(data, place)) & 0xFFFFFFFF
    return (found ^ (found >> 9)) & (SLOTS - 1)


@_compiled
def _is_named(data: Bytes, start: Whole, size: Whole, field: Whole, names: Bytes, name_ends: Int64) -> bool:
    begin = name_ends[field - 1] if field else np.int64(0)
    if name_ends[field] - begin != size:
        return False
    for place in range(size):  # noqa: SIM110 - Numba compiles no generator
        if _byte(names, begin + place) != _byte(data, start + place):
            return False
    return True


@_compiled
def _field_of(data: Bytes, start: Whole, size: Whole, slots: Int64, names: Bytes, name_ends: Int64) -> Any:
    """Find a field by its name; `ABSENT` where no event has it."""
    slot = hashed(data, start, size)
    while slots[slot] != ABSENT:
        if _is_named(data, start, size, slots[slot], names, name_ends):
            return slots[slot]
        slot = (slot + 1) & (SLOTS - 1)
    return ABSENT


@_compiled
def _big_endian(data: Bytes, start: Whole, size: Whole) -> Whole:
    found = np.int64(0)
    for place in range(start, start + size):
        found = (found << 8) | _byte(data, place)
    return found


@_compiled
def _text(data: Bytes, at: Whole, end: Whole) -> tuple[Whole, Whole]:
    """Read the head of a text: where it begins and its size, which is `ABSENT` where there is no text."""
    first = _byte(data, at)
    if first & 0xE0 == SHORT_TEXT:
        begin, size = at + 1, first & 0x1F
    elif TEXT_8 <= first <= TEXT_32:
        width = 1 << (first - TEXT_8)
        if at + 1 + width > end:
            return at, np.int64(ABSENT)
        begin, size = at + 1 + width, _big_endian(data, at + 1, width)
    else:
        return at, np.int64(ABSENT)
    return (begin, size) if begin + size <= end else (at, np.int64(ABSENT))


@_compiled
def _whole(data: Bytes, at: Whole, end: Whole) -> tuple[Whole, Whole]:
    """Read a whole number: what it is, and where the next value begins, which is `ABSENT` where it is none of 64 bits."""
    first = _byte(data, at)
    if first < LARGE:
        return first, at + 1
    if first >= NEGATIVE:
        return first - 256, at + 1
    if not UINT_8 <= first <= INT_64:
        return np.int64(0), np.int64(ABSENT)
    width = 1 << ((first - UINT_8) & 3)
    after = at + 1 + width
    if after > end or (first == UINT_64 and data[at + 1] >= LARGE):
        return np.int64(0), np.int64(ABSENT)
    value = _big_endian(data, at + 1, width)
    if INT_8 <= first < INT_64 and data[at + 1] >= LARGE:
        value -= np.int64(1) << (8 * width)
    return value, after


@_compiled
def walk(
    data: Bytes,
    ends: Ends,
    holds: Int64,
    slots: Int64,
    names: Bytes,
    name_ends: Int64,
    newest: Whole,
    value: Int64,
    size: Int32,
    versions: Int64,
    known: Int64,
) -> Whole:
    """Note for each field and record what it is: a number, or where a text lies and its size.

    `size` comes filled with `ABSENT`, `known` with zeros: it counts the records that know a field. Gives the place of the
    first record that is refused, -1 for none.
    """
    start, met = np.int64(0), np.zeros(len(holds), dtype=np.int64)
    for record in range(len(ends)):
        end = np.int64(ends[record])
        if end - start < RECORD_BYTES_MIN or data[start] != PAIR:
            return record
        version, at = _whole(data, start + 1, end)
        if at == ABSENT or at >= end or version > newest:
            return record
        versions[record] = version
        first = _byte(data, at)
        if first & 0xF0 == SHORT_MAP:
            fields, at = first & 0x0F, at + 1
        elif first == MAP_16 and at + 3 <= end:
            fields, at = _big_endian(data, at + 1, 2), at + 3
        else:
            return record
        turn = -1
        for _ in range(fields):
            if at >= end:
                return record
            begin, length = _text(data, at, end)
            if length == ABSENT:
                return record
            # Acts of a kind come in swarms: most often the field is the one that stood here in the record before.
            turn = min(turn + 1, len(holds) - 1)
            field = met[turn]
            if not _is_named(data, begin, length, field, names, name_ends):
                field = _field_of(data, begin, length, slots, names, name_ends)
                met[turn] = max(field, 0)
            at = begin + length
            if field == ABSENT or at >= end or size[field, record] != ABSENT:
                return record
            if data[at] == NOTHING:
                at += 1
                continue
            known[field] += 1
            if holds[field] == TEXT:
                begin, length = _text(data, at, end)
                if length == ABSENT:
                    return record
                value[field, record], size[field, record] = begin, length
                at = begin + length
            elif holds[field] == WHOLE:
                number, at = _whole(data, at, end)
                if at == ABSENT:
                    return record
                value[field, record], size[field, record] = number, 0
            elif data[at] == YES or data[at] == NO:
                value[field, record], size[field, record] = data[at] - NO, 0
                at += 1
            else:
                return record
        if at != end:
            return record
        start = end
    return -1


@_compiled
def gather_texts(
    data: Bytes, value: Int64, size: Int32, order: Int64, offsets: Int32, valid: Bytes, out: Bytes
) -> None:
    """Copy the texts of a field in an order, one behind the other; `valid` has a bit for each that is there."""
    # Unsigned places: a signed one might count from the end, which is looked at for every letter and triples the time.
    at, one = np.uint64(0), np.uint64(1)
    for place in range(len(order)):
        record = order[place]
        offsets[place] = at
        if size[record] != ABSENT:
            valid[place >> 3] |= np.uint8(1 << (place & 7))
            letter = np.uint64(value[record])
            end = letter + np.uint64(size[record])
            while letter < end:
                out[at] = data[letter]
                at += one
                letter += one
    offsets[len(order)] = at


@_compiled
def gather_wholes(value: Int64, size: Int32, order: Int64, out: Int64, valid: Bytes) -> None:
    """Copy the numbers of a field in an order."""
    for place in range(len(order)):
        record = order[place]
        if size[record] != ABSENT:
            valid[place >> 3] |= np.uint8(1 << (place & 7))
            out[place] = value[record]


@_compiled
def gather_truths(value: Int64, size: Int32, order: Int64, out: Bytes, valid: Bytes) -> None:
    """Copy the truths of a field in an order, a bit each."""
    for place in range(len(order)):
        record = order[place]
        if size[record] != ABSENT:
            valid[place >> 3] |= np.uint8(1 << (place & 7))
            if value[record]:
                out[place >> 3] |= np.uint8(1 << (place & 7))


@_compiled
def known_texts(data: Bytes, value: Int64, size: Int32, known: Bytes, known_ends: Int64, out: Int64) -> Whole:
    """Say of each record which of a few known texts a field holds. Gives the first that holds none of them, or -1."""
    last = np.int64(0)
    for record in range(len(out)):
        found, one = np.int64(ABSENT), last
        for _ in range(len(known_ends)):
            # Begin with the one that was met last: acts of a kind come in swarms.
            if _is_named(data, value[record], size[record], one, known, known_ends):
                found = one
                break
            one += 1
            if one == len(known_ends):
                one = np.int64(0)
        if found == ABSENT:
            return record
        out[record] = last = found
    return -1
