"""Running the deployment over HTTP."""

from __future__ import annotations

from hongmao.catalog.api import Permission
from hongmao.web.api.door import OK, Call, Nothing, get, post


def settle(call: Call[Nothing]) -> dict[str, object]:
    """Let every worker catch up; answers when reports show all that the log holds."""
    call.services.settle()
    return _health(call)


def _health(call: Call[Nothing]) -> dict[str, object]:
    health = call.services.health()
    return {"log_end": health.log_end, "lag": dict(health.lag), "caught_up": health.caught_up}


routes = [
    post("/v1/ops/settle", Nothing, Permission.OPERATE, settle, status=OK),
    get("/v1/ops/lag", Permission.OPERATE, _health),
]
