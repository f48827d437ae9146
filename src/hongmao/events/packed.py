"""Events as bytes on their way into the log: encoded and checked once, by whoever brings them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.events.codec import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.events.contracts import Event


class Packed(msgspec.Struct, frozen=True):
    """A batch that is kept together or not at all: ids in order, and what `codec.pack` makes of each event."""

    ids: tuple[str, ...]
    records: tuple[bytes, ...]

    @property
    def size_bytes(self) -> int:
        """Give what the batch will take in the log, ids counted."""
        return sum(map(len, self.records)) + sum(map(len, self.ids))

    @classmethod
    def of(cls, events: Sequence[Event]) -> Packed:
        """Encode events. Raises `ValueError` as `pack` does."""
        return cls(tuple(event.event_id for event in events), tuple(map(pack, events)))
