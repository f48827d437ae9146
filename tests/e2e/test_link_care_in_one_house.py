"""Link care in the whole house: what a shop changes on its page changes what its links do, and nobody is counted a visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from e2e.one_house import open_one_house, street
from hongmao.cli.doctor import examine
from hongmao.kernel.time import HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.one_house import OneHouse


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneHouse]:
    with open_one_house(tmp_path, street(("taobao",))) as house:
        yield house


def only_link(one: OneHouse) -> dict[str, Any]:
    answer: Any = one.ask("/v1/links").json()
    [link] = answer["links"]
    return dict(link)


def findings(one: OneHouse) -> list[str]:
    answer: Any = one.ask("/v1/care/findings").json()
    return [str(found["code"]) for found in answer["findings"]]


def test_article_row_29_and_LABEL_4_a_shop_that_changes_its_page_is_seen_within_a_day(one: OneHouse) -> None:
    [story] = one.plan.stories
    assert story.good is not None
    good = {"item_id": story.good.id, "shop_id": story.good.shop, "title": story.good.title}
    one.pass_minutes(1)
    before = only_link(one)
    assert (before["paused"], findings(one)) == (False, [])
    visits = one.control.get("/_control/state").json()

    # 下架: within a day the link leads to the shop, for nothing, and a reader still gets there.
    one.control.add("/_control/shelf", {"item_id": story.good.id, "on_sale": False})
    one.wait(24 * HOUR_MS - MINUTE_MS)
    one.pass_minutes(1)
    away = only_link(one)
    assert findings(one) == ["off_shelf"]
    assert (away["target"], away["price_fen"], away["paused"]) == ("shop", 0, False)
    assert f"/shop/{story.good.shop}" in one.reader().tap(story)

    # Back on its shelf and dearer: it leads to the item again, and rests.
    one.control.add("/_control/shelf", {"item_id": story.good.id})
    one.control.add("/_control/stock", {"items": [{**good, "price_fen": story.good.price_fen + 1}]})
    one.wait(24 * HOUR_MS - MINUTE_MS)
    one.pass_minutes(1)
    assert findings(one) == ["price"]
    assert only_link(one) == {**before, "paused": True}
    assert one.control.get("/_control/state").json() == visits
    [told] = [found for found in examine(one.house.services) if found.name == "link care"]
    assert (told.well, told.seen) == (False, "1 open, links concerned: 1")
