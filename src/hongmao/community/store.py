"""Port of this context: where notes and creators are read. The catalog is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.catalog.contracts import Creator, Note
    from hongmao.kernel.ids import CreatorId, NoteId


class Shelf(Protocol):
    """Published notes and who wrote them."""

    def revision(self) -> int:
        """Give a number that grows with every change, so that a feed knows when to read again."""
        ...

    def notes(self, *, limit: int) -> Sequence[Note]:
        """List the newest notes, newest first."""
        ...

    def note(self, note: NoteId, /) -> Note:
        """Give a note; a `NotFound` where there is none."""
        ...

    def creator(self, creator: CreatorId, /) -> Creator:
        """Give a creator; a `NotFound` where there is none."""
        ...
