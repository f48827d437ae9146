"""What an answer means for an item: the part that every media shares, which is HTTP and the lists of its own codes. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.platforms.api import MINUTE_MS, SECOND_MS, Answered, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, Reply, TargetAccount
    from hongmao.platforms.media.wire import Codes

CREDENTIALS: Final = "credentials"
"""A RETRY that a person must end: the token, the key or the permission is wrong. The items wait until their deadline."""
ENDPOINT: Final = "endpoint"
"""A RETRY like that for credentials: nobody who takes returns stands at the address."""
SETTING_MISSING: Final = "setting_missing"
THROTTLED: Final = "throttled"
THEIRS: Final = "theirs"
"""A fault of theirs that passes."""
NO_TEST_MODE: Final = "no_test_mode"
CREDENTIALS_WAIT_MS: Final = 10 * MINUTE_MS
WAIT_MS_MAX: Final = 30 * MINUTE_MS
ANSWER_CHARS_MAX: Final = 200
_CODE: Final = re.compile(r"-?[0-9]{1,18}")
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_.=/+%-]{20,}")
_THROTTLED_MS: Final = 30 * SECOND_MS
_OVERLOADED: Final = frozenset({425, 429})
_TRY_AGAIN: Final = frozenset({408})
_CREDENTIALS: Final = frozenset({401, 403, 407})
_NOT_THERE: Final = frozenset({404, 405, 410, 421})
_WRONG: Final = range(400, 500)
_OK: Final = range(200, 300)
_SERVER: Final = range(500, 600)


def refused(reason: str, answer: str = "") -> Verdict:
    """Say that an item will never be taken as it is."""
    return Verdict(answered=Answered.REFUSED, reason=reason, answer=answer[:ANSWER_CHARS_MAX])


def retry(reason: str, answer: str = "", wait_ms: int = 0) -> Verdict:
    """Say that an item should be tried again."""
    return Verdict(answered=Answered.RETRY, reason=reason, answer=answer[:ANSWER_CHARS_MAX], wait_ms=wait_ms)


def delivered(answer: str = "") -> Verdict:
    """Say that an item was taken."""
    return Verdict(answered=Answered.DELIVERED, answer=answer[:ANSWER_CHARS_MAX])


def missing(account: TargetAccount, *names: str) -> Verdict | None:
    """Say which settings an account lacks. The items wait: a person can mend it, and nothing is lost until then."""
    absent = [name for name in names if not account.settings.get(name)]
    return retry(SETTING_MISSING, ", ".join(absent), CREDENTIALS_WAIT_MS) if absent else None


def fields_of(reply: Reply) -> dict[str, Any] | None:
    """Read an answer's JSON object; None where it is none."""
    try:
        read = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def code_of(fields: dict[str, Any], *names: str) -> int | None:
    """Read the first of these fields that holds a code, as a number or as its digits."""
    for name in names:
        value = fields.get(name)
        if type(value) is int:
            return value
        if isinstance(value, str) and _CODE.fullmatch(value):
            return int(value)
    return None


def said(fields: dict[str, Any], *names: str) -> str:
    """Give the first sentence an answer says of itself; what could be a token or an id in it is struck out (PRIV-8)."""
    text = next((text for name in names if isinstance(text := fields.get(name), str) and text), "")
    return _OPAQUE.sub("…", text)


def judge(reply: Reply, code: int | None, codes: Codes, answer: str) -> Verdict:
    """Judge by the media's own code, and by the status where it has no code that we know."""
    told = f"{code} {answer}".strip() if code is not None else answer
    ok = reply.status in _OK
    if code in codes.ok and ok:
        return delivered(told)
    if listed := _by_list(reply, code, codes, told):
        return listed
    if passing := _by_status(reply, told):
        return passing
    if reply.status in _WRONG:
        return refused(f"http_{reply.status}", told)
    return retry("unknown_answer" if ok and code is not None else "unreadable", told)


def _by_list(reply: Reply, code: int | None, codes: Codes, told: str) -> Verdict | None:
    reason = codes.reasons.get(str(code), "")
    if code in codes.throttled:
        return retry(reason or THROTTLED, told, wait_of(reply) or _THROTTLED_MS)
    if code in codes.theirs:
        return retry(reason or THEIRS, told, wait_of(reply))
    if code in codes.credentials:
        return retry(CREDENTIALS, told, CREDENTIALS_WAIT_MS)
    return refused(reason or "refused", told) if code in codes.refused else None


def _by_status(reply: Reply, told: str) -> Verdict | None:
    told = told or f"http_{reply.status}"
    if reply.status in _OVERLOADED:
        return retry(THROTTLED, told, wait_of(reply) or _THROTTLED_MS)
    if reply.status in _SERVER or reply.status in _TRY_AGAIN:
        return retry(THEIRS, told, wait_of(reply))
    if reply.status in _NOT_THERE:
        return retry(ENDPOINT, told, CREDENTIALS_WAIT_MS)
    return retry(CREDENTIALS, told, CREDENTIALS_WAIT_MS) if reply.status in _CREDENTIALS else None


def wait_of(reply: Reply) -> int:
    """Read `Retry-After` in seconds, within reason; 0 where it is absent or a date."""
    text = reply.headers.get("retry-after", "")
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(WAIT_MS_MAX)) else 0
    return min(seconds * SECOND_MS, WAIT_MS_MAX)


def for_all(verdict: Verdict, items: Sequence[Outgoing]) -> list[Verdict]:
    """Give every item of a request the verdict on the whole. Which one was wrong shows when the sender tries them alone."""
    return [verdict] * len(items)
