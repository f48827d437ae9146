"""Links that lead to ShopX: made by asking, because only ShopX knows its own addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.api import LinkNotMade, MadeLink, PullRefused, PullThrottled, PullUnreadable
from hongmao_shopx import client

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, LinkWanted, PlatformAccount


class ShopxLinks:
    """Asks for a link and takes it as it is given, macro and all."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:
        """Make one link."""
        question = {"page": wanted.page_url, "store": wanted.platform_shop_id, "item": wanted.platform_item_id}
        reply = caller.call(client.call_of(client.Key.of(account), "/v1/links", question, now_ms=now_ms))
        try:
            link = client.read(reply).link or {}
        except (PullRefused, PullThrottled) as error:
            raise LinkNotMade(platform=client.PLATFORM, answer=error.params["answer"]) from error
        except PullUnreadable as error:
            raise LinkNotMade(platform=client.PLATFORM, answer="unreadable") from error
        if not {"h5", "app", "universal", "id"} <= link.keys():
            raise LinkNotMade(platform=client.PLATFORM, answer="incomplete")
        return MadeLink(
            fallback_url=link["h5"], deeplink=link["app"], universal_link=link["universal"], monitor_ref=link["id"]
        )
