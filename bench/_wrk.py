"""Load by wrk: requests that never repeat, how many were answered, how fast, and at what cost to the server."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from bench._tools import pinned, tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCRIPT = Path(__file__).with_name("_wrk.lua")
NUMBER_CHARS = 27  # of what takes the place of `{n}`: the time in hex, a thread's digit, `x`, nine digits
CLOSING_S = 30  # what wrk may take beyond the time it was given


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk saw."""

    answered: int
    took_us: int
    p50_us: int
    p99_us: int
    refused: int
    """Answers with a status of 400 or more."""
    broken: int
    """Connections that failed, and requests that were never answered."""
    cpu_us: float = 0.0
    """Processor time of the server, all its processes and threads, per answer."""

    @property
    def per_second(self) -> float:
        """Give the answers of one second."""
        return self.answered / (self.took_us / 1e6)

    def proved(self) -> Load:
        """Give itself, or fail where the server refused or lost anything."""
        if self.refused or self.broken or not self.answered:
            message = f"not every request was answered as it should be: {self}"
            raise AssertionError(message)
        return self


class Wrk:
    """Runs of one kind, from one thread on the second core unless said otherwise: the requests, over how many connections."""

    def __init__(self, requests: Sequence[bytes], *, connections: int, threads: int = 1, core: int | None = 1) -> None:
        """Take whole requests; `{n}` in them becomes a number that no other request has."""
        self._requests = b"\0".join(requests)
        self._shape = [f"-t{threads}", f"-c{connections}"]
        self._core = core

    def run(self, port: int, seconds: float, *, server: int | tuple[int, ...]) -> Load:
        """Ask a port for some seconds; `server` is the process whose time is counted, with its children, or all of them."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "requests")
            file.write_bytes(self._requests)
            words = [*pinned(self._core), tool("wrk"), *self._shape, f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
            words += ["-s", str(SCRIPT), f"http://127.0.0.1:{port}/", "--", str(file), f"{time.time_ns():x}"]
            servers = server if isinstance(server, tuple) else (server,)
            before = sum(map(_cpu_s, servers))
            done = subprocess.run(words, capture_output=True, check=True, timeout=seconds + CLOSING_S)  # noqa: S603 - ours
            spent = sum(map(_cpu_s, servers)) - before
        load = msgspec.json.decode(done.stdout.splitlines()[-1], type=Load)
        return msgspec.structs.replace(load, cpu_us=spent / max(1, load.answered) * 1e6)


def _cpu_s(process: int) -> float:
    """Add up the processor time of a process and all below it, as the kernel counts it."""
    ticks = (Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11:13] for number in family(process))
    return sum(sum(map(int, spent)) for spent in ticks) / os.sysconf("SC_CLK_TCK")


def peak_mib(process: int) -> float:
    """Give the most memory that any one process of a family has had in use so far."""
    told = (Path(f"/proc/{number}/status").read_text() for number in family(process))
    return max(int(text.partition("VmHWM:")[2].split()[0]) for text in told) / 1024


def family(process: int) -> Iterator[int]:
    """Name a process and all below it."""
    waiting = [process]
    while waiting:
        yield (number := waiting.pop())
        for thread in Path(f"/proc/{number}/task").iterdir():
            waiting += map(int, (thread / "children").read_text().split())
