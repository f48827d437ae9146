"""Replay: events of the lake once more, by day and kind, as Arrow batches of the columns somebody wants.

What is given is the lake as it was when the replay began, whatever the sink writes and merges meanwhile. Days come in
order, within a day the kinds by name, within a kind file after file; each file is in the order of time and id. Every file
is proved before its first row is given.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa

from hongmao.engines.lake import columns, manifest
from hongmao.engines.lake.files import files_at
from hongmao.engines.lake.groups import decoded, groups_of
from hongmao.engines.lake.proving import proved
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from hongmao.engines.lake.files import LakeFiles, Place
    from hongmao.engines.lake.groups import Group
    from hongmao.engines.lake.manifest import LakeFile, Manifest

TRIES_MAX: Final = 100  # a reader that is overtaken by as many merges in a row has other troubles


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events, and what of them. Days are Asia/Shanghai days, both inclusive; nothing said is everything."""

    first_day: str = ""
    last_day: str = "9999-12-31"
    kinds: frozenset[str] = frozenset()
    columns: tuple[str, ...] = columns.COLUMNS

    def covers(self, file: LakeFile) -> bool:
        """Tell whether a file holds some of it."""
        return self.first_day <= file.day <= self.last_day and (not self.kinds or file.kind in self.kinds)

    @property
    def schema(self) -> Any:
        """Give the Arrow schema of the batches."""
        return pa.schema([columns.SCHEMA.field(name) for name in self.columns])


def replay(place: Place, wanted: Wanted) -> Iterator[Any]:
    """Give batches of at most `groups.BATCH_ROWS` rows. `LakeMissing` where there is no lake, `LakeDamaged` names a bad file."""
    files = files_at(place)
    manifest.require(files)
    yield from decoded(_groups(files, manifest.load(files), wanted))


def _groups(files: LakeFiles, lake: Manifest, wanted: Wanted) -> Iterator[Group]:
    for day, kind in sorted({(file.day, file.kind) for file in lake.files if wanted.covers(file)}):
        with ExitStack() as stack:
            for file, handle in _opened(files, lake, day, kind, stack):
                until = lake.position if file.last_offset > lake.position else None
                yield from groups_of(proved(handle.read(), file), wanted.schema, until=until)


def _opened(held: LakeFiles, lake: Manifest, day: str, kind: str, stack: ExitStack) -> list[tuple[LakeFile, IO[bytes]]]:
    """Open all files of a partition at once: what is open stays readable when a merge takes its name away.

    Where merges have been quicker, the newer files are opened: they hold the same events, and some that came after.
    """
    now = lake
    for _ in range(TRIES_MAX):
        files = [file for file in now.files if (file.day, file.kind) == (day, kind)]
        wanted = [file for file in files if file.first_offset <= lake.position]
        try:
            return [(file, stack.enter_context(held.open(file))) for file in wanted]
        except LakeDamaged as error:
            stack.close()
            newer = manifest.load(held)
            if newer.epoch != lake.epoch:
                raise LakeDamaged(path=manifest.NAME, why="the lake was made anew while it was read") from error
            if newer == now:
                raise
            now = newer
    raise LakeDamaged(path=held.where, why=f"it changed {TRIES_MAX} times while it was read")
