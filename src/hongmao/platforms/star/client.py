"""Calls for 小红星's numbers, at 小红书's interface for advertisers: JSON by POST, an access token in a header, nothing signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, Fault, FaultKind, json_exact, status_fault
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
LATE_WAIT_S: Final = 6 * 3_600

_SENTENCES: Final = ("msg", "message", "errorMsg")
_THROTTLES: Final = ("限流", "频率", "频繁")
_encode = msgspec.json.Encoder().encode


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


def read_answer(reply: Reply) -> dict[str, Any] | Fault:
    """Read an answer: what stands in `data`, or what is wrong with it."""
    if (fault := status_fault(reply)) is not None:
        return fault
    return _opened(_decoded(reply.body))


def host_of(gateway: str) -> str:
    """Name the host of a gateway."""
    return urlsplit(gateway).hostname or ""


def _opened(told: dict[str, Any]) -> dict[str, Any] | Fault:
    code, data = told.get("code", told.get("errorCode", 0)), told.get("data")
    if not isinstance(told.get("success"), bool) or not isinstance(code, int) or isinstance(code, bool):
        return Fault(kind=FaultKind.UNWELL, answer="no envelope")
    said = next((one for name in _SENTENCES if isinstance(one := told.get(name), str) and one), "")
    if said == NOT_RETURNED:
        return Fault(kind=FaultKind.WAIT, answer=NOT_RETURNED, wait_s=LATE_WAIT_S)
    if not told["success"] or code != 0:
        slower = any(word in said for word in _THROTTLES)
        return Fault(kind=FaultKind.WAIT if slower else FaultKind.REFUSED, answer=f"code {code}")
    return data if isinstance(data, dict) else Fault(kind=FaultKind.UNWELL, answer="no data")


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        told = json_exact(body)
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}
