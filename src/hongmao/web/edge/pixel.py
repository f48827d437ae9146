"""`GET /v1/i`: an impression told by an image, for pages that run no script of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.api import Rejected
from hongmao.kernel.errors import HongmaoError
from hongmao.web.edge.asgi import ERROR_HEADER, Answer, answer_error, headers_of
from hongmao.web.edge.jump import query_of
from hongmao.web.edge.marking import Marker
from hongmao.web.edge.reader import cookie_of, fresh_reader, read_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.ids import RandomBits
    from hongmao.web.edge.asgi import Receive, Scope
    from hongmao.web.edge.origin import Origins
    from hongmao.web.services import EdgeServices

# The smallest GIF there is: one pixel, see-through (GIF89a, W3C 1990).
GIF: Final = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
# What stands in the address, by the event's own names.
_FIELDS: Final = {"e": "event_id", "n": "note", "l": "link", "i": "impression", "p": "placement"}
_HEADERS: Final = {"content-type": "image/gif", "cache-control": "no-store"}


class PixelEndpoint:
    """Takes impressions by image."""

    def __init__(self, services: EdgeServices, random: RandomBits, origins: Origins, *, secure_cookies: bool) -> None:
        """Work with the house's services."""
        self._services = services
        self._random = random
        self._origins = origins
        self._secure = secure_cookies

    async def answer(self, scope: Scope, _: Receive) -> Answer:
        """Answer with the image once the impression is on disk; an image has no words, so a fault stands in a header."""
        headers = headers_of(scope)
        known = read_reader(headers)
        reader = known or fresh_reader(self._random)
        now_ms = self._services.clock.now_ms()
        mark = Marker(self._services.jump.parts.caps, self._origins.whence(scope, headers, known), now_ms)
        try:
            body = msgspec.json.encode({"events": [_told(query_of(scope.get("query_string", b"")), now_ms)]})
            (outcome,) = await self._services.collector.collect(body, reader=reader, mark=mark)
        except HongmaoError as error:
            mark.take_back()
            return wordless(error)
        if isinstance(outcome, Rejected):
            return wordless(outcome.errors[0])
        self._services.catalog.remember_reader(reader, now_ms)
        greeting = {} if known else {"set-cookie": cookie_of(reader, secure=self._secure)}
        return Answer(200, GIF, {**_HEADERS, **greeting})


def _told(asked: Mapping[str, str], now_ms: int) -> dict[str, object]:
    named = {_FIELDS.get(name, name): value for name, value in asked.items()}
    return {**named, "kind": "impression", "occurred_at_ms": now_ms}


def wordless(error: HongmaoError) -> Answer:
    """Tell an error without a body."""
    told = answer_error(error)
    wait = {name: value for name, value in told.headers.items() if name == "retry-after"}
    return Answer(told.status, b"", {"cache-control": "no-store", ERROR_HEADER: error.code, **wait})
