"""Whether a call is signed by whom it says, by JOS's rules in lines of their own; and how JOS says no."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

SKEW: Final = timedelta(minutes=10)
BEIJING: Final = timezone(timedelta(hours=8))
_FORM: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3}\+0800)?", re.ASCII)


class Refusal(Exception):
    """A no of JOS's: its code and its two sentences."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        """Keep all three."""
        super().__init__(code)
        self.code = code
        self.zh = zh
        self.en = en


def now(market: Market) -> datetime:
    """Give the market's time in Beijing."""
    return datetime.fromtimestamp(market.now_ms() / 1000, BEIJING)


def prove(params: Mapping[str, str], market: Market) -> GatewayKey:
    """Find whose call it is, in the order in which JOS complains."""
    if not params.get("v"):
        raise Refusal("4", "缺少版本参数", "Missing Version")
    _check_time(params.get("timestamp", ""), market)
    if not params.get("sign"):
        raise Refusal("11", "缺少签名参数", "Missing Signature")
    key = market.key(params.get("app_key", ""), params.get("access_token", ""))
    if key is None:
        raise Refusal("20", "无效的AppKey", "Invalid App Key")
    if not hmac.compare_digest(expected(params, key.secret).encode(), params["sign"].encode(errors="replace")):
        raise Refusal("12", "无效签名", "Invalid Signature")
    told = params.get("access_token", "")
    if key.session and not hmac.compare_digest(told.encode(errors="replace"), key.session.encode()):
        raise Refusal("19", "无效access_token", "Invalid Access Token")
    return key


def expected(params: Mapping[str, str], secret: str) -> str:
    """Sign as JOS does."""
    text = secret
    for name in sorted(set(params) - {"sign"}):
        text += name
        text += params[name]
    return hashlib.md5((text + secret).encode(), usedforsecurity=False).hexdigest().upper()


def _check_time(told: str, market: Market) -> None:
    if not told:
        raise Refusal("7", "缺少时间戳参数", "Missing Timestamp")
    if _FORM.fullmatch(told) is None:
        raise Refusal("8", "非法的时间戳参数", "Invalid Timestamp")
    try:
        then = datetime.fromisoformat(told[:19]).replace(tzinfo=BEIJING)
    except ValueError:
        raise Refusal("8", "非法的时间戳参数", "Invalid Timestamp") from None
    if abs(now(market) - then) > SKEW:
        raise Refusal("8", "时间戳与服务器时间相差过大", "Invalid Timestamp")
