"""The lake's one writer: absorb what the log has kept, merge small files, start over. Readers go by the manifest alone."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, Self

from msgspec.structs import replace

from hongmao.engines.lake import columns, manifest, parts
from hongmao.engines.lake.carrying import carry_over
from hongmao.engines.lake.claim import Claim
from hongmao.engines.lake.files import files_at
from hongmao.engines.lake.manifest import LakeFile, Manifest
from hongmao.engines.lake.verify import faults_of
from hongmao.events.api import LakeGap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.engines.lake.files import Place
    from hongmao.events.api import LakeDamaged, Logged, PackedSlice

QUICK_ROWS_MIN: Final = 2_000  # below, the plain way costs less than loading what is compiled
SMALL_FILES_MAX: Final = 8  # of one partition, before they are merged
SMALL_ROWS_MAX: Final = 50_000  # a file with more rows is large enough to stay as it is
WHOLE_ROWS_MAX: Final = 2_000_000  # of one file: what merging holds in memory at once
WHOLE_BYTES_MAX: Final = 256 * 2**20  # on disk: few events may still hold long texts, such as bodies kept in quarantine


class ParquetLake:
    """A `Lake` of Parquet files under one root. Use as a context manager or call `close`.

    A lake that is damaged or was written with other columns opens, so that it can be wiped; every other act says what is
    wrong with it.
    """

    def __init__(
        self, place: Place, *, small_files_max: int = SMALL_FILES_MAX, small_rows_max: int = SMALL_ROWS_MAX
    ) -> None:
        """Claim the lake for writing (`LakeBusy` says who else does) and clear away what a crash left half done."""
        self._files = files_at(place)
        self._small_files_max = small_files_max
        self._small_rows_max = small_rows_max
        self._turn = threading.RLock()
        self._claim = Claim(self._files)
        try:
            if self._claim.sound:
                self._sweep()
        except BaseException:
            self._claim.release()
            raise

    def position(self) -> int:
        """Give the offset up to which the log has been absorbed."""
        return self._claim.known().position

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Add a batch that follows `position`; durable on return.

        What was absorbed before is passed over; a batch that leaves a hole raises `LakeGap` and changes nothing.
        """
        with self._turn:
            lake = self._claim.lake()
            fresh = _following(batch, lake.position)
            if not fresh:
                return
            self._add(columns.table_of(fresh), first_offset=fresh[0].offset, last_offset=fresh[-1].offset)

    def absorb_packed(self, batch: PackedSlice) -> None:
        """Add a batch as `absorb` does, from the log's own bytes; the files are the same."""
        with self._turn:
            position = self._claim.lake().position
            fresh = batch.after(position)
            if not fresh.count:
                return
            if fresh.first_offset != position + 1:
                raise LakeGap(id=str(position + 1), expected=position + 1, got=fresh.first_offset)
            self._add(_tabled(fresh), first_offset=fresh.first_offset, last_offset=fresh.last_offset)

    def compact(self, *, whole: bool = False) -> int:
        """Merge the small files of every crowded partition; give the number of files that are gone from the manifest.

        With `whole`, every day and kind becomes one file, as far as it is not too large for one. The files themselves stay
        until the next merge, for readers that began before this one.
        """
        with self._turn:
            lake = self._claim.lake()
            crowded = _scattered(lake) if whole else self._crowded(lake)
            if not crowded:
                return 0
            generation = lake.generation + 1
            merged = [parts.merge(self._files, files, generation=generation, mark=lake.mark) for files in crowded]
            gone = {file.path for files in crowded for file in files}
            stay = [file for file in lake.files if file.path not in gone]
            files = tuple(sorted((*stay, *merged), key=lambda file: file.path))
            self._claim.publish(replace(lake, generation=generation, files=files, retired=tuple(sorted(gone))))
            self._files.remove(lake.retired)
            return len(gone)

    def wipe(self, *, keep_to: int = 0) -> None:
        """Throw everything away, so that a rebuild can begin from the log, which has all that lies above `keep_to`.

        What lies up to there is kept, proved; `LakeIrreplaceable` where it cannot be, and nothing is changed then.
        """
        with self._turn:
            lake = self._claim.anew()
            kept = carry_over(self._files, keep_to, mark=lake.mark) if keep_to else Manifest()
            epoch = manifest.next_epoch(self._files)
            self._claim.publish(replace(kept, epoch=epoch, claim=lake.claim, holder=lake.holder))
            if kept.files:
                self._sweep()
            else:
                self._files.clear()

    def verify(self) -> tuple[LakeDamaged, ...]:
        """Read every file again and name each that is missing, changed or holds other events than it should."""
        with self._turn:
            return tuple(faults_of(self._files, self._claim.lake()))

    def close(self) -> None:
        """Let the next writer in."""
        with self._turn:
            self._claim.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _add(self, table: Any, *, first_offset: int, last_offset: int) -> None:
        lake = self._claim.lake()
        written = parts.write_parts(
            self._files, table, first_offset=first_offset, last_offset=last_offset, mark=lake.mark
        )
        self._claim.publish(replace(lake, position=last_offset, files=(*lake.files, *written)))

    def _crowded(self, lake: Manifest) -> list[list[LakeFile]]:
        small: defaultdict[tuple[str, str], list[LakeFile]] = defaultdict(list)
        for file in lake.files:
            if file.rows <= self._small_rows_max:
                small[file.day, file.kind].append(file)
        return [files for _, files in sorted(small.items()) if len(files) > self._small_files_max]

    def _sweep(self) -> None:
        """Remove files that no manifest names: a crash came between their writing and the manifest's."""
        lake = self._claim.lake()
        known = {*(file.path for file in lake.files), *lake.retired}
        self._files.remove([name for name in self._files.names() if name not in known])


def _scattered(lake: Manifest) -> list[list[LakeFile]]:
    """Gather the files of each partition, in the order of the log, into groups that are not too large for one file."""
    groups: list[list[LakeFile]] = []
    for file in sorted(lake.files, key=lambda file: (file.day, file.kind, file.first_offset)):
        group = groups[-1] if groups else []
        same = bool(group) and (group[0].day, group[0].kind) == (file.day, file.kind)
        rows = file.rows + sum(one.rows for one in group)
        size_bytes = file.size_bytes + sum(one.size_bytes for one in group)
        if same and rows <= WHOLE_ROWS_MAX and size_bytes <= WHOLE_BYTES_MAX:
            group.append(file)
        else:
            groups.append([file])
    return [group for group in groups if len(group) > 1]


def _tabled(batch: PackedSlice) -> Any:
    if batch.count < QUICK_ROWS_MIN:
        return columns.table_of(batch.logged())
    from hongmao.engines.lake.decode import packed_table  # noqa: PLC0415 - Numba comes with it

    return packed_table(batch)


def _following(batch: Sequence[Logged], position: int) -> list[Logged]:
    """Take what comes after a position; `LakeGap` where an event in between is missing."""
    for due, entry in enumerate(batch, batch[0].offset if batch else 0):
        if entry.offset != due:
            raise LakeGap(id=str(due), expected=due, got=entry.offset)
    fresh = [entry for entry in batch if entry.offset > position]
    if fresh and fresh[0].offset != position + 1:
        raise LakeGap(id=str(position + 1), expected=position + 1, got=fresh[0].offset)
    return fresh
