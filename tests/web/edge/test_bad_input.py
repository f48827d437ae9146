"""What no browser sends: each is refused by name, at once, and costs nothing that stays."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import os
import random
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zstandard

from hongmao.kernel.clock import SetClock
from hongmao.links.api import KeyRing, TokenMinter
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.parts import EdgeMeter
from returns.factories import NOW
from web.edge.served import HURRIED, PATIENT, Served, read_answer, served

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /v1/events HTTP/1.1\r\n" + HOST
EVENT = {"event_id": "e-1", "kind": "impression", "occurred_at_ms": 1_746_583_200_000, "note": "note-1"}
BODY = json.dumps({"events": [EVENT]}).encode()

ANOTHER = KeyRing(1, {1: b"a key of another deployment, agreed"})
BEACON = b'{"link":"link-1","click":"%s","outcome":"opened"}' % (
    TokenMinter(ANOTHER, SetClock(NOW), random.Random(5)).mint().encode()
)


def tap(*more: bytes, way: bytes = b"/j/link-1") -> bytes:
    return b"GET " + way + b" HTTP/1.1\r\n" + HOST + b"".join(more) + b"\r\n"


def post(*more: bytes, body: bytes = b"") -> bytes:
    return POST + b"".join(more) + b"\r\n" + body


# What is sent, the status it is answered with, the code of its error.
ROWS: dict[str, tuple[bytes, int, str]] = {
    "length and chunks": (
        post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body=b"0\r\n\r\n"),
        400,
        "request_malformed",
    ),
    "chunks and length": (
        post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body=b"0\r\n\r\n"),
        400,
        "request_malformed",
    ),
    "a length twice": (post(b"Content-Length: 2\r\nContent-Length: 3\r\n", body=b"{}"), 400, "request_malformed"),
    "a negative length": (post(b"Content-Length: -1\r\n", body=b"{}"), 400, "request_malformed"),
    "a length that is a word": (post(b"Content-Length: many\r\n", body=b"{}"), 400, "request_malformed"),
    "a length with a sign": (post(b"Content-Length: +2\r\n", body=b"{}"), 400, "request_malformed"),
    "a length beyond all numbers": (post(b"Content-Length: " + b"9" * 30 + b"\r\n"), 400, "request_malformed"),
    "a length of ten million": (post(b"Content-Length: 10000000\r\n", body=b"{"), 413, "body_too_large"),
    "chunks in a coding nobody has": (
        post(b"Transfer-Encoding: xchunked\r\n", body=b"0\r\n\r\n"),
        400,
        "request_malformed",
    ),
    "chunks named twice": (
        post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", body=b"0\r\n\r\n"),
        400,
        "request_malformed",
    ),
    "a header folded": (tap(b"X-A: b\r\n c: d\r\n"), 400, "request_malformed"),
    "a header without a colon": (tap(b"Nothing\r\n"), 400, "request_malformed"),
    "a header with a space before its colon": (tap(b"Cookie : hm_r=r_x\r\n"), 400, "request_malformed"),
    "a header that ends in a bare line feed": (tap(b"X-A: b\nX-C: d\r\n"), 400, "request_malformed"),
    "a head that ends in bare line feeds": (
        b"GET /j/link-1 HTTP/1.1\r\nHost: a\r\nX: y\n\nGET /j/link-1 HTTP/1.1\r\nHost: a\r\n\r\n",
        400,
        "request_malformed",
    ),
    "a zero byte in a header": (tap(b"X-A: b\0c\r\n"), 400, "request_malformed"),
    "a zero byte in the method": (b"G\0T /j/link-1 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "request_malformed"),
    "a method nobody has": (b"FROB /j/link-1 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "request_malformed"),
    "a version nobody speaks": (b"GET /j/link-1 HTTP/9.9\r\n" + HOST + b"\r\n", 400, "request_malformed"),
    "words that are no request": (b"hello\r\n\r\n", 400, "request_malformed"),
    "the opening of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "request_malformed"),
    "a greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "request_malformed"),
    "a line with a raw control character": (tap(way=b"/j/link-1?i=\x01"), 400, "request_malformed"),
    "ten thousand headers": (tap(b"a: b\r\n" * 10_000), 431, "head_too_large"),
    "a hundred short headers": (tap(b"a: b\r\n" * 100), 431, "head_too_large"),
    "a header of 64 KiB": (tap(b"X-A: " + b"x" * 65_536 + b"\r\n"), 431, "head_too_large"),
    "a way of 64 KiB": (tap(way=b"/j/" + b"x" * 65_536), 431, "head_too_large"),
    "a way that climbs": (tap(way=b"/j/../../etc/passwd"), 404, ""),
    "a way that climbs, escaped": (tap(way=b"/j/%2e%2e%2fetc%2fpasswd"), 404, ""),
    "a way with a zero byte, escaped": (tap(way=b"/j/link-1%00"), 404, ""),
    "a way with a broken escape": (tap(way=b"/j/%zz%"), 404, ""),
    "a way that is no UTF-8": (tap(way=b"/j/%ff%fe"), 404, ""),
    "a body that says to be packed": (
        post(b"Content-Encoding: br\r\nContent-Length: 2\r\n", body=b"{}"),
        415,
        "encoding_unsupported",
    ),
    "a body a hundred thousand deep": (
        post(b"Content-Length: 100000\r\n", body=b"[" * 100_000),
        422,
        "field_malformed",
    ),
    "a body of events a hundred thousand deep": (
        post(b"Content-Length: 100011\r\n", body=b'{"events":[' + b"[" * 100_000),
        422,
        "body_unreadable",
    ),
    "a body that is no UTF-8": (post(b"Content-Length: 15\r\n", body=b'{"events":"\xff"} '), 422, "field_malformed"),
    "a body of another shape": (post(b"Content-Length: 2\r\n", body=b"[]"), 422, "field_malformed"),
    "a body that is longer than it says": (post(b"Content-Length: 3\r\n", body=BODY), 422, "body_unreadable"),
    "a token of another deployment": (
        b"POST /v1/wakeup HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(BEACON) + BEACON,
        422,
        "click_not_ours",
    ),
}


METER = LiveMeter()


@pytest.fixture(scope="module")
def edge() -> Iterator[Served]:
    with served(limits=PATIENT, meter=EdgeMeter(METER)) as edge:
        yield edge


@pytest.fixture(scope="module")
def hurried() -> Iterator[Served]:
    with served(limits=HURRIED, meter=EdgeMeter(METER)) as edge:
        yield edge


def refused() -> dict[str, float]:
    """Read how often what was refused, by reason."""
    found = (reading for reading in METER.readings() if reading.metric is names.HTTP_REFUSED)
    return {labels[0]: value for reading in found for labels, value in reading.series if isinstance(value, int | float)}


@pytest.mark.parametrize("name", ROWS)
def test_it_is_refused_by_name_and_the_next_client_is_served(name: str, edge: Served) -> None:
    request, status, code = ROWS[name]
    kept, counted = len(edge.log.kept), refused()
    answer = edge.say(request.replace(b"\r\n" + HOST, b"\r\n" + HOST + b"Accept: application/json\r\n", 1))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    error = json.loads(body)["error"]
    assert not code or error["code"] == code
    assert error["message"]["zh"]
    assert error["message"]["en"]
    assert len(edge.log.kept) == kept
    reason = error["code"]
    assert {**counted, reason: counted.get(reason, 0) + 1} == refused()
    assert edge.say(tap()).startswith(b"HTTP/1.1 302 ")


# The same, of a client whose connection uvicorn has already: it asked for a page first.
PAGE = b"GET /v1/feed HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = post(b"Transfer-Encoding: chunked\r\n")
HANDED: dict[str, tuple[bytes, int, str]] = {
    "words that are no request": (b"hello\r\n\r\n", 400, "request_malformed"),
    "length and chunks": (
        post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body=b"0\r\n\r\n"),
        400,
        "request_malformed",
    ),
    "a zero byte in a header": (tap(b"X-A: b\0c\r\n"), 400, "request_malformed"),
    "ten thousand headers": (tap(b"a: b\r\n" * 10_000), 431, "head_too_large"),
    "a hundred short headers": (tap(b"a: b\r\n" * 100), 431, "head_too_large"),
    "a header of a mebibyte": (tap(b"X-A: " + b"x" * 2**20 + b"\r\n"), 431, "head_too_large"),
    "a way of 64 KiB": (tap(way=b"/j/" + b"x" * 65_536), 431, "head_too_large"),
    "a head that does not end": (tap()[:-2], 408, "request_too_slow"),
    "a line that does not end": (b"GET /j/li", 408, "request_too_slow"),
    "a body that does not come": (post(b"Content-Length: 100\r\n", body=b"{"), 408, "request_too_slow"),
    "chunks that do not come": (CHUNKED + b"5\r\n{", 408, "request_too_slow"),
}


@pytest.mark.parametrize("name", HANDED)
def test_behind_a_page_it_is_refused_alike(name: str, request: pytest.FixtureRequest) -> None:
    sent, status, code = HANDED[name]
    edge: Served = request.getfixturevalue("hurried" if status == 408 else "edge")
    kept, counted = len(edge.log.kept), refused()
    with edge.connect() as wire:
        wire.sendall(PAGE)
        assert read_answer(wire).startswith(b"HTTP/1.1 200 ")
        with contextlib.suppress(ConnectionError):
            wire.sendall(sent)
        answer = read_answer(wire)
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == code
        assert not until_closed(wire)
    assert len(edge.log.kept) == kept
    assert {**counted, code: counted.get(code, 0) + 1} == refused()


def until_closed(wire: socket.socket) -> bytes:
    """Read what else comes until the other side closes."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while part := wire.recv(65_536):
            data += part
    return data


def test_a_body_in_chunks_that_never_ends_is_cut_at_its_limit(edge: Served) -> None:
    with edge.connect() as wire:
        wire.sendall(CHUNKED)
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                wire.sendall(chunk)
        assert read_answer(wire).startswith((b"HTTP/1.1 413 ", b""))
    assert edge.say(tap()).startswith(b"HTTP/1.1 302 ")


def test_clients_whom_uvicorn_serves_count_among_the_lines_that_may_be_open() -> None:
    with served(limits=replace(PATIENT, connections=3)) as edge:
        lines = [edge.connect() for _ in range(3)]
        for line in lines:
            line.sendall(PAGE)
            assert read_answer(line).startswith(b"HTTP/1.1 200 ")
        assert edge.say(b"").startswith(b"HTTP/1.1 503 ")
        lines.pop().close()
        while not edge.say(tap()).startswith(b"HTTP/1.1 302 "):
            pass
        for line in lines:
            line.close()


def test_bodies_that_are_announced_and_do_not_come_hold_no_more_than_their_share() -> None:
    announced = post(b"Content-Length: 1000000\r\n", body=b"{")
    with served(limits=replace(PATIENT, bodies_bytes=3_000_000)) as edge:
        lines = [edge.connect() for _ in range(3)]
        for line in lines:
            line.sendall(announced)
        assert edge.gate is not None
        while edge.gate._bodies_bytes < 3_000_000:
            assert edge.say(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n").startswith(b"HTTP/1.1 200 ")
        answer = edge.say(announced)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "bodies_too_many"
        # A tap and a body that is there at once need no room.
        assert edge.say(tap()).startswith(b"HTTP/1.1 302 ")
        assert edge.say(post(b"Content-Length: %d\r\n" % len(BODY), body=BODY)).startswith(b"HTTP/1.1 200 ")
        lines[0].sendall(b" " * 999_999)
        assert read_answer(lines[0]).startswith(b"HTTP/1.1 422 ")
        lines[1].close()
        while edge.gate._bodies_bytes > 1_000_000:
            assert edge.say(tap()).startswith(b"HTTP/1.1 302 ")
        assert edge.gate._bodies_bytes == 1_000_000
        for line in lines:
            line.close()
    assert edge.gate._bodies_bytes == 0


@pytest.mark.parametrize(
    "begun",
    [b"GET /j/li", tap()[:-2], post(b"Content-Length: 100\r\n", body=b"{"), b"GET /j/link-1 HTTP/1.1\r\nX-A: b\r\n"],
)
def test_a_request_that_does_not_end_is_told_so_and_the_line_is_freed(begun: bytes, hurried: Served) -> None:
    with hurried.connect() as wire:
        wire.sendall(begun)
        answer = read_answer(wire)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "request_too_slow"
        assert wire.recv(10) == b""


def test_a_request_that_comes_byte_by_byte_does_not_win_time_by_it(hurried: Served) -> None:
    with hurried.connect() as wire:
        wire.settimeout(0.05)
        told = b""
        for byte in tap(b"X-A: " + b"b" * 4_000 + b"\r\n"):
            try:
                wire.sendall(bytes((byte,)))
                told = wire.recv(10_000)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            break
        assert told.startswith(b"HTTP/1.1 408 ")


def test_a_line_that_says_nothing_is_closed_without_a_word() -> None:
    with served(limits=replace(PATIENT, idle_s=0.3)) as edge, edge.connect() as wire:
        assert wire.recv(10) == b""


def test_requests_behind_each_other_are_answered_in_their_order(edge: Served) -> None:
    with edge.connect() as wire:
        ways = [b"/j/link-1?i=a", b"/healthz", b"/j/nobody", b"/j/link-1?i=b", b"/readyz"]
        wire.sendall(b"".join(tap(b"Accept: application/json\r\n", way=way) for way in ways))
        statuses: list[bytes] = []
        data = b""
        while len(statuses) < len(ways):
            data += wire.recv(65_536)
            statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", data)
    assert statuses == [b"302", b"200", b"404", b"302", b"200"]


def test_a_page_behind_a_tap_on_one_line_is_answered_by_the_pages(edge: Served) -> None:
    with edge.connect() as wire:
        wire.sendall(tap() + tap(way=b"/v1/feed"))
        first = read_answer(wire)
        rest = first.partition(b"\r\n\r\n")[2] or read_answer(wire)
        assert first.startswith(b"HTTP/1.1 302 ")
        assert rest.startswith(b"HTTP/1.1 200 ")
        # And the line stays good: the pages' own server answers taps as well.
        wire.sendall(tap())
        assert read_answer(wire).startswith(b"HTTP/1.1 302 ")


def test_clients_that_vanish_before_their_answer_stall_nobody_and_their_taps_are_kept(edge: Served) -> None:
    kept = len(edge.log.kept)
    edge.log.silent = []
    gone = [edge.connect() for _ in range(200)]
    for number, wire in enumerate(gone):
        wire.sendall(tap(way=b"/j/link-1?i=%d" % number))
    assert edge.gate is not None
    while sum(one._tap is not None for one in tuple(edge.gate.open)) < len(gone):
        assert edge.say(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n").startswith(b"HTTP/1.1 200 ")
    for wire in gone:
        wire.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )  # a reset, as from a telephone in a lift
        wire.close()
    edge.log.speak()
    assert edge.say(tap()).startswith(b"HTTP/1.1 302 ")
    assert len(edge.log.kept) == kept + len(gone) + 1


def test_a_log_that_stands_still_is_answered_503_before_anything_is_queued(edge: Served) -> None:
    kept = len(edge.log.kept)
    edge.log.oldest_ms = 501.0
    answers = [edge.say(tap()), edge.say(post(b"Content-Length: %d\r\n" % len(BODY), body=BODY))]
    edge.log.oldest_ms = 0.0
    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "log_pressed"
    assert len(edge.log.kept) == kept


def test_more_lines_than_there_may_be_are_refused_and_the_others_served() -> None:
    with served(limits=replace(PATIENT, connections=3)) as edge:
        lines = [edge.connect() for _ in range(3)]
        for line in lines:
            line.sendall(tap())
            assert read_answer(line).startswith(b"HTTP/1.1 302 ")
        assert edge.say(b"").startswith(b"HTTP/1.1 503 ")
        for line in lines:
            line.sendall(tap())
            assert read_answer(line).startswith(b"HTTP/1.1 302 ")
            line.close()


def test_a_stop_answers_what_is_under_way_and_closes_the_rest() -> None:
    with served(limits=PATIENT) as edge:
        edge.log.silent = []
        waiting, idle = edge.connect(), edge.connect()
        waiting.sendall(tap())
        idle.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        read_answer(idle)
        assert edge.gate is not None
        edge.gate.loop.call_soon_threadsafe(edge.gate.shutdown)
        assert idle.recv(10) == b""
        edge.log.speak()
        assert read_answer(waiting).startswith(b"HTTP/1.1 302 ")
        assert waiting.recv(10) == b""
        assert edge.say(b"").startswith(b"HTTP/1.1 503 ")
        for wire in (waiting, idle):
            wire.close()


def packed(coding: bytes, body: bytes) -> bytes:
    return post(b"Content-Encoding: %b\r\nContent-Length: %d\r\n" % (coding, len(body)), body=body)


BOMBS = {
    "gzip": packed(b"gzip", gzip.compress(bytes(2**26), mtime=0)),
    "zstd": packed(b"zstd", zstandard.ZstdCompressor().compress(bytes(2**26))),
}


@pytest.mark.parametrize(
    "requests",
    [
        [ROWS["ten thousand headers"][0]],
        [ROWS["a length of ten million"][0]],
        [ROWS["a body a hundred thousand deep"][0]],
        [BOMBS["gzip"], BOMBS["zstd"]],
        [row[0] for name, row in ROWS.items() if "thousand" not in name],
        [PAGE + row[0] for row in HANDED.values() if row[1] != 408],
    ],
    ids=["headers", "length", "depth", "bombs", "all the others", "behind a page"],
)
def test_a_thousand_of_them_leave_no_memory_behind(requests: list[bytes], edge: Served) -> None:
    def send(many: int) -> None:
        for request in itertools.islice(itertools.cycle(requests), many):
            with contextlib.suppress(ConnectionError):
                edge.say(request)

    send(100)
    before = resident()
    send(1_000)
    assert resident() - before < 8 * 2**20


def resident() -> int:
    """Give the bytes of this process that are in the machine's memory (proc(5), statm's second field)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
