"""`GET /j/{link}` over HTTP: the redirect, the page that opens an app only after a tap, and the dead ends."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.ids import LinkId
from hongmao.links.api import Review
from web.edge.house import DESKTOP, FIREFOX, EdgeHouse


class Page(HTMLParser):
    """Every element of a page with its attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def link(self, name: str) -> str:
        return next(attrs["href"] for tag, attrs in self.elements if tag == "a" and attrs.get("id") == name)


@pytest.fixture
def house() -> EdgeHouse:
    return EdgeHouse()


def test_a_desktop_is_led_to_the_h5_page_and_the_tap_is_kept(house: EdgeHouse) -> None:
    reply = house.get("/j/link-1", query=house.seal(), cookie="hm_lang=zh; hm_r=r_lin")
    assert reply.status == 302
    (event,) = house.memory.kept
    assert reply.header("location") == f"http://127.0.0.1:8090/item/item-1?hm_click={event.click_id}"
    assert (event.reader, event.labelled, event.invalid, event.placement) == ("r_lin", True, None, "note")
    assert reply.header("cache-control") == "no-store"
    assert reply.header("referrer-policy") == "no-referrer"


def test_LABEL_6_the_app_page_opens_nothing_by_itself_and_works_without_a_script(house: EdgeHouse) -> None:
    reply = house.get("/j/link-1", query=house.seal(), user_agent=FIREFOX, accept_language="zh-CN")
    assert reply.status == 200
    page = Page(reply.text)
    (event,) = house.memory.kept
    # A plain link opens the app, another leads to the web page, both with the click id; nothing refreshes by itself.
    assert page.link("open").startswith("sandboxshop://open?h5url=")
    assert str(event.click_id) in page.link("open")
    assert page.link("fallback") == f"http://127.0.0.1:8090/item/item-1?hm_click={event.click_id}"
    assert page.link("back") == "/n/note-1"
    assert all("http-equiv" not in attrs for _, attrs in page.elements)
    assert all(not name.startswith("on") and name != "style" for _, attrs in page.elements for name in attrs)
    assert [attrs for tag, attrs in page.elements if tag == "script"] == [{"type": "module", "src": "/static/jump.js"}]
    assert "<style" not in reply.text


def test_LABEL_2_the_app_page_shows_the_label_and_says_where_it_goes(house: EdgeHouse) -> None:
    page = Page(house.get("/j/link-1", query=house.seal(), user_agent=FIREFOX).text)
    assert "广告" in page.text
    assert "初晴<b>旗舰店</b>" in page.text
    assert "127.0.0.1:8090" in page.text


def test_the_app_page_speaks_the_readers_language_and_keeps_the_label_as_it_is(house: EdgeHouse) -> None:
    english = house.get("/j/link-1", query=house.seal(), user_agent=FIREFOX, accept_language="en-GB")
    assert 'lang="en"' in english.text
    assert "Open the shop's app" in Page(english.text).text
    assert "广告" in english.text
    chosen = house.get("/j/link-1", query=house.seal(), user_agent=FIREFOX, accept_language="en", cookie="hm_lang=zh")
    assert "打开店铺 App" in chosen.text


def test_the_app_page_has_a_strict_policy(house: EdgeHouse) -> None:
    reply = house.get("/j/link-1", query=house.seal(), user_agent=FIREFOX)
    policy = reply.header("content-security-policy") or ""
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert reply.header("referrer-policy") == "no-referrer"


@pytest.mark.parametrize("changes", [{"paused": True}, {"fallback_review": Review.REJECTED}])
def test_LINK_2_a_link_that_is_not_live_gets_a_page_with_the_way_back_and_no_redirect(
    house: EdgeHouse, changes: dict[str, object]
) -> None:
    house.links.update(replace(house.links.kept["link-1"], **changes))  # type: ignore[arg-type]
    house.clock.advance(1_000)
    reply = house.get("/j/link-1", query=house.seal())
    assert reply.status == 410
    assert reply.header("location") is None
    page = Page(reply.text)
    assert page.link("back") == "/n/note-1"
    assert "127.0.0.1:8090" not in reply.text
    assert house.memory.kept[0].invalid == "link_not_live"


def test_a_dead_end_speaks_json_to_a_program(house: EdgeHouse) -> None:
    reply = house.get("/j/link-9", accept="application/json")
    assert (reply.status, reply.json()["error"]["code"]) == (404, "link_unknown")
    assert reply.json()["error"]["message"]["zh"] == "找不到链接 link-9"


def test_a_head_is_answered_without_a_body_and_does_not_count(house: EdgeHouse) -> None:
    reply = house.get("/j/link-1", method="HEAD", query=house.seal())
    assert (reply.status, reply.body) == (302, b"")
    assert house.memory.kept[0].invalid == "head_request"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("purpose", "prefetch"),
        ("sec_purpose", "prefetch;anonymous-client-ip"),
        ("x_moz", "prefetch"),
        ("x_purpose", "preview"),
    ],
)
def test_a_prefetch_is_kept_and_does_not_count(house: EdgeHouse, header: str, value: str) -> None:
    house.get("/j/link-1", query=house.seal(), **{header: value})
    assert house.memory.kept[0].invalid == "prefetch"


@pytest.mark.parametrize(
    "query", ["", "i=imp_1", "i=imp_1&s=forged", "s=&i=", "&".join(["i=1"] * 50), "i=" + "x" * 3_000]
)
def test_LABEL_1_without_a_seal_the_reader_is_led_and_the_tap_costs_nothing(house: EdgeHouse, query: str) -> None:
    assert house.get("/j/link-1", query=query).status == 302
    assert (house.memory.kept[0].labelled, house.memory.kept[0].invalid) == (False, "label_not_shown")


def test_a_full_log_is_said_with_the_time_to_try_again_and_nobody_is_led(house: EdgeHouse) -> None:
    house.memory.full = True
    reply = house.get("/j/link-1", query=house.seal())
    assert (reply.status, reply.header("retry-after"), reply.header("location")) == (503, "1", None)
    assert reply.json()["error"]["code"] == "log_full"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "X" * 50])
def test_other_methods_are_refused(house: EdgeHouse, method: str) -> None:
    reply = house.get("/j/link-1", method=method)
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/j/",
        "/j/../../etc/passwd",
        "/j/link-1/",
        "/j//link-1",
        "/j/%00",
        "/j/\x00",
        "/j/<script>alert(1)</script>",
        "/j/' or 1=1",
    ],
)
def test_path_tricks_find_no_link_and_no_script_comes_back(house: EdgeHouse, path: str) -> None:
    reply = house.get(path)
    assert reply.status == 404
    assert "<script>alert" not in reply.text
    assert house.memory.kept == []


def test_a_location_holds_no_second_header(house: EdgeHouse) -> None:
    # Such an address is refused when a link is drafted; one that stood in a store from elsewhere is still only quoted.
    evil = replace(
        house.links.kept["link-1"], id=LinkId("link-2"), fallback_url="http://127.0.0.1:8090/\r\nset-cookie: a=红"
    )
    house.links.add(evil)
    house.clock.advance(1_000)
    location = house.get("/j/link-2").header("location") or ""
    assert re.fullmatch(r"[!-~]+", location)


@given(
    path=st.text(max_size=60),
    query=st.text(max_size=80),
    headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60)), max_size=8),
)
def test_no_garbage_gets_a_500(path: str, query: str, headers: list[tuple[bytes, bytes]]) -> None:
    house = EdgeHouse()
    for target in (f"/j/{path}", "/j/link-1"):
        reply = house.call("GET", target, query=query, raw_headers=headers)
        assert reply.status in {200, 302, 404}


def test_a_known_browser_is_a_person(house: EdgeHouse) -> None:
    assert house.get("/j/link-1", query=house.seal(), user_agent=DESKTOP).status == 302
    assert house.memory.kept[0].invalid is None
