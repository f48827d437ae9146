"""An S3-compatible store on 127.0.0.1 (moto's, behind a door that can be told to misbehave), and lakes in it."""

from __future__ import annotations

import http.client
import io
import itertools
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from hongmao.engines.lake.address import LakeAddress
from hongmao.engines.lake.objects import ObjectFiles, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAOURSALONE",
    "AWS_SECRET_ACCESS_KEY": "a-secret-that-nobody-is-told",
    "AWS_REGION": "us-east-1",
}
PATIENT: Final = Patience(tries=3, answer_s=60, whole_s=120, all_s=300)
"""A store here answers when the machine lets it; only what never answers is given up soon, by the hasty."""
HASTY: Final = Patience(tries=2, answer_s=0.3, whole_s=1, all_s=1)
SILENT_S: Final = 30
_NUMBERS: Final = itertools.count(1)
_DENIED: Final = b"<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>"
_SLOW_DOWN: Final = b"<Error><Code>SlowDown</Code><Message>later</Message></Error>"


@dataclass
class Fault:
    """What goes wrong with the next requests of a method for a path that ends so."""

    method: str
    path: str
    how: str
    """What happens: denied, slow_down, silence (until it is `over`), cut (half an answer), flip (a bit of it), lost
    (done, never answered),
    kept_back (neither done nor answered, until `Store.let_through`), let_through (before this is done),
    unconditional (done whatever its conditions say)."""
    times: int = 1
    met: int = field(default=0, init=False)
    over: threading.Event = field(default_factory=threading.Event, init=False)

    def meets(self, environ: dict[str, Any]) -> bool:
        """Tell whether it is the turn of this fault."""
        hit = environ["REQUEST_METHOD"] == self.method and self.path in environ["PATH_INFO"] and self.met < self.times
        self.met += hit
        return hit


class Store:
    """A server with buckets."""

    def __init__(self, address: str) -> None:
        """Know where it listens."""
        self.host = address
        self.keys = KEYS
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        self.kept_back: list[Callable[[], None]] = []

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}"

    def bucket(self) -> str:
        """Make a bucket that no other test has."""
        name = f"lake-{next(_NUMBERS):04d}"
        self._request("PUT", f"/{name}")
        return name

    def recover(self) -> None:
        """Be well again; whoever is still met by silence is hung up on."""
        for fault in self.faults:
            fault.over.set()
        self.faults.clear()

    def let_through(self) -> None:
        """Do now what was kept back."""
        while self.kept_back:
            self.kept_back.pop(0)()

    def put(self, path: str, data: bytes) -> None:
        """Put an object past everybody, as somebody with the keys might."""
        self._request("PUT", f"/{path}", data)

    def delete(self, path: str) -> None:
        self._request("DELETE", f"/{path}")

    def get(self, path: str) -> bytes:
        return self._request("GET", f"/{path}")

    def _request(self, method: str, path: str, data: bytes = b"") -> bytes:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=any/20250507/us-east-1/s3/aws4_request"}
            connection.request(method, path, data, signed)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status < 300, (method, path, answer.status, body)
            return body
        finally:
            connection.close()


class _Door:
    def __init__(self, app: Any, store: Store) -> None:
        self._app = app
        self._store = store
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self._store.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        fault = next((one for one in self._store.faults if one.meets(environ)), None)
        if fault is None:
            return self._do(environ, start)
        return self._misbehave(fault, environ, start)

    def _do(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        # A store weighs the conditions of a request and does it in one; moto's threads do not by themselves.
        with self._turn:
            answer: Iterable[bytes] = self._app(environ, start)
            return answer

    def _misbehave(self, fault: Fault, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        how = fault.how
        if how in {"denied", "slow_down"}:
            status, body = ("403 Forbidden", _DENIED) if how == "denied" else ("503 Slow Down", _SLOW_DOWN)
            start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        if how == "silence":
            fault.over.wait(SILENT_S)
            return _HangUp(environ)
        if how in {"unconditional", "let_through"}:
            if how == "let_through":
                self._store.let_through()
            else:
                environ = {name: value for name, value in environ.items() if not name.startswith("HTTP_IF_")}
            return self._do(environ, start)
        if how == "kept_back":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            later = {**environ, "wsgi.input": io.BytesIO(body)}
            self._store.kept_back.append(lambda: list(self._do(later, lambda *_: None)).clear())
            return _HangUp(environ)
        told: list[Any] = []
        body = b"".join(self._do(environ, lambda *args: told.append(args)))
        if how == "lost":
            return _HangUp(environ)
        middle = len(body) // 2
        if how == "flip":
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        start(*told[0])
        return itertools.chain([body[:middle]], _HangUp(environ)) if how == "cut" else [body]


class _HangUp:
    """What comes after the last byte of an answer: nothing, and the way is closed."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._socket: socket.socket = environ["werkzeug.socket"]

    def __iter__(self) -> Iterator[bytes]:
        self._socket.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any, **__: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[Store]:
    """Serve a store for the length of a session."""
    store = Store("")
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, _Door(app, store), threaded=True, request_handler=_Quiet)
    store.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.recover()
        server.shutdown()
        thread.join()
        server.server_close()


def lake_in(
    store: Store, home: Path, *, bucket: str = "", cache: str = "1GiB", patience: Patience = PATIENT
) -> ObjectFiles:
    """Give a lake in a bucket, a new one if none is named, as a machine with this home sees it; nothing is believed."""
    text = f"s3://{bucket or store.bucket()}/hongmao/lake?endpoint={store.endpoint}&cache={cache}"
    return ObjectFiles(LakeAddress.read(text), home / "lake", home / "lake-cache", patience=patience, fresh_s=0)
