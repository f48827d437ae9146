"""`POST /v1/returns/{platform}`: a shop's signed delivery, answered row by row once all of it is on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from hongmao.kernel.errors import HongmaoError
from hongmao.returns.api import BODY_BYTES_MAX, Delivered, Refused, name_of
from hongmao.web.edge.asgi import answer_error, answer_json, headers_of, read_body

if TYPE_CHECKING:
    from hongmao.returns.api import ReturnDesk
    from hongmao.web.edge.asgi import Answer, Receive, Scope

_UNPROVED: Final = 401


class ReturnsEndpoint:
    """Takes deliveries over HTTP."""

    def __init__(self, desk: ReturnDesk) -> None:
        """Hand deliveries to the house's desk."""
        self._desk = desk

    async def answer(self, scope: Scope, receive: Receive, platform: str) -> Answer:
        """Answer one delivery."""
        headers = headers_of(scope)
        try:
            body = await read_body(receive, headers, limit=BODY_BYTES_MAX)
            answer = await self._desk.receive(platform, headers, body)
        except HongmaoError as error:
            return answer_error(error)
        match answer:
            case Delivered(outcomes=outcomes):
                rows = [
                    {"index": outcome.index, "outcome": name_of(outcome).value, "reason": outcome.reason}
                    for outcome in outcomes
                ]
                return answer_json({"outcomes": rows})
            case Refused(error=refusal):
                # HTTP wants a 401 to say how one proves oneself here.
                asked = {"www-authenticate": "Signature"} if refusal.status == _UNPROVED else {}
                return answer_error(refusal, asked)
            case _:
                assert_never(answer)
