"""Whether a call is signed by whom it says, by VOP's rules in lines of their own; and how it says no."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

SKEW_S: Final = 600


class Refusal(Exception):
    """A no of theirs: its code and its sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(code)
        self.code = code
        self.sentence = sentence

    def answer(self) -> Response:
        """Write it as they do."""
        return JSONResponse({"returnCode": self.code, "returnMessage": self.sentence})


def let_in(params: Mapping[str, str], body: bytes, market: Market) -> GatewayKey:
    """Count a call, and find whose it is, in the order in which they complain."""
    if market.is_throttled():
        raise Refusal("vipapis.call-limit", "调用次数超过限制")
    key = market.key(params.get("appKey", ""))
    if key is None:
        raise Refusal("vipapis.appkey-invalid", "appKey无效")
    told = params.get("timestamp", "")
    if not (told.isascii() and told.isdigit()) or abs(market.now_ms() // 1000 - int(told[:18])) > SKEW_S:
        raise Refusal("vipapis.timestamp-invalid", "时间戳无效")
    text = b"".join(f"{name}{value}".encode() for name, value in sorted(params.items()) if name != "sign")
    expected = hmac.digest(key.secret.encode(), text + body, "md5").hex().upper()
    if not hmac.compare_digest(expected.encode(), params.get("sign", "").encode(errors="replace")):
        raise Refusal("vipapis.sign-invalid", "签名错误")
    token = params.get("accessToken", "")
    if key.session and not hmac.compare_digest(token.encode(errors="replace"), key.session.encode()):
        raise Refusal("vipapis.accesstoken-invalid", "accessToken无效")
    return key
