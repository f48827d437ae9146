"""The log as one SQLite table: how it is opened, written in one transaction, read back and proved whole.

`offset` is given by the one writer, not by AUTOINCREMENT: a row that was ignored or rolled back then uses up no number,
so offsets have no gaps and a hole that a reader finds is damage, never routine.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.api import DiskFull, Kept, LogClosed, LogDamaged, LogFailed, Logged, LogMissing, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from hongmao.events.api import Event

FORMAT: Final = 1
BUSY_S: Final = 10.0  # readers may hold a writer up only while a file is being recovered after a crash
IDS_PER_QUERY: Final = 500  # below the smallest parameter limit SQLite was ever built with (999)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS log (
  "offset"       INTEGER PRIMARY KEY,
  event_id       TEXT    NOT NULL UNIQUE,
  kind           TEXT    NOT NULL,
  occurred_at_ms INTEGER NOT NULL,
  body           BLOB    NOT NULL,
  checksum       INTEGER NOT NULL
)
"""
_INSERT: Final = 'INSERT INTO log ("offset", event_id, kind, occurred_at_ms, body, checksum) VALUES (?, ?, ?, ?, ?, ?)'
_READ: Final = 'SELECT "offset", event_id, body, checksum FROM log WHERE "offset" > ? ORDER BY "offset" LIMIT ?'
_END: Final = 'SELECT coalesce(max("offset"), 0) FROM log'


class _Headline(msgspec.Struct):
    kind: str
    occurred_at_ms: int


_HEADLINE = msgspec.msgpack.Decoder(tuple[int, _Headline])


@dataclass(frozen=True, slots=True)
class Row:
    """An event ready to be written: encoded by the caller, so that the committing thread only copies bytes."""

    event_id: str
    kind: str
    occurred_at_ms: int
    body: bytes

    @classmethod
    def of(cls, event: Event) -> Row:
        """Encode an event; raises `ValueError` for what no file can hold."""
        return cls(event.event_id, str(event.kind), event.occurred_at_ms, pack(event))

    @classmethod
    def packed(cls, event_id: str, record: bytes) -> Row:
        """Take an event that is encoded already; its kind and time stand in columns of their own."""
        told = _HEADLINE.decode(record)[1]
        return cls(event_id, told.kind, told.occurred_at_ms, record)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or create the log; every COMMIT that returns has been synced to the disk."""
    connection = _connect(path, str(path))
    try:
        with named(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _check_format(connection, path)
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a log that somebody else may be writing; raises `LogMissing` where there is none."""
    if not path.exists():
        raise LogMissing(path=str(path), id=str(path))
    connection = _connect(path, f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        with named(path):
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'log'").fetchone() is None:
                raise LogMissing(path=str(path), id=str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def write(
    connection: sqlite3.Connection, path: Path, batches: Sequence[Sequence[Row]], *, end: int
) -> list[tuple[Kept, ...]]:
    """Keep all batches in one durable transaction, or none: whatever is raised, nothing of them is in the log."""
    with named(path), _transaction(connection):
        offsets = _offsets(connection, [row.event_id for batch in batches for row in batch])
        fresh: list[tuple[int, str, str, int, bytes, int]] = []
        answers = [tuple(_place(row, offsets, fresh, end) for row in batch) for batch in batches]
        connection.executemany(_INSERT, fresh)
    return answers


def read(connection: sqlite3.Connection, path: Path, *, after: int, limit: int) -> list[Logged]:
    """Read events after an offset, each proved against its checksum; `LogDamaged` names the first that is not whole."""
    found: list[Logged] = []
    with named(path, offset=after + 1):
        for due, (offset, event_id, body, checksum) in enumerate(connection.execute(_READ, (after, limit)), after + 1):
            if offset != due:
                raise LogDamaged(path=str(path), offset=due, why="the event is missing")
            if _checksum(offset, event_id, body) != checksum:
                raise LogDamaged(path=str(path), offset=offset, why="its checksum does not match")
            found.append(Logged(offset, _unpacked(path, offset, body)))
    return found


def end(connection: sqlite3.Connection) -> int:
    """Give the last offset; 0 for an empty log."""
    return int(connection.execute(_END).fetchone()[0])


def known(connection: sqlite3.Connection, event_ids: Collection[str]) -> frozenset[str]:
    """Say which of these ids are in the log."""
    return frozenset(_offsets(connection, list(event_ids)))


@contextmanager
def named(path: Path, *, offset: int = 0) -> Iterator[None]:
    """Say in our own words what SQLite complains of."""
    try:
        yield
    except sqlite3.ProgrammingError as error:  # the connection was closed under a reader
        raise LogClosed(path=str(path)) from error
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise DiskFull(path=str(path)) from error
        raise LogFailed(path=str(path), why=str(error)) from error
    except sqlite3.DatabaseError as error:
        raise LogDamaged(path=str(path), offset=offset, why=str(error)) from error


def _connect(path: Path, address: str, *, uri: bool = False) -> sqlite3.Connection:
    with named(path):
        return sqlite3.connect(address, uri=uri, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may already have rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _place(row: Row, offsets: dict[str, int], fresh: list[tuple[int, str, str, int, bytes, int]], end: int) -> Kept:
    there = offsets.get(row.event_id)
    if there is not None:
        return Kept(there, duplicate=True)
    offset = offsets[row.event_id] = end + len(fresh) + 1
    checksum = _checksum(offset, row.event_id, row.body)
    fresh.append((offset, row.event_id, row.kind, row.occurred_at_ms, row.body, checksum))
    return Kept(offset, duplicate=False)


def _unpacked(path: Path, offset: int, body: bytes) -> Event:
    try:
        return unpack(body)
    except ValueError as error:
        raise LogDamaged(path=str(path), offset=offset, why=f"it cannot be decoded: {error}") from error


def _offsets(connection: sqlite3.Connection, event_ids: list[str]) -> dict[str, int]:
    """Find ids that are in the log already, with their offsets."""
    return {
        event_id: offset
        for chunk in _chunks(event_ids)
        for event_id, offset in connection.execute(
            f'SELECT event_id, "offset" FROM log WHERE event_id IN ({",".join("?" * len(chunk))})',  # noqa: S608 - only ? signs
            chunk,
        )
    }


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + IDS_PER_QUERY] for start in range(0, len(ids), IDS_PER_QUERY))


def _checksum(offset: int, event_id: str, body: bytes) -> int:
    """Cover the place as well as the bytes, so that swapped rows are noticed too."""
    return zlib.crc32(body, zlib.crc32(f"{offset}\n{event_id}\n".encode()))


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > FORMAT:
        raise LogDamaged(path=str(path), offset=0, why=f"format {found} was written by a later program")
