"""A million links in some sixty bytes to a hundred each: rows in arenas, found by a sorted table of hashes.

    hashes  32 bits, sorted     places  32 bits: which arena, which row     arenas  rows of `links.rows`, end to end

A `PackedLinks` never changes. `changed` makes the next one, which shares the arenas with the one before and has the
changed rows in an arena of their own; which rows those are stands in a small dictionary in front of the table until there
are enough of them to sort in. Arenas with few rows, or few that still count, are poured together.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final

import numpy as np

from hongmao.links.rows import from_row, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from hongmao.links.contracts import AdLink
    from hongmao.links.rows import Texts

    Hashes = npt.NDArray[np.uint32]
    Places = npt.NDArray[np.uint32]

ROWS_BITS: Final = 16
ARENA_ROWS: Final = 1 << ROWS_BITS
OVERLAY_MAX: Final = 1_024
OVERLAY_SHARE: Final = 64  # or a 64th of the table: to sort in costs as much as the table is long
BLOCK_ROWS: Final = 32
_PLAIN_DEFLATE: Final = -zlib.MAX_WBITS
POURED_TOGETHER: Final = 8
_FULL_ENOUGH: Final = ARENA_ROWS * 3 // 4
_SLOT: Final = ARENA_ROWS - 1
_GONE: Final = -1
_MASK: Final = 2**32 - 1


def hashed(text: str) -> int:
    """Give 32 bits that nobody outside this process can foresee, so that nobody can choose ids that collide."""
    return hash(text) & _MASK


class Arena:
    """Rows end to end, at most `ARENA_ROWS`, deflated a block of rows at a time: links differ little from one another."""

    __slots__ = ("_block_ends", "_deflated", "_ends", "_last")

    def __init__(self, rows: Iterable[bytes | memoryview]) -> None:
        """Copy rows, of which never more than a block need be there at once."""
        self._ends, self._block_ends, deflated = array("I", [0]), array("I", [0]), bytearray()
        source = iter(rows)
        while block := list(islice(source, BLOCK_ROWS)):
            self._ends.extend(islice(accumulate(map(len, block), initial=self._ends[-1]), 1, None))
            deflated += zlib.compress(b"".join(block), wbits=_PLAIN_DEFLATE)
            self._block_ends.append(len(deflated))
        self._deflated = memoryview(bytes(deflated))
        self._last = (-1, memoryview(b""))

    def row(self, slot: int) -> memoryview:
        """Give one row. Neighbours come cheaply one after the other."""
        number, ends = slot // BLOCK_ROWS, self._ends
        last, block = self._last  # threads may share it: it is one object
        if last != number:
            begin, end = self._block_ends[number : number + 2]
            block = memoryview(zlib.decompress(self._deflated[begin:end], wbits=_PLAIN_DEFLATE))
            self._last = (number, block)
        first = ends[number * BLOCK_ROWS]
        return block[ends[slot] - first : ends[slot + 1] - first]

    def __len__(self) -> int:
        """Count the rows, those that no longer count among them."""
        return len(self._ends) - 1

    @property
    def size_bytes(self) -> int:
        """Give what the arena takes."""
        return self._deflated.nbytes + self._ends.itemsize * (len(self._ends) + len(self._block_ends))


class Index:
    """Places by hash: two arrays, sorted by the one. A hash may have several places."""

    __slots__ = ("_seen", "hashes", "places")

    def __init__(self, hashes: Hashes, places: Places) -> None:
        """Take pairs that are sorted by hash."""
        self.hashes, self.places = hashes, places
        self._seen = hashes.data  # asked one by one, a view of memory answers faster than an array

    @classmethod
    def of(cls, hashes: Sequence[int], places: Sequence[int]) -> Index:
        """Sort plain numbers."""
        keys, values = np.array(hashes, np.uint32), np.array(places, np.uint32)
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], values[order])

    def find(self, hash_: int) -> Iterator[tuple[int, int]]:
        """Give where the pairs of a hash stand, and their places."""
        seen = self._seen
        at = bisect_left(seen, hash_)
        while at < len(seen) and seen[at] == hash_:
            yield at, int(self.places[at])
            at += 1

    def changed(self, out: Sequence[int], hashes: Sequence[int], places: Sequence[int]) -> Index:
        """Take out the pairs that stand at some numbers, and put others in."""
        standing = np.array(out, np.intp)
        kept_hashes, kept_places = np.delete(self.hashes, standing), np.delete(self.places, standing)
        new = Index.of(hashes, places)
        at = np.searchsorted(kept_hashes, new.hashes)
        return Index(np.insert(kept_hashes, at, new.hashes), np.insert(kept_places, at, new.places))

    def moved(self, move: Move) -> Index:
        """Give the same hashes at other places."""
        return Index(self.hashes, move.of(self.places))


@dataclass(frozen=True, slots=True)
class Move:
    """Where the rows of some arenas went when these were poured together."""

    sparse: npt.NDArray[np.bool_]
    """By the number of an arena: whether its rows moved."""
    before: Places
    """Of all rows that count in these arenas, sorted."""
    after: Places

    def of(self, places: Places) -> Places:
        """Follow places; those that did not move stay."""
        moved = self.sparse[places >> ROWS_BITS]
        followed = places.copy()
        followed[moved] = self.after[np.searchsorted(self.before, places[moved])]
        return followed


@dataclass(frozen=True, slots=True)
class PackedLinks:
    """Links as they were at one revision."""

    texts: Texts
    index: Index = field(default_factory=lambda: Index.of((), ()))
    arenas: tuple[Arena | None, ...] = ()
    """By number; None where one was poured into another."""
    overlay: Mapping[str, int] = field(default_factory=dict)
    """Where links are that have changed since the table was sorted; -1 where one is gone."""
    size: int = 0

    def find(self, link: str) -> tuple[int, AdLink] | None:
        """Find a link by its id, and say where its row is."""
        place = self.overlay.get(link)
        if place is None:
            return self.sorted_find(link)
        return None if place == _GONE else (place, self.at(place))

    def sorted_find(self, link: str) -> tuple[int, AdLink] | None:
        """Find it as the sorted table has it. A hash that fits is proved by the id in the row."""
        found = ((place, self.at(place)) for _, place in self.index.find(hashed(link)))
        return next(((place, one) for place, one in found if one.id == link), None)

    def standing(self, links: Iterable[str]) -> list[int]:
        """Say where some links stand in the sorted table, those of them that do."""
        found = ((at, link, place) for link in links for at, place in self.index.find(hashed(link)))
        return [at for at, link, place in found if self.at(place).id == link]

    def at(self, place: int) -> AdLink:
        """Read the link at a place."""
        return from_row(self.row(place), self.texts)

    def row(self, place: int) -> memoryview:
        """Give the row at a place."""
        arena = self.arenas[place >> ROWS_BITS]
        if arena is None:
            raise AssertionError("no place leads into an arena that was poured away")
        return arena.row(place & _SLOT)

    def places(self) -> list[int]:
        """Name the places of all links, in no order."""
        out = {found[0] for found in map(self.sorted_find, self.overlay) if found is not None}
        kept = [place for place in self.index.places.tolist() if place not in out]
        return kept + [place for place in self.overlay.values() if place != _GONE]

    @property
    def size_bytes(self) -> int:
        """Give what table and arenas take; the texts and the overlay, which are bounded, come on top."""
        return (
            self.index.hashes.nbytes
            + self.index.places.nbytes
            + sum(arena.size_bytes for arena in self.arenas if arena)
        )


def changed(before: PackedLinks, links: Sequence[AdLink], gone: Iterable[str] = ()) -> tuple[PackedLinks, Move | None]:
    """Make the next table: `links` are new or other than before, `gone` are no more. One thread at a time.

    Where rows moved, the places in `before` are followed by the `Move`.
    """
    arenas, number = _room(before.arenas)
    first = number << ROWS_BITS
    new = {link.id: first + slot for slot, link in enumerate(links)} | dict.fromkeys(gone, _GONE)
    size = before.size
    for link, place in new.items():
        size += (place != _GONE) - (before.find(link) is not None)
    if links:
        arenas[number] = Arena(to_row(link, before.texts) for link in links)
    after = replace(before, arenas=tuple(arenas), overlay={**before.overlay, **new}, size=size)
    return (
        (after, None)
        if len(after.overlay) <= max(OVERLAY_MAX, after.size // OVERLAY_SHARE)
        else _poured(_sorted_in(after))
    )


def _sorted_in(packed: PackedLinks) -> PackedLinks:
    """Sort the overlay into the table."""
    new = {link: place for link, place in packed.overlay.items() if place != _GONE}
    out = packed.standing(packed.overlay)
    index = packed.index.changed(out, list(map(hashed, new)), list(new.values()))
    return replace(packed, index=index, overlay={})


def _poured(packed: PackedLinks) -> tuple[PackedLinks, Move | None]:
    """Pour arenas together that are not full enough, once there are some of them. The overlay is empty."""
    numbers = packed.index.places >> ROWS_BITS
    counts = np.bincount(numbers, minlength=len(packed.arenas))
    sparse = [n for n, arena in enumerate(packed.arenas) if arena is not None and counts[n] < _FULL_ENOUGH]
    if len(sparse) < POURED_TOGETHER:
        return packed, None
    poured = np.zeros(len(packed.arenas), np.bool_)
    poured[sparse] = True
    before = np.sort(packed.index.places[poured[numbers]])
    after = np.empty_like(before)
    arenas = [None if gone else arena for gone, arena in zip(poured.tolist(), packed.arenas, strict=True)]
    for start in range(0, len(before), ARENA_ROWS):
        piece = before[start : start + ARENA_ROWS]
        arenas, number = _room(arenas)
        arenas[number] = Arena(map(packed.row, piece.tolist()))
        after[start : start + ARENA_ROWS] = (number << ROWS_BITS) + np.arange(len(piece), dtype=np.uint32)
    move = Move(poured, before, after)
    return replace(packed, index=packed.index.moved(move), arenas=tuple(arenas)), move


def _room(arenas: Sequence[Arena | None]) -> tuple[list[Arena | None], int]:
    """Find a number for one more arena."""
    room = [*arenas]
    if None not in room:
        room.append(None)
    return room, room.index(None)
