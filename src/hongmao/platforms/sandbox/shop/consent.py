"""授权: how a seller opens a shop to an app, as RFC 6749 (authorization code) and RFC 7636 (PKCE, S256) have it.

    authorize: app, back, state, challenge ─▶ ticket ─▶ the seller chooses a shop ─▶ code, by the browser
    token:     app, secret, code, verifier, back ─▶ a session that the signed gateway accepts for that shop
    refresh:   app, secret, refresh token ─▶ another session for it, without the seller

A ticket is answered once and a code redeemed once. A code that comes a second time ends the session that it gave, for one of
the two who sent it has stolen it. Every platform's gateway has its own names for all this; the rules are the same.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from hongmao.kernel.time import MINUTE_MS, SECOND_MS
from hongmao.platforms.sandbox.shop import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.contracts import Shop
    from hongmao.platforms.sandbox.shop.market import GatewayApp, Market

TICKET_MS: Final = 30 * MINUTE_MS
CODE_MS: Final = 10 * MINUTE_MS
STATE_CHARS_MAX: Final = 512
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


class Unfit(Exception):
    """A no of the consent's: the code that RFC 6749 has for it, and one word of our own for what is wrong."""

    def __init__(self, code: str, why: str) -> None:
        """Keep both; never what was sent."""
        super().__init__(code, why)
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an app asks a seller for."""

    app: GatewayApp
    back: str
    state: str
    challenge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code or a refresh token was worth: a session for one shop, and what it can be renewed by."""

    session: str
    shop: Shop
    expires_in_s: int
    refresh: str
    refresh_in_s: int
    """0 where it cannot be renewed."""


class Consent:
    """Asks sellers, keeps what they said, and redeems codes. What it must remember stands in the market's notebook."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market

    def app(self, app_key: str, back: str) -> GatewayApp:
        """Find the app that asks, and check that the browser may be sent back there; else it is sent nowhere."""
        app = self._market.app(app_key)
        if app is None:
            raise Unfit("invalid_client", "app_unknown")
        parts = urlsplit(back)
        if (
            parts.scheme not in {"http", "https"}
            or parts.fragment
            or not any(_is_below(back, one) for one in app.backs)
        ):
            raise Unfit("invalid_request", "back_unknown")
        return app

    def begin(self, app: GatewayApp, params: Mapping[str, str], back: str) -> tuple[str, Asked]:
        """Take what an app asks for and give it a ticket; the consent page sends nothing back but that."""
        asked = Asked(app=app, back=back, state=params.get("state", ""), challenge=params.get("code_challenge", ""))
        if params.get("response_type") != "code":
            raise Unfit("unsupported_response_type", "response_type")
        if not 0 < len(asked.state) <= STATE_CHARS_MAX:
            raise Unfit("invalid_request", "state")
        if params.get("code_challenge_method") != "S256" or _CHALLENGE.fullmatch(asked.challenge) is None:
            raise Unfit("invalid_request", "code_challenge")
        number = self._market.number("consent")
        ticket = tokens.mint(app.secret, "ticket", back, asked.state, asked.challenge, str(number))
        kept = {"app_key": app.app_key, "back": back, "state": asked.state, "challenge": asked.challenge}
        self._market.note("consents", tokens.digest(ticket), kept | {"until_ms": self._market.now_ms() + TICKET_MS})
        return ticket, asked

    def decide(self, ticket: str, shop_id: str | None) -> str:
        """Take a seller's word, None for a no, and give where the browser goes now."""
        kept = self._ticket(ticket)
        if shop_id is not None and shop_id not in {shop.shop_id for shop in self._market.shops()}:
            raise Unfit("invalid_request", "shop_unknown")
        app = self._market.app(kept["app_key"])
        if app is None:
            raise Unfit("invalid_client", "app_unknown")
        if not self._market.note("consents_done", tokens.digest(ticket), {"shop": shop_id}):
            raise Unfit("invalid_request", "ticket_used")
        if shop_id is None:
            return back_with(kept["back"], error="access_denied", error_description="refused", state=kept["state"])
        code = tokens.mint(app.secret, "code", ticket, shop_id)
        grant = {"app_key": app.app_key, "shop": shop_id, "challenge": kept["challenge"], "back": kept["back"]}
        self._market.note("codes", tokens.digest(code), grant | {"until_ms": self._market.now_ms() + CODE_MS})
        return back_with(kept["back"], code=code, state=kept["state"])

    def back_of(self, ticket: str) -> str:
        """Say where the browser will be sent once a ticket is answered."""
        return str(self._ticket(ticket)["back"])

    def token(self, asked: Mapping[str, str]) -> Grant:
        """Answer the fields of a token request under their common names, whichever kind of grant it names (RFC 6749)."""
        client = {"app_key": asked.get("client_id", ""), "secret": asked.get("client_secret", "")}
        match asked.get("grant_type"):
            case "authorization_code":
                return self.redeem(
                    **client,
                    code=asked.get("code", ""),
                    verifier=asked.get("code_verifier", ""),
                    back=asked.get("redirect_uri", ""),
                )
            case "refresh_token":
                return self.renew(**client, refresh=asked.get("refresh_token", ""))
            case _:
                raise Unfit("unsupported_grant_type", "grant_type")

    def redeem(self, *, app_key: str, secret: str, code: str, verifier: str, back: str) -> Grant:
        """Give a session for a code, once. A code that met a wrong verifier or a wrong address is spent as well."""
        app = self._proved(app_key, secret)
        kept = self._market.noted("codes", tokens.digest(code))
        if kept is None or kept["app_key"] != app_key:
            raise Unfit("invalid_grant", "code_unknown")
        session = tokens.mint(app.secret, "session", code)
        if not self._market.note("codes_used", tokens.digest(code), {"app_key": app_key}):
            self._market.note(tokens.GRANTS_ENDED, tokens.digest(session), {"why": "code_used"})
            raise Unfit("invalid_grant", "code_used")
        if self._market.now_ms() >= kept["until_ms"]:
            raise Unfit("invalid_grant", "code_expired")
        if back != kept["back"]:
            raise Unfit("invalid_grant", "back_differs")
        if not _proves(verifier, kept["challenge"]):
            raise Unfit("invalid_grant", "verifier_wrong")
        shop = next((one for one in self._market.shops() if one.shop_id == kept["shop"]), None)
        if shop is None:
            raise Unfit("invalid_grant", "shop_unknown")
        return self._give(app, shop, session, tokens.mint(app.secret, "refresh", code))

    def renew(self, *, app_key: str, secret: str, refresh: str) -> Grant:
        """Give a session for a refresh token. Unless such tokens stay good, the session before ends, and the token with it."""
        app = self._proved(app_key, secret)
        kept = self._market.noted(tokens.REFRESHES, tokens.digest(refresh))
        if kept is None or kept["app_key"] != app_key:
            raise Unfit("invalid_grant", "refresh_unknown")
        if self._market.now_ms() >= kept["until_ms"]:
            raise Unfit("invalid_grant", "refresh_expired")
        shop = next((one for one in self._market.shops() if one.shop_id == kept["shop"]), None)
        if shop is None or self._market.refuses_refresh():
            raise Unfit("invalid_grant", "refresh_refused")
        session = tokens.mint(app.secret, "session", refresh, str(self._market.number("renewal")))
        if self._market.keeps_refresh():
            return self._give(app, shop, session, refresh)
        if not self._market.note(tokens.REFRESHES_USED, tokens.digest(refresh), {"app_key": app_key}):
            raise Unfit("invalid_grant", "refresh_used")
        self._market.note(tokens.GRANTS_ENDED, kept["session"], {"why": "renewed"})
        return self._give(app, shop, session, tokens.mint(app.secret, "refresh", refresh))

    def _proved(self, app_key: str, secret: str) -> GatewayApp:
        app = self._market.app(app_key)
        if app is None or not hmac.compare_digest(app.secret.encode(), secret.encode(errors="replace")):
            raise Unfit("invalid_client", "app_or_secret")
        return app

    def _give(self, app: GatewayApp, shop: Shop, session: str, refresh: str) -> Grant:
        now_ms, (session_s, refresh_s) = self._market.now_ms(), self._market.granting()
        mine = {"app_key": app.app_key, "shop": shop.shop_id}
        self._market.note(tokens.GRANTS, tokens.digest(session), mine | {"until_ms": now_ms + session_s * SECOND_MS})
        renews = {"session": tokens.digest(session), "until_ms": now_ms + refresh_s * SECOND_MS}
        self._market.note(tokens.REFRESHES, tokens.digest(refresh), mine | renews)
        return Grant(session=session, shop=shop, expires_in_s=session_s, refresh=refresh, refresh_in_s=refresh_s)

    def _ticket(self, ticket: str) -> dict[str, Any]:
        kept: dict[str, Any] | None = self._market.noted("consents", tokens.digest(ticket))
        if kept is None or self._market.now_ms() >= kept["until_ms"]:
            raise Unfit("invalid_request", "ticket_expired")
        return kept


def back_with(back: str, **told: str) -> str:
    """Write where a browser is sent back to, with what it carries."""
    return f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(told)}"


def _is_below(back: str, allowed: str) -> bool:
    """Tell whether an address is an allowed one, or one of its paths; a host that only begins alike is neither.

    >>> [_is_below(f"https://us.example{rest}", "https://us.example/back") for rest in ("/back", "/back?a=1", "/backs")]
    [True, True, False]
    """
    return back == allowed or back.startswith((f"{allowed.rstrip('/')}/", f"{allowed}?"))


def _proves(verifier: str, challenge: str) -> bool:
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())
