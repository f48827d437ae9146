"""The little of HTTP that the edge needs, over bare ASGI: headers as a mapping, bodies read up to a limit, answers sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hongmao.kernel.errors import Unavailable
from hongmao.web.edge.errors import EncodingUnsupported
from hongmao.web.edge.packing import IDENTITY, UNPACKERS
from hongmao.web.problems import problem

if TYPE_CHECKING:
    from hongmao.kernel.errors import HongmaoError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

RETRY_AFTER_S: Final = 1
ERROR_HEADER: Final = "x-hongmao-error"
"""Names the error where an answer has no body to name it in."""
_JSON: Final = "application/json; charset=utf-8"
_BODILESS: Final = frozenset({204, 304})


class ClientGone(Exception):
    """Whoever asked is not there any more; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. Header names are written small."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def headers_of(scope: Scope) -> dict[str, str]:
    """Give the headers by small name; one that stands twice is joined by a comma, so that neither passes for the only one."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        joint = "; " if key == "cookie" else ", "
        found[key] = f"{found[key]}{joint}{text}" if key in found else text
    return found


async def read_body(receive: Receive, headers: Mapping[str, str], *, limit: int, packed: bool = False) -> bytes:
    """Read a body, and stop as soon as it is longer than `limit`: then it is given cut off, one byte beyond.

    What Content-Length claims saves work when it is too large, and is not believed otherwise. A body that comes packed is
    unpacked where `packed` allows it; both what comes and what comes out of it are held to the limit.
    """
    coding = headers.get("content-encoding", IDENTITY).strip().lower()
    if coding != IDENTITY and not (packed and coding in UNPACKERS):
        raise EncodingUnsupported(place="content-encoding", got=coding[:40])
    claimed = headers.get("content-length", "")
    if claimed.isascii() and claimed.isdigit() and int(claimed[:20]) > limit:
        return bytes(limit + 1)
    parts: list[bytes] = []
    size = 0
    while size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            break
    body = b"".join(parts)[: limit + 1]
    return body if coding == IDENTITY or len(body) > limit else UNPACKERS[coding](body, limit)


def answer_json(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON. Half a character, which no encoding can write, becomes a question mark."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Answer(status, body, {"content-type": _JSON, "cache-control": "no-store", **(headers or {})})


def answer_error(error: HongmaoError, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with an error in both languages; what may be tried again says when."""
    wait = {"retry-after": str(RETRY_AFTER_S)} if isinstance(error, Unavailable) else {}
    return answer_json({"error": problem(error)}, status=error.status, headers={**wait, **(headers or {})})


def headers_out(answer: Answer) -> list[tuple[bytes, bytes]]:
    """Give an answer's headers as they travel: its own, its length, and the guard against guessing types."""
    headers = dict(answer.headers)
    if answer.status not in _BODILESS:
        headers["content-length"] = str(len(answer.body))
    headers.setdefault("x-content-type-options", "nosniff")
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Send an answer; to a HEAD, without its body."""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers_out(answer)})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
