"""Reading a platform's answer: JSON without floats, and what stands between us and a page as one of three faults."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.returns.pull.errors import PullRefused, PullThrottled, PullUnreadable

if TYPE_CHECKING:
    from hongmao.kernel.calls import Reply

WAIT_S: Final = 60
"""How long to wait where a platform wants us slower and does not say how much."""
_WAIT_S_MAX: Final = 86_400
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
_COUNT: Final = re.compile(rb"[0-9]{1,7}")
_SECONDS: Final = re.compile(r"[0-9]{1,5}")
_exact: Final = msgspec.json.Decoder(float_hook=Decimal)


class FaultKind(StrEnum):
    """What a caller can do about a fault."""

    WAIT = "wait"  # they want us slower, or are not done yet
    UNWELL = "unwell"  # theirs to mend: the same call may succeed
    REFUSED = "refused"  # the same call will be refused again


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no answer to read. `answer` holds codes only: a platform's sentences may repeat what was sent."""

    kind: FaultKind
    answer: str
    wait_s: int = WAIT_S


def status_fault(reply: Reply) -> Fault | None:
    """Tell what a status says by itself; None where the body is to be read."""
    answer = f"HTTP {reply.status}"
    if reply.status == _TOO_MANY:
        return Fault(kind=FaultKind.WAIT, answer=answer, wait_s=_wait_s(reply))
    if reply.status >= _SERVER_ERROR:
        return Fault(kind=FaultKind.UNWELL, answer=answer)
    return None if reply.status == _OK else Fault(kind=FaultKind.REFUSED, answer=answer)


def pull_error(fault: Fault, platform: str) -> PullThrottled | PullUnreadable | PullRefused:
    """Say a fault as the puller understands it."""
    match fault.kind:
        case FaultKind.WAIT:
            return PullThrottled(platform=platform, answer=fault.answer, wait_s=fault.wait_s)
        case FaultKind.UNWELL:
            return unreadable(platform, f"服务异常（{fault.answer}）", f"the service is unwell ({fault.answer})")
        case FaultKind.REFUSED:
            return PullRefused(platform=platform, answer=fault.answer)


def unreadable(platform: str, why_zh: str, why_en: str) -> PullUnreadable:
    """Say that an answer is no page."""
    return PullUnreadable(platform=platform, why_zh=why_zh, why_en=why_en)


def json_exact(raw: bytes) -> Any:
    """Read JSON without ever making a float of an amount; `msgspec.DecodeError` where it is none."""
    try:
        raw.decode()
        return _exact.decode(raw)
    except (UnicodeDecodeError, RecursionError, ArithmeticError) as error:  # an exponent can be beyond any decimal
        raise msgspec.DecodeError(type(error).__name__) from None


def json_fields(raw: bytes) -> dict[str, msgspec.Raw] | None:
    """Read the fields of a JSON object and leave what stands in them; None where it is none."""
    try:
        raw.decode()
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def json_rows(raw: bytes | msgspec.Raw | None) -> list[bytes] | None:
    """Read a list of rows, still undecoded; nothing at all is an empty list, anything else is None."""
    text = b"" if raw is None else bytes(raw).strip()
    if text in {b"", b"null"}:
        return []
    try:
        return [bytes(one) for one in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError):
        return None


def json_count(raw: msgspec.Raw | None) -> int | None:
    """Read how many rows a platform says it has, as a number or its digits; None where nobody could have so many.

    >>> json_count(msgspec.Raw(b"210")), json_count(msgspec.Raw(b'"0"')), json_count(msgspec.Raw(b"-1")), json_count(None)
    (210, 0, None, None)
    """
    text = b"" if raw is None else bytes(raw).strip(b' "')
    return int(text) if _COUNT.fullmatch(text) else None


def _wait_s(reply: Reply) -> int:
    told = reply.headers.get("retry-after", "")
    return min(int(told), _WAIT_S_MAX) if _SECONDS.fullmatch(told) else WAIT_S
