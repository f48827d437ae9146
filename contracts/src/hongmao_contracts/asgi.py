"""Speaks HTTP to an app in this process: one request, one reply, no socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hongmao.platforms.api import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message

HOST = "shop.example"


def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Reply:
    """Send one request and give the reply; what an app raises is raised here."""
    return asyncio.run(_ask(app, _scope(method, path, query, headers or {}), body))


async def _ask(app: ASGIApp, scope: dict[str, Any], body: bytes) -> Reply:
    pieces: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    told: list[Message] = []

    async def receive() -> Message:
        return pieces.pop(0) if pieces else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)

    await app(scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in told[0]["headers"]}
    return Reply(status=told[0]["status"], headers=headers, body=b"".join(one.get("body", b"") for one in told[1:]))


def _scope(method: str, path: str, query: str, headers: Mapping[str, str]) -> dict[str, Any]:
    named = {"host": HOST, **{name.lower(): value for name, value in headers.items()}}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()],
        "scheme": "http",
        "server": (HOST, 80),
        "client": ("127.0.0.1", 5),
        "root_path": "",
        "state": {},
    }
