"""A telephone opens what the platforms' links say, however they are wrapped."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from hongmao.world.phone import open_address

SHOP = "http://localhost:8090"
PAGE = f"{SHOP}/item/item-11?clickid=AbC-_"
TBOPEN = f"tbopen://m.taobao.com/tbopen/index.html?h5Url={quote(PAGE, safe='')}&action=ali.open.nav&module=h5"
JD = json.dumps({"category": "jump", "des": "m", "url": PAGE}, separators=(",", ":"))
SKU = json.dumps({"category": "jump", "des": "productDetail", "skuId": "item-11", "click_id": "AbC-_"})
DUO = "duo_coupon_landing.html?goods_id=item-11&pid=1_2&customParameters=AbC-_&duoduo_type=2"


@pytest.mark.parametrize(
    "address",
    [
        PAGE,
        f"sandboxshop://open?h5url={quote(PAGE, safe='')}",
        TBOPEN,
        f"https://ace.tb.cn/t?smburl={quote(TBOPEN, safe='')}",
        f"tmall://page.tm/appLink?h5Url={quote(PAGE, safe='')}",
        f"openapp.jdmobile://virtual?params={quote(JD, safe='')}",
        f"https://linkst.m.jd.com/ul/ul.action?openApp.jdMobile://virtual?params={quote(JD, safe='')}",
        f"vipshop://showWeb?url={quote(PAGE, safe='')}",
    ],
)
def test_a_wrapped_page_is_opened_as_it_stands(address: str) -> None:
    assert open_address(address, shop_url=SHOP) == PAGE


@pytest.mark.parametrize(
    "address",
    [
        f"openapp.jdmobile://virtual?params={quote(SKU, safe='')}",
        f"pinduoduo://com.xunmeng.pinduoduo/{DUO}",
        f"https://mobile.yangkeduo.com/app.html?use_reload=1&launch_url={quote(DUO, safe='')}&campaign=ddjb",
        "vipshop://showGoodsDetail?pid=item-11&tra_from=AbC-_",
    ],
)
def test_an_item_that_is_only_named_is_opened_with_the_click_id_it_was_given(address: str) -> None:
    assert open_address(address, shop_url=SHOP) == f"{SHOP}/item/item-11?click_id=AbC-_"


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "tbopen://m?h5Url=https%3A%2F%2Felsewhere", "x"])
def test_what_leads_nowhere_in_the_city_opens_nothing(address: str) -> None:
    assert open_address(address, shop_url=SHOP) is None
