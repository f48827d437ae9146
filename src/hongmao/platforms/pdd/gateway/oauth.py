"""Pinduoduo's authorisation: the consent page, and the token that a code is worth, asked for and told as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
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
        """Redeem a code or renew a grant."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        try:
            told = msgspec.json.decode(await gate.body_of(request), type=dict[str, str])
            grant = self._consent.token(told)
        except (msgspec.DecodeError, RecursionError):
            return _refused(Unfit("invalid_request", "body"))
        except Unfit as wrong:
            return _refused(wrong)
        return JSONResponse(
            {
                "access_token": grant.session,
                "expires_in": grant.expires_in_s,
                "refresh_token": grant.refresh,
                "refresh_token_expires_in": grant.refresh_in_s,
                "owner_id": grant.shop.shop_id,
                "owner_name": grant.shop.name,
                "scope": ["pdd.ddk.order.list.increment.get"],
            }
        )


def _refused(wrong: Unfit) -> JSONResponse:
    told = {"error_code": 20032, "error_msg": wrong.code, "sub_code": wrong.why, "request_id": "sandbox"}
    return JSONResponse({"error_response": told})
