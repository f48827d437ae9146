"""The jump's baseline: an ASGI app on our own uvicorn settings that answers every request 302 and keeps nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hongmao.bootstrap.serving import server, stop_when_stdin_closes

if TYPE_CHECKING:
    from hongmao.web.edge.asgi import Receive, Scope, Send

# The same headers as a jump's, with a click id of the same length, so that both write as many bytes.
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"location", b"http://127.0.0.1:8090/item/item-1?hm_click=" + b"c" * 43),
    (b"content-length", b"0"),
    (b"x-content-type-options", b"nosniff"),
]


async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer at once."""
    await send({"type": "http.response.start", "status": 302, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    stop_when_stdin_closes()
    server(app, "127.0.0.1", int(sys.argv[1])).run()
