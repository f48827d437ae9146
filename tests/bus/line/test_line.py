from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import PATIENCE_S, LogConformance, everything, ids, keep
from events.strategies import read_note
from hongmao.bus.errors import LogUnsure
from hongmao.bus.line.client import LineLog
from hongmao.bus.line.frames import SOCKET, frame
from hongmao.bus.line.paths import socket_path
from hongmao.bus.opening import SharedLog, open_log
from hongmao.events.api import Kept, LogBusy, LogFailed, LogFull, LogMissing
from hongmao.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.events.api import EventLog

OWNER = """
import sys
from pathlib import Path
from hongmao.bus.opening import open_log
log = open_log("", Path(sys.argv[1]), read_only=False, new_writer=str)
print("open", flush=True)
sys.stdin.read()
log.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    # Deep enough that the socket's whole name is longer than the system takes.
    folder = tmp_path / ("a-home-folder-that-lies-deep-" * 3)
    folder.mkdir()
    return folder / "log.sqlite"


def own(path: Path) -> EventLog:
    return open_log("", path, read_only=False, new_writer=str)


def join(path: Path) -> EventLog:
    return open_log("", path, read_only=False, may_own=False, new_writer=str)


@pytest.fixture
def owner(path: Path) -> Iterator[EventLog]:
    log = own(path)
    yield log
    log.close()


class TestALogOverTheLine(LogConformance):
    @pytest.fixture
    def log(self, path: Path, owner: EventLog) -> Iterator[EventLog]:
        assert isinstance(owner, SharedLog)
        log = join(path)
        assert isinstance(log, LineLog)
        yield log
        log.close()


class TestItsOwner(LogConformance):
    @pytest.fixture
    def log(self, owner: EventLog) -> EventLog:
        return owner


def test_owner_and_others_write_one_log(path: Path, owner: EventLog) -> None:
    one, other = join(path), join(path)

    assert keep(one, read_note(1)) == (Kept(1, duplicate=False),)
    assert keep(owner, read_note(1), read_note(2)) == (Kept(1, duplicate=True), Kept(2, duplicate=False))
    assert keep(other, read_note(2), read_note(3)) == (Kept(2, duplicate=True), Kept(3, duplicate=False))
    for log in (one, other, owner):
        assert ids(everything(log)) == [read_note(number).event_id for number in (1, 2, 3)]
    one.close()
    other.close()


def test_one_process_owns_and_the_next_is_told_who(path: Path, owner: EventLog) -> None:
    keep(owner, read_note(1))
    with pytest.raises(LogBusy, match=r"is being written by pid \d+"):
        own(path)
    # The refused one has not taken the line away.
    client = join(path)
    keep(client, read_note(2))
    client.close()


def test_only_this_user_may_connect(path: Path, owner: EventLog) -> None:
    assert owner.end() == 0
    assert (path.parent / SOCKET).stat().st_mode & 0o777 == 0o600


def test_there_is_nothing_to_join_where_no_log_was_ever_owned(path: Path) -> None:
    with pytest.raises(LogMissing):
        join(path)


def test_an_owner_that_dies_leaves_batches_unsure_and_the_next_owner_is_found(path: Path) -> None:
    # 7 May, 12:00: the owner is killed while batches are on their way; clients send the same again.
    acked: list[str] = []
    command = [sys.executable, "-c", OWNER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        client = join(path)
        acked.extend(_send(client, range(100), killing=first))
    # 12:01: another process owns the log; the same client goes on without being opened again.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        assert second.stdin is not None
        assert second.stdout.readline() == "open\n"
        acked.extend(_send(client, range(200)))
        logged = ids(everything(client))
        client.close()
        second.stdin.close()
        assert second.wait(PATIENCE_S) == 0
    assert set(acked) == {read_note(number).event_id for number in range(200)}
    assert sorted(logged) == sorted(set(acked))


def _send(client: EventLog, numbers: range, *, killing: subprocess.Popen[str] | None = None) -> list[str]:
    """Send until acked; with `killing`, kill the owner half-way and stop when the line is known to be down."""
    acked: list[str] = []
    waiting = [(number, client.append([read_note(number)])) for number in numbers]
    if killing is not None:
        waiting[len(waiting) // 2][1].result(PATIENCE_S)
        os.kill(killing.pid, signal.SIGKILL)
    for number, first in waiting:
        future = first
        while True:
            try:
                future.result(PATIENCE_S)
                acked.append(read_note(number).event_id)
                break
            except (LogUnsure, LogFailed):
                if killing is not None:
                    break
                future = client.append([read_note(number)])
    return acked


def test_without_an_owner_batches_are_refused_at_once(path: Path) -> None:
    own(path).close()
    log = LineLog(path, path.parent, patience_s=0.0)
    with pytest.raises(Unavailable, match="No process owns the event log"):
        keep(log, read_note(1))
    log.close()


def test_what_is_no_frame_or_no_group_harms_nobody_else(path: Path, owner: EventLog) -> None:
    client = join(path)
    for rubbish in (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"\xff" * 64, frame(1, b"no group"), b"\x01"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger, socket_path(path.parent / SOCKET) as name:
            stranger.settimeout(PATIENCE_S)
            stranger.connect(name)
            stranger.sendall(rubbish)
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(4_096):
                pass
    assert keep(client, read_note(1)) == (Kept(1, duplicate=False),)
    assert owner.end() == 1
    client.close()


def test_clients_that_vanish_stall_nobody(path: Path, owner: EventLog) -> None:
    for _ in range(30):
        gone = join(path)
        gone.append([read_note(1)])
        thread = threading.Thread(target=gone.close)
        thread.start()
        thread.join(PATIENCE_S)
    assert keep(owner, read_note(2))[0].offset in {1, 2}


def test_too_much_under_way_is_refused_before_memory_grows(path: Path, owner: EventLog) -> None:
    client = join(path)
    futures = [client.append([read_note(number)] * 10_000) for number in range(12)]
    faults = [error for future in futures if (error := future.exception(PATIENCE_S)) is not None]
    assert all(isinstance(error, LogFull) for error in faults)
    assert owner.end() == len(futures) - len(faults)
    client.close()
