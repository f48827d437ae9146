"""Addresses: which a link may carry, and how a click id gets into the ones that shops really use."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.links.addresses import Prefix, fault_of, intent_of, with_click_id

CLICK = "AQKJTyUALn2D4Qqf-1KuWX82GorZeg"
PAGE = "https://item.example/item.htm?id=62&name=%E7%BA%A2%2B1#top"
ALLOWED = tuple(map(Prefix.of, ("http://127.0.0.1:8090", "sandboxshop://", "https://shop.example/mall/")))


def inner(url: str, name: str) -> str:
    """Decode the parameter that holds the page, as an app would."""
    return parse_qs(urlsplit(url).query)[name][0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://s.example/i", f"https://s.example/i?hm_click={CLICK}"),
        ("https://s.example/i?a=1", f"https://s.example/i?a=1&hm_click={CLICK}"),
        ("https://s.example/i?a=%2B&b=#top", f"https://s.example/i?a=%2B&b=&hm_click={CLICK}#top"),
        ("https://s.example/i?hm_click=__CLICK_ID__&a=1", f"https://s.example/i?a=1&hm_click={CLICK}"),
        (
            "https://s.example/go?url=https%3A%2F%2Fx.example",
            f"https://s.example/go?url=https%3A%2F%2Fx.example&hm_click={CLICK}",
        ),
        ("taobao://item.taobao.com/item.htm?id=1", f"taobao://item.taobao.com/item.htm?id=1&hm_click={CLICK}"),
        ("taobao://s.taobao.com/?q=", f"taobao://s.taobao.com/?q=&hm_click={CLICK}"),
        ("vipshop://showGoodsDetail?pid=1&tra_from=a", f"vipshop://showGoodsDetail?pid=1&tra_from=a&hm_click={CLICK}"),
        (
            "pinduoduo://com.xunmeng.pinduoduo/duo_coupon_landing.html?goods_id=1&pid=2",
            f"pinduoduo://com.xunmeng.pinduoduo/duo_coupon_landing.html?goods_id=1&pid=2&hm_click={CLICK}",
        ),
    ],
)
def test_the_click_id_joins_the_query_and_everything_else_stays(url: str, expected: str) -> None:
    assert with_click_id(url, CLICK) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"sandboxshop://open?h5url={quote(PAGE, safe='')}", "h5url"),
        (
            f"tbopen://m.taobao.com/tbopen/index.html?h5Url={quote(PAGE, safe='')}&action=ali.open.nav&module=h5",
            "h5Url",
        ),
        (f"tmall://page.tm/appLink?h5Url={quote(PAGE, safe='')}", "h5Url"),
        (f"vipshop://showWeb?url={quote(PAGE, safe='')}", "url"),
    ],
)
def test_the_click_id_goes_into_the_page_inside_the_scheme_twice_safe(url: str, name: str) -> None:
    page = inner(with_click_id(url, CLICK), name)
    assert page == f"https://item.example/item.htm?id=62&name=%E7%BA%A2%2B1&hm_click={CLICK}#top"
    assert parse_qs(urlsplit(page).query)["name"] == ["红+1"]


def test_the_click_id_reaches_the_page_inside_the_scheme_inside_the_universal_link() -> None:
    scheme = f"tbopen://m.taobao.com/tbopen/index.html?h5Url={quote(PAGE, safe='')}&source=auto"
    marked = with_click_id(f"https://ace.tb.cn/t?smburl={quote(scheme, safe='')}&x=1", CLICK)
    assert marked.endswith("&x=1")
    assert f"hm_click={CLICK}" in inner(inner(marked, "smburl"), "h5Url")


def test_a_jd_scheme_keeps_its_json_encoded_once() -> None:
    params = {"category": "jump", "des": "m", "url": PAGE, "sourcetype": "1", "中": "文"}
    scheme = f"openapp.jdmobile://virtual?params={quote(json.dumps(params), safe='')}"
    for url in (scheme, f"https://linkst.m.jd.com/ul/ul.action?{scheme}"):
        marked = with_click_id(url, CLICK)
        read = json.loads(unquote(marked.partition("params=")[2]))
        assert read.pop("url") == f"https://item.example/item.htm?id=62&name=%E7%BA%A2%2B1&hm_click={CLICK}#top"
        assert read == {name: value for name, value in params.items() if name != "url"}


def test_a_jd_product_scheme_without_a_page_still_reads_as_before() -> None:
    params = quote(json.dumps({"category": "jump", "des": "productDetail", "skuId": "1140722"}), safe="")
    marked = with_click_id(f"openapp.jdmobile://virtual?params={params}", CLICK)
    assert marked == f"openapp.jdmobile://virtual?params={params}&hm_click={CLICK}"


def test_a_pdd_web_wake_carries_the_click_id_in_the_path_it_launches() -> None:
    url = f"https://mobile.yangkeduo.com/app.html?use_reload=1&launch_url={quote('goods.html?goods_id=1', safe='')}&campaign=c"
    marked = with_click_id(url, CLICK)
    assert inner(marked, "launch_url") == f"goods.html?goods_id=1&hm_click={CLICK}"
    assert marked.endswith("&campaign=c")


URLS = st.builds(
    "https://s.example/{}{}{}".format,
    st.text(alphabet="abc/%41", max_size=8),
    st.one_of(st.just(""), st.builds("?{}".format, st.text(alphabet="abc=&%2B1+", max_size=12))),
    st.one_of(st.just(""), st.builds("#{}".format, st.text(alphabet="abc?&=", max_size=6))),
)


@given(URLS)
def test_what_was_in_an_address_is_still_there(url: str) -> None:
    before, after = urlsplit(url), urlsplit(with_click_id(url, CLICK))
    assert (after.scheme, after.netloc, after.path, after.fragment) == before[:3] + before[4:]
    assert after.query in {f"{before.query}&hm_click={CLICK}", f"hm_click={CLICK}"}
    assert after.query.startswith(before.query)


@given(URLS)
def test_marking_twice_is_marking_with_the_second(url: str) -> None:
    assert with_click_id(with_click_id(url, "first"), CLICK) == with_click_id(url, CLICK)


@given(URLS, st.integers(1, 3))
def test_wrapping_commutes_with_marking(url: str, layers: int) -> None:
    wrapped, expected = url, with_click_id(url, CLICK)
    for _ in range(layers):
        wrapped, expected = (f"app://o?h5url={quote(text, safe='')}" for text in (wrapped, expected))
    assert with_click_id(wrapped, CLICK) == expected


def test_an_intent_names_scheme_package_and_its_own_fallback() -> None:
    intent = intent_of("vipshop://goHome?a=1#b", fallback_url="https://m.vip.com/?x=1;2", package="com.achievo.vipshop")
    assert intent == (
        "intent://goHome?a=1%23b#Intent;scheme=vipshop;package=com.achievo.vipshop;"
        "S.browser_fallback_url=https%3A%2F%2Fm.vip.com%2F%3Fx%3D1%3B2;end"
    )
    assert "package" not in intent_of("sandboxshop://open", fallback_url="http://127.0.0.1:8090", package=None)


@pytest.mark.parametrize(
    ("url", "app"),
    [
        ("http://127.0.0.1:8090", False),
        ("http://127.0.0.1:8090/item/1?a=b#c", False),
        ("HTTP://127.0.0.1:8090/item/1", False),
        ("https://shop.example/mall/item?id=1", False),
        ("https://shop.example/mall", False),
        ("sandboxshop://open?h5url=http%3A%2F%2F127.0.0.1%3A8090%2Fitem%2F1", True),
        ("sandboxshop://open", True),
    ],
)
def test_allowed_addresses_are_let_through(url: str, app: bool) -> None:  # noqa: FBT001
    assert fault_of(url, app=app, allowed=ALLOWED) is None


@pytest.mark.parametrize(
    ("url", "app", "why"),
    [
        ("javascript:alert(1)", True, "unreadable"),
        ("javascript://127.0.0.1:8090/%0aalert(1)", True, "scheme"),
        ("JavaScript://x", True, "scheme"),
        ("data:text/html,x", True, "unreadable"),
        ("intent://open#Intent;scheme=sandboxshop;end", True, "scheme"),
        ("file:///etc/passwd", True, "scheme"),
        ("http://127.0.0.1:8090@evil.example/", False, "userinfo"),
        ("http://user:pw@127.0.0.1:8090/", False, "userinfo"),
        ("http://127.0.0.1:8090.evil.example/", False, "unreadable"),
        ("http://127.0.0.1:80901/", False, "unreadable"),
        ("http://127.0.0.1:8091/", False, "not_allowed"),
        ("http://127.0.0.1.evil.example:8090/", False, "not_allowed"),
        ("https://127.0.0.1:8090/", False, "not_allowed"),
        ("http://169.254.169.254/latest/meta-data", False, "not_allowed"),
        ("https://shop.example/mallory", False, "not_allowed"),
        ("https://shop.example/mall/../admin", False, "not_allowed"),
        ("https://shop.example/mall/%2e%2e/admin", False, "not_allowed"),
        ("https://evil.example/", False, "not_allowed"),
        ("//evil.example/", False, "unreadable"),
        ("/item/1", False, "unreadable"),
        ("http:///item", False, "unreadable"),
        ("http://[::1", False, "unreadable"),
        ("http://127.0.0.1:8090/\r\nSet-Cookie: a=b", False, "odd_characters"),
        ("http://127.0.0.1:8090\\@evil.example/", False, "odd_characters"),
        ("http://127.0.0.1:8090/红", False, "odd_characters"),
        ("http://127.0.0.1:8090/ ", False, "odd_characters"),
        ("", False, "odd_characters"),
        ("http://127.0.0.1:8090/" + "a" * 2_048, False, "too_long"),
        ("sandboxshop://open", False, "not_web"),
        ("http://127.0.0.1:8090/", True, "not_app"),
        ("othershop://open", True, "not_allowed"),
        ("sandboxshop://open?h5url=http%3A%2F%2Fevil.example%2F", True, "not_allowed"),
        ("sandboxshop://open?a=1&url=%2F%2Fevil.example%2F", True, "unreadable"),
        ("sandboxshop://open?h5url=javascript%3Aalert(1)", True, "unreadable"),
        ("sandboxshop://open?h5url=http%3A%2F%2Fme%40127.0.0.1%3A8090%2F", True, "userinfo"),
        (
            "sandboxshop://open?h5url=sandboxshop%3A%2F%2Fopen%3Fh5url%3Dhttp%253A%252F%252Fevil.example",
            True,
            "not_allowed",
        ),
    ],
)
def test_ABUSE_5_other_addresses_are_refused_with_the_reason(url: str, app: bool, why: str) -> None:  # noqa: FBT001
    assert fault_of(url, app=app, allowed=ALLOWED) == why


@given(st.text(), st.booleans())
def test_ABUSE_5_any_text_gets_a_verdict(url: str, app: bool) -> None:  # noqa: FBT001
    fault_of(url, app=app, allowed=ALLOWED)
    with_click_id(url, CLICK)
