"""Vipshop as a platform of the house."""

from __future__ import annotations

from typing import Final

from hongmao.platforms.api import OrderGrain, Platform
from hongmao.platforms.vip import files
from hongmao.platforms.vip.gateway import make_gateway
from hongmao.platforms.vip.links import VipLinks
from hongmao.platforms.vip.pulls import ORDERS
from hongmao.platforms.vip.signing import sign_sample

VIP: Final = Platform(
    name="vip",
    zh="唯品会",
    en="Vipshop",
    grain=OrderGrain.ORDER_GOODS,
    link_prefixes=(
        "vipshop://",
        "https://m.vip.com/",
        "https://mst.vip.com/",
        "https://detail.vip.com/",
        "https://t.vip.com/",
        "https://weixin.vip.com/deeplink/",
    ),
    hosts=("vop.vipapis.com",),
    links=VipLinks(),
    pulls=(ORDERS,),
    files=(files.ORDERS, files.VISITS, files.DAILY),
    sign=sign_sample,
    gateway=make_gateway,
)
