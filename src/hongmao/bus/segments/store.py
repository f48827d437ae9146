"""Segments and index together: batches in, each id once, and the log's word on every event."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hongmao.bus.segments.files import REAL
from hongmao.bus.segments.hashes import distinct, hashed
from hongmao.bus.segments.index import IdIndex
from hongmao.bus.segments.reading import SegmentReader
from hongmao.bus.segments.writing import SEGMENT_BYTES, SegmentWriter
from hongmao.events.api import Kept

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.bus.segments.files import Files
    from hongmao.events.api import Packed


class SegmentStore:
    """The files of one log, opened for writing by one thread."""

    def __init__(self, folder: Path, *, files: Files = REAL, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open or create; `LogDamaged` where acknowledged events are not whole."""
        self._writer = SegmentWriter(folder, files=files, segment_bytes=segment_bytes)
        try:
            self.reader = SegmentReader(folder, files=files)
            try:
                self.index = IdIndex(folder, first=self.reader.first(), write=True)
                self.index.follow(lambda after, limit: self.reader.read_packed(after=after, limit=limit), self.end)
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

    def write(self, batches: Sequence[Packed]) -> list[tuple[Kept, ...]]:
        """Keep batches in one frame, or none of them: whatever is raised, nothing of them is in the log."""
        alone = len(batches) == 1
        ids = batches[0].ids if alone else tuple(itertools.chain.from_iterable(batch.ids for batch in batches))
        if not ids:
            return [()] * len(batches)
        numbers = hashed(ids)
        places = self.index.places(ids, numbers)
        if not places and distinct(numbers[0]):
            records = batches[0].records if alone else [record for batch in batches for record in batch.records]
            first = self._writer.append(records)
            self.index.add(numbers)
            offsets = range(first, first + len(ids))
            kept = map(Kept, offsets, itertools.repeat(False))  # noqa: FBT003 - by name it takes a loop of our own
            return [tuple(itertools.islice(kept, len(batch.ids))) for batch in batches]
        return self._some(batches, places)

    def trim(self, below: int) -> int:
        """Remove segments that hold only events below an offset; their ids stay known. Give the first offset left."""
        if self.index.filed < below - 1:
            self.index.set_aside()
        return self._writer.trim(min(below, self.index.filed + 1))

    def close(self) -> None:
        """Release the files."""
        self.reader.close()
        self.index.close()
        self._writer.close()

    def _some(self, batches: Sequence[Packed], places: dict[str, int]) -> list[tuple[Kept, ...]]:
        """Keep what is new of the batches."""
        end, new_ids, new_records, answers = self.end, [], [], []
        for batch in batches:
            answer = []
            for id, record in zip(batch.ids, batch.records, strict=True):
                there = places.get(id)
                if there is None:
                    new_ids.append(id)
                    new_records.append(record)
                    there = places[id] = end + len(new_ids)
                    answer.append(Kept(there, duplicate=False))
                else:
                    answer.append(Kept(there, duplicate=True))
            answers.append(tuple(answer))
        if new_ids:
            self._writer.append(new_records)
            self.index.add(hashed(new_ids))
        return answers
