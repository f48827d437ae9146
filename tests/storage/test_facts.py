"""A return that is sent on names what was bought, and never another tenant's goods."""

from __future__ import annotations

import msgspec
import pytest

from hongmao.catalog.api import Principal, Role
from hongmao.kernel.ids import TenantId
from hongmao.storage.facts import SqlFacts
from returns.out.stage import pay
from storage.opened import house


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_was_bought_goes_before_what_was_clicked_and_nobody_elses_goods_are_named(engine: str) -> None:
    with house(engine) as city:
        city.tenant("t1")
        city.tenant("t2")
        who = Principal(id="root", tenant=TenantId("t1"), role=Role.ADMIN, name="root")
        city.catalog.add_merchant(who, name="商家", id="m1")
        page = "https://x.example/"
        where = {"platform": "taobao", "platform_shop_id": "p1", "home_url": page}
        city.catalog.add_shop(who, merchant="m1", name="一号店", id="s1", **where)
        for number, title in ((1, "口红"), (2, "眼影")):
            facts = {"spu": "spu", "platform_item_id": f"77{number}", "title": title, "url": f"{page}{number}"}
            city.catalog.add_item(who, shop="s1", price_fen=9_900, id=f"i{number}", **facts)

        look, event = SqlFacts(city.database), pay("p1", item="i1")
        lipstick = {
            "shop_name": "一号店",
            "product_id": "771",
            "product_name": "口红",
            "product_price_fen": "9900",
            "page_url": f"{page}1",
        }
        assert look.of(event) == lipstick
        assert look.of(msgspec.structs.replace(event, pay_item="i2"))["product_name"] == "眼影"
        assert look.of(msgspec.structs.replace(event, item="taobao:unknown")) == {"shop_name": "一号店"}
        assert look.of(msgspec.structs.replace(event, shop=None)) == {
            name: value for name, value in lipstick.items() if name != "shop_name"
        }
        for stranger in ("t2", None):
            assert look.of(msgspec.structs.replace(event, tenant=stranger)) == {}
