"""Taobao and Tmall as platforms of the house: two names for one interface, each with its own shops and accounts."""

from __future__ import annotations

from typing import Final

from hongmao.platforms.api import OrderGrain, Platform
from hongmao.platforms.taobao.affiliate import SETTLEMENTS
from hongmao.platforms.taobao.files import UD_DAILY
from hongmao.platforms.taobao.gateway import make_gateway
from hongmao.platforms.taobao.goods import GOODS
from hongmao.platforms.taobao.grants import TaobaoGrants
from hongmao.platforms.taobao.links import TaobaoLinks
from hongmao.platforms.taobao.pulls import CARTS, ORDERS, VISITS
from hongmao.platforms.taobao.scores import SCORES
from hongmao.platforms.taobao.shelf import SHELF
from hongmao.platforms.taobao.signing import sign_sample
from hongmao.platforms.taobao.targets import ALIMAMA, UD

HOSTS: Final = (
    "gw.api.taobao.com",
    "eco.taobao.com",
    "oauth.taobao.com",
    "gw.api.tbsandbox.com",
    "magellan.alimama.com",
)
_PREFIXES: Final = (
    "tbopen://",
    "taobao://",
    "https://ace.tb.cn/t",
    "https://m.tb.cn/",
    "https://item.taobao.com/item.htm",
    "https://h5.m.taobao.com/",
    "https://detail.tmall.com/item.htm",
    "https://detail.m.tmall.com/item.htm",
)


def _platform(name: str, zh: str, en: str, *prefixes: str, view: str, is_first: bool) -> Platform:
    return Platform(
        name=name,
        zh=zh,
        en=en,
        grain=OrderGrain.SUB_ORDER,
        link_prefixes=(*_PREFIXES, *prefixes),
        hosts=HOSTS,
        links=TaobaoLinks(platform=name),
        grants=TaobaoGrants(view=view),
        renews=TaobaoGrants(view=view),
        scores=SCORES,
        goods=GOODS,
        shelf=SHELF,
        pulls=(ORDERS, CARTS, VISITS, SETTLEMENTS),
        files=(UD_DAILY,),
        # Targets and files are named once for the house, and both platforms use them.
        targets=(UD, ALIMAMA) if is_first else (),
        sign=sign_sample,
        gateway=make_gateway,
    )


TAOBAO: Final = _platform("taobao", "淘宝", "Taobao", view="web", is_first=True)
TMALL: Final = _platform("tmall", "天猫", "Tmall", "tmall://", view="tmall", is_first=False)
