"""Events as bytes, on their way into the log and out of it: encoded once, decoded only by whoever looks at them."""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.codec import pack, unpack
from hongmao.events.contracts import Logged
from hongmao.events.keeping_errors import LogDamaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.events.contracts import Event

SLICE_BYTES_MAX: Final = 32 * 2**20
"""A log stops a slice behind the record that reaches this: few events may hold long texts."""


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


class PackedSlice(msgspec.Struct, frozen=True):
    """A stretch of the log without a gap, each record proved and none decoded."""

    first_offset: int
    records: bytes
    """What `codec.pack` made of each event, one behind the other."""
    ends: bytes
    """Where each record ends in `records`: 32-bit whole numbers, the lower byte first."""

    @property
    def count(self) -> int:
        """Count the records."""
        return len(self.ends) // _END.size

    @property
    def last_offset(self) -> int:
        """Give the offset of the last record; one before `first_offset` where there is none."""
        return self.first_offset + self.count - 1

    @classmethod
    def of(cls, first_offset: int, records: Sequence[bytes]) -> PackedSlice:
        """Put records together."""
        ends = itertools.accumulate(map(len, records))
        return cls(first_offset, b"".join(records), struct.pack(f"<{len(records)}I", *ends))

    def after(self, offset: int) -> PackedSlice:
        """Give what of it lies behind an offset."""
        passed = min(max(0, offset + 1 - self.first_offset), self.count)
        return self if not passed else PackedSlice.of(self.first_offset + passed, self.split()[passed:])

    def logged(self, path: str = "log") -> list[Logged]:
        """Decode all of it. `SchemaTooNew` where a later program wrote it; `LogDamaged` names what is no event, and `path`."""
        found = []
        for offset, record in enumerate(self.split(), self.first_offset):
            try:
                found.append(Logged(offset, unpack(record)))
            except ValueError as error:
                raise LogDamaged(path=path, offset=offset, why=f"it cannot be decoded: {error}") from error
        return found

    def split(self) -> list[bytes]:
        """Give each record by itself."""
        ends = [end for (end,) in _END.iter_unpack(self.ends)]
        return [self.records[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []


_END: Final = struct.Struct("<I")
