"""ShopX as one value: what the entry point of this package names."""

from __future__ import annotations

from hongmao.platforms.api import OrderGrain, Platform
from hongmao_shopx import signing
from hongmao_shopx.client import HOST
from hongmao_shopx.connector import ShopxConnector
from hongmao_shopx.facts import Facts
from hongmao_shopx.files import Settlements
from hongmao_shopx.gateway import make_gateway
from hongmao_shopx.links import ShopxLinks
from hongmao_shopx.targets import Conversions

SHOPX = Platform(
    name="shopx",
    zh="ShopX 示例平台",
    en="ShopX, a sample",
    grain=OrderGrain.SUB_ORDER,
    link_prefixes=("https://m.shopx.example/", "https://ul.shopx.example/", "shopx://"),
    hosts=(HOST,),
    links=ShopxLinks(),
    webhook=ShopxConnector(),
    pulls=(Facts(),),
    files=(Settlements(),),
    targets=(Conversions(),),
    sign=signing.of_sample,
    gateway=make_gateway,
)
