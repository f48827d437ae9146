"""Taobao's authorisation (oauth.taobao.com): the consent page, and the token that a code is worth, in its own names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from starlette.responses import JSONResponse
from starlette.routing import Route

from hongmao.platforms.sandbox.shop import gate
from hongmao.platforms.sandbox.shop.consent import Consent, Unfit
from hongmao.platforms.sandbox.shop.consent_door import ConsentDoor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import Market


class Oauth:
    """Both of its doors."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._consent = Consent(market)

    def routes(self) -> Sequence[BaseRoute]:
        """Make the routes."""
        page = ConsentDoor(self._market, client="client_id")
        return (*page.routes(), Route("/oauth/token", self.token, methods=["POST"]))

    async def token(self, request: Request) -> Response:
        """Redeem a code or renew a grant. The nick goes out percent-encoded, as theirs does."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        told = dict(parse_qsl((await gate.body_of(request)).decode(errors="replace"), keep_blank_values=True))
        try:
            grant = self._consent.token(told)
        except Unfit as wrong:
            return JSONResponse({"error": wrong.code, "error_description": wrong.why}, status_code=400)
        return JSONResponse(
            {
                "access_token": grant.session,
                "token_type": "Bearer",
                "expires_in": grant.expires_in_s,
                "refresh_token": grant.refresh,
                "re_expires_in": grant.refresh_in_s,
                "taobao_user_id": grant.shop.shop_id,
                "taobao_user_nick": quote(grant.shop.name, safe=""),
            }
        )
