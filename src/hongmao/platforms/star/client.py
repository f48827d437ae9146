"""Calls for 小红星's numbers, at 小红书's interface for advertisers: JSON by POST, an access token in a header, nothing signed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, PullRefused, PullThrottled, PullUnreadable
from hongmao.platforms.star.signing import task_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import PlatformAccount, Reply

PLATFORM: Final = "star"
GATEWAY: Final = "https://adapi.xiaohongshu.com"
NOTES: Final = "/api/open/pgy/note/post/data"
DAILY: Final = "/api/open/jg/data/report/offline/note"
SANDBOX_TASKS: Final = "/sandbox/tasks"
JSON: Final = "application/json;charset=utf-8"
NOT_RETURNED: Final = "未回传"
WAIT_S: Final = 60
LATE_WAIT_S: Final = 6 * 3_600

_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
_WAIT_S_MAX = 86_400
_SENTENCES: Final = ("msg", "message", "errorMsg")
_THROTTLES: Final = ("限流", "频率", "频繁")
_encode = msgspec.json.Encoder().encode
decode_any = msgspec.json.Decoder(float_hook=Decimal).decode
"""Reads JSON without ever making a float of an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StarKey:
    """Whose numbers are asked for: a brand's account in 蒲公英 and its advertiser in 聚光. `access_token` is shown nowhere."""

    app_id: str
    secret: bytes = field(repr=False)
    access_token: str = field(default="", repr=False)
    brand_user_id: str = ""
    advertiser_id: str = ""
    gateway: str = GATEWAY

    @classmethod
    def of(cls, account: PlatformAccount) -> StarKey:
        """Take it from a platform account."""
        told = account.settings
        return cls(
            app_id=account.account,
            secret=account.secret,
            access_token=told.get("access_token", ""),
            brand_user_id=told.get("brand_user_id", ""),
            advertiser_id=told.get("advertiser_id", ""),
            gateway=told.get("gateway", GATEWAY).rstrip("/"),
        )


class FaultKind(StrEnum):
    """What a caller can do about a fault."""

    WAIT = "wait"  # they want us slower, or are not done yet
    UNWELL = "unwell"  # theirs to mend: the same call may succeed
    REFUSED = "refused"  # the same call will be refused again


@dataclass(frozen=True, slots=True, kw_only=True)
class StarFault:
    """Why there is no answer to read. `answer` holds codes only: their sentences may repeat what was sent."""

    kind: FaultKind
    answer: str
    wait_s: int = WAIT_S


def star_call(key: StarKey, path: str, asked: Mapping[str, Any]) -> Call:
    """Write a call."""
    headers = {"content-type": JSON, "access-token": key.access_token}
    return Call(method="POST", url=f"{key.gateway}{path}", headers=headers, body=_encode(asked))


def task_call(
    key: StarKey, *, task_id: str, start: str, end: str, ratio: str, notes: Sequence[str], now_ms: int
) -> Call:
    """Tell the sandbox of a task and its notes. Sandbox only: a real task is made by hand in 淘宝星河."""
    timestamp = str(now_ms // SECOND_MS)
    body = _encode({"task_id": task_id, "start": start, "end": end, "ratio": ratio, "notes": list(notes)})
    headers = {
        "content-type": JSON,
        "x-star-app": key.app_id,
        "x-star-timestamp": timestamp,
        "x-star-signature": task_signature(body, timestamp, key.secret),
    }
    return Call(method="POST", url=f"{key.gateway}{SANDBOX_TASKS}", headers=headers, body=body)


def read_answer(reply: Reply) -> dict[str, Any] | StarFault:
    """Read an answer: what stands in `data`, or what is wrong with it."""
    if reply.status == _TOO_MANY:
        return StarFault(kind=FaultKind.WAIT, answer=f"HTTP {reply.status}", wait_s=_seconds(reply))
    if reply.status >= _SERVER_ERROR:
        return StarFault(kind=FaultKind.UNWELL, answer=f"HTTP {reply.status}")
    if reply.status != _OK:
        return StarFault(kind=FaultKind.REFUSED, answer=f"HTTP {reply.status}")
    return _opened(_decoded(reply.body))


def pull_error(fault: StarFault) -> PullThrottled | PullUnreadable | PullRefused:
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


def _opened(told: dict[str, Any]) -> dict[str, Any] | StarFault:
    code, data = told.get("code", told.get("errorCode", 0)), told.get("data")
    if not isinstance(told.get("success"), bool) or not isinstance(code, int) or isinstance(code, bool):
        return StarFault(kind=FaultKind.UNWELL, answer="no envelope")
    said = next((one for name in _SENTENCES if isinstance(one := told.get(name), str) and one), "")
    if said == NOT_RETURNED:
        return StarFault(kind=FaultKind.WAIT, answer=NOT_RETURNED, wait_s=LATE_WAIT_S)
    if not told["success"] or code != 0:
        slower = any(word in said for word in _THROTTLES)
        return StarFault(kind=FaultKind.WAIT if slower else FaultKind.REFUSED, answer=f"code {code}")
    return data if isinstance(data, dict) else StarFault(kind=FaultKind.UNWELL, answer="no data")


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        body.decode()
        told = decode_any(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(reply: Reply) -> int:
    told = reply.headers.get("retry-after", "")
    return min(int(told), _WAIT_S_MAX) if re.fullmatch(r"[0-9]{1,5}", told) else WAIT_S
