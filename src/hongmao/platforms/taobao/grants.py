"""授权 by Taobao and Tmall: the consent page of oauth.taobao.com, and the SessionKey that a code is worth.

The seller's id is the shop's, as in the rows of orders; its nick is the shop's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlencode

from hongmao.platforms.api import (
    Call,
    Granted,
    GrantedShop,
    Redeeming,
    Renewed,
    consent_url,
    name_of,
    sandbox_doors,
    text_of,
)
from hongmao.platforms.taobao.client import FORM, ROUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import msgspec

    from hongmao.platforms.api import Caller, GrantApp

AUTHORIZE: Final = "https://oauth.taobao.com/authorize"
TOKEN: Final = "https://oauth.taobao.com/token"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True, kw_only=True)
class TaobaoGrants:
    """Asks and redeems for one of the two; `view` is how their page dresses."""

    view: str

    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        """Write the address of the consent page."""
        page, _ = sandbox_doors(app.settings, ROUTE) or (AUTHORIZE, TOKEN)
        params = {
            "response_type": "code",
            "client_id": app.app_key,
            "redirect_uri": back,
            "state": state,
            "view": self.view,
        }
        return consent_url(page, params, challenge=challenge)

    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        """Redeem a code."""
        redeeming = Redeeming(platform=app.platform, hidden=(code, verifier, app.secret.decode(errors="replace")))
        asked = {"code": code, "redirect_uri": back, "view": self.view, "code_verifier": verifier}
        told = self._ask(redeeming, app, caller, grant_type="authorization_code", asked=asked)
        session = redeeming.needed(told, "access_token")
        shop = redeeming.shop_id(told, "taobao_user_id")
        name = name_of(unquote(text_of(told.get("taobao_user_nick"))), shop)
        gateway = {"gateway": app.settings["gateway"]} if app.settings.get("gateway") else {}
        return Granted(
            account=redeeming.account(app.app_key, shop),
            secret=app.secret,
            settings={"app_key": app.app_key, "session": session, "shop": shop, **gateway},
            shops=(GrantedShop(shop, name),),
            until_ms=redeeming.until_ms(told, now_ms),
            refresh=redeeming.refresh(told, "re_expires_in"),
            refresh_until_ms=redeeming.until_ms(told, now_ms, "re_expires_in"),
        )

    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        """Renew a grant within `re_expires_in`."""
        hidden = (refresh, app.secret.decode(errors="replace"))
        redeeming = Redeeming(platform=app.platform, hidden=hidden, renews=True)
        asked = {"refresh_token": refresh, "view": self.view}
        told = self._ask(redeeming, app, caller, grant_type="refresh_token", asked=asked)
        redeeming.same_shop(told, "taobao_user_id", shop)
        return Renewed(
            settings={"session": redeeming.needed(told, "access_token")},
            until_ms=redeeming.until_ms(told, now_ms),
            refresh=redeeming.refresh(told, "re_expires_in"),
            refresh_until_ms=redeeming.until_ms(told, now_ms, "re_expires_in"),
        )

    def _ask(
        self, redeeming: Redeeming, app: GrantApp, caller: Caller, *, grant_type: str, asked: Mapping[str, str]
    ) -> Mapping[str, msgspec.Raw]:
        _, token = sandbox_doors(app.settings, ROUTE) or (AUTHORIZE, TOKEN)
        form = {"grant_type": grant_type, "client_id": app.app_key, "client_secret": app.secret.decode(), **asked}
        call = Call(method="POST", url=token, headers={"content-type": FORM}, body=urlencode(form).encode())
        told = redeeming.fields(redeeming.send(caller, call))
        if "error" in told:
            raise redeeming.refused(text_of(told["error"]), text_of(told.get("error_description")))
        return told
