"""Answers as bytes, with the headers that the ASGI way gives them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from hongmao.web.edge.asgi import headers_out

if TYPE_CHECKING:
    from hongmao.web.edge.asgi import Answer

_STATUS: Final = {one.value: f"HTTP/1.1 {one.value} {one.phrase}\r\n".encode("ascii") for one in HTTPStatus}
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


def status_line(status: int) -> bytes:
    """Give the first line of an answer."""
    return _STATUS.get(status) or f"HTTP/1.1 {status} \r\n".encode("ascii")


def written(answer: Answer, *, date: bytes, head: bool, close: bool) -> bytes:
    """Write an answer out; to a HEAD, without its body. `date` is a whole header line."""
    parts = [status_line(answer.status), date]
    for name, value in headers_out(answer):
        parts += (name, b": ", value, b"\r\n")
    if close:
        parts.append(b"connection: close\r\n")
    parts += (b"\r\n", b"" if head else answer.body)
    return b"".join(parts)


def closing(answer: bytes) -> bytes:
    """Say in a written answer that it is the line's last."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return b"".join((head, b"\r\nconnection: close\r\n\r\n", body))
