"""`POST /v1/wakeup`: the beacon of a jump's page, small and unauthenticated but for the click token it must carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from hongmao.events.api import BodyTooLarge, read
from hongmao.kernel.errors import HongmaoError
from hongmao.links.api import WakeOutcome  # noqa: TC001 - msgspec reads the annotation
from hongmao.web.edge.asgi import Answer, answer_error, headers_of, read_body

if TYPE_CHECKING:
    from hongmao.web.edge.asgi import Receive, Scope
    from hongmao.web.services import EdgeServices

BEACON_BYTES_MAX: Final = 1_024


class _Beacon(msgspec.Struct, forbid_unknown_fields=True):
    link: Annotated[str, msgspec.Meta(max_length=64)]
    click: Annotated[str, msgspec.Meta(max_length=64)]
    outcome: WakeOutcome


_BEACON: Final = msgspec.json.Decoder(_Beacon)


class WakeFeedbackEndpoint:
    """Takes outcomes over HTTP."""

    def __init__(self, services: EdgeServices) -> None:
        """Work with the house's services."""
        self._services = services

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one beacon: 204 once it is on disk, or was before."""
        headers = headers_of(scope)
        try:
            body = await read_body(receive, headers, limit=BEACON_BYTES_MAX)
            if len(body) > BEACON_BYTES_MAX:
                raise BodyTooLarge(place="body", got=len(body), limit=BEACON_BYTES_MAX)
            beacon = read(_BEACON, body)
            await self._services.wake_feedback.tell(
                link=beacon.link,
                click_id=beacon.click,
                outcome=beacon.outcome,
                user_agent=headers.get("user-agent", ""),
            )
        except HongmaoError as error:
            return answer_error(error)
        return Answer(204, b"", {"cache-control": "no-store"})
