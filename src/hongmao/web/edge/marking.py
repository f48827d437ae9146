"""Impressions counted against the caps: those above are kept with the reason why they do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.links.api import Caps, Invalid
    from hongmao.web.edge.origin import Whence


class Marker:
    """Counts what one request shows. It is the collector's `Mark`, and is asked at most once."""

    __slots__ = ("_at_ms", "_caps", "_reasons", "_showings", "_whence")

    def __init__(self, caps: Caps, whence: Whence, at_ms: int) -> None:
        """Count for whoever asked, at an instant."""
        self._caps, self._whence, self._at_ms = caps, whence, at_ms
        self._showings = 0
        self._reasons: Sequence[Invalid | None] | None = None

    def __call__(self, showings: int) -> Sequence[Invalid | None] | None:
        """Count showings, and say of each in order why it does not count; None where all do."""
        self._showings = showings
        self._reasons = self._caps.shown(self._whence.device, self._whence.net, self._at_ms, showings)
        return self._reasons

    def take_back(self) -> None:
        """Uncount them: they could not be kept, and will be told again."""
        if self._showings:
            self._caps.unshow(self._whence.device, self._whence.net, self._at_ms, self._showings, self._reasons)
            self._showings = 0
