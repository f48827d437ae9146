"""腾讯's receiver: one address for both ways, of which a callback names account and click in its `cb`."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.media.gateway.door import inner, keep, key_of, same, told, whole

if TYPE_CHECKING:
    from starlette.responses import Response

    from hongmao.platforms.media.gateway.door import Asked
    from hongmao.platforms.sandbox.shop.market import Market

ACTIONS_MAX: Final = 50
BYTES_MAX: Final = 50 * 1024
SKEW_S: Final = 300
NONCE_MAX: Final = 32
TRACE_MAX: Final = 64
BAD_PARAMETER, BAD_CREDENTIAL, THROTTLED, BROKEN = 900400, 900401, 900429, 900500
_SECONDS: Final = re.compile(r"[0-9]{1,18}")
OUTER_ID: Final = re.compile(r"\w{0,255}", re.ASCII)
ACTION: Final = re.compile(r"[A-Z_]{3,64}")


def callback_param(account_id: str, click_id: str) -> str:
    """Write the `cb` of a click, as the media hands it out with its macro."""
    return base64.urlsafe_b64encode(f"ads_service,{account_id},{click_id}".encode()).decode().rstrip("=")


class Tencent:
    """`/v3.0/user_actions/add`."""

    media = "tencent"

    def throttled(self) -> Response:
        """Say that the caller must slow down."""
        return _answer(THROTTLED, "请求过于频繁")

    def broken(self) -> Response:
        """Say that something went wrong."""
        return _answer(BROKEN, "系统繁忙")

    def unreadable(self) -> Response:
        """Say that the body is no JSON object."""
        return _answer(BAD_PARAMETER, "请求体不是 JSON")

    def take(self, market: Market, asked: Asked) -> Response:
        """Check all, keep all, answer; one wrong action and none is kept."""
        account, click_id = _whose(asked)
        key = key_of(market, account)
        if key is None or not same(asked.headers.get("access-token"), key.session):
            return _answer(BAD_CREDENTIAL, "access_token 无效")
        if not self._fresh(market, asked, account):
            return _answer(BAD_CREDENTIAL, "timestamp 或 nonce 无效")
        actions = asked.fields.get("actions")
        if not isinstance(actions, list) or not 1 <= len(actions) <= ACTIONS_MAX or len(asked.raw) > BYTES_MAX:
            return _answer(BAD_PARAMETER, "actions 数组长度 1-50 且不超过 50KB")
        if not click_id and whole(asked.fields.get("user_action_set_id")) is None:
            return _answer(BAD_PARAMETER, "user_action_set_id 必填")
        if not all(_well(action, click_id) for action in actions):
            return _answer(BAD_PARAMETER, "actions 参数错误")
        for at, action in enumerate(actions):
            # Without an id of the sender's nothing can be told apart from a repeat.
            one = action.get("outer_action_id") or f"{asked.headers['nonce']} {at}"
            keep(market, self.media, (account, one), {**action, "click_id": click_id or action["trace"]["click_id"]})
        return _answer(0, "")

    def _fresh(self, market: Market, asked: Asked, account: str) -> bool:
        seconds, nonce = asked.headers.get("timestamp", ""), asked.headers.get("nonce", "")
        if _SECONDS.fullmatch(seconds) is None or not 0 < len(nonce) <= NONCE_MAX:
            return False
        if abs(market.now_ms() // 1000 - int(seconds)) > SKEW_S:
            return False
        return market.note("tencent_nonces", f"{account} {nonce}", seconds)


def _whose(asked: Asked) -> tuple[str, str]:
    """Read account and click: from the callback where there is one, else from the body."""
    cb = asked.query.get("cb", "")
    if not cb:
        return str(asked.fields.get("account_id", "")), ""
    try:
        parts = base64.urlsafe_b64decode(cb + "=" * (-len(cb) % 4)).decode().split(",", 2)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "ads_service" else ("", "")  # noqa: PLR2004 - its parts


def _well(action: Any, click_id: str) -> bool:
    if not isinstance(action, dict) or whole(action.get("action_time")) is None:
        return False
    trace, param = inner(action.get("trace")), inner(action.get("action_param"))
    if trace is None or param is None:
        return False
    traced = bool(click_id) or 0 < len(str(trace.get("click_id", ""))) <= TRACE_MAX
    value = whole(param.get("value", 0))
    outer_id = OUTER_ID.fullmatch(str(action.get("outer_action_id", "")))
    named = ACTION.fullmatch(str(action.get("action_type"))) is not None and outer_id is not None
    return named and traced and value is not None and value >= 0


def _answer(code: int, message: str) -> Response:
    return told({"code": code, "message": message, "message_cn": message})
