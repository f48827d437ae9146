"""JD's authorisation (open-oauth.jd.com): the consent page, and the token that a code is worth, in its own names.

The token says nothing of the shop; `jingdong.vender.shop.query` does, asked with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    from hongmao.platforms.sandbox.shop.consent import Grant
    from hongmao.platforms.sandbox.shop.market import Market


class Oauth:
    """Both of its doors."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._consent = Consent(market)

    def routes(self) -> Sequence[BaseRoute]:
        """Make the routes."""
        page = ConsentDoor(self._market, client="app_key")
        return (
            *page.routes(),
            Route("/oauth/token", self.token, methods=["GET"]),
            Route("/oauth/refresh_token", self.renew, methods=["GET"]),
        )

    async def token(self, request: Request) -> Response:
        """Redeem a code; a no is status 200 and a code that is not 0."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        told = request.query_params
        try:
            if told.get("grant_type") != "authorization_code":
                raise Unfit("unsupported_grant_type", "grant_type")
            grant = self._consent.redeem(
                app_key=told.get("app_key", ""),
                secret=told.get("app_secret", ""),
                code=told.get("code", ""),
                verifier=told.get("code_verifier", ""),
                back=told.get("redirect_uri", ""),
            )
        except Unfit as wrong:
            return _refused(wrong)
        return self._told(grant)

    async def renew(self, request: Request) -> Response:
        """Renew a grant, at an address of its own."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        told = request.query_params
        try:
            if told.get("grant_type") != "refresh_token":
                raise Unfit("unsupported_grant_type", "grant_type")
            grant = self._consent.renew(
                app_key=told.get("app_key", ""),
                secret=told.get("app_secret", ""),
                refresh=told.get("refresh_token", ""),
            )
        except Unfit as wrong:
            return _refused(wrong)
        return self._told(grant)

    def _told(self, grant: Grant) -> Response:
        # How long it can be renewed, JD does not tell; one that cannot be has no refresh token.
        refresh = {"refresh_token": grant.refresh} if grant.refresh_in_s else {}
        return JSONResponse(
            {
                "code": 0,
                "access_token": grant.session,
                "token_type": "bearer",
                "expires_in": grant.expires_in_s,
                **refresh,
                "scope": "snsapi_base",
                "time": self._market.now_ms(),
                "uid": grant.shop.shop_id,
            }
        )


def _refused(wrong: Unfit) -> JSONResponse:
    return JSONResponse({"code": 400, "msg": wrong.code, "error_description": wrong.why})
