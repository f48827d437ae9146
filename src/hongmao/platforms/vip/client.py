"""Calls to VOP: how one is written, and what its answer means. Pure: a call is data, an answer a value.

System parameters stand in the query, the request in the body. `returnCode` "0" is success, whatever the status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, Fault, FaultKind, json_fields, pull_error, status_fault, unreadable
from hongmao.platforms.vip.signing import vop_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import PlatformAccount, PullRefused, PullThrottled, PullUnreadable, Reply

GATEWAY: Final = "https://vop.vipapis.com"
JSON: Final = "application/json;charset=utf-8"

# The codes are words with dots; no public table of them was seen, so they are told apart by what they speak of.
_LIMITED: Final = re.compile(r"limit|frequen|throttl", re.IGNORECASE)
_UNWELL: Final = re.compile(r"unavailable|time-?out|internal|system-?error|busy", re.IGNORECASE)
_SAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class VopKey:
    """Whose call it is and where it goes. Secret and token are shown nowhere."""

    app_key: str
    secret: bytes = field(repr=False)
    access_token: str = field(default="", repr=False)
    gateway: str = GATEWAY

    @classmethod
    def of(cls, account: PlatformAccount) -> VopKey:
        """Take it from a platform account."""
        return cls(
            app_key=account.account,
            secret=account.secret,
            access_token=account.settings.get("access_token", ""),
            gateway=(account.settings.get("gateway") or GATEWAY).rstrip("/"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One method of one service."""

    service: str
    method: str
    version: str


def vop_call(key: VopKey, what: Service, request: Mapping[str, Any], *, now_ms: int) -> Call:
    """Write a signed call; the very body that is signed is sent."""
    body = msgspec.json.encode(request)
    query = _system(key, now_ms) | {"service": what.service, "method": what.method, "version": what.version}
    url = f"{key.gateway}/?{_signed(query, body, key)}"
    return Call(method="POST", url=url, headers={"content-type": JSON}, body=body)


def export_call(account: PlatformAccount, name: str, day: str, *, now_ms: int) -> Call:
    """Ask the sandbox for an export, `orders` or `visits`, of a day. Vipshop's own are fetched by hand from its site."""
    key = VopKey.of(account)
    query = _system(key, now_ms) | {"day": day}
    return Call(method="GET", url=f"{key.gateway}/export/{name}.csv?{_signed(query, b'', key)}")


def read_result(reply: Reply, *, platform: str) -> dict[str, msgspec.Raw]:
    """Read an answer: the fields of its result, still undecoded. Raises what the puller understands."""
    if (fault := status_fault(reply)) is not None:
        raise pull_error(fault, platform)
    whole = json_fields(reply.body)
    if whole is None or "returnCode" not in whole:
        raise unreadable(platform, "没有约定的外层结构", "the envelope is missing")
    if (code := _code(whole["returnCode"])) != "0":
        raise _refusal(platform, code)
    result = json_fields(bytes(next((whole[name] for name in ("result", "success") if name in whole), b"")))
    if result is None:
        raise unreadable(platform, "result 不是对象", "the result is no object")
    return result


def text_of(raw: msgspec.Raw | None) -> str:
    """Give a text field; "" where it is absent or no text."""
    try:
        value = msgspec.json.decode(bytes(raw or b"null"))
    except msgspec.DecodeError:
        return ""
    return value if isinstance(value, str) else ""


def _system(key: VopKey, now_ms: int) -> dict[str, str]:
    told = {"appKey": key.app_key, "format": "json", "timestamp": str(now_ms // SECOND_MS)}
    return told | {"accessToken": key.access_token} if key.access_token else told


def _signed(query: dict[str, str], body: bytes, key: VopKey) -> str:
    return urlencode(sorted((query | {"sign": vop_signature(query, body, key.secret)}).items()))


def _code(raw: msgspec.Raw) -> str:
    return _SAFE.sub("_", bytes(raw).decode(errors="replace").strip('"'))[:60]


def _refusal(platform: str, code: str) -> PullThrottled | PullUnreadable | PullRefused:
    kind = FaultKind.WAIT if _LIMITED.search(code) else FaultKind.UNWELL if _UNWELL.search(code) else FaultKind.REFUSED
    return pull_error(Fault(kind=kind, answer=code), platform)
