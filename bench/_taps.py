"""Taps on a port for some seconds, from a few keep-alive connections; the ways to tap come in on standard input."""

from __future__ import annotations

import contextlib
import itertools
import selectors
import socket
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 16
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"


def load(port: int, taps: Iterator[bytes], seconds: float) -> tuple[int, float]:
    """Keep every connection asking, one request at a time each; give how many answers came and how long it took."""
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as ready:
        lines = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(CONNECTIONS)]
        began, answered, waiting = time.perf_counter(), 0, CONNECTIONS
        for line in lines:
            ready.register(line, selectors.EVENT_READ, line)
            line.sendall(next(taps))
        while waiting:
            for key, _ in ready.select():
                answer = key.data.recv(4_096)
                if not (answer.startswith(b"HTTP/1.1 302 ") and answer.endswith(b"\r\n\r\n")):
                    raise AssertionError(answer)
                answered += 1
                if time.perf_counter() - began < seconds:
                    key.data.sendall(next(taps))
                else:
                    waiting -= 1
        return answered, time.perf_counter() - began


def endless(ways: list[str]) -> Iterator[bytes]:
    """Tap without end, each time as another reader, so that no tap is a repeated one."""
    for number in itertools.count(time.time_ns()):
        head = f"GET {ways[number % len(ways)]} HTTP/1.1\r\nHost: bench\r\nUser-Agent: {AGENT}\r\n"
        yield f"{head}Cookie: hm_r=r_{number}\r\n\r\n".encode()


if __name__ == "__main__":
    print(*load(int(sys.argv[1]), endless(sys.stdin.read().split()), float(sys.argv[2])))
