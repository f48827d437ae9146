"""Calls to Ark (小红书开放平台): how one is written, and what its answer means. Pure: a call is data, an answer a value.

Ark answers 200 whatever happened. Its envelope says `success` and `error_code`; the newer methods have a second one of their
own within it, with `code` for `error_code`. Both must say yes. Ark publishes no table of its codes, so a code is handed on as
it came and only two things are read from it: that we are too fast, and that they are unwell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, PullRefused, PullThrottled, PullUnreadable
from hongmao.platforms.xhs.signing import ARK_VERSION, ark_v1_signature, ark_v3_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import PlatformAccount, Reply

PLATFORM: Final = "xhs"
GATEWAY: Final = "https://ark.xiaohongshu.com"
ROUTE: Final = "/ark/open_api/v3/common_controller"
ITEMS_V1: Final = "/ark/open_api/v1/items"
JSON: Final = "application/json;charset=utf-8"
WAIT_S: Final = 60

_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
_THROTTLED: Final = -9013
_SLOWLY: Final = "限流"
_WAIT_S_MAX = 86_400
_encode = msgspec.json.Encoder().encode
decode_any = msgspec.json.Decoder(float_hook=Decimal).decode
"""Reads JSON without ever making a float of an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArkKey:
    """Whose call it is and where it goes: one app, authorised by one shop. `secret` and `access_token` are shown nowhere."""

    app_id: str
    secret: bytes = field(repr=False)
    access_token: str = field(default="", repr=False)
    shop_id: str = ""
    gateway: str = GATEWAY

    @classmethod
    def of(cls, account: PlatformAccount) -> ArkKey:
        """Take it from a platform account."""
        told = account.settings
        return cls(
            app_id=account.account,
            secret=account.secret,
            access_token=told.get("access_token", ""),
            shop_id=told.get("shop_id", ""),
            gateway=told.get("gateway", GATEWAY).removesuffix(ROUTE).rstrip("/"),
        )


class FaultKind(StrEnum):
    """What a caller can do about a fault."""

    WAIT = "wait"  # they want us slower
    UNWELL = "unwell"  # theirs to mend: the same call may succeed
    REFUSED = "refused"  # the same call will be refused again


@dataclass(frozen=True, slots=True, kw_only=True)
class ArkFault:
    """Why there is no answer to read. `answer` is a code only: Ark's sentences may repeat what was sent."""

    kind: FaultKind
    answer: str
    wait_s: int = WAIT_S


def ark_call(key: ArkKey, method: str, asked: Mapping[str, Any], *, now_ms: int) -> Call:
    """Write a signed call. What is asked stands beside the system parameters and is not signed."""
    timestamp = str(now_ms // SECOND_MS)
    system = {
        "method": method,
        "appId": key.app_id,
        "timestamp": timestamp,
        "version": ARK_VERSION,
        "sign": ark_v3_signature(method, key.app_id, timestamp, key.secret),
    }
    if key.access_token and not method.startswith("oauth."):
        system["accessToken"] = key.access_token
    body = _encode({**asked, **system})
    return Call(method="POST", url=f"{key.gateway}{ROUTE}", headers={"content-type": JSON}, body=body)


def ark_v1_call(key: ArkKey, path: str, query: Mapping[str, str], *, now_ms: int) -> Call:
    """Write a signed call to an older address: key, time and signature ride in the headers."""
    timestamp = str(now_ms // SECOND_MS)
    sign = ark_v1_signature(path, {**query, "app-key": key.app_id, "timestamp": timestamp}, key.secret)
    headers = {"content-type": JSON, "app-key": key.app_id, "timestamp": timestamp, "sign": sign}
    return Call(method="GET", url=f"{key.gateway}{path}?{urlencode(sorted(query.items()))}", headers=headers)


def read_answer(reply: Reply) -> dict[str, Any] | ArkFault:
    """Read an answer: what stands in `data`, or what is wrong with it."""
    if reply.status == _TOO_MANY:
        return ArkFault(kind=FaultKind.WAIT, answer=f"HTTP {reply.status}", wait_s=_seconds(reply))
    if reply.status >= _SERVER_ERROR:
        return ArkFault(kind=FaultKind.UNWELL, answer=f"HTTP {reply.status}")
    if reply.status != _OK:
        return ArkFault(kind=FaultKind.REFUSED, answer=f"HTTP {reply.status}")
    told = _opened(_decoded(reply.body))
    if isinstance(told, ArkFault):
        return told
    # A second envelope is known by both its marks; a business body has neither.
    if isinstance(told, dict) and {"code", "success"} <= told.keys():
        told = _opened(told)
    if isinstance(told, ArkFault):
        return told
    return told if isinstance(told, dict) else ArkFault(kind=FaultKind.UNWELL, answer="no data")


def pull_error(fault: ArkFault) -> PullThrottled | PullUnreadable | PullRefused:
    """Say a fault as the puller understands it."""
    match fault.kind:
        case FaultKind.WAIT:
            return PullThrottled(platform=PLATFORM, answer=fault.answer, wait_s=fault.wait_s)
        case FaultKind.UNWELL:
            return unreadable(f"服务异常（{fault.answer}）", f"the service is unwell ({fault.answer})")
        case FaultKind.REFUSED:
            return PullRefused(platform=PLATFORM, answer=fault.answer)


def unreadable(why_zh: str, why_en: str) -> PullUnreadable:
    """Say that an answer is no page."""
    return PullUnreadable(platform=PLATFORM, why_zh=why_zh, why_en=why_en)


def host_of(gateway: str) -> str:
    """Name the host of a gateway."""
    return urlsplit(gateway).hostname or ""


def _decoded(body: bytes) -> object:
    try:
        body.decode()
        return decode_any(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _opened(envelope: object) -> Any:
    """Open one envelope: what is in it, or the fault that it tells of."""
    if not isinstance(envelope, dict) or not isinstance(envelope.get("success"), bool):
        return ArkFault(kind=FaultKind.UNWELL, answer="no envelope")
    code = envelope.get("error_code", envelope.get("code", 0))
    if not isinstance(code, int) or isinstance(code, bool):
        return ArkFault(kind=FaultKind.UNWELL, answer="no envelope")
    if envelope["success"] and code == 0:
        return envelope.get("data")
    said = envelope.get("error_msg") or envelope.get("msg")
    slower = code == _THROTTLED or (isinstance(said, str) and _SLOWLY in said)
    return ArkFault(kind=FaultKind.WAIT if slower else FaultKind.REFUSED, answer=f"error_code {code}")


def _seconds(reply: Reply) -> int:
    told = reply.headers.get("retry-after", "")
    return min(int(told), _WAIT_S_MAX) if re.fullmatch(r"[0-9]{1,5}", told) else WAIT_S
