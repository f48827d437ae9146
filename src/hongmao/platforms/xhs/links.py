"""Links into the in-site shop: the item's page, and the address that opens the app at it. Nobody is asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from hongmao.platforms.api import MadeLink

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, LinkWanted, PlatformAccount

CLICK: Final = "click_id=__CLICK_ID__"
ITEM_PAGE: Final = "https://www.xiaohongshu.com/goods-detail/"
ITEM_DEEPLINK: Final = "xhsdiscover://goods_detail/"


class InSiteLinks:
    """Makes links to items. The shop itself has a page and no address of its own in the app that is publicly known."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:  # noqa: ARG002 - the port's signature; nothing is asked, nothing hangs on the time
        """Write the link; the fallback is the page that was wanted."""
        item = wanted.platform_item_id
        deeplink = None if item is None else with_click(f"{ITEM_DEEPLINK}{quote(item, safe='')}")
        return MadeLink(fallback_url=with_click(wanted.page_url), deeplink=deeplink)


def with_click(url: str) -> str:
    """Put the click id's macro into an address, before its fragment.

    >>> with_click("https://www.xiaohongshu.com/goods-detail/6a?xsec_source=note#top")
    'https://www.xiaohongshu.com/goods-detail/6a?xsec_source=note&click_id=__CLICK_ID__#top'
    """
    front, hash_mark, fragment = url.partition("#")
    return f"{front}{'&' if '?' in front else '?'}{CLICK}{hash_mark}{fragment}"
