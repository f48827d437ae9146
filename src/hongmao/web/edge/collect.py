"""`POST /v1/events`: what a reader's client reports, kept before it is answered, one outcome per event."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from hongmao.events.api import BODY_BYTES_MAX, Accepted, Duplicate, Rejected
from hongmao.kernel.errors import HongmaoError
from hongmao.web.edge.asgi import answer_error, answer_json, headers_of, read_body
from hongmao.web.edge.marking import Marker
from hongmao.web.edge.reader import cookie_of, fresh_reader, read_reader
from hongmao.web.problems import problem

if TYPE_CHECKING:
    from hongmao.events.api import Outcome
    from hongmao.kernel.ids import RandomBits
    from hongmao.web.edge.asgi import Answer, Receive, Scope
    from hongmao.web.edge.origin import Origins
    from hongmao.web.services import EdgeServices


class CollectEndpoint:
    """Takes events over HTTP."""

    def __init__(self, services: EdgeServices, random: RandomBits, origins: Origins, *, secure_cookies: bool) -> None:
        """Work with the house's services."""
        self._services = services
        self._random = random
        self._origins = origins
        self._secure = secure_cookies

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one batch: 200 where anything was kept or there was nothing to keep, 422 where every event was wrong."""
        headers = headers_of(scope)
        known = read_reader(headers)
        reader = known or fresh_reader(self._random)
        greeting = {} if known else {"set-cookie": cookie_of(reader, secure=self._secure)}
        whence = self._origins.whence(scope, headers, known)
        mark = Marker(self._services.jump.parts.caps, whence, self._services.clock.now_ms())
        try:
            body = await read_body(receive, headers, limit=BODY_BYTES_MAX, packed=True)
            outcomes = await self._services.collector.collect(body, reader=reader, mark=mark)
        except HongmaoError as error:
            mark.take_back()
            return answer_error(error)
        self._services.catalog.remember_reader(reader, self._services.clock.now_ms())
        refused = bool(outcomes) and all(isinstance(outcome, Rejected) for outcome in outcomes)
        report = {"outcomes": [_told(outcome) for outcome in outcomes]}
        return answer_json(report, status=422 if refused else 200, headers=greeting)


def _told(outcome: Outcome) -> dict[str, object]:
    match outcome:
        case Accepted(event_id=event_id):
            return {"event_id": event_id, "outcome": "accepted"}
        case Duplicate(event_id=event_id):
            return {"event_id": event_id, "outcome": "duplicate"}
        case Rejected(event_id=event_id, errors=errors):
            return {"event_id": event_id, "outcome": "rejected", "errors": [problem(error) for error in errors]}
        case _:
            assert_never(outcome)
