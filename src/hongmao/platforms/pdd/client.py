"""Calls to Pinduoduo: how one is written, and what its answer means. Pure: a call is data, an answer a value.

It answers 200 whatever happened; what went wrong stands in `error_response` with a number and a sub code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, Fault, FaultKind, json_fields, pull_error, status_fault, unreadable
from hongmao.platforms.pdd.signing import pdd_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import PlatformAccount, PullRefused, PullThrottled, PullUnreadable, Reply

GATEWAY: Final = "https://gw-api.pinduoduo.com/api/router"
ROUTE: Final = "/api/router"
FORM: Final = "application/x-www-form-urlencoded;charset=utf-8"

# Second-hand, from what callers write about them: 70031 and 52101 want fewer calls; the others are faults of theirs.
_LIMITED: Final = frozenset({"70031", "70032", "52101"})
_UNWELL: Final = frozenset({"50000", "50001", "52001", "52002", "52102", "52103"})
_SAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PddKey:
    """Whose call it is and where it goes. Secret and token are shown nowhere."""

    client_id: str
    secret: bytes = field(repr=False)
    access_token: str = field(default="", repr=False)
    gateway: str = GATEWAY

    @classmethod
    def of(cls, account: PlatformAccount) -> PddKey:
        """Take it from a platform account, which names the app's key where a seller granted it; `gateway` may lack its route."""
        gateway = account.settings.get("gateway") or GATEWAY
        return cls(
            client_id=account.settings.get("app_key") or account.account,
            secret=account.secret,
            access_token=account.settings.get("access_token", ""),
            gateway=gateway if gateway.endswith(ROUTE) else f"{gateway.rstrip('/')}{ROUTE}",
        )

    @property
    def is_real(self) -> bool:
        """Tell whether this is Pinduoduo itself and no sandbox."""
        return self.gateway == GATEWAY


def pdd_call(key: PddKey, kind: str, params: Mapping[str, str | int | Sequence[str]], *, now_ms: int) -> Call:
    """Write a signed call; the very text that is signed is sent."""
    sent = {name: _text(value) for name, value in params.items()}
    sent |= {"client_id": key.client_id, "data_type": "JSON", "timestamp": str(now_ms // SECOND_MS), "type": kind}
    if key.access_token:
        sent["access_token"] = key.access_token
    sent["sign"] = pdd_signature(sent, key.secret)
    body = urlencode(sorted(sent.items())).encode()
    return Call(method="POST", url=key.gateway, headers={"content-type": FORM}, body=body)


def read_answer(reply: Reply, envelope: str, *, platform: str) -> dict[str, msgspec.Raw]:
    """Read an answer: its fields, still undecoded. Raises what the puller understands."""
    if (fault := status_fault(reply)) is not None:
        raise pull_error(fault, platform)
    whole = json_fields(reply.body)
    if whole is None:
        raise unreadable(platform, "不是 JSON 对象", "it is no JSON object")
    if "error_response" in whole:
        raise _refusal(platform, json_fields(bytes(whole["error_response"])) or {})
    told = json_fields(bytes(whole.get(envelope, b"")))
    if told is None:
        raise unreadable(platform, "没有约定的外层结构", "the envelope is missing")
    return told


def _text(value: str | int | Sequence[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else msgspec.json.encode(list(value)).decode()


def _refusal(platform: str, told: Mapping[str, msgspec.Raw]) -> PullThrottled | PullUnreadable | PullRefused:
    """Say what an error means by its number; its sentences may repeat what was sent and are not repeated here."""
    code = _safe(told.get("error_code"), 8) or "?"
    kind = FaultKind.WAIT if code in _LIMITED else FaultKind.UNWELL if code in _UNWELL else FaultKind.REFUSED
    return pull_error(Fault(kind=kind, answer=f"{code} {_safe(told.get('sub_code'), 40)}".strip()), platform)


def _safe(raw: msgspec.Raw | None, chars: int) -> str:
    text = "" if raw is None else bytes(raw).decode(errors="replace").strip('"')
    return "" if text == "null" else _SAFE.sub("_", text)[:chars]
