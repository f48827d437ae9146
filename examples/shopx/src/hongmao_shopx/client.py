"""ShopX's interface as its client sees it: a signed call out, an envelope back. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import urlencode

import msgspec

from hongmao.platforms.api import SECOND_MS, Call, PullRefused, PullThrottled, PullUnreadable
from hongmao_shopx import signing

if TYPE_CHECKING:
    from hongmao.platforms.api import PlatformAccount, Reply, TargetAccount

PLATFORM: Final = "shopx"
HOST: Final = "open.shopx.example"
GATEWAY: Final = f"https://{HOST}"
WAIT_S: Final = 60
_THROTTLED: Final = 429
_ERROR: Final = re.compile(r"[a-z_]{1,40}")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer comes in. Which of the rest is there hangs on what was asked."""

    ok: bool
    err: str = ""
    wait_s: int = WAIT_S
    facts: list[msgspec.Raw] | None = None
    next: str | None = None
    total: int | None = None
    link: dict[str, str] | None = None
    refused: dict[str, str] | None = None


_decode: Final = msgspec.json.Decoder(Envelope).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What signs a call, and where it goes."""

    app: str
    secret: bytes = field(repr=False)
    base: str

    @classmethod
    def of(cls, account: PlatformAccount) -> Key:
        """Take it from an account of the platform."""
        return cls(app=account.account, secret=account.secret, base=account.settings.get("gateway", GATEWAY))

    @classmethod
    def of_target(cls, account: TargetAccount) -> Key:
        """Take it from an account that returns are sent on to."""
        settings = account.settings
        return cls(app=settings["app"], secret=account.secret, base=settings.get("gateway", GATEWAY))


def call_of(key: Key, path: str, question: object, *, now_ms: int) -> Call:
    """Write a signed call. The nonce is made of what is asked and when, so that the same attempt is the same call."""
    body = msgspec.json.encode(question)
    ts = str(now_ms // SECOND_MS)
    nonce = hashlib.blake2b(f"{path}?{now_ms}".encode() + body, digest_size=12).hexdigest()
    query = {"app": key.app, "nonce": nonce, "ts": ts}
    return Call(
        method="POST",
        url=f"{key.base.rstrip('/')}{path}?{urlencode(query)}",
        headers={
            "content-type": "application/json",
            "x-shopx-sign": signing.of_call(key.secret, path=path, query=query, body=body),
        },
        body=body,
    )


def read(reply: Reply) -> Envelope:
    """Open an answer; raises `PullThrottled`, `PullRefused` or `PullUnreadable`."""
    try:
        reply.body.decode()
        envelope = _decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if reply.status == _THROTTLED:
            raise PullThrottled(platform=PLATFORM, answer="429", wait_s=WAIT_S) from error
        _unreadable(f"HTTP {reply.status}，不是约定的结构", f"HTTP {reply.status}, not of the agreed shape")
    if reply.status == _THROTTLED:
        raise PullThrottled(platform=PLATFORM, answer=word_of(envelope.err), wait_s=max(envelope.wait_s, 1))
    if not envelope.ok:
        if reply.status >= 500:  # noqa: PLR2004 - a fault of theirs, which passes
            _unreadable(f"HTTP {reply.status}", f"HTTP {reply.status}")
        raise PullRefused(platform=PLATFORM, answer=word_of(envelope.err))
    return envelope


def _unreadable(why_zh: str, why_en: str) -> NoReturn:
    raise PullUnreadable(platform=PLATFORM, why_zh=why_zh, why_en=why_en)


def word_of(said: str) -> str:
    """Repeat a code of theirs, and nothing else: a message may quote what was sent, the signature with it."""
    return said if _ERROR.fullmatch(said) else "unnamed"
