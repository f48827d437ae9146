"""授权 by JD: the consent page of open-oauth.jd.com, and the access token that a code is worth.

The token says whose account it is and not whose shop; that is asked with it, by 店铺信息查询.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from hongmao.platforms.api import (
    Call,
    Granted,
    GrantedShop,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    Redeeming,
    Renewed,
    consent_url,
    json_fields,
    name_of,
    sandbox_doors,
    text_of,
)
from hongmao.platforms.jd.client import GATEWAY, ROUTE, JosKey, jos_call, read_envelope

if TYPE_CHECKING:
    from collections.abc import Mapping

    import msgspec

    from hongmao.platforms.api import Caller, GrantApp

AUTHORIZE: Final = "https://open-oauth.jd.com/oauth2/to_login"
TOKEN: Final = "https://open-oauth.jd.com/oauth2/access_token"  # noqa: S105 - an address
REFRESH: Final = "https://open-oauth.jd.com/oauth2/refresh_token"
SHOP_METHOD: Final = "jingdong.vender.shop.query"
SCOPE: Final = "snsapi_base"


class JdGrants:
    """Asks and redeems."""

    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        """Write the address of the consent page."""
        page, _ = sandbox_doors(app.settings, ROUTE) or (AUTHORIZE, TOKEN)
        params = {
            "app_key": app.app_key,
            "response_type": "code",
            "redirect_uri": back,
            "state": state,
            "scope": SCOPE,
        }
        return consent_url(page, params, challenge=challenge)

    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        """Redeem a code and ask whose shop it opens. Theirs is a GET: its address stands in no log of ours."""
        redeeming = Redeeming(platform=app.platform, hidden=(code, verifier, app.secret.decode(errors="replace")))
        _, address = sandbox_doors(app.settings, ROUTE) or (AUTHORIZE, TOKEN)
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        told = self._ask(redeeming, app, caller, address, asked)
        token = redeeming.needed(told, "access_token")
        gateway = app.settings.get("gateway") or GATEWAY
        key = JosKey(
            app_key=app.app_key,
            secret=app.secret,
            access_token=token,
            gateway=gateway if gateway.endswith(ROUTE) else f"{gateway.rstrip('/')}{ROUTE}",
        )
        shop = self._shop(redeeming, key, caller, now_ms)
        beside = {} if key.is_real else {"gateway": gateway}
        return Granted(
            account=redeeming.account(app.app_key, shop.platform_shop_id),
            secret=app.secret,
            settings={"app_key": app.app_key, "access_token": token, "shop": shop.platform_shop_id, **beside},
            shops=(shop,),
            until_ms=redeeming.until_ms(told, now_ms),
            refresh=redeeming.refresh(told),
        )

    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:  # noqa: ARG002 - their token names no shop
        """Renew a grant, at an address of its own; when the refresh token ends, JD does not tell."""
        hidden = (refresh, app.secret.decode(errors="replace"))
        redeeming = Redeeming(platform=app.platform, hidden=hidden, renews=True)
        doors = sandbox_doors(app.settings, ROUTE)
        address = REFRESH if doors is None else f"{doors[1].removesuffix('/token')}/refresh_token"
        asked = {"grant_type": "refresh_token", "refresh_token": refresh}
        told = self._ask(redeeming, app, caller, address, asked)
        return Renewed(
            settings={"access_token": redeeming.needed(told, "access_token")},
            until_ms=redeeming.until_ms(told, now_ms),
            refresh=redeeming.refresh(told),
        )

    def _ask(
        self, redeeming: Redeeming, app: GrantApp, caller: Caller, address: str, asked: Mapping[str, str]
    ) -> Mapping[str, msgspec.Raw]:
        query = {"app_key": app.app_key, "app_secret": app.secret.decode(), **asked}
        told = redeeming.fields(redeeming.send(caller, Call(method="GET", url=f"{address}?{urlencode(query)}")))
        if (answer := text_of(told.get("code"))) not in {"", "0"}:
            # Their reason is a sentence as often as a word; only words are shown.
            raise redeeming.refused(answer, text_of(told.get("error_description")), text_of(told.get("msg")))
        return told

    def _shop(self, redeeming: Redeeming, key: JosKey, caller: Caller, now_ms: int) -> GrantedShop:
        """Ask whose shop it is. 商家编号 (`vender_id`) is what orders call `popId`."""
        reply = redeeming.send(caller, jos_call(key, SHOP_METHOD, {}, now_ms=now_ms))
        try:
            told = read_envelope(reply, SHOP_METHOD, platform=redeeming.platform)
        except (PullRefused, PullThrottled, PullUnreadable) as error:
            raise redeeming.unanswered(f"{SHOP_METHOD} {error.params.get('answer', error.code)}") from None
        result = json_fields(bytes(told.get("shop_jos_result", b""))) or {}
        shop = redeeming.shop_id(result, "vender_id")
        return GrantedShop(shop, name_of(text_of(result.get("shop_name")), shop))
