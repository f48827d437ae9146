"""The links that may be shown, by id and by note: made when somebody first asks, then kept up with every change.

A process that only answers taps never asks, and pays nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from hongmao.links.packed import Index, hashed
from hongmao.links.rules import is_live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hongmao.links.contracts import AdLink
    from hongmao.links.packed import Move, PackedLinks, Places

    ReadAt = Callable[[int], AdLink]


@dataclass(frozen=True, slots=True)
class Live:
    """Where the live links of one table are."""

    places: Places
    """In the order of their ids."""
    notes: Index

    @classmethod
    def of(cls, packed: PackedLinks) -> Live:
        """Look through a whole table."""
        found = [(link.id, place, hashed(link.note)) for place in packed.places() if is_live(link := packed.at(place))]
        found.sort()
        places = [place for _, place, _ in found]
        return cls(np.array(places, np.uint32), Index.of([note for _, _, note in found], places))

    def changed(self, before: PackedLinks, after: PackedLinks, move: Move | None, links: Iterable[str]) -> Live:
        """Follow a table to the next one, in which some links are other than before."""
        links = set(links)
        gone = [found for found in map(before.find, links) if found is not None and is_live(found[1])]
        gone_at = [_position(self.places, link.id, before.at) for _, link in gone]
        places = np.delete(self.places, np.array(gone_at, np.intp))
        notes = self.notes.changed(self._standing(gone), (), ())
        if move is not None:
            places, notes = move.of(places), notes.moved(move)
        new = [found for found in map(after.find, links) if found is not None and is_live(found[1])]
        come = sorted((link.id, hashed(link.note), place) for place, link in new)
        come_places = [place for _, _, place in come]
        come_at = np.array([_position(places, link, after.at) for link, _, _ in come], np.intp)
        return Live(
            np.insert(places, come_at, np.array(come_places, np.uint32)),
            notes.changed((), [note for _, note, _ in come], come_places),
        )

    def under(self, note: str, at: ReadAt) -> list[AdLink]:
        """List a note's links by id."""
        found = (at(place) for _, place in self.notes.find(hashed(note)))
        return sorted((link for link in found if link.note == note), key=lambda link: link.id)

    def _standing(self, gone: Sequence[tuple[int, AdLink]]) -> list[int]:
        """Say where places stand in the index. Each note is looked through once, however many of its links go at once."""
        notes = {hashed(link.note) for _, link in gone}
        at_of = {place: at for note in notes for at, place in self.notes.find(note)}
        return [at_of[place] for place, _ in gone]


class LiveLinks(Sequence["AdLink"]):
    """Live links by id, each read when it is asked for."""

    def __init__(self, places: Places, at: ReadAt) -> None:
        """Read by `at`."""
        self._places = places
        self._at = at

    @overload
    def __getitem__(self, which: int) -> AdLink: ...

    @overload
    def __getitem__(self, which: slice) -> Sequence[AdLink]: ...

    def __getitem__(self, which: int | slice) -> AdLink | Sequence[AdLink]:
        """Read one, or give some of them, unread."""
        if isinstance(which, slice):
            return LiveLinks(self._places[which], self._at)
        return self._at(int(self._places[which]))

    def __len__(self) -> int:
        """Count them."""
        return len(self._places)


def _position(places: Places, link: str, at: ReadAt) -> int:
    return bisect_left(range(len(places)), link, key=lambda n: at(int(places[n])).id)
