"""Pinduoduo as a platform of the house."""

from __future__ import annotations

from typing import Final

from hongmao.platforms.api import OrderGrain, Platform
from hongmao.platforms.pdd.gateway import make_gateway
from hongmao.platforms.pdd.goods import GOODS
from hongmao.platforms.pdd.grants import PddGrants
from hongmao.platforms.pdd.links import PddLinks
from hongmao.platforms.pdd.pulls import ORDERS, VISITS
from hongmao.platforms.pdd.scores import SCORES
from hongmao.platforms.pdd.shelf import SHELF
from hongmao.platforms.pdd.signing import sign_sample

PDD: Final = Platform(
    name="pdd",
    zh="拼多多",
    en="Pinduoduo",
    grain=OrderGrain.ORDER,
    pilot=True,
    link_prefixes=(
        "pinduoduo://com.xunmeng.pinduoduo/",
        "https://mobile.yangkeduo.com/",
        "https://p.pinduoduo.com/",
    ),
    hosts=("gw-api.pinduoduo.com", "open-api.pinduoduo.com"),
    links=PddLinks(),
    grants=PddGrants(),
    renews=PddGrants(),
    scores=SCORES,
    goods=GOODS,
    shelf=SHELF,
    pulls=(ORDERS, VISITS),
    sign=sign_sample,
    gateway=make_gateway,
)
