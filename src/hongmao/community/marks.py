"""What a note is said to be beside its words: what kind of text, and whether a machine made it (LABEL-7, LABEL-9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from hongmao.community.errors import NoteKindUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.ids import NoteId


class NoteKind(StrEnum):
    """What sort of text a note is."""

    KNOWLEDGE = "knowledge"
    EXPERIENCE = "experience"
    REVIEW = "review"
    HEALTH = "health"  # 健康科普: no shopping link stands under it
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMark:
    """What was said of a note; the last word counts. A note that nobody spoke of is of no kind and was made by a person."""

    note: NoteId
    kind: NoteKind
    ai: bool
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AiCopyGrant:
    """A copy without its label, let go by contract (标识办法 art. 9): who asked and why is kept, and is never removed."""

    number: int
    note: NoteId
    why: str
    by: str
    at_ms: int


class Marks(Protocol):
    """Where a feed reads what notes were said to be."""

    def marks(self) -> Mapping[NoteId, NoteMark]:
        """Give every mark there is. A change of one changes the shelf's revision."""
        ...


class MarkDesk(Marks, Protocol):
    """Where marks are set, and copies without a label are let go."""

    def set_mark(self, mark: NoteMark) -> None:
        """Say what a note is, in place of what was said before."""
        ...

    def grant_copy(self, note: NoteId, why: str, by: str, at_ms: int) -> AiCopyGrant:
        """Keep that a copy without its label was let go."""
        ...

    def copies(self, note: NoteId) -> Sequence[AiCopyGrant]:
        """List the copies of a note that were let go, oldest first."""
        ...


class NoMarks:
    """Marks of a community in which nobody said anything."""

    def marks(self) -> Mapping[NoteId, NoteMark]:
        """Give none."""
        return {}


def read_kind(word: str) -> NoteKind:
    """Read a kind; `NoteKindUnknown` for another word."""
    try:
        return NoteKind(word)
    except ValueError:
        raise NoteKindUnknown(place="kind", known=", ".join(NoteKind)) from None
