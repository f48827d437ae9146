"""A platform's door for tests: a real HTTP server on loopback that keeps what it gets and answers as it is told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from hongmao.platforms.sandbox import signing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.clock import Clock


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    headers: Mapping[str, str]
    body: bytes
    problem: signing.SignatureProblem | None

    @property
    def rows(self) -> list[Any]:
        """The rows of a readable body."""
        rows: list[Any] = json.loads(self.body)["events"]
        return rows


@dataclass
class Receiver:
    """Checks signatures with the connector's own code; `answers` are statuses to give first, then 200 for ever."""

    secret: str
    clock: Clock
    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, told = desk.take(dict(self.headers.items()), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where the shop posts to."""
        return f"http://127.0.0.1:{self._server.server_port}/v1/returns/sandbox"

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Keep a request and answer it."""
        problem = signing.check(
            secret=self.secret.encode(),
            timestamp=headers.get("X-Shop-Timestamp"),
            nonce=headers.get("X-Shop-Nonce"),
            signature=headers.get("X-Shop-Signature"),
            body=body,
            now_ms=self.clock.now_ms(),
        )
        self.got.append(Got(headers=headers, body=body, problem=problem))
        self.arrived.set()
        if self.answers:
            return self.answers.pop(0), b"told to"
        if problem is not None:
            return 401, problem.encode()
        return self._outcomes(body)

    @property
    def rows(self) -> list[Any]:
        """Every row of every proved and readable delivery, in the order of arrival."""
        return [row for got in self.got if got.problem is None and _readable(got.body) for row in got.rows]

    def told(self) -> list[tuple[str, str]]:
        """Type and event number of every good row, in the order of arrival."""
        return [(row["type"], row["event_no"]) for row in self.rows if _good(row)]

    @staticmethod
    def _outcomes(body: bytes) -> tuple[int, bytes]:
        if not _readable(body):
            return 422, b"unreadable"
        outcomes = [
            {"index": index, "outcome": "accepted" if _good(row) else "quarantined", "reason": None}
            for index, row in enumerate(json.loads(body)["events"])
        ]
        return 200, json.dumps({"outcomes": outcomes}).encode()


def _readable(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except ValueError:
        return False
    return isinstance(told, dict) and isinstance(told.get("events"), list)


def _good(row: object) -> bool:
    return isinstance(row, dict) and not str(row.get("event_no")).startswith("x-")
