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

from hongmao.platforms.api import Call, PullRefused, PullThrottled, PullUnreadable
from hongmao.platforms.jd.signing import jos_signature, timestamp_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import PlatformAccount, Reply

GATEWAY: Final = "https://api.jd.com/routerjson"
ROUTE: Final = "/routerjson"
FORM: Final = "application/x-www-form-urlencoded;charset=utf-8"
WAIT_S: Final = 60

_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
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
        """Take it from a platform account; `gateway` may be given without its route."""
        gateway = account.settings.get("gateway") or GATEWAY
        return cls(
            app_key=account.account,
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
    if reply.status == _TOO_MANY:
        raise PullThrottled(platform=platform, answer="HTTP 429", wait_s=_wait_s(reply))
    if reply.status >= _SERVER_ERROR:
        raise unreadable(platform, f"服务异常（HTTP {reply.status}）", f"the service is unwell (HTTP {reply.status})")
    if reply.status != _OK:
        raise PullRefused(platform=platform, answer=f"HTTP {reply.status}")
    whole = fields_of(reply.body)
    if whole is None:
        raise unreadable(platform, "不是 JSON 对象", "it is no JSON object")
    if "error_response" in whole:
        raise _refusal(platform, code_of(fields_of(bytes(whole["error_response"])) or {}))
    return _inner(whole, method, platform)


def fields_of(raw: bytes) -> dict[str, msgspec.Raw] | None:
    """Read the fields of a JSON object and leave what stands in them; None where it is none."""
    try:
        raw.decode()
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def rows_of(raw: msgspec.Raw | None) -> list[bytes] | None:
    """Read a list of rows, still undecoded; nothing at all is an empty list, anything else is None."""
    text = b"" if raw is None else bytes(raw).strip()
    if text in {b"", b"null"}:
        return []
    try:
        return [bytes(one) for one in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError):
        return None


def unreadable(platform: str, why_zh: str, why_en: str) -> PullUnreadable:
    """Say that an answer is no page."""
    return PullUnreadable(platform=platform, why_zh=why_zh, why_en=why_en)


def code_of(told: Mapping[str, msgspec.Raw]) -> str:
    """Give a code, which comes as a number or as text, and never what else an answer says: it may repeat what was sent."""
    return _SAFE.sub("_", bytes(told.get("code", b"?")).decode(errors="replace").strip('"'))[:16] or "?"


def _inner(whole: Mapping[str, msgspec.Raw], method: str, platform: str) -> dict[str, msgspec.Raw]:
    stem = method.replace(".", "_")
    envelope = next((whole[name] for name in (f"{stem}_responce", f"{stem}_response") if name in whole), b"")
    told = fields_of(bytes(envelope))
    if told is None:
        raise unreadable(platform, "没有约定的外层结构", "the envelope is missing")
    outer = code_of(told) if "code" in told else "0"
    if outer not in {"0", _INNER_OK}:
        raise _refusal(platform, outer)
    raw = bytes(next((told[name] for name in ("queryResult", "getResult", "result") if name in told), b""))
    result = fields_of(_unwrapped(raw))
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
    if code in _LIMITED:
        return PullThrottled(platform=platform, answer=code, wait_s=WAIT_S)
    if code in _UNWELL:
        return unreadable(platform, f"服务异常（{code}）", f"the service is unwell ({code})")
    return PullRefused(platform=platform, answer=code)


def _wait_s(reply: Reply) -> int:
    told = reply.headers.get("retry-after", "")
    return int(told) if re.fullmatch(r"[0-9]{1,5}", told) else WAIT_S
