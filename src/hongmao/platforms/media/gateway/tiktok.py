"""TikTok's receiver: too many events and the whole request is rejected; a wrong one among right ones fails alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.media.gateway.door import among, inner, keep, key_of, same, told, whole

if TYPE_CHECKING:
    from starlette.responses import Response

    from hongmao.platforms.media.gateway.door import Asked
    from hongmao.platforms.sandbox.shop.market import Market

EVENTS_MAX: Final = 1_000
HASH: Final = re.compile(r"[0-9a-f]{64}")
NAMES: Final = ("event", "event_id")
SOURCES: Final = frozenset({"web", "app", "offline", "crm"})
OK, PARTLY, BAD_TOKEN, BAD_PARAMETER, THROTTLED, BROKEN = 0, 20001, 40105, 40002, 40100, 50000


class TikTok:
    """`/open_api/v1.3/event/track/`."""

    media = "tiktok"

    def throttled(self) -> Response:
        """Say that the caller must slow down."""
        return _answer(THROTTLED, "Too many requests. Please retry in some time.")

    def broken(self) -> Response:
        """Say that something went wrong."""
        return _answer(BROKEN, "Internal error")

    def unreadable(self) -> Response:
        """Say that the body is no JSON object."""
        return _answer(BAD_PARAMETER, "Invalid JSON")

    def take(self, market: Market, asked: Asked) -> Response:
        """Check, keep what is well, name what is not."""
        source = asked.fields.get("event_source_id")
        key = key_of(market, source)
        if key is None or not same(asked.headers.get("access-token"), key.session):
            return _answer(BAD_TOKEN, "Access token is incorrect or has been revoked.")
        data = asked.fields.get("data")
        if not isinstance(data, list) or not 1 <= len(data) <= EVENTS_MAX:
            return _answer(BAD_PARAMETER, "data must have 1 to 1000 events")
        if not among(asked.fields.get("event_source"), SOURCES):
            return _answer(BAD_PARAMETER, "event_source is not supported")
        failed = {at: fault for at, event in enumerate(data) if (fault := _fault(event))}
        for at, event in enumerate(data):
            if at not in failed:
                one = (source, event["event"], event["event_id"])
                keep(market, self.media, one, event, test="test_event_code" in asked.fields)
        if len(failed) == len(data):
            return _answer(BAD_PARAMETER, failed[0])
        rows = [{"order_in_request": at, "error_message": fault} for at, fault in failed.items()]
        return _answer(PARTLY, "Partial success", {"failed_events": rows}) if rows else _answer(OK, "OK")


def _fault(event: Any) -> str:
    if not isinstance(event, dict) or not all(isinstance(event.get(name), str) and event[name] for name in NAMES):
        return "event and event_id are required"
    if whole(event.get("event_time")) is None:
        return "event_time must be in seconds"
    user, properties = inner(event.get("user")), inner(event.get("properties"))
    if not user or properties is None:
        return "user is required"
    if not all(_hashed(user.get(name)) for name in ("email", "phone", "external_id")):
        return "email, phone and external_id must be hashed"
    value = properties.get("value", 0)
    priced = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return "" if priced else "value must be a number"


def _hashed(value: object) -> bool:
    """Tell whether a list holds hashes and nothing else; an absent one holds nothing."""
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(one, str) and HASH.fullmatch(one) for one in value)


def _answer(code: int, message: str, data: object = None) -> Response:
    return told({"code": code, "message": message, "request_id": "sandbox", "data": data or {}})
