"""Taking over a log of an earlier program: one SQLite table, event by event, at the same offsets.

The segments are made under another name and named only when they are whole, so a crash begins anew; the old file is put
aside and never removed.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Final

from hongmao.bus.segments.writing import SegmentWriter
from hongmao.events.api import LogBusy, LogDamaged
from hongmao.events.disk import WriterLock, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD: Final = ".sqlite"
BATCH: Final = 1_000
_READ: Final = 'SELECT "offset", event_id, body, checksum FROM log ORDER BY "offset"'
_TOLD: Final = logging.getLogger("hongmao.log")


def adopt(path: Path) -> None:
    """Take over `path` with `.sqlite` behind it where that is there and no log is yet.

    `LogDamaged` names the first event that is not as it was written; nothing has changed then. `LogBusy` where an earlier
    program still writes it.
    """
    old, made = path.with_name(path.name + OLD), path.with_name(f"{path.name}.importing")
    if path.exists() or not old.is_file():
        return
    lock = WriterLock(old.with_name(f"{old.name}.lock"), of=old, busy=LogBusy)
    try:
        shutil.rmtree(made, ignore_errors=True)
        writer = SegmentWriter(made)
        try:
            for records in _batches(old):
                writer.append(records)
        finally:
            writer.close()
        made.rename(path)
        sync_folder(path.parent)
        _TOLD.warning("took over %d events of %s; it is kept as %s.imported", writer.end, old, old.name)
        _put_aside(old)
    finally:
        lock.release()


def _batches(old: Path) -> Iterator[list[bytes]]:
    """Give the records of an old log in order, each proved against its checksum."""
    with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute(_READ)
            due = 1
            while some := rows.fetchmany(BATCH):
                for place, (offset, event_id, body, checksum) in enumerate(some):
                    if offset != due + place:
                        raise LogDamaged(path=str(old), offset=due + place, why="the event is missing")
                    if zlib.crc32(body, zlib.crc32(f"{offset}\n{event_id}\n".encode())) != checksum:
                        raise LogDamaged(path=str(old), offset=offset, why="its checksum does not match")
                yield [body for _, _, body, _ in some]
                due += len(some)
        except sqlite3.DatabaseError as error:
            raise LogDamaged(path=str(old), offset=0, why=str(error)) from error


def _put_aside(old: Path) -> None:
    for name in (old.name, f"{old.name}-wal", f"{old.name}-shm"):
        there = old.with_name(name)
        if there.exists():
            there.rename(there.with_name(f"{name.replace(OLD, OLD + '.imported', 1)}"))
    sync_folder(old.parent)
