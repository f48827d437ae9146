"""The reader's side: a labelled note in the feed, read once however often it is reloaded, and the way back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pytest

from web.pages import samples
from web.pages.client import words_of

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from web.pages.client import Visitor

CARD = re.compile(
    r'<article class="card[^"]*" id="note-(?P<note>[^"]+)" data-seen="(?P<seen>[^"]+)">(?P<body>.*?)</article>',
    re.DOTALL,
)


def told(app: Starlette) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", app.state.services.log.events)


def hrefs(text: str) -> list[str]:
    return [address.replace("&amp;", "&") for address in re.findall(r'<h2 class="card-title"><a href="([^"]+)"', text)]


def test_LABEL_2_every_component_of_the_feed_has_its_label_in_the_same_card(visitor: Visitor) -> None:
    cards = list(CARD.finditer(visitor.get("/feed").text))
    assert len(cards) == 20
    for card in cards:
        assert ("/j/" in card["body"]) == ('<span class="ad-label">广告</span>' in card["body"])
    assert sum("/j/" in card["body"] for card in cards) == 7


def test_LABEL_2_the_label_stands_in_the_component_of_the_note(visitor: Visitor) -> None:
    text = visitor.get("/n/note-001").text
    component = re.search(r'<aside class="component".*?</aside>', text, re.DOTALL)
    assert component is not None
    assert '<span class="ad-label">广告</span>' in component[0]
    assert "购买同款" in component[0]
    assert "前往初晴旗舰店（127.0.0.1:8090）" in component[0]
    assert "component" not in visitor.get("/n/note-002").text.split("<main")[1].split("</main>")[0]


def test_the_front_leads_to_the_feed(visitor: Visitor) -> None:
    assert visitor.get("/").headers["location"] == "/feed"


def test_the_feed_opens_as_many_pages_as_the_address_says(visitor: Visitor) -> None:
    first = visitor.get("/feed").text
    more = re.search(r'<a class="button" href="([^"#]+)#page-2" hx-get="([^"]+)"', first)
    assert more is not None
    both, part = (visitor.get(address.replace("&amp;", "&")).text for address in more.groups())
    assert len(hrefs(both)) == 40
    assert both.count('id="page-2"') == 1
    assert [link.split("?")[0] for link in hrefs(both)[20:]] == [link.split("?")[0] for link in hrefs(part)]
    assert "加载更多" in words_of(visitor.get("/feed?c=1747188000000.0&n=2"))
    last = words_of(visitor.get("/feed?c=1747188000000.0&n=3"))
    assert "已经到底了" in last
    assert "加载更多" not in last


@pytest.mark.parametrize("asked", ["n=0", "n=-1", "n=9999999", "n=x", "n=²", "t=" + "x" * 500, "n=1&n=2"])
def test_an_odd_place_in_the_feed_is_still_a_feed(visitor: Visitor, asked: str) -> None:
    assert visitor.get(f"/feed?{asked}").status_code == 200


def test_from_a_card_to_the_note_and_back_to_the_same_card(visitor: Visitor) -> None:
    card = hrefs(visitor.get("/feed?c=1747188000000.0&n=2").text)[25]
    back = re.search(r'class="button" href="(/feed[^"]+)">返回</a>', visitor.get(card).text)
    assert back is not None
    place, _, anchor = back[1].replace("&amp;", "&").partition("#")
    assert place == "/feed?c=1747188000000.0&n=2"
    assert f'id="{anchor}"' in visitor.get(place).text


def test_opening_a_note_from_a_card_is_one_click_and_one_read_however_often_it_is_reloaded(
    app: Starlette, visitor: Visitor
) -> None:
    card = hrefs(visitor.get("/feed").text)[0]
    for _ in range(3):
        visitor.get(card)
    assert [event["kind"] for event in told(app)] == ["click", "read"]
    click, read = told(app)
    assert click["placement"] == "feed"
    assert read["placement"] == "note"
    assert click["impression"] == read["impression"]
    assert (click["link"], click["labelled"]) == ("link-001", True)
    assert str(click["reader"]).startswith("r_")


def test_a_note_opened_from_elsewhere_is_read_and_not_clicked(app: Starlette, visitor: Visitor) -> None:
    visitor.get("/n/note-002")
    visitor.get("/n/note-002?i=made-up")
    assert [event["kind"] for event in told(app)] == ["read", "read"]
    assert "link" not in told(app)[0]


@pytest.mark.parametrize("header", ["purpose", "sec-purpose", "x-moz"])
def test_what_a_browser_fetches_ahead_was_not_read(app: Starlette, visitor: Visitor, header: str) -> None:
    assert visitor.get("/n/note-001", {header: "prefetch"}).status_code == 200
    assert told(app) == []


@pytest.mark.parametrize(
    ("act", "done", "said"),
    [
        ("like", "已赞", "已点赞"),
        ("collect", "已收藏", "已收藏"),
        ("share", "已分享", "已记录分享"),
        ("follow", "已关注", "已关注作者"),
    ],
)
def test_an_act_is_kept_once_and_shown_as_done(
    app: Starlette, visitor: Visitor, act: str, done: str, said: str
) -> None:
    note = "/n/note-001?i=imp_0000000000000000000000000007&c=1747188000000.0&n=1"
    form = re.search(r'class="acts" method="post" action="([^"]+)" id="acts"', visitor.get(note).text)
    assert form is not None
    address = form[1].replace("&amp;", "&")
    answer = visitor.post(address, {"act": act})
    assert answer.status_code == 303
    visitor.post(address, {"act": act})
    page = words_of(visitor.get(answer.headers["location"]))
    assert done in page
    assert said in page
    assert [event["kind"] for event in told(app)].count(act) == 1
    assert "返回" in page


def test_not_interested_and_report_reach_the_log(app: Starlette, visitor: Visitor) -> None:
    visitor.post("/n/note-003/act", {"act": "hide"})
    visitor.post("/n/note-003/act", {"act": "report"})
    assert [event["kind"] for event in told(app)] == ["hide", "report"]


def test_acts_from_elsewhere_or_unheard_of_are_refused(app: Starlette, visitor: Visitor) -> None:
    assert visitor.post("/n/note-001/act", {"act": "like"}, {"origin": "http://elsewhere.example"}).status_code == 403
    assert visitor.post("/n/note-001/act", {"act": "pay"}).status_code == 422
    assert visitor.post("/n/note-001/act", {"act": "x" * 20_000}).status_code == 422
    assert visitor.post("/n/nowhere/act", {"act": "like"}).status_code == 404
    assert told(app) == []


def test_why_a_note_is_seen_names_who_pays(visitor: Visitor) -> None:
    assert "组件是广告：初晴旗舰店为它付费" in words_of(visitor.get("/n/note-001"))
    assert "为它付费" not in words_of(visitor.get("/n/note-002"))


def test_a_note_that_is_not_there_is_an_error_page_in_both_languages(visitor: Visitor) -> None:
    answer = visitor.get("/n/nowhere")
    assert answer.status_code == 404
    assert "找不到 nowhere" in words_of(answer)
    assert "There is no nowhere" in words_of(answer)
    nasty = visitor.get(f"/n/{samples.NASTY.replace('/', '%2F')}")
    assert nasty.status_code == 404
    assert samples.NASTY not in nasty.text


def test_covers_are_drawn_and_kept_for_ever(visitor: Visitor) -> None:
    source = re.findall(r'<img src="(/covers/[^"]+)"', visitor.get("/feed").text)
    drawn = visitor.get(source[0])
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "immutable" in drawn.headers["cache-control"]
    assert drawn.text.startswith("<svg")
    for name in (
        "tube",
        "tube.tall.0123456789x",
        "nothing.tall.0123456789",
        "tube.tall.%3Csvg%3E%3C%3E",
        "..%2F..%2Fetc",
    ):
        assert visitor.get(f"/covers/{name}.svg").status_code == 404


def test_LABEL_8_a_page_that_is_asked_for_minors_asks_for_minors_and_its_links_stay_there(
    app: Starlette, visitor: Visitor
) -> None:
    page = visitor.get("/feed?surface=minor")
    visitor.get("/n/note-001?surface=minor")
    visitor.get("/feed")
    assert app.state.services.community.surfaces == ["minor", "minor", "general"]
    assert "surface=minor" in page.text
    assert visitor.get("/feed?surface=adults").status_code == 422
