"""`POST /v1/wakeup`: a jump's page tells how it ended, once, with a click token that is ours."""

from __future__ import annotations

import json

import pytest

from hongmao.events.api import Kind, check
from web.edge.house import FIREFOX, EdgeHouse


@pytest.fixture
def house() -> EdgeHouse:
    return EdgeHouse()


def tapped(house: EdgeHouse) -> str:
    house.get("/j/link-1", query=house.seal(), **{"user-agent": FIREFOX})
    click_id = house.memory.kept[-1].click_id
    assert click_id is not None
    return click_id


def beacon(house: EdgeHouse, **facts: object) -> int:
    body = json.dumps({"link": "link-1", "outcome": "opened", **facts}).encode()
    return house.post("/v1/wakeup", body, **{"user-agent": FIREFOX, "content-type": "text/plain;charset=UTF-8"}).status


def test_an_outcome_is_on_disk_before_it_is_answered_and_names_no_reader(house: EdgeHouse) -> None:
    click_id = tapped(house)
    assert beacon(house, click=click_id) == 204
    event = house.memory.kept[-1]
    assert (event.kind, event.outcome, event.agent) == (Kind.WAKEUP, "opened", "firefox-android")
    assert (event.click_id, event.link, event.reader) == (click_id, "link-1", None)
    assert check(event, now_ms=house.clock.now_ms()) == ()


def test_one_click_has_one_outcome_the_first(house: EdgeHouse) -> None:
    click_id = tapped(house)
    assert [beacon(house, click=click_id), beacon(house, click=click_id, outcome="fallback")] == [204, 204]
    assert [event.outcome for event in house.memory.kept if event.kind is Kind.WAKEUP] == ["opened"]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"click": "A" * 30}, 422),
        ({"click": ""}, 422),
        ({"link": "link-9"}, 404),
        ({"outcome": "sold"}, 422),
        ({"reader": "r_1"}, 422),
        ({"link": "x" * 2_000}, 413),
    ],
)
def test_what_proves_nothing_is_refused_and_kept_nowhere(house: EdgeHouse, facts: dict[str, str], status: int) -> None:
    click_id = tapped(house)
    kept = len(house.memory.kept)
    assert beacon(house, **{"click": click_id, **facts}) == status
    assert len(house.memory.kept) == kept
