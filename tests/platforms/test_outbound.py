"""The one door to the outside: what it lets out, what it gives back, and what it says when there is nothing."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import urllib3

from hongmao.kernel.calls import Call, CallFailed, Failure
from hongmao.platforms import outbound, pinning
from hongmao.platforms.outbound import Outbound

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "of-the-query"


class Gateway(BaseHTTPRequestHandler):
    """Answers by path."""

    seen: list[tuple[str, str, bytes]] = []  # noqa: RUF012 - http.server makes a handler for each request
    release = threading.Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.seen.append((self.path, self.headers.get("x-sign", ""), body))
        self._answer()

    def do_GET(self) -> None:
        self.seen.append((self.path, "", b""))
        self._answer()

    def _answer(self) -> None:
        match self.path.partition("?")[0]:
            case "/away":
                self._send(302, b"", location="http://127.0.0.1:1/elsewhere")
            case "/large":
                self._send(200, b"x" * 200)
            case "/bomb":
                self._send(200, gzip.compress(b"x" * 2_000), encoding="gzip")
            case "/silent":
                self.release.wait(20)
            case "/drip":
                self._drip()
            case "/headless":
                self._send(200, b"", location="x\r\n no header at all\r\n: neither")
            case "/broken":
                self._send(503, b"busy")
            case _:
                self._send(200, b'{"ok":true}')

    def _send(self, status: int, body: bytes, *, location: str = "", encoding: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(100 * outbound._PIECE_BYTES))
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x" * outbound._PIECE_BYTES)
        except OSError:
            return  # whoever asked has had enough

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - http.server's own
        return


@contextmanager
def gateway() -> Iterator[str]:
    Gateway.seen.clear()
    Gateway.release.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        Gateway.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def base() -> Iterator[str]:
    with gateway() as found:
        yield found


def failure(door: Outbound, url: str) -> Failure:
    with pytest.raises(CallFailed) as caught:
        door.call(Call(method="GET", url=url))
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    return caught.value.failure


def test_a_call_goes_out_as_it_was_signed_and_the_reply_comes_back(base: str) -> None:
    call = Call(method="POST", url=f"{base}/router?a=1&b=%E7%BA%A2", headers={"X-Sign": "abc"}, body="正文".encode())
    reply = Outbound([], bases=[base]).call(call)
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b'{"ok":true}', "11")
    assert Gateway.seen == [("/router?a=1&b=%E7%BA%A2", "abc", "正文".encode())]


def test_a_status_is_a_reply_and_no_failure(base: str) -> None:
    assert Outbound([], bases=[base]).call(Call(method="GET", url=f"{base}/broken")).status == 503


def test_a_redirect_is_given_back_and_not_followed(base: str) -> None:
    reply = Outbound([], bases=[base]).call(Call(method="GET", url=f"{base}/away"))
    assert (reply.status, reply.headers["location"]) == (302, "http://127.0.0.1:1/elsewhere")
    assert len(Gateway.seen) == 1


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_a_reply_is_read_no_further_than_the_limit_packed_or_not(
    base: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "REPLY_BYTES_MAX", 100)
    door = Outbound([], bases=[base])
    assert failure(door, f"{base}{path}?token={SECRET}") is Failure.TOO_LARGE
    # The door is as good as before: the connection with the rest of that body is not used again.
    assert door.call(Call(method="GET", url=f"{base}/fine")).body == b'{"ok":true}'


def test_a_gateway_that_is_silent_or_drips_is_given_up(base: str) -> None:
    assert failure(Outbound([], bases=[base], read_timeout_s=0.2), f"{base}/silent?token={SECRET}") is Failure.TIMEOUT
    assert failure(Outbound([], bases=[base], whole_timeout_s=0), f"{base}/drip") is Failure.TIMEOUT


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"  # bound and not listening: refused
        assert failure(Outbound([], bases=[base]), f"{base}/?token={SECRET}") is Failure.UNREACHABLE


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/rest",
        "http://gw.example/rest",  # the host is known, and without TLS
        "https://gw.example.evil.example/rest",
        "https://user@gw.example/rest",
        "https://gw.example@evil.example/rest",
        "ftp://gw.example/rest",
        "file:///etc/passwd",
        "https://[::1/rest",
        "not a url",
        "",
    ],
)
def test_ABUSE_5_what_is_not_on_the_list_is_never_called(url: str) -> None:
    door = Outbound(["gw.example"], resolve=lambda *_: ["93.184.216.34"])
    assert failure(door, url) is Failure.NOT_ALLOWED


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.8",
        "::ffff:169.254.169.254",
        "64:ff9b:1::808:808",  # NAT64 by a network's own prefix
        "64:ff9b::a00:8",  # NAT64 of 10.0.0.8
        "2002:a00:8::1",  # 6to4 of 10.0.0.8
        "fe80::1%eth0",
        "224.0.0.1",
        "2606:2800:220:1:248:1893:25c8:1946%eth0",
        "no address at all",
    ],
)
def test_ABUSE_5_a_listed_host_that_resolves_inwards_is_never_called(address: str) -> None:
    door = Outbound(["gw.example"], resolve=lambda *_: ["93.184.216.34", address])
    assert failure(door, f"https://gw.example/rest?token={SECRET}") is Failure.NOT_ALLOWED


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_listed_host_at_a_public_address_is_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(_pool: object, _method: str, url: str, **_how: object) -> None:
        asked.append(url)
        raise OSError

    monkeypatch.setattr(urllib3.PoolManager, "request", refuse)
    door = Outbound(["gw.example"], resolve=lambda *_: [address])
    assert failure(door, "https://GW.example/rest") is Failure.UNREACHABLE
    assert asked == ["https://GW.example/rest"]


class Rebinding:
    """A resolver whose answers differ from look to look, as those of a name that is turned against whoever asks it."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def dialled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note where connections are begun, and let none of them out."""
    called: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *_how: object) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(pinning, "create_connection", refuse)
    return called


def test_ABUSE_5_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called = dialled(monkeypatch)
    resolve = Rebinding(["93.184.216.34"], ["127.0.0.1"])
    door = Outbound(["gw.example"], resolve=resolve)
    assert failure(door, f"https://gw.example/rest?token={SECRET}") is Failure.UNREACHABLE
    assert (called, resolve.asked) == ([("93.184.216.34", 443)], 1)  # never looked up a second time
    # The next call looks again, and what it finds now is not called.
    assert failure(door, "https://gw.example/rest") is Failure.NOT_ALLOWED
    assert (called, resolve.asked) == ([("93.184.216.34", 443)], 2)


def test_ABUSE_5_a_public_name_of_this_machine_sends_nothing_even_where_somebody_listens(base: str) -> None:
    port = int(base.rpartition(":")[2])
    door = Outbound(["gw.example"], resolve=Rebinding(["127.0.0.1"]))
    assert failure(door, f"https://gw.example:{port}/rest?token={SECRET}") is Failure.NOT_ALLOWED
    assert Gateway.seen == []


def test_a_name_that_nobody_knows_or_that_gives_no_address_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called = dialled(monkeypatch)

    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    for resolve in (unknown, Rebinding([])):
        assert failure(Outbound(["gw.example"], resolve=resolve), "https://gw.example/") is Failure.UNREACHABLE
    assert called == []


def test_other_addresses_of_a_name_are_tried_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    called = dialled(monkeypatch)
    many = [f"93.184.216.{n}" for n in range(1, 9)]
    assert failure(Outbound(["gw.example"], resolve=Rebinding(many)), "https://gw.example/") is Failure.UNREACHABLE
    assert [address for address, _ in called] == many[: pinning.ADDRESSES_TRIED]


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
def test_ABUSE_5_other_spellings_of_this_machine_are_on_no_list(host: str) -> None:
    assert failure(Outbound(["gw.example"]), f"https://{host}/") is Failure.NOT_ALLOWED
    # And where somebody put one on the list, what it means is judged, not how it is written.
    assert failure(Outbound([host.strip("[]")]), f"https://{host}/") in {Failure.NOT_ALLOWED, Failure.UNREACHABLE}


def test_a_reply_may_be_bounded_below_what_every_call_may_bring(base: str) -> None:
    url = f"{base}/large"
    assert len(Outbound([], bases=[base], reply_bytes_max=200).call(Call(method="GET", url=url)).body) == 200
    assert failure(Outbound([], bases=[base], reply_bytes_max=199), url) is Failure.TOO_LARGE


def test_a_base_is_allowed_by_scheme_host_and_port_together(base: str) -> None:
    door = Outbound([], bases=[base])
    port = int(base.rpartition(":")[2])
    for url in (f"http://127.0.0.1:{port + 1}/", f"https://127.0.0.1:{port}/", f"http://localhost:{port}/"):
        assert failure(door, url) is Failure.NOT_ALLOWED
    assert Gateway.seen == []


@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING])
def test_PRIV_8_a_signed_address_is_in_no_log_at_any_level(
    base: str, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    caplog.set_level(level)
    door = Outbound([], bases=[base], read_timeout_s=0.2)
    for path in ("/fine", "/away", "/broken", "/silent", "/headless"):
        with suppress(CallFailed):
            door.call(Call(method="GET", url=f"{base}{path}?sign={SECRET}", headers={"authorization": SECRET}))
    written = "\n".join(f"{logging.Formatter().format(record)} {record.args}" for record in caplog.records)
    assert SECRET not in written
    # The library was heard: it names the host, and no address.
    assert (level > logging.DEBUG) or "Starting new HTTP connection" in written
