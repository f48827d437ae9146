"""Whether a call is signed by whom it says, by Pinduoduo's rules in lines of their own; and how it says no."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

SKEW_S: Final = 600


class Refusal(Exception):
    """A no of theirs: its number and its sentence."""

    def __init__(self, number: int, sentence: str, sub_code: str | None = None) -> None:
        """Keep them."""
        super().__init__(number)
        self.number = number
        self.sentence = sentence
        self.sub_code = sub_code


def prove(params: Mapping[str, str], market: Market) -> GatewayKey:
    """Find whose call it is, in the order in which they complain."""
    key = market.key(params.get("client_id", ""), params.get("access_token", ""))
    if key is None:
        raise Refusal(10002, "公共参数错误:client_id")
    told = params.get("timestamp", "")
    if not (told.isascii() and told.isdigit()) or abs(market.now_ms() // 1000 - int(told[:18])) > SKEW_S:
        raise Refusal(10003, "公共参数错误:timestamp")
    if not hmac.compare_digest(_expected(params, key.secret).encode(), params.get("sign", "").encode(errors="replace")):
        raise Refusal(20004, "签名sign校验失败")
    token = params.get("access_token", "")
    if key.session and not hmac.compare_digest(token.encode(errors="replace"), key.session.encode()):
        raise Refusal(10019, "access_token已过期")
    return key


def _expected(params: Mapping[str, str], secret: str) -> str:
    text = secret
    for name, value in sorted(params.items()):
        text += "" if name == "sign" else name + value
    return hashlib.md5((text + secret).encode(), usedforsecurity=False).hexdigest().upper()
