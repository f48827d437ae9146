"""Whether a call is signed by whom it says: TOP's rules as its documents give them, in lines of their own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from hongmao.platforms.taobao.gateway.errors import Refusal
from hongmao.platforms.taobao.gateway.moments import BEIJING, moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

SKEW: Final = timedelta(minutes=10)


def prove(params: Mapping[str, str], market: Market, *, wants_session: bool) -> GatewayKey:
    """Find whose call it is and check that it is theirs, in the order in which TOP complains."""
    for name, code, word in (("app_key", 28, "App Key"), ("sign", 24, "Signature"), ("timestamp", 30, "Timestamp")):
        if not params.get(name):
            raise Refusal(code, f"Missing {word}")
    key = market.key(params["app_key"], params.get("session", ""))
    if key is None:
        raise Refusal(29, "Invalid App Key", "isv.appkey-not-exists", "appkey不存在")
    _check_time(params["timestamp"], market)
    if not hmac.compare_digest(_expected(params, key.secret).encode(), params["sign"].encode(errors="replace")):
        raise Refusal(25, "Invalid Signature", "isv.invalid-signature", "签名不正确")
    if wants_session and key.session:
        _check_session(params.get("session", ""), key.session)
    return key


def _check_time(told: str, market: Market) -> None:
    try:
        then = datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise Refusal(31, "Invalid Timestamp", "isv.invalid-timestamp", "非法的时间戳参数") from None
    if abs(moment_of(market.now_ms()) - then) > SKEW:
        raise Refusal(31, "Invalid Timestamp", "isv.invalid-timestamp", "时间戳与服务器相差超过10分钟")


def _check_session(told: str, session: str) -> None:
    if not told:
        raise Refusal(26, "Missing Session", "isv.missing-sessionkey", "缺少SessionKey参数")
    if not hmac.compare_digest(told.encode(errors="replace"), session.encode()):
        raise Refusal(27, "Invalid Session", "invalid-sessionkey", "SessionKey非法")


def _expected(params: Mapping[str, str], secret: str) -> str:
    line = ""
    for name, value in sorted(params.items()):
        if name != "sign":
            line += name + value
    way, key = params.get("sign_method", "md5"), secret.encode()
    if way == "md5":
        return hashlib.md5(f"{secret}{line}{secret}".encode(), usedforsecurity=False).hexdigest().upper()
    if way == "hmac":
        return hmac.digest(key, line.encode(), "md5").hex().upper()
    if way == "hmac-sha256":
        return hmac.digest(key, line.encode(), "sha256").hex().upper()
    raise Refusal(25, "Invalid Signature", "isv.invalid-sign-method", "不支持的签名方法")
