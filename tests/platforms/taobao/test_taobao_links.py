"""Links: made by 流量通Pro for CID, written here for UD; the click id's place survives every layer of encoding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.links.addresses import Prefix, address_for, fault_of
from hongmao.links.macros import TapFacts
from hongmao.platforms.api import Call, LinkNotMade, LinkWanted, MadeLink, Reply
from hongmao.platforms.taobao.client import TopKey, top_call
from hongmao.platforms.taobao.links import METHOD, TaobaoLinks, deeplink_to, universal_to, with_click_place
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from platforms.sandbox.browser import BASE
from platforms.taobao.bazaar import ITEM, SHOP, account_with

if TYPE_CHECKING:
    from platforms.taobao.bazaar import Bazaar

PAGE = f"{BASE}/item/{ITEM}?from=%E7%AC%94%E8%AE%B0"
LINKS = TaobaoLinks(platform="taobao")
TAP = TapFacts(click_id="AQKJTyUALn2D4Qqf-1KuWX82GorZeg", note="n-1", at_ms=1_746_583_200_000)  # type: ignore[arg-type]


def wanted(page_url: str = PAGE, line: str = "cid", item: str | None = ITEM) -> LinkWanted:
    return LinkWanted(page_url=page_url, platform_shop_id=SHOP, platform_item_id=item, line=line)


def make(bazaar: Bazaar, what: LinkWanted) -> MadeLink:
    return LINKS.make(what, bazaar.account, bazaar.caller, now_ms=bazaar.front.clock.now_ms())


def innermost(url: str) -> str:
    """Unpack an address as the app would: layer by layer, each decoded once."""
    query = parse_qs(urlsplit(url).query)
    inner = query.get("smburl") or query.get("h5Url")
    return innermost(inner[0]) if inner else url


def test_a_link_to_an_own_page_leads_there_and_is_clicked_into_an_order(bazaar: Bazaar) -> None:
    made = make(bazaar, wanted())
    asked = json.loads(bazaar.caller.asked()["monitor_url_top_request_dto"])
    assert asked == {
        "channel_id": 140,
        "prod_type": 2,
        "item_id": int(ITEM),
        "page_type": 2,
        "cus_h5_url": f"{PAGE}&clickid=__CLICK_ID__",
        "cus_deep_link": f"{PAGE}&clickid=__CLICK_ID__",
    }
    assert bazaar.caller.asked()["method"] == METHOD
    assert made.monitor_ref == bazaar.notes("links")[0]["key"]
    for address in (made.fallback_url, made.deeplink, made.universal_link):
        assert address is not None
        assert innermost(address_for(address, TAP)) == f"{PAGE}&clickid={TAP.click_id}"
    # The jump opens it, and what she buys comes back under her click.
    bazaar.front.get(address_for(made.fallback_url, TAP).removeprefix(BASE))
    bazaar.front.do("/checkout", items=f"{ITEM}:1")
    [order] = [row for row in bazaar.pull(TAOBAO.pulls[0]) if row.kind.value == "order"]
    assert order.click_id == TAP.click_id


def test_an_item_page_of_the_platform_is_made_by_the_platform(bazaar: Bazaar) -> None:
    made = make(bazaar, wanted(f"https://item.taobao.com/item.htm?id={ITEM}"))
    asked = json.loads(bazaar.caller.asked()["monitor_url_top_request_dto"])
    assert asked == {"channel_id": 140, "prod_type": 2, "item_id": int(ITEM), "page_type": 1}
    assert made.fallback_url == f"https://item.taobao.com/item.htm?id={ITEM}&clickid=__CLICK_ID__"


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        (wanted("https://item.taobao.com/item.htm?id=1", item="1"), "41 isv.invalid-parameter:item_id"),
        (wanted("https://detail.tmall.com/item.htm?id=1", item="1"), "41 isv.invalid-parameter:item_id"),
    ],
)
def test_an_item_that_is_not_there_makes_no_link(bazaar: Bazaar, what: LinkWanted, answer: str) -> None:
    with pytest.raises(LinkNotMade) as error:
        make(bazaar, what)
    assert error.value.params == {"platform": "taobao", "answer": answer}


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ({"monitor_unique_id": "1"}, "click_url or monitor_unique_id is missing"),
        ({"click_url": "https://a/?c=__CLICK_ID__"}, "click_url or monitor_unique_id is missing"),
        ({"click_url": "https://a/", "monitor_unique_id": "1"}, "click_url has no __CLICK_ID__"),
        (
            {"click_url": "https://a/?c=__CLICK_ID__", "deep_link": "tbopen://m", "monitor_unique_id": "1"},
            "deep_link has no __CLICK_ID__",
        ),
        (None, "no result"),
    ],
)
def test_a_link_by_which_nothing_could_come_back_is_none(result: dict[str, str] | None, answer: str) -> None:
    body = {"alibaba_taobao_ud_smart_monitor_url_create_response": {"result": result} if result else {}}
    with pytest.raises(LinkNotMade) as error:
        LINKS.read(Reply(status=200, body=json.dumps(body).encode()))
    assert error.value.params["answer"] == answer


class Nobody:
    def call(self, call: Call) -> Reply:
        raise AssertionError(call.method)


@pytest.mark.parametrize(("platform", "scheme"), [("taobao", "tbopen://"), ("tmall", "tmall://page.tm/appLink?")])
def test_a_ud_link_is_written_without_asking_anybody(platform: str, scheme: str) -> None:
    account = account_with(platform, monitor_e="R0ovU3NWOXZid1JJ")
    made = TaobaoLinks(platform=platform).make(wanted(line="ud"), account, Nobody(), now_ms=0)
    assert made.deeplink is not None
    assert made.deeplink.startswith(scheme)
    assert made.monitor_ref is None
    for address in (made.fallback_url, made.deeplink, made.universal_link):
        assert address is not None
        assert innermost(address_for(address, TAP)) == f"{PAGE}&clickid={TAP.click_id}"
    for monitor, path, click, note in (
        (made.expo_url, f"/gw/{platform}/mmi/xiaohongshu", "a35", "a36"),
        (made.click_url, f"/gw/{platform}/mmc/xiaohongshu", "a39", "a40"),
    ):
        assert monitor is not None
        query = parse_qs(urlsplit(monitor).query)
        assert urlsplit(monitor).path == path
        assert query["e"] == ["R0ovU3NWOXZid1JJ"]
        assert (query[click], query[note]) == (["__CLICK_ID__"], ["__NOTE_ID__"])


def test_without_a_gateway_of_ones_own_the_monitor_is_alimamas() -> None:
    account = account_with(gateway="")
    made = LINKS.make(wanted(line="ud"), account, Nobody(), now_ms=0)
    assert made.expo_url is not None
    assert made.expo_url.startswith("https://magellan.alimama.com/mmi/xiaohongshu?e=&a1=__ID__")


def test_ABUSE_5_every_address_we_make_is_one_the_platform_allows(bazaar: Bazaar) -> None:
    for platform in (TAOBAO, TMALL):
        allowed = [Prefix.of(text) for text in (*platform.link_prefixes, BASE)]
        for line in ("cid", "ud"):
            made = TaobaoLinks(platform=platform.name).make(
                wanted(line=line), bazaar.account, bazaar.caller, now_ms=bazaar.front.clock.now_ms()
            )
            assert fault_of(made.fallback_url, app=False, allowed=allowed) is None
            assert made.deeplink is not None
            assert fault_of(made.deeplink, app=True, allowed=allowed) is None
            assert made.universal_link is not None
            assert fault_of(made.universal_link, app=False, allowed=allowed) is None
    assert (
        fault_of("tmall://page.tm/appLink", app=True, allowed=[Prefix.of(t) for t in TAOBAO.link_prefixes]) is not None
    )


@pytest.mark.parametrize(
    ("page", "placed"),
    [
        ("https://s.example", "https://s.example?clickid=__CLICK_ID__"),
        ("https://s.example/?a=1#f?x", "https://s.example/?a=1&clickid=__CLICK_ID__#f?x"),
        ("https://s.example/?clickid=old&a=1", "https://s.example/?clickid=__CLICK_ID__&a=1"),
        ("https://s.example/?c=__CLICK_ID__", "https://s.example/?c=__CLICK_ID__"),
        ("https://s.example/?myclickid=1", "https://s.example/?myclickid=1&clickid=__CLICK_ID__"),
    ],
)
def test_a_page_has_one_place_for_the_click_id(page: str, placed: str) -> None:
    assert with_click_place(page) == placed
    assert with_click_place(placed) == placed


@given(path=st.text(st.sampled_from("abc/%20&=?+é中"), max_size=20))
def test_h5url_survives_two_unpackings(path: str) -> None:
    page = with_click_place(f"https://s.example/{path}")
    for platform in ("taobao", "tmall"):
        app = deeplink_to(page, platform)
        assert innermost(app) == page
        assert innermost(universal_to(app)) == page


def test_the_gateway_refuses_xiaohongshu_without_the_right_product(bazaar: Bazaar) -> None:
    request: dict[str, Any] = {"channel_id": 140, "prod_type": 1, "page_type": 2}
    call = top_call(
        TopKey.of(bazaar.account),
        METHOD,
        {"monitor_url_top_request_dto": request},
        now_ms=bazaar.front.clock.now_ms(),
    )
    told = json.loads(bazaar.caller.call(call).body)
    assert told["error_response"]["sub_code"] == "isv.invalid-parameter:prod_type"
