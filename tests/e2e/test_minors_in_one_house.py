"""Minors' surfaces in the whole house: what is closed to them is nowhere on their pages, by program and by browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from e2e.one_house import open_one_house, street

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.one_house import OneHouse

HERE = {"cookie": "hm_r=r_lin"}


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneHouse]:
    with open_one_house(tmp_path, street(("taobao", "tmall", "jd"))) as house:
        yield house


def tell(one: OneHouse, shop: str, category: str) -> None:
    one.admin.add(f"/v1/shops/{shop}/facts", {"tenant": "tenant-1", "category": category, "source": "api"})


def test_LABEL_8_a_served_feed_for_minors_holds_nothing_of_what_is_closed_to_them(one: OneHouse) -> None:
    def sells(surface: str) -> set[str]:
        asked: Any = one.web.get(f"/v1/feed?limit=50{surface}", HERE).json()
        return {card["note"] for card in asked["cards"] if card["ad"]}

    def sells_by_itself(surface: str) -> set[str]:
        notes = (story.id for story in one.plan.stories)
        return {note for note in notes if one.web.get(f"/v1/notes/{note}?i={surface}", HERE).json()["ad"]}

    stories = {story.good.shop: story.id for story in one.plan.stories if story.good}
    lipstick, toys, untold = (stories[f"shop-{n}"] for n in (1, 2, 3))
    tell(one, "shop-1", "美妆个护")
    tell(one, "shop-2", "母婴亲子")
    one.pass_minutes(1)
    assert sells("") == sells_by_itself("") == {lipstick, toys, untold}
    assert sells("&surface=minor") == sells_by_itself("&surface=minor") == {toys}

    # The pages say the same, and every card leads on to a page for minors.
    page = one.web.get("/feed?surface=minor", HERE).body.decode()
    assert page.count('href="/j/') == 1
    ways = re.findall(r'href="(/n/[^"]*)"', page)
    assert len(ways) >= 3
    assert all("surface=minor" in way for way in ways)
    assert 'href="/j/' not in one.web.get(f"/n/{lipstick}?surface=minor", HERE).body.decode()
    assert 'href="/j/' in one.web.get(f"/n/{toys}?surface=minor", HERE).body.decode()

    # Told otherwise, it is shown otherwise, at once; what is misspelt is not taken for everybody's surface.
    tell(one, "shop-2", "酒类")
    assert sells("&surface=minor") == set()
    refused: Any = one.web.get("/v1/feed?surface=minors", HERE)
    assert (refused.status, refused.json()["error"]["code"]) == (422, "surface_unknown")
