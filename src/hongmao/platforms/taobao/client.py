"""Calls to TOP (淘宝开放平台): how one is written, and what its answer means. Pure: a call is data, an answer a value.

TOP answers 200 whatever happened; what went wrong stands in `error_response` with a code and a sub code. Three things can
be wrong for us: we must wait, they are unwell, or they said no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from hongmao.platforms.api import WAIT_S, Call, Fault, FaultKind, json_exact, json_fields, json_rows, status_fault
from hongmao.platforms.taobao.signing import SignMethod, timestamp_text, top_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import PlatformAccount, Reply, TargetAccount

GATEWAY: Final = "https://gw.api.taobao.com/router/rest"
TEST_GATEWAY: Final = "https://gw.api.tbsandbox.com/router/rest"
"""Taobao's own test environment; what is sent there is seen by nobody."""
ROUTE: Final = "/router/rest"
FORM: Final = "application/x-www-form-urlencoded;charset=utf-8"

_CALL_LIMITED: Final = 7
# 淘宝联盟 has its own words for "slower", the second for the rest of the day.
_SLOWER_S: Final = {"9100": WAIT_S, "3000": 3_600}
_UNWELL_CODES: Final = frozenset({10, 15})
_UNWELL_SUB_CODES: Final = frozenset({"3001"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_HALF_CHARACTER = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_BAN = re.compile(r"will last for (?P<seconds>[0-9]{1,6}) more second")
_SAFE = re.compile(r"[^A-Za-z0-9_.:-]+")
_SUB_CODE_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class TopKey:
    """Whose call it is and where it goes. `session` and `secret` are shown nowhere."""

    app_key: str
    secret: bytes = field(repr=False)
    session: str = field(default="", repr=False)
    gateway: str = GATEWAY
    sign_method: SignMethod = SignMethod.MD5

    @classmethod
    def of(cls, account: PlatformAccount) -> TopKey:
        """Take it from a platform account: by its own key, or by the app's that a seller has granted access (`app_key`)."""
        app_key = account.settings.get("app_key") or account.account
        return cls._from(app_key, account.secret, account.settings, GATEWAY)

    @classmethod
    def of_target(cls, account: TargetAccount) -> TopKey:
        """Take it from a target's account; in test mode calls go to Taobao's test environment."""
        settings = account.settings
        gateway = TEST_GATEWAY if account.test else GATEWAY
        if account.test and "test_gateway" in settings:
            gateway = settings["test_gateway"]
        shown = {key: value for key, value in settings.items() if not (account.test and key == "gateway")}
        return cls._from(settings.get("app_key", account.id), account.secret, shown, gateway)

    @classmethod
    def _from(cls, app_key: str, secret: bytes, settings: Mapping[str, str], gateway: str) -> TopKey:
        return cls(
            app_key=app_key,
            secret=secret,
            session=settings.get("session", ""),
            gateway=route_of(settings.get("gateway") or gateway),
            sign_method=next((one for one in SignMethod if one == settings.get("sign_method")), SignMethod.MD5),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopFault(Fault):
    """Why TOP gave no answer to read: `answer` is code and sub code."""

    sub_code: str = ""

    @property
    def is_of_the_key(self) -> bool:
        """Tell whether key, session or signature was refused rather than what was sent: mended by the account's owner."""
        return self.answer.partition(" ")[0] in _KEY_CODES


# Call permission, session, signature, app key, timestamp: by the table of TOP's own error codes.
_KEY_CODES: Final = frozenset({"11", "12", "13", "24", "25", "26", "27", "28", "29", "30", "31"})


def is_real(key: TopKey) -> bool:
    """Tell whether this is Taobao itself and no sandbox."""
    return key.gateway == GATEWAY


def route_of(gateway: str) -> str:
    """Complete a gateway's address, which may be given without its route."""
    return gateway if gateway.endswith(ROUTE) else f"{gateway.rstrip('/')}{ROUTE}"


def top_call(key: TopKey, method: str, params: Mapping[str, str | int | dict[str, Any]], *, now_ms: int) -> Call:
    """Write a signed call. What is empty is left out, because TOP signs no empty parameter; objects go as JSON text."""
    told = {name: _text(value) for name, value in params.items()}
    sent = {
        "method": method,
        "app_key": key.app_key,
        "session": key.session,
        "timestamp": timestamp_text(now_ms),
        "format": "json",
        "v": "2.0",
        "sign_method": key.sign_method.value,
        **told,
    }
    signed = {name: value for name, value in sorted(sent.items()) if value}
    signed["sign"] = top_signature(signed, key.secret, key.sign_method)
    return Call(method="POST", url=key.gateway, headers={"content-type": FORM}, body=urlencode(signed).encode())


def read_answer(reply: Reply, method: str) -> dict[str, msgspec.Raw] | TopFault:
    """Read an answer: its fields, still undecoded, or what is wrong with it."""
    if (fault := status_fault(reply)) is not None:
        return TopFault(kind=fault.kind, answer=fault.answer, wait_s=fault.wait_s)
    whole = json_fields(reply.body)
    if whole is None:  # a title cut off within an emoji must not stop the feed
        whole = json_fields(_HALF_CHARACTER.sub(rb"\\ufffd", reply.body))
    if whole is None:
        return TopFault(kind=FaultKind.UNWELL, answer="no JSON object")
    if "error_response" in whole:
        return _fault_of(bytes(whole["error_response"]))
    found = json_fields(bytes(whole.get(_envelope(method), b"")))
    return TopFault(kind=FaultKind.UNWELL, answer="no envelope") if found is None else found


def rows_of(raw: bytes | msgspec.Raw | None) -> list[bytes] | None:
    """Give the rows of a list, whichever way TOP wraps it: bare, or in an object named after its rows; None where unreadable.

    Nothing at all is an empty list: TOP leaves out what is empty.
    """
    text = b"" if raw is None else bytes(raw).strip()
    if (wrapped := json_fields(text)) is not None:
        if not wrapped:
            return []
        [text, *more] = [bytes(value).strip() for value in wrapped.values()]
        if more:
            return None
    return json_rows(text)


def text_of(raw: msgspec.Raw | None) -> str:
    """Give a scalar field as text; "" where it is absent or none."""
    if raw is None:
        return ""
    try:
        value = json_exact(bytes(raw))
    except msgspec.DecodeError:
        return ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(value: str | int | dict[str, Any]) -> str:
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return str(value)


def _envelope(method: str) -> str:
    return f"{method.removeprefix('taobao.').replace('.', '_')}_response"


def _fault_of(raw: bytes) -> TopFault:
    told = json_fields(raw) or {}
    code = text_of(told.get("code"))
    sub_code = _SAFE.sub("_", text_of(told.get("sub_code")))[:_SUB_CODE_CHARS]
    answer = f"{_SAFE.sub('_', code)[:8]} {sub_code}".strip()
    number = int(code) if _NUMBER.fullmatch(code) else 0
    if number == _CALL_LIMITED or sub_code in _SLOWER_S:
        wait_s = _ban_s(text_of(told.get("sub_msg"))) or _SLOWER_S.get(sub_code, WAIT_S)
        return TopFault(kind=FaultKind.WAIT, answer=answer, sub_code=sub_code, wait_s=wait_s)
    is_theirs = sub_code.startswith("isp.") or sub_code in _UNWELL_SUB_CODES
    unwell = is_theirs or (number in _UNWELL_CODES and not sub_code)
    return TopFault(kind=FaultKind.UNWELL if unwell else FaultKind.REFUSED, answer=answer, sub_code=sub_code)


def _ban_s(sub_msg: str) -> int | None:
    match = _BAN.search(sub_msg)
    return max(1, int(match["seconds"])) if match else None
