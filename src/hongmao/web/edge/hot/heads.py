"""Heads of requests, read by llhttp: strict about what a proxy and we could understand differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

import httptools

from hongmao.web.edge.asgi import headers_of
from hongmao.web.edge.errors import HeadTooLarge, RequestMalformed

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD_BYTES_MAX: Final = 8 * 1024
HEADERS_MAX: Final = 64


class Head(NamedTuple):
    """One request's head. `length` is the body's, None where it comes in chunks."""

    method: str
    target: bytes
    raw_headers: tuple[tuple[bytes, bytes], ...]
    headers: Mapping[str, str]
    length: int | None
    keep_alive: bool
    upgrade: bool
    version: str

    @property
    def has_body(self) -> bool:
        """Tell whether bytes of a body follow."""
        return self.length != 0

    def path_and_query(self) -> tuple[str, bytes, bytes]:
        """Cut the target as uvicorn does: the path unescaped and as it came, the query."""
        try:
            url = httptools.parse_url(self.target)
        except httptools.HttpParserInvalidURLError:
            raise RequestMalformed(why="target") from None
        raw = url.path or b"/"
        text = raw.decode("ascii", "replace")
        return (unquote(text) if "%" in text else text), raw, url.query or b""


class _Reader:
    """Collects what llhttp tells of one head."""

    __slots__ = ("begun", "complete", "keep_alive", "parser", "raw_headers", "target")

    def __init__(self) -> None:
        self.begun = 0
        self.keep_alive = False
        self.parser = httptools.HttpRequestParser(self)
        self.target = b""
        self.raw_headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.raw_headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True
        self.keep_alive = self.parser.should_keep_alive()  # with the message it is forgotten


def read_head(data: bytes) -> Head:
    """Read a head that ends in an empty line. Raises `RequestMalformed`, or `HeadTooLarge` for too many headers."""
    if data.count(b"\n") > HEADERS_MAX + 2:
        raise HeadTooLarge(bytes_max=HEAD_BYTES_MAX, headers_max=HEADERS_MAX)
    told = _Reader()
    parser = told.parser
    upgrade = False
    try:
        parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        upgrade = True
    except httptools.HttpParserError as error:
        raise RequestMalformed(why=str(error)[:80] or "head") from None
    del told.parser  # each held the other
    if not told.complete or told.begun != 1:  # a second message within: it ends the head elsewhere than we do
        raise RequestMalformed(why="head")
    headers = headers_of({"headers": told.raw_headers})
    version = parser.get_http_version()
    return Head(
        method=parser.get_method().decode("ascii"),
        target=told.target,
        raw_headers=tuple(told.raw_headers),
        headers=headers,
        length=_length(headers),
        keep_alive=version == "1.1" and told.keep_alive,
        upgrade=upgrade or "upgrade" in headers,
        version=version,
    )


def _length(headers: Mapping[str, str]) -> int | None:
    if "transfer-encoding" in headers:
        return None
    text = headers.get("content-length", "0").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 19:  # noqa: PLR2004 - more digits than 64 bits have
        raise RequestMalformed(why="content-length")
    return int(text)
