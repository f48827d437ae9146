"""`GET /v1/feed` and `GET /v1/notes/{id}`: what programs and the city see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.edge.house import EdgeHouse


@pytest.fixture
def house() -> EdgeHouse:
    return EdgeHouse()


def test_a_feed_is_cards_with_their_ads_labelled(house: EdgeHouse) -> None:
    reply = house.get("/v1/feed", query="limit=30", cookie="hm_r=r_lin")
    assert reply.status == 200
    cards = reply.json()["cards"]
    assert len(cards) == 30
    assert set(cards[0]) == {
        "note",
        "title",
        "creator",
        "creator_name",
        "topic",
        "cover",
        "impression",
        "ad",
        "bought",
        "ai",
    }
    (ad,) = [card["ad"] for card in cards if card["note"] == "note-1"]
    assert (ad["link"], ad["label"], ad["button"]) == ("link-1", "广告", "购买同款")
    assert all(card["ad"] is None for card in cards if card["note"] != "note-1")


def test_a_jump_from_the_feed_and_from_the_note_is_labelled_and_says_where_it_was(house: EdgeHouse) -> None:
    cards = house.get("/v1/feed", query="limit=30", cookie="hm_r=r_lin").json()["cards"]
    ad = next(card["ad"] for card in cards if card["ad"])
    note = house.get("/v1/notes/note-1", query=f"i={ad['impression']}", cookie="hm_r=r_lin").json()
    assert note["ad"]["impression"] == ad["impression"]
    assert note["body"]
    for url in (ad["jump_url"], note["ad"]["jump_url"]):
        path, _, query = url.partition("?")
        house.clock.advance(60_000)
        assert house.get(path, query=query, cookie="hm_r=r_lin").status == 302
    taps = [(event.placement, event.labelled, event.invalid, event.impression) for event in house.memory.kept]
    assert taps == [("feed", True, None, ad["impression"]), ("note", True, None, ad["impression"])]


def test_a_cursor_pages_on_to_the_end(house: EdgeHouse) -> None:
    seen, cursor = [], ""
    while True:
        page = house.get("/v1/feed", query=f"limit=7{cursor}", cookie="hm_r=r_lin").json()
        seen += [card["note"] for card in page["cards"] if card["note"] != "note-1"]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert sorted(set(seen)) == sorted(seen)
    assert len(seen) == 29


def test_a_new_reader_is_given_a_pseudonym(house: EdgeHouse) -> None:
    reply = house.get("/v1/feed")
    cookie = reply.header("set-cookie") or ""
    assert cookie.startswith("hm_r=r_")
    assert house.catalog.remembered == [cookie.partition(";")[0].removeprefix("hm_r=")]
    assert house.get("/v1/notes/note-1", cookie="hm_r=r_lin").header("set-cookie") is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "limit_out_of_range"),
        ("limit=51", "limit_out_of_range"),
        ("limit=many", "number_unreadable"),
        ("limit=-1", "number_unreadable"),
        ("limit=" + "9" * 50, "number_unreadable"),
        ("limit=١", "number_unreadable"),
        ("cursor=x", "cursor_malformed"),
    ],
)
def test_a_question_that_means_nothing_is_an_error_in_both_languages(house: EdgeHouse, query: str, code: str) -> None:
    reply = house.get("/v1/feed", query=query)
    assert (reply.status, reply.json()["error"]["code"]) == (422, code)
    assert reply.json()["error"]["message"]["zh"]


def test_a_note_nobody_published_is_404(house: EdgeHouse) -> None:
    assert house.get("/v1/notes/note-99").status == 404


@given(query=st.text(max_size=60), note=st.text(max_size=30).filter(lambda text: "/" not in text))
def test_no_garbage_gets_a_500(query: str, note: str) -> None:
    house = EdgeHouse()
    assert house.get("/v1/feed", query=query).status < 500
    assert house.get(f"/v1/notes/{note}", query=query).status < 500
