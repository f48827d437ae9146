"""Calls to Ark (小红书开放平台): how one is written, and what its answer means. Pure: a call is data, an answer a value.

Ark answers 200 whatever happened. Its envelope says `success` and `error_code`; the newer methods have a second one of their
own within it, with `code` for `error_code`. Both must say yes. Ark publishes no table of its codes, so a code is handed on as
it came and only two things are read from it: that we are too fast, and that they are unwell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, Fault, FaultKind, json_exact, status_fault
from hongmao.platforms.xhs.signing import ARK_VERSION, ark_v1_signature, ark_v3_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import PlatformAccount, Reply

PLATFORM: Final = "xhs"
GATEWAY: Final = "https://ark.xiaohongshu.com"
ROUTE: Final = "/ark/open_api/v3/common_controller"
ITEMS_V1: Final = "/ark/open_api/v1/items"
JSON: Final = "application/json;charset=utf-8"

_THROTTLED: Final = -9013
_SLOWLY: Final = "限流"
_encode = msgspec.json.Encoder().encode


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


def read_answer(reply: Reply) -> dict[str, Any] | Fault:
    """Read an answer: what stands in `data`, or what is wrong with it."""
    if (fault := status_fault(reply)) is not None:
        return fault
    told = _opened(_decoded(reply.body))
    if isinstance(told, Fault):
        return told
    # A second envelope is known by both its marks; a business body has neither.
    if isinstance(told, dict) and {"code", "success"} <= told.keys():
        told = _opened(told)
    if isinstance(told, Fault):
        return told
    return told if isinstance(told, dict) else Fault(kind=FaultKind.UNWELL, answer="no data")


def host_of(gateway: str) -> str:
    """Name the host of a gateway."""
    return urlsplit(gateway).hostname or ""


def _decoded(body: bytes) -> object:
    try:
        return json_exact(body)
    except msgspec.DecodeError:
        return None


def _opened(envelope: object) -> Any:
    """Open one envelope: what is in it, or the fault that it tells of."""
    if not isinstance(envelope, dict) or not isinstance(envelope.get("success"), bool):
        return Fault(kind=FaultKind.UNWELL, answer="no envelope")
    code = envelope.get("error_code", envelope.get("code", 0))
    if not isinstance(code, int) or isinstance(code, bool):
        return Fault(kind=FaultKind.UNWELL, answer="no envelope")
    if envelope["success"] and code == 0:
        return envelope.get("data")
    said = envelope.get("error_msg") or envelope.get("msg")
    slower = code == _THROTTLED or (isinstance(said, str) and _SLOWLY in said)
    return Fault(kind=FaultKind.WAIT if slower else FaultKind.REFUSED, answer=f"error_code {code}")
