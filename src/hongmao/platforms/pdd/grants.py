"""授权 by Pinduoduo: the consent page of its service market, and the access token that a code is worth.

`owner_id` of the token is the shop's number (`mall_id`), as in the rows of orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.platforms.api import (
    Call,
    Granted,
    GrantedShop,
    Redeeming,
    Renewed,
    consent_url,
    json_fields,
    name_of,
    sandbox_doors,
    text_of,
)
from hongmao.platforms.pdd.client import ROUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import Caller, GrantApp

AUTHORIZE: Final = "https://fuwu.pinduoduo.com/service-market/auth"
TOKEN: Final = "https://open-api.pinduoduo.com/oauth/token"  # noqa: S105 - an address


class PddGrants:
    """Asks and redeems."""

    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        """Write the address of the consent page."""
        page, _ = sandbox_doors(app.settings, ROUTE) or (AUTHORIZE, TOKEN)
        params = {"response_type": "code", "client_id": app.app_key, "redirect_uri": back, "state": state}
        return consent_url(page, params, challenge=challenge)

    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        """Redeem a code."""
        redeeming = Redeeming(platform=app.platform, hidden=(code, verifier, app.secret.decode(errors="replace")))
        asked = {"code": code, "redirect_uri": back, "code_verifier": verifier}
        told = self._ask(redeeming, app, caller, grant_type="authorization_code", asked=asked)
        token = redeeming.needed(told, "access_token")
        shop = redeeming.shop_id(told, "owner_id")
        gateway = {"gateway": app.settings["gateway"]} if app.settings.get("gateway") else {}
        return Granted(
            account=redeeming.account(app.app_key, shop),
            secret=app.secret,
            settings={"app_key": app.app_key, "access_token": token, "shop": shop, **gateway},
            shops=(GrantedShop(shop, name_of(text_of(told.get("owner_name")), shop)),),
            until_ms=redeeming.until_ms(told, now_ms),
            refresh=redeeming.refresh(told, "refresh_token_expires_in"),
            refresh_until_ms=redeeming.until_ms(told, now_ms, "refresh_token_expires_in"),
        )

    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        """Renew a grant."""
        hidden = (refresh, app.secret.decode(errors="replace"))
        redeeming = Redeeming(platform=app.platform, hidden=hidden, renews=True)
        told = self._ask(redeeming, app, caller, grant_type="refresh_token", asked={"refresh_token": refresh})
        redeeming.same_shop(told, "owner_id", shop)
        return Renewed(
            settings={"access_token": redeeming.needed(told, "access_token")},
            until_ms=redeeming.until_ms(told, now_ms),
            refresh=redeeming.refresh(told, "refresh_token_expires_in"),
            refresh_until_ms=redeeming.until_ms(told, now_ms, "refresh_token_expires_in"),
        )

    def _ask(
        self, redeeming: Redeeming, app: GrantApp, caller: Caller, *, grant_type: str, asked: Mapping[str, str]
    ) -> Mapping[str, msgspec.Raw]:
        _, address = sandbox_doors(app.settings, ROUTE) or (AUTHORIZE, TOKEN)
        told_of_us = {"client_id": app.app_key, "client_secret": app.secret.decode(), "grant_type": grant_type}
        headers = {"content-type": "application/json"}
        call = Call(method="POST", url=address, headers=headers, body=msgspec.json.encode({**told_of_us, **asked}))
        told = redeeming.fields(redeeming.send(caller, call))
        if "error_response" in told:
            wrong = json_fields(bytes(told["error_response"])) or {}
            code, sub, message = (text_of(wrong.get(name)) for name in ("error_code", "sub_code", "error_msg"))
            raise redeeming.refused(code or "?", sub, message)
        return told
