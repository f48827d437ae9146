"""Links into Pinduoduo's app, written by ourselves after the paths that its own links have.

The click id rides in `customParameters` (64 bytes at most), which comes back with the order as `custom_parameters`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode, urlsplit

from hongmao.platforms.api import LinkNotMade, MadeLink

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, LinkWanted, PlatformAccount

CLICK_MACRO: Final = "__CLICK_ID__"
CLICK_FIELDS: Final = ("clickid", "customParameters")
SCHEME: Final = "pinduoduo://com.xunmeng.pinduoduo/"
WAKE: Final = "https://mobile.yangkeduo.com/app.html"


class PddLinks:
    """Makes links without asking anybody."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:  # noqa: ARG002 - the port's signature
        """Make one link; with the setting `p_id` (推广位) it leads over 多多进宝's own landing page."""
        if urlsplit(wanted.page_url).scheme not in {"http", "https"}:
            raise LinkNotMade(platform="pdd", answer="page_url")
        path = app_path(wanted, account.settings.get("p_id", ""))
        wake = {"use_reload": "1", "launch_url": path, "campaign": "ddjb", "cid": "launch_dl_force_"}
        return MadeLink(
            fallback_url=with_click_place(wanted.page_url),
            deeplink=f"{SCHEME}{path}",
            universal_link=f"{WAKE}?{urlencode(wake, quote_via=quote, safe='')}",
        )


def app_path(wanted: LinkWanted, p_id: str) -> str:
    """Write the path of a page within the app."""
    if wanted.platform_item_id is None:
        return f"mall_page.html?{urlencode({'mall_id': wanted.platform_shop_id, 'customParameters': CLICK_MACRO})}"
    query = {"goods_id": wanted.platform_item_id}
    if not p_id:
        return f"goods.html?{urlencode(query | {'customParameters': CLICK_MACRO})}"
    query |= {"pid": p_id, "customParameters": CLICK_MACRO, "duoduo_type": "2"}
    return f"duo_coupon_landing.html?{urlencode(query)}"


def with_click_place(page_url: str) -> str:
    """Give a page the places for the click id, each once.

    >>> with_click_place("https://mobile.yangkeduo.com/goods.html?goods_id=7")
    'https://mobile.yangkeduo.com/goods.html?goods_id=7&clickid=__CLICK_ID__&customParameters=__CLICK_ID__'
    """
    before, hash_, fragment = page_url.partition("#")
    path, _, query = before.partition("?")
    kept = [part for part in query.split("&") if part and not re.match(rf"({'|'.join(CLICK_FIELDS)})(=|$)", part)]
    places = [f"{name}={CLICK_MACRO}" for name in CLICK_FIELDS]
    return f"{path}?{'&'.join([*kept, *places])}{hash_}{fragment}"
