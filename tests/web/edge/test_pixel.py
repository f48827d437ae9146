"""`GET /v1/i`: an impression by image, kept as any other, and faults that need no words."""

from __future__ import annotations

import pytest

from hongmao.events.api import Kind
from web.edge.house import EdgeHouse


@pytest.fixture
def house() -> EdgeHouse:
    return EdgeHouse()


def test_an_image_tells_an_impression_once(house: EdgeHouse) -> None:
    first, again = (
        house.get("/v1/i", query="e=e-1&n=note-1&l=link-1&i=imp_1&p=feed", cookie="hm_r=r_lin") for _ in range(2)
    )
    for reply in (first, again):
        assert reply.status == 200
        assert reply.body.startswith(b"GIF89a")
        assert len(reply.body) == 43
        assert reply.header("cache-control") == "no-store"
    (event,) = house.memory.kept
    assert (event.kind, event.reader, event.note, event.link) == (Kind.IMPRESSION, "r_lin", "note-1", "link-1")
    assert (event.impression, event.placement, event.occurred_at_ms) == ("imp_1", "feed", house.clock.now_ms())
    # An image proves no label: only who rendered it can say so.
    assert event.labelled is None


def test_a_reader_nobody_knew_is_given_a_name(house: EdgeHouse) -> None:
    reply = house.get("/v1/i", query="e=e-1&n=note-1")
    assert (reply.header("set-cookie") or "").startswith(f"hm_r={house.memory.kept[0].reader};")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "field_missing"),
        ("e=e-1&n=nobody", "note_unknown"),
        ("e=e-1&n=note-1&l=nothing", "link_not_under_note"),
        ("e=e%3A1&n=note-1", "field_malformed"),
        ("e=e-1&n=note-1&x=1", "field_unknown"),
        ("e=e-1&n=note-1&reader=r_other&amount_fen=1", "field_unknown"),
        ("e=%ff&n=note-1", "field_malformed"),
        ("e=e-1&n=" + "n" * 3_000, "field_missing"),
    ],
)
def test_a_fault_is_an_empty_answer_with_its_name_in_a_header(house: EdgeHouse, query: str, code: str) -> None:
    reply = house.get("/v1/i", query=query)
    assert (reply.status, reply.body, reply.header("x-hongmao-error")) == (422, b"", code)
    assert house.memory.kept == []


def test_a_head_shows_nothing_to_anybody(house: EdgeHouse) -> None:
    reply = house.get("/v1/i", query="e=e-1&n=note-1", method="HEAD")
    assert (reply.status, reply.header("allow")) == (405, "GET")
    assert house.memory.kept == []


def test_a_log_that_is_full_says_when_to_try_again(house: EdgeHouse) -> None:
    house.memory.full = True
    reply = house.get("/v1/i", query="e=e-1&n=note-1")
    assert (reply.status, reply.header("retry-after"), reply.header("x-hongmao-error")) == (503, "1", "log_full")
