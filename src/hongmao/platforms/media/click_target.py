"""What targets have in common that take back what clicks of their own led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.media.clicks import is_theirs
from hongmao.platforms.media.consented import nobody

if TYPE_CHECKING:
    from hongmao.platforms.api import Event
    from hongmao.platforms.media.consented import Consented
    from hongmao.platforms.media.wire import Wire


class ClickTarget:
    """Knows its media's limits and event types, and looks identifiers up in what the merchant may tell."""

    name: str
    wire: Wire

    def __init__(self, consented: Consented = nobody) -> None:
        """Look identifiers up where the merchant keeps what may be told."""
        self.limits = self.wire.target_limits()
        self._types = self.wire.event_types()
        self._consented = consented

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Give their word for an event that a click of theirs led to."""
        if click is None or not is_theirs(click, self.name):
            return None
        return self._types.get(event.kind)
