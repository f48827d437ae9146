"""聚光's receiver. Its codes are this house's own: none of the real ones was ever published. HTTP is always 200."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.media.gateway.door import among, inner, keep, key_of, same, told, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from hongmao.platforms.media.gateway.door import Asked
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

HOUR_MS: Final = 3_600_000
CLICK_MAX: Final = 30
LEADS_SKEW_MS: Final = 600_000
BAD_PARAMETER, BAD_TOKEN, TOO_LATE, BAD_CLICK, THROTTLED, BROKEN = 900400, 900401, 900408, 900413, 900429, 900500
EVENTS: Final = frozenset(
    {1, 2, 3, 101, 102, 103, 104, 121, 122, 123, 124, 131, 141, 200, 401, 402, 403, 404},
)
SHOPS: Final = re.compile(r".{1,40}(电商平台|微信小程序)")
DEVICE: Final = re.compile(r"[0-9A-F]{32}")
NOTHING: Final = frozenset({"0" * 32, "D41D8CD98F00B204E9800998ECF8427E"})


class Juguang:
    """What all three addresses answer alike."""

    media = "juguang"

    def throttled(self) -> Response:
        """Say that the caller must slow down."""
        return _no(THROTTLED, "请求过于频繁")

    def broken(self) -> Response:
        """Say that something went wrong."""
        return _no(BROKEN, "系统繁忙，请稍后重试")

    def unreadable(self) -> Response:
        """Say that the body is no JSON object."""
        return _no(BAD_PARAMETER, "请求体不是 JSON")


class Conversion(Juguang):
    """`/conversion`: by click id."""

    def take(self, market: Market, asked: Asked) -> Response:
        """Check, keep, answer."""
        body = asked.fields
        key = key_of(market, body.get("app_id"))
        if key is None or not same(body.get("access_token"), key.session):
            return _no(BAD_TOKEN, "access_token 无效")
        if fault := _fault(body) or _late(market, body.get("timestamp")):
            return fault
        click_id, product = body["click_id"], body["context"].get("product") or {}
        # Orders are one record each; acts without an order are told apart by their instant and what they are about.
        one = product.get("order_id") or f"{body['timestamp']} {product.get('product_id')}"
        keep(market, self.media, (body["event_type"], click_id, one), body, test=click_id.startswith("atest"))
        return _yes()


class TokenCode(Juguang):
    """`/app`: by 口令码 or device."""

    def take(self, market: Market, asked: Asked) -> Response:
        """Check, keep, answer."""
        body = asked.fields
        key = key_of(market, body.get("advertiser_id"))
        if key is None or not same(body.get("access_token"), key.session) or not _signed(body, with_method=False):
            return _no(BAD_TOKEN, "access_token 或 sign 无效")
        devices = [body[name] for name in ("oaid_md5", "caid_md5") if name in body]
        if any(not isinstance(one, str) or not DEVICE.fullmatch(one) or one in NOTHING for one in devices):
            return _no(BAD_PARAMETER, "设备号须为 32 位大写 MD5")
        if not among(body.get("event_type"), EVENTS) or not (devices or body.get("token_code")):
            return _no(BAD_PARAMETER, "参数错误")
        if late := _late(market, body.get("conv_time")):
            return late
        who = devices[0] if devices else body["token_code"]
        test = body.get("for_test") is True
        keep(market, "juguang_token", (body["event_type"], who, body["conv_time"]), body, test=test)
        return _yes()


class Common(Juguang):
    """`/common`: one address for several methods, of which leads and their token are here."""

    def take(self, market: Market, asked: Asked) -> Response:
        """Check, keep, answer."""
        body = asked.fields
        key = key_of(market, body.get("advertiser_id"))
        # Some clients sign and some do not; a signature that is there must be right.
        if key is None or ("sign" in body and not _signed(body, with_method=True)):
            return _no(BAD_TOKEN, "advertiser_id 或 sign 无效")
        told_ms = whole(body.get("timestamp"))
        if told_ms is None or abs(market.now_ms() - told_ms) > LEADS_SKEW_MS:
            return _no(BAD_PARAMETER, "timestamp 已过期")
        match body.get("method"):
            case "oauth.getAccessToken":
                return _yes({"access_token": key.session})
            case "aurora.leads":
                return self._lead(market, asked, key)
            case _:
                return _no(BAD_PARAMETER, "method 不支持")

    def _lead(self, market: Market, asked: Asked, key: GatewayKey) -> Response:
        body = asked.fields
        if not same(body.get("access_token") or body.get("token"), key.session):
            return _no(BAD_TOKEN, "access_token 无效")
        if not among(body.get("event_type"), EVENTS) or not isinstance(body.get("click_id"), str):
            return _no(BAD_PARAMETER, "参数错误")
        if late := _late(market, body.get("conv_time")):
            return late
        keep(market, "juguang_leads", (body["event_type"], body["click_id"], body["conv_time"]), body)
        return _yes()


def _fault(body: Mapping[str, Any]) -> Response | None:
    click_id, context = body.get("click_id"), inner(body.get("context")) or {}
    if not isinstance(click_id, str) or not 0 < len(click_id) <= CLICK_MAX:
        return _no(BAD_CLICK, "click_id 不能为空且最长 30 位")
    callback = (inner(context.get("ad")) or {}).get("callback_param")
    if not isinstance(callback, str) or callback == "0":
        return _no(BAD_PARAMETER, "callback_param 可以为空，不能为 0")
    if click_id.startswith("atest") and not callback:
        return _no(BAD_PARAMETER, "联调须带 callback_param")
    if not among(body.get("event_type"), EVENTS) or not SHOPS.fullmatch(str(body.get("platform"))):
        return _no(BAD_PARAMETER, "event_type 或 platform 错误")
    return _no(BAD_PARAMETER, "product 错误") if inner(context.get("product")) is None else None


def _late(market: Market, value: object) -> Response | None:
    at_ms = whole(value)
    if at_ms is None:
        return _no(BAD_PARAMETER, "时间须为毫秒")
    return _no(TOO_LATE, "回传超时") if market.now_ms() - at_ms > HOUR_MS else None


def _signed(body: Mapping[str, Any], *, with_method: bool) -> bool:
    method = f"&method{body.get('method')}" if with_method else ""
    text = f"advertiser_id{body.get('advertiser_id')}{method}&timestamp{body.get('timestamp')}&version{body.get('version')}"
    return same(body.get("sign"), hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper())


def _yes(data: object = None) -> Response:
    return told({"success": True, "code": 0, "msg": "成功", **({"data": data} if data is not None else {})})


def _no(code: int, msg: str) -> Response:
    return told({"success": False, "code": code, "msg": msg})
