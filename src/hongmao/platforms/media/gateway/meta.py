"""Meta's receiver: all events of a request or none, and none if one of them is older than seven days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.media.gateway.door import keep, key_of, same, told

if TYPE_CHECKING:
    from starlette.responses import Response

    from hongmao.platforms.media.gateway.door import Asked
    from hongmao.platforms.sandbox.market import Market

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

    def _keep(self, market: Market, pixel: str, event: dict[str, Any], *, test: bool) -> None:
        """Keep the first of an id and a name within 48 hours; after that the same id is another event."""
        name = (pixel, event["event_name"], event["event_id"])
        for again in range(1_000):
            if keep(market, self.media, (*name, again), {**event, "at_ms": market.now_ms()}, test=test):
                return
            page = f"{self.media}_{'test_' if test else ''}conversions"
            first = next(at for key, at, _ in market.notes(page) if key == _key(*name, again))
            if market.now_ms() - first < SAME_MS:
                return


def _key(*parts: object) -> str:
    return "[" + ",".join(f'"{part}"' for part in parts) + "]"


def _well(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("event_name"), str):
        return False
    if type(event.get("event_time")) is not int or event.get("action_source") not in SOURCES:
        return False
    user, custom = event.get("user_data"), event.get("custom_data") or {}
    if not isinstance(user, dict) or not set(user) - {"client_user_agent"}:
        return False
    if event["action_source"] == "website" and not (event.get("event_source_url") and user.get("client_user_agent")):
        return False
    value = custom.get("value")
    return event["event_name"] != "Purchase" or (isinstance(value, (int, float)) and bool(custom.get("currency")))


def _error(code: int, message: str, *, status: int, sub: int | None = None, transient: bool = False) -> Response:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": TRACE}
    error |= {"error_subcode": sub, "error_user_title": message} if sub is not None else {}
    error |= {"is_transient": True} if transient else {}
    return told({"error": error}, status=status)
