"""What every platform's authorisation has in common: an address to send a seller to, a code to redeem, and no word too many.

A code, a verifier and a secret stand in what is sent and nowhere else: an answer is told of by its codes alone, and not by
those where it repeats what was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import msgspec

from hongmao.kernel.calls import CallFailed
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.time import SECOND_MS
from hongmao.platforms.answers import json_exact, json_fields
from hongmao.platforms.errors import GrantRefused, GrantUnanswered, RenewalRefused, RenewalUnanswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.calls import Call, Caller, Reply

_SAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_WORD: Final = re.compile(r"[a-z]{1,20}(_[a-z]{1,20}){0,3}", re.ASCII)
_ID: Final = re.compile(ID_PATTERN)
_ANSWER_CHARS: Final = 60
_NAME_CHARS: Final = 200
_TOO_MANY, _SERVER_ERROR = 429, 500
_YEARS_S_MAX: Final = 100 * 366 * 86_400
_OF_THE_APP: Final = frozenset({"invalid_client", "unauthorized_client"})
"""RFC 6749, 5.2: words that are about who asks, and say nothing of the grant."""


def consent_url(address: str, params: Mapping[str, str], *, challenge: str) -> str:
    """Write the address of a consent page. PKCE stands in it also where a platform does not know it (RFC 6749, 3.1)."""
    told = {**params, "code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{address}?{urlencode(told, quote_via=quote)}"


def sandbox_doors(settings: Mapping[str, str], route: str) -> tuple[str, str] | None:
    """Give consent page and token address beside the setting `gateway`; None where it is the platform itself.

    >>> sandbox_doors({"gateway": "http://shop.example/gw/jd/routerjson"}, "/routerjson")
    ('http://shop.example/gw/jd/oauth/authorize', 'http://shop.example/gw/jd/oauth/token')
    """
    gateway = settings.get("gateway", "").removesuffix(route).rstrip("/")
    return (f"{gateway}/oauth/authorize", f"{gateway}/oauth/token") if gateway else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeeming:
    """One exchange of a code or of a refresh token: of which platform, and what must never be told."""

    platform: str
    hidden: tuple[str, ...] = field(repr=False)
    renews: bool = False
    """Whether a grant is renewed, and not given."""

    def send(self, caller: Caller, call: Call) -> Reply:
        """Send a call; `GrantUnanswered` where nothing came back, or nothing but that they are unwell."""
        try:
            reply = caller.call(call)
        except CallFailed as failed:
            raise self.unanswered(failed.failure.value) from None
        if reply.status == _TOO_MANY or reply.status >= _SERVER_ERROR:
            raise self.unanswered(f"HTTP {reply.status}")
        return reply

    def fields(self, reply: Reply) -> dict[str, msgspec.Raw]:
        """Read the fields of an answer, whatever its status: a no of RFC 6749 is JSON with status 400."""
        told = json_fields(reply.body)
        if told is None:
            raise self.unanswered(f"HTTP {reply.status}")
        return told

    def needed(self, told: Mapping[str, msgspec.Raw], name: str) -> str:
        """Give a field that a grant cannot do without."""
        value = text_of(told.get(name))
        if not value:
            raise self.unanswered(f"{name} is missing")
        return value

    def shop_id(self, told: Mapping[str, msgspec.Raw], name: str) -> str:
        """Give the platform's own id of the shop, which has to be one that we can keep."""
        value = self.needed(told, name)
        if _ID.fullmatch(value) is None:
            raise self.unanswered(f"{name} is no id")
        return value

    def account(self, app_key: str, shop: str) -> str:
        """Name the account that signs for a shop: many shops grant access to one app, and each is an account of its own."""
        name = f"{app_key}.{shop}"
        if _ID.fullmatch(name) is None:
            raise self.unanswered("app_key and shop are too long together")
        return name

    def until_ms(self, told: Mapping[str, msgspec.Raw], now_ms: int, name: str = "expires_in") -> int | None:
        """Say when something ends by a field in seconds; None where that is not told."""
        value = text_of(told.get(name))
        return now_ms + int(value) * SECOND_MS if value.isdecimal() and 0 < int(value[:12]) <= _YEARS_S_MAX else None

    def refresh(self, told: Mapping[str, msgspec.Raw], ends: str | None = None) -> str | None:
        """Give the refresh token; None where there is none, or where it ends at once and so is good for nothing."""
        is_over = ends is not None and text_of(told.get(ends)) == "0"
        return None if is_over else text_of(told.get("refresh_token")) or None

    def same_shop(self, told: Mapping[str, msgspec.Raw], name: str, shop: str) -> None:
        """Check that a renewal is of the shop that was asked about, where the platform says whose it is."""
        if text_of(told.get(name)) not in {"", shop}:
            raise self.unanswered(f"{name} is of another shop")

    def refused(self, code: str, *why: str) -> GrantRefused | GrantUnanswered:
        """Say no as the platform did: by its code, and by the first of its reasons that is a bare word."""
        word = next((one for one in why if _WORD.fullmatch(one)), "")
        answer = self._shown(f"{code} {word}".strip())
        if not self.renews:
            return GrantRefused(platform=self.platform, answer=answer)
        if not _OF_THE_APP.isdisjoint((code, *why)):
            return RenewalUnanswered(platform=self.platform, answer=answer)
        return RenewalRefused(platform=self.platform, answer=answer)

    def unanswered(self, answer: str) -> GrantUnanswered:
        """Say that there was no answer to read."""
        kind = RenewalUnanswered if self.renews else GrantUnanswered
        return kind(platform=self.platform, answer=self._shown(answer))

    def _shown(self, answer: str) -> str:
        shown = " ".join(_SAFE.sub("_", part) for part in answer.split())[:_ANSWER_CHARS]
        return "?" if not shown or any(one and one in answer for one in self.hidden) else shown


def text_of(raw: msgspec.Raw | None) -> str:
    """Give a scalar field as text, numbers as they are written; "" where it is absent or none."""
    try:
        value = json_exact(bytes(raw or b"null"))
    except msgspec.DecodeError:
        return ""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def name_of(text: str, shop: str) -> str:
    """Give a shop's name as a page may show it; its id where it has none."""
    return " ".join(text.split())[:_NAME_CHARS] or shop
