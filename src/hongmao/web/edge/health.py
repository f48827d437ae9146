"""`/healthz` and `/readyz`, for every role: whether the process lives, and whether readers should be sent to it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import HongmaoError
from hongmao.web.edge.asgi import answer_error, answer_json, send_answer
from hongmao.web.edge.errors import Draining, NotReady, ServedElsewhere
from hongmao.web.errors import BrokenInside, MethodNotTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.web.edge.asgi import Answer, Receive, Scope, Send
    from hongmao.web.services import Health

ALIVE: Final = "/healthz"
READY: Final = "/readyz"
HEALTH: Final = (ALIVE, READY)
_READ: Final = ("GET", "HEAD")
_log = logging.getLogger("hongmao.edge")


def alive() -> Answer:
    """Say that the process is alive; nothing else is asked."""
    return answer_json({"status": "alive"})


def ready(health: Callable[[], Health], *, leaving: bool) -> Answer:
    """Say whether taps and returns can be kept, and how far the workers are behind; why not, where they cannot."""
    if leaving:
        return answer_error(NotReady(why=Draining.code))
    try:
        found = health()
    except HongmaoError as error:
        return answer_error(NotReady(why=error.code))
    report = {"status": "ready", "log_end": found.log_end, "lag": found.lag, "caught_up": found.caught_up}
    return answer_json(report)


class HealthApp:
    """All that a process answers which serves nobody: its health."""

    def __init__(self, health: Callable[[], Health]) -> None:
        """Answer for a process."""
        self._health = health
        self.leaving = False

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        try:
            answer = self._answer(scope["method"], scope["path"])
        except Exception:  # noqa: BLE001 - whatever broke, who asks gets a sentence and the house a traceback
            _log.exception("the health of this process could not be told")
            answer = answer_error(BrokenInside())
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    def _answer(self, method: str, path: str) -> Answer:
        if path not in HEALTH:
            return answer_error(ServedElsewhere(id=path[:200]))
        if method not in _READ:
            words = ", ".join(_READ)
            return answer_error(MethodNotTaken(method=method[:16], allowed=words), {"allow": words})
        return alive() if path == ALIVE else ready(self._health, leaving=self.leaving)


async def nowhere(scope: Scope, _: Receive, send: Send) -> None:
    """Answer what an edge alone does not serve: pages and the API are another process's."""
    if scope["type"] == "http":
        answer = answer_error(ServedElsewhere(id=str(scope["path"])[:200]))
        await send_answer(send, answer, head=scope["method"] == "HEAD")
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
