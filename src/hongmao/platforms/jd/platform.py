"""JD as a platform of the house."""

from __future__ import annotations

from typing import Final

from hongmao.platforms.api import OrderGrain, Platform
from hongmao.platforms.jd.files import JZT_DAILY
from hongmao.platforms.jd.gateway import make_gateway
from hongmao.platforms.jd.goods import GOODS
from hongmao.platforms.jd.grants import JdGrants
from hongmao.platforms.jd.links import JdLinks
from hongmao.platforms.jd.pulls import ORDERS, VISITS
from hongmao.platforms.jd.scores import SCORES
from hongmao.platforms.jd.shelf import SHELF
from hongmao.platforms.jd.signing import sign_sample

JD: Final = Platform(
    name="jd",
    zh="京东",
    en="JD",
    grain=OrderGrain.ORDER_SKU,
    pilot=True,
    link_prefixes=(
        "openapp.jdmobile://",
        "openjd://",
        "https://linkst.m.jd.com/ul/",
        "https://item.m.jd.com/",
        "https://item.jd.com/",
        "https://shop.m.jd.com/",
        "https://u.jd.com/",
    ),
    hosts=("api.jd.com", "open-oauth.jd.com"),
    links=JdLinks(),
    grants=JdGrants(),
    renews=JdGrants(),
    scores=SCORES,
    goods=GOODS,
    shelf=SHELF,
    pulls=(ORDERS, VISITS),
    files=(JZT_DAILY,),
    sign=sign_sample,
    gateway=make_gateway,
)
