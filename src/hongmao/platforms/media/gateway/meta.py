"""Meta's receiver: all events of a request or none, and none if one of them is older than seven days."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.media.gateway.door import among, inner, keep, kept, key_of, same, told, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from hongmao.platforms.media.gateway.door import Asked
    from hongmao.platforms.sandbox.shop.market import Market

EVENTS_MAX: Final = 1_000
WEEK_S: Final = 7 * 24 * 3_600
SAME_MS: Final = 48 * 3_600_000
SOURCES: Final = frozenset(
    {
        "email",
        "website",
        "app",
        "phone_call",
        "chat",
        "physical_store",
        "system_generated",
        "business_messaging",
        "other",
    }
)
TRACE: Final = "SANDBOXTRACE"


class Meta:
    """`/vX/{pixel}/events`."""

    media = "meta"

    def throttled(self) -> Response:
        """Say that the caller must slow down."""
        return _error(4, "Application request limit reached", status=400, transient=True)

    def broken(self) -> Response:
        """Say that something went wrong."""
        return _error(2, "Service temporarily unavailable", status=500, transient=True)

    def unreadable(self) -> Response:
        """Say that the body is no JSON object."""
        return _error(100, "Invalid parameter", status=400)

    def take(self, market: Market, asked: Asked) -> Response:
        """Check all, keep all, answer."""
        pixel = asked.path.rstrip("/").split("/")[-2]
        key = key_of(market, pixel)
        if key is None:
            return _error(100, "Unsupported post request", status=400, sub=33)
        if not same(asked.headers.get("authorization", "").removeprefix("Bearer "), key.session):
            return _error(190, "Invalid OAuth access token", status=401)
        data = asked.fields.get("data")
        if not isinstance(data, list) or not 1 <= len(data) <= EVENTS_MAX or not all(map(_well, data)):
            return _error(100, "Invalid parameter", status=400)
        if any(market.now_ms() // 1_000 - event["event_time"] > WEEK_S for event in data):
            return _error(100, "Event Timestamp Too Old", status=400, sub=2804003)
        for event in data:
            self._keep(market, pixel, event, test="test_event_code" in asked.fields)
        return told({"events_received": len(data), "messages": [], "fbtrace_id": TRACE})

    def _keep(self, market: Market, pixel: str, event: Mapping[str, Any], *, test: bool) -> None:
        """Keep the first of an id and a name within 48 hours; after that, or without an id, each is another event."""
        now_ms = market.now_ms()
        for again in count():
            which = (pixel, event["event_name"], event.get("event_id"), again)
            if keep(market, self.media, which, {**event, "kept_at_ms": now_ms}, test=test):
                return
            before = kept(market, self.media, which, test=test)
            if event.get("event_id") and before is not None and now_ms - before["kept_at_ms"] < SAME_MS:
                return


def _well(event: Any) -> bool:
    if not isinstance(event, dict) or not event.get("event_name") or not isinstance(event["event_name"], str):
        return False
    if whole(event.get("event_time")) is None or not among(event.get("action_source"), SOURCES):
        return False
    if not isinstance(event.get("event_id", ""), str):
        return False
    user, custom = inner(event.get("user_data")), inner(event.get("custom_data"))
    if custom is None or not set(user or {}) - {"client_user_agent"}:
        return False
    if event["action_source"] == "website" and not (
        event.get("event_source_url") and "client_user_agent" in (user or {})
    ):
        return False
    value = custom.get("value")
    priced = isinstance(value, (int, float)) and not isinstance(value, bool) and bool(custom.get("currency"))
    return event["event_name"] != "Purchase" or priced


def _error(code: int, message: str, *, status: int, sub: int | None = None, transient: bool = False) -> Response:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": TRACE}
    error |= {"error_subcode": sub, "error_user_title": message} if sub is not None else {}
    error |= {"is_transient": True} if transient else {}
    return told({"error": error}, status=status)
