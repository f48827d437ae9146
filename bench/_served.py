"""The house as its users meet it: a process of its own with one live link, and its log as an independent witness."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench._tools import pinned

from hongmao.bootstrap.settings import Settings
from hongmao.bootstrap.state import Layout
from hongmao.bus.reader import ReadOnlyLog
from hongmao.world.stage import free_ports
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.events.api import Kind

SHOP = "http://127.0.0.1:8090"
TARGET = f"{SHOP}/item/item-1?hm_click={'c' * 30}"
IMPRESSIONS = 64
WAYS_MAX = 50_000  # more links than any memory of links has room for
READY_S, LOOK_S = 300, 0.05  # an edge reads a million links first
LISTENS = "0A"  # TCP_LISTEN in /proc/net/tcp
READ_ROWS = 10_000
QUIET_S = 0.5  # a log that does not grow for so long has all that was under way when the clients left


def free_port() -> int:
    """Give a port that nobody listens on."""
    return free_ports().platform


@contextlib.contextmanager
def house(home: str, port: int, *words: str, core: int | None = 0) -> Iterator[int]:
    """Serve a home until the block ends; gives the process."""
    command = [*pinned(core), sys.executable, "-m", "hongmao", "serve", "--until-stdin-closes", *words]
    environ = {**os.environ, "HONGMAO_HOME": home, "HONGMAO_PORT": str(port)}
    with child(command, port, environ) as process:
        yield process


@contextlib.contextmanager
def edge(home: str, port: int, *, core: int | None = 0) -> Iterator[int]:
    """Serve a home by one edge process that owns its log, until the block ends; nobody follows the log meanwhile."""
    with house(home, port, "--role", "edge", "--own-log", core=core) as process:
        yield process


@contextlib.contextmanager
def edge_alone(home: str, port: int) -> Iterator[int]:
    """Serve a home by an edge process, which owns no log, and a worker process, which does; gives the edge's."""
    with (
        house(home, free_port(), "--role", "worker", core=None),
        house(home, port, "--role", "edge", core=0) as process,
    ):
        yield process


@contextlib.contextmanager
def parted(home: str, port: int, *, edges: int, core: int | None = 0) -> Iterator[tuple[int, int]]:
    """Serve a home by so many edge processes on one port, and a worker beside them that owns the log.

    Gives the edges' process, or their parent's, and the worker's.
    """
    with (
        house(home, free_port(), "--role", "worker", core=core) as worker,
        house(home, port, "--role", "edge", "--workers", str(edges), core=core) as parent,
    ):
        until_all_open(port, edges)
        yield parent, worker


@contextlib.contextmanager
def child(command: Sequence[str], port: int, environ: dict[str, str] | None = None) -> Iterator[int]:
    """Run a server that stops when its standard input closes; gives the process once its port is open."""
    with (
        subprocess.Popen(command, env=environ, stdin=subprocess.PIPE) as process,  # noqa: S603 - ours
        contextlib.closing(process.stdin or sys.stdin),
    ):
        until_open(process, port)
        yield process.pid


def until_open(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until somebody listens; fail where the process ends before."""
    limit = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < limit:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(LOOK_S)
    message = f"{process.args!r} did not open port {port}"
    raise AssertionError(message)


def until_all_open(port: int, count: int) -> None:
    """Wait until so many processes listen on a port together."""
    limit = time.monotonic() + READY_S
    while time.monotonic() < limit:
        if listening(port) >= count:
            return
        time.sleep(LOOK_S)
    message = f"fewer than {count} processes listen on port {port}"
    raise AssertionError(message)


def listening(port: int) -> int:
    """Count the sockets that listen on a port, as the kernel lists them (proc(5))."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[3] == LISTENS and int(row[1].partition(":")[2], 16) == port for row in rows)


def furnish(home: str) -> list[str]:
    """Put one live link under a note in a fresh home; give the sealed ways of its component, as readers saw them."""
    port = free_port()
    with house(home, port, core=None):
        line = Line(f"http://127.0.0.1:{port}")
        key = json.loads(Layout(Path(home)).credentials.read_text())["admin_key"]
        for path, value in _acts().items():
            line.must(line.post(f"/v1/{path}", value, {"authorization": f"Bearer {key}"}), "POST", path)
        time.sleep(1.5)  # the serving tables look for new links and balances once a second
        pages = [line.get("/v1/notes/n", {"cookie": f"hm_r=r_seen{n}"}).json()["ad"] for n in range(IMPRESSIONS)]
    return [str(ad["jump_url"]) for ad in pages if isinstance(ad, dict)]


def multiply(home: str, links: int) -> list[str]:
    """Make so many links of the one in a home that nobody serves; gives ways to some of them, all over the table.

    As in a real one, no two have the same address or id, two stand under one note, and twenty notes are one creator's.
    """
    with contextlib.closing(sqlite3.connect(Path(home, "state.sqlite"))) as state, state:
        state.execute("PRAGMA cache_size = -262144")  # KiB: a million random keys go into each of several indexes
        _copied(state, "creators", "c", links // 40 + 1, {"id": "'creator_' || number"})
        of_note = {"id": "'note_' || number", "creator_id": "'creator_' || (number / 20 + 1)"}
        _copied(state, "notes", "n", links // 2 + 1, of_note)
        page = f"'{SHOP}/item/' || lower(hex(randomblob(16)))"
        of_link = {"id": "'link_' || number", "note_id": "'note_' || (number / 2 + 1)", "fallback_url": page}
        of_link |= {"creator_id": "'creator_' || (number / 40 + 1)", "universal_link": page}
        of_link |= {"deeplink": "'sandboxshop://open?h5url=' || lower(hex(randomblob(24)))"}
        _copied(state, "links", "l", links - 1, of_link)
    return [f"/j/link_{number}" for number in range(1, links, max(1, links // WAYS_MAX))]


def _copied(state: sqlite3.Connection, table: str, id_: str, count: int, other: dict[str, str]) -> None:
    """Copy one row so many times; `other` says in SQL what differs by `number`."""
    columns = [str(row[1]) for row in state.execute(f"PRAGMA table_info({table})")]
    told = ", ".join(other.get(column, column) for column in columns)
    numbers = "WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < ?)"
    into = f"INSERT INTO {table} ({', '.join(columns)})"
    state.execute(f"{numbers} {into} SELECT {told} FROM {table}, n WHERE id = ?", (count, id_))  # noqa: S608 - our own names


def _acts() -> dict[str, dict[str, object]]:
    shop = {"tenant": "t", "merchant": "m", "platform": "sandbox", "platform_shop_id": "s", "name": "店"}
    note = {"creator": "c", "type": "picture", "title": "防晒", "body": "好用", "topic": "美妆", "cover": "n"}
    link = {"tenant": "t", "note": "n", "shop": "s", "target": "shop", "button": "了解详情", "title": "同款好物"}
    where = {"universal_link": f"{SHOP}/item/item-1", "fallback_url": f"{SHOP}/item/item-1", "price_fen": 1}
    return {
        "tenants": {"id": "t", "name": "初晴", "kind": "merchant"},
        "merchants": {"id": "m", "tenant": "t", "name": "初晴"},
        "shops": {"id": "s", **shop, "home_url": f"{SHOP}/shop/s"},
        "wallets/top-ups": {"tenant": "t", "merchant": "m", "line": "cid", "amount_fen": 10**9, "key": "k"},
        "creators": {"id": "c", "name": "阿橙", "bio": ""},
        "notes": {"id": "n", **note, "published_at_ms": 1_746_547_200_000},
        "links": {"id": "l", **link, **where},
        "links/l/review": {"universal_link": 2, "fallback": 2, "note": ""},
    }


class Witness:
    """Reads the log's own files beside the server that writes them."""

    def __init__(self, home: str) -> None:
        """Look at a home."""
        self._path = Layout(Settings(home=home).home_path).log
        self._seen = self.end()

    def end(self) -> int:
        """Give the offset of the last durable event."""
        with ReadOnlyLog(self._path) as log:
            return log.end()

    def kept(self, kind: Kind, *, answered: int, in_flight: int) -> int:
        """Count what was kept since it looked last, event by event, and hold it against what clients saw answered.

        More may be kept than was answered, never more than was under way when the clients left; nothing else may be there.
        """
        with ReadOnlyLog(self._path) as log:
            ids: set[str] = set()
            while log.wait(after=self._seen, timeout_s=QUIET_S):
                rows = log.read(after=self._seen, limit=READ_ROWS)
                wrong = {row.event.kind for row in rows} - {kind}
                if wrong:
                    message = f"the log holds what nobody sent: {wrong}"
                    raise AssertionError(message)
                ids.update(row.event.event_id for row in rows)
                self._seen = rows[-1].offset
        return _held(len(ids), answered, in_flight)

    def grown(self, *, answered: int, in_flight: int) -> int:
        """Do as `kept` does by offsets alone, for more events than can be read."""
        with ReadOnlyLog(self._path) as log:
            end = log.end()
            while log.wait(after=end, timeout_s=QUIET_S):
                end = log.end()
        before, self._seen = self._seen, end
        return _held(end - before, answered, in_flight)


def _held(kept: int, answered: int, in_flight: int) -> int:
    if not answered <= kept <= answered + in_flight:
        message = f"{answered} were answered and {kept} kept, with {in_flight} under way at the end"
        raise AssertionError(message)
    return kept
