"""Segments and index together: batches in, each id once, and the log's word on every event."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.bus.segments import frames
from hongmao.bus.segments.files import REAL
from hongmao.bus.segments.hashes import distinct, hashed
from hongmao.bus.segments.index import IdIndex
from hongmao.bus.segments.reading import SegmentReader
from hongmao.bus.segments.writing import SEGMENT_BYTES, SegmentWriter
from hongmao.events.api import Kept

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hongmao.bus.segments.files import Files
    from hongmao.events.api import Packed


@dataclass(frozen=True, slots=True)
class Prepared:
    """Batches that are ready to be written, and what is answered when they are."""

    frame: tuple[bytes, bytes] | None
    """None where all of them are there already."""
    count: int
    """Events in the frame."""
    answers: list[tuple[Kept, ...]]


class SegmentStore:
    """The files of one log, opened for writing by one thread."""

    def __init__(self, folder: Path, *, files: Files = REAL, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open or create; `LogDamaged` where acknowledged events are not whole."""
        self._writer = SegmentWriter(folder, files=files, segment_bytes=segment_bytes)
        try:
            self.reader = SegmentReader(folder, files=files)
            try:
                self.index = IdIndex(folder, first=self.reader.first(), write=True)
                self.index.follow(self.reader, self.end)
            except BaseException:
                self.reader.close()
                raise
        except BaseException:
            self._writer.close()
            raise

    @property
    def end(self) -> int:
        """Give the offset of the last durable event."""
        return self._writer.end

    def known(self, ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids are durable."""
        return self.index.known(ids, self.end)

    def prepare(self, batches: Sequence[Packed]) -> Prepared:
        """Find what is new in batches and make a frame of it, as if all that was prepared before were durable.

        One frame may be prepared while the last is being committed; no more.
        """
        if self._writer.broken:
            self._heal()
        alone = len(batches) == 1
        ids = batches[0].ids if alone else tuple(itertools.chain.from_iterable(batch.ids for batch in batches))
        if not ids:
            return Prepared(None, 0, [()] * len(batches))
        numbers = hashed(ids)
        places = self.index.places(ids, numbers)
        if places or not distinct(numbers[0]):
            return self._some(batches, places)
        records = batches[0].records if alone else [record for batch in batches for record in batch.records]
        offsets = range(self.index.end + 1, self.index.end + 1 + len(ids))
        frame = frames.sealed(offsets[0], records)
        self.index.add(numbers)
        kept = map(Kept, offsets, itertools.repeat(False))  # noqa: FBT003 - by name it takes a loop of our own
        answers = [tuple(itertools.islice(kept, len(batch.ids))) for batch in batches]
        return Prepared(frame, len(ids), answers)

    def commit(self, prepared: Prepared) -> None:
        """Keep what was prepared, durable on return. Where it raises, `undo` what was prepared; nothing of it is kept."""
        if prepared.frame is not None:
            self._writer.put(prepared.frame, prepared.count)

    def settle(self) -> None:
        """After a commit: let the index put away what is durable."""
        self.index.durable(self.end)

    def undo(self) -> None:
        """Forget what was prepared and not committed."""
        self.index.forget(self.end)

    def trim(self, below: int) -> int:
        """Remove segments that hold only events below an offset; their ids stay known. Give the first offset left."""
        if self.index.filed < below - 1:
            self.index.set_aside()
        self._writer.trim(min(below, self.index.filed + 1))
        return self.reader.first()  # which also lets go of the files

    def close(self) -> None:
        """Release the files."""
        self.reader.close()
        self.index.close()
        self._writer.close()

    def _heal(self) -> None:
        before = self.end
        self._writer.heal()
        self.index.forget(before)
        self.index.follow(self.reader, self.end)

    def _some(self, batches: Sequence[Packed], places: dict[str, int]) -> Prepared:
        """Prepare what is new of the batches."""
        end = self.index.end
        ids: list[str] = []
        records: list[bytes] = []
        answers = []
        for batch in batches:
            answer = []
            for id, record in zip(batch.ids, batch.records, strict=True):
                there = places.get(id)
                answer.append(Kept(there or end + len(ids) + 1, duplicate=there is not None))
                if there is None:
                    ids.append(id)
                    records.append(record)
                    places[id] = end + len(ids)
            answers.append(tuple(answer))
        if not ids:
            return Prepared(None, 0, answers)
        frame = frames.sealed(end + 1, records)
        self.index.add(hashed(ids))
        return Prepared(frame, len(ids), answers)
