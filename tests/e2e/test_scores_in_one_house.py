"""Scores in the whole house: what a marketplace says of a granted shop is known within minutes and kept fresh for weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from e2e.one_house import open_one_house, street
from hongmao.kernel.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.one_house import OneHouse


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneHouse]:
    with open_one_house(tmp_path, street(("taobao",))) as house:
        yield house


def scores_of(one: OneHouse, shop: str) -> list[tuple[str, str, str]]:
    told: Any = one.ask(f"/v1/shops/{shop}/verdict").json()
    verdict = told.get("verdict", told)
    return [
        (one_["name"], one_["value"], one_["source"]) for one_ in verdict["facts"]["scores"] if one_["source"] == "api"
    ]


def status_of(one: OneHouse, shop: str) -> str:
    told: Any = one.ask(f"/v1/shops/{shop}/verdict").json()
    return str(told.get("verdict", told)["status"])


def test_a_granted_shop_is_read_within_minutes_and_again_each_day(one: OneHouse) -> None:
    [store] = one.plan.stores
    one.control.add("/_control/weather", {"platform": "taobao", "weather": {}})
    told = {"shop_id": store.id, "kind": "marketplace", "badge": "brand", "category": "美妆个护"}
    one.control.add("/_control/shop-scores", {**told, "scores": {"experience": "4.86"}})
    one.pass_minutes(11)
    assert scores_of(one, store.id) == [("experience", "4.86", "api")]
    assert status_of(one, store.id) == "pass"

    for _ in range(9):
        one.wait(DAY_MS)
        one.pass_minutes(1)
    assert status_of(one, store.id) == "pass"  # older than a week, were it not read again

    # Its marketplace does not answer for nine days: the score stays, and ages.
    now_ms = one.clock.now_ms()
    one.control.add(
        "/_control/weather",
        {"platform": "taobao", "weather": {"down_from_ms": now_ms, "down_until_ms": now_ms + 9 * DAY_MS}},
    )
    for _ in range(8):
        one.wait(DAY_MS)
        one.pass_minutes(1)
    assert scores_of(one, store.id) == [("experience", "4.86", "api")]
    assert status_of(one, store.id) != "pass"
    one.wait(DAY_MS + HOUR_MS)
    one.control.add("/_control/shop-scores", {**told, "scores": {"experience": "4.4"}})
    one.pass_minutes(1)
    assert scores_of(one, store.id) == [("experience", "4.4", "api")]
    assert status_of(one, store.id) == "reject"
