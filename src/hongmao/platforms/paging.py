"""Pages by number, watched: a page that came back empty or as the page before is asked for once more before it is believed.

A pull source keeps nothing between two pages, so what it must remember rides in the token: which page comes next, a mark of
the rows that came last, and whether this page was already asked for in vain.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN: Final = re.compile(r"(?P<number>[0-9]{1,6})\.(?P<mark>[0-9a-f]{0,16})(?P<again>!?)")


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page it is the turn of. `mark` is of the rows that came before it."""

    number: int
    mark: str = ""
    is_again: bool = False

    @classmethod
    def of(cls, token: str | None, *, first: int = 1) -> Turn:
        """Read a token of ours; None is the first page.

        >>> Turn.of("3.ab!"), Turn.of(None)
        (Turn(number=3, mark='ab', is_again=True), Turn(number=1, mark='', is_again=False))
        """
        match = None if token is None else _TOKEN.fullmatch(token)
        if match is None:
            return cls(first)
        return cls(int(match["number"]), match["mark"], match["again"] == "!")

    @property
    def token(self) -> str:
        """Write it down."""
        return f"{self.number}.{self.mark}{'!' if self.is_again else ''}"

    def again(self) -> str:
        """Ask for the same page once more."""
        return replace(self, is_again=True).token

    def doubts(self, rows: Sequence[bytes], *, expects_rows: bool) -> bool:
        """Tell whether a page should be asked for again: nothing where something was due, or the page before once more."""
        if self.is_again:
            return False
        return expects_rows if not rows else bool(self.mark) and mark_of(rows) == self.mark

    def then(self, number: int, rows: Sequence[bytes]) -> str:
        """Go on to another page, remembering what came."""
        return Turn(number, mark_of(rows)).token


def mark_of(rows: Sequence[bytes]) -> str:
    """Make a mark of a page's rows as they came; "" of none."""
    if not rows:
        return ""
    return hashlib.blake2b(b"\n".join(rows), digest_size=8).hexdigest()
