"""Calls to JOS: how one is written, and what its answer means. Pure: a call is data, an answer a value.

JOS wraps twice. Outside stands the method's envelope, spelt `..._responce` by most of its servers and `..._response` by
some; inside, as a JSON text or as an object, the union's own result with a code of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from hongmao.platforms.api import Call, Fault, FaultKind, json_fields, pull_error, status_fault, unreadable
from hongmao.platforms.jd.signing import jos_signature, timestamp_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import PlatformAccount, PullRefused, PullThrottled, PullUnreadable, Reply

GATEWAY: Final = "https://api.jd.com/routerjson"
ROUTE: Final = "/routerjson"
FORM: Final = "application/x-www-form-urlencoded;charset=utf-8"

_INNER_OK: Final = "200"
# By public tables of JOS's own codes: 2 calls limited; 1 and 67 service down, 43 a fault of theirs. Second-hand.
_LIMITED: Final = frozenset({"2"})
_UNWELL: Final = frozenset({"1", "43", "67"})
_SAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class JosKey:
    """Whose call it is and where it goes. Secret and token are shown nowhere."""

    app_key: str
    secret: bytes = field(repr=False)
    access_token: str = field(default="", repr=False)
    gateway: str = GATEWAY

    @classmethod
    def of(cls, account: PlatformAccount) -> JosKey:
        """Take it from a platform account, which names the app's key where a seller granted it; `gateway` may lack its route."""
        gateway = account.settings.get("gateway") or GATEWAY
        return cls(
            app_key=account.settings.get("app_key") or account.account,
            secret=account.secret,
            access_token=account.settings.get("access_token", ""),
            gateway=gateway if gateway.endswith(ROUTE) else f"{gateway.rstrip('/')}{ROUTE}",
        )

    @property
    def is_real(self) -> bool:
        """Tell whether this is JD itself and no sandbox."""
        return self.gateway == GATEWAY


def jos_call(key: JosKey, method: str, params: Mapping[str, Any], *, now_ms: int) -> Call:
    """Write a signed call; the very JSON text that is signed is sent."""
    sent = {
        "360buy_param_json": msgspec.json.encode(params).decode(),
        "app_key": key.app_key,
        "method": method,
        "timestamp": timestamp_text(now_ms),
        "v": "1.0",
    }
    if key.access_token:
        sent["access_token"] = key.access_token
    sent["sign"] = jos_signature(sent, key.secret)
    body = urlencode(sorted(sent.items())).encode()
    return Call(method="POST", url=key.gateway, headers={"content-type": FORM}, body=body)


def read_result(reply: Reply, method: str, *, platform: str) -> dict[str, msgspec.Raw]:
    """Read an answer down to the union's result, whose fields stay undecoded. Raises what the puller understands."""
    return _inner(read_envelope(reply, method, platform=platform), platform)


def read_envelope(reply: Reply, method: str, *, platform: str) -> dict[str, msgspec.Raw]:
    """Read an answer of JOS's that wraps once: the fields of its envelope, still undecoded."""
    return _envelope(_whole(reply, platform), method, platform)


def code_of(told: Mapping[str, msgspec.Raw]) -> str:
    """Give a code, which comes as a number or as text, and never what else an answer says: it may repeat what was sent."""
    return _SAFE.sub("_", bytes(told.get("code", b"?")).decode(errors="replace").strip('"'))[:16] or "?"


def _whole(reply: Reply, platform: str) -> dict[str, msgspec.Raw]:
    if (fault := status_fault(reply)) is not None:
        raise pull_error(fault, platform)
    whole = json_fields(reply.body)
    if whole is None:
        raise unreadable(platform, "不是 JSON 对象", "it is no JSON object")
    if "error_response" in whole:
        raise _refusal(platform, code_of(json_fields(bytes(whole["error_response"])) or {}))
    return whole


def _envelope(whole: Mapping[str, msgspec.Raw], method: str, platform: str) -> dict[str, msgspec.Raw]:
    stem = method.replace(".", "_")
    envelope = next((whole[name] for name in (f"{stem}_responce", f"{stem}_response") if name in whole), b"")
    told = json_fields(bytes(envelope))
    if told is None:
        raise unreadable(platform, "没有约定的外层结构", "the envelope is missing")
    outer = code_of(told) if "code" in told else "0"
    if outer not in {"0", _INNER_OK}:
        raise _refusal(platform, outer)
    return told


def _inner(told: Mapping[str, msgspec.Raw], platform: str) -> dict[str, msgspec.Raw]:
    raw = bytes(next((told[name] for name in ("queryResult", "getResult", "result") if name in told), b""))
    result = json_fields(_unwrapped(raw))
    if result is None:
        raise unreadable(platform, "内层结果不是 JSON 对象", "the inner result is no JSON object")
    if (code := code_of(result)) != _INNER_OK:
        raise _refusal(platform, f"result {code}")
    return result


def _unwrapped(raw: bytes) -> bytes:
    """Take a result out of the JSON text that it is mostly wrapped in."""
    if not raw.startswith(b'"'):
        return raw
    try:
        return msgspec.json.decode(raw, type=str).encode()
    except (msgspec.DecodeError, UnicodeEncodeError):
        return b""


def _refusal(platform: str, code: str) -> PullThrottled | PullUnreadable | PullRefused:
    kind = FaultKind.WAIT if code in _LIMITED else FaultKind.UNWELL if code in _UNWELL else FaultKind.REFUSED
    return pull_error(Fault(kind=kind, answer=code), platform)
