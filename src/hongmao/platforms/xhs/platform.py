"""The in-site shop as a platform of the house."""

from __future__ import annotations

from typing import Final

from hongmao.platforms.api import OrderGrain, Platform
from hongmao.platforms.xhs.client import GATEWAY, host_of
from hongmao.platforms.xhs.gateway import routes
from hongmao.platforms.xhs.links import ITEM_PAGE, InSiteLinks
from hongmao.platforms.xhs.pulls import AfterSaleSource, OrderSource, VisitSource
from hongmao.platforms.xhs.signing import sign_sample

XHS: Final = Platform(
    name="xhs",
    zh="小红书店铺",
    en="Xiaohongshu in-site shop",
    grain=OrderGrain.SUB_ORDER,
    link_prefixes=(ITEM_PAGE, "https://www.xiaohongshu.com/shop/", "xhsdiscover://"),
    hosts=(host_of(GATEWAY),),
    links=InSiteLinks(),
    pulls=(OrderSource(), AfterSaleSource(), VisitSource()),
    sign=sign_sample,
    gateway=routes,
)
