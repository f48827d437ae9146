"""Where a reader is in the feed, as it stands in an address: the moment the feed began and how many pages are open.

`/feed?c=1746583200000.0&n=3` shows the same three pages in the same order again, so that coming back from a note with
`#note-ID` leads to the same card (and so does the browser's own Back).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from hongmao.community.api import Surface, read_surface

if TYPE_CHECKING:
    from starlette.requests import Request

PAGES_MAX = 20
"""What one address opens at once; who scrolls further begins a new feed there."""
TOPIC_CHARS_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the feed."""

    cursor: str
    """Cursor of the feed's first page."""
    pages: int
    """How many pages are open, 1 to `PAGES_MAX`."""
    topic: str | None = None
    """Only notes of this topic; None for all."""
    surface: Surface = Surface.GENERAL
    """Whom the pages are for: one that minors see leads to nothing but what they may see (LABEL-8)."""

    @property
    def more(self) -> Place:
        """One page further."""
        return replace(self, pages=self.pages + 1)

    @property
    def full(self) -> bool:
        """Tell whether an address opens no more than this."""
        return self.pages >= PAGES_MAX

    def url(self, path: str = "/feed", **more: str) -> str:
        """Write an address that knows this place."""
        asked = {"c": self.cursor, "n": str(self.pages)}
        if self.topic is not None:
            asked["t"] = self.topic
        if self.surface is not Surface.GENERAL:
            asked["surface"] = self.surface.value
        return f"{path}?{urlencode({**more, **asked})}"


def place_of(request: Request, now_ms: int) -> Place:
    """Read a place; an address without one begins now. A cursor is checked by the feed itself."""
    asked = request.query_params
    number = asked.get("n", "1")
    pages = int(number) if number.isascii() and number.isdigit() and len(number) <= 3 else 1  # noqa: PLR2004
    topic = asked.get("t", "")[:TOPIC_CHARS_MAX] or None
    # A feed that begins at this very instant: the community's cursor is the instant and how many notes are behind.
    return Place(
        cursor=asked.get("c") or f"{now_ms}.0",
        pages=min(max(pages, 1), PAGES_MAX),
        topic=topic,
        surface=read_surface(asked.get("surface")),
    )


def came_from_feed(request: Request) -> bool:
    """Tell whether an address knows the feed's place it was opened from, or at least whom the feed was for."""
    return bool(request.query_params.get("c") or request.query_params.get("surface"))
