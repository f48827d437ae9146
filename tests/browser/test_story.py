"""The whole road in a real browser: she sees 广告, taps, buys two things outside, sends one back; he reads why."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from hongmao.bootstrap.clocks import FileClock
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.world.founding import PASSWORD
from hongmao.world.play import Play
from hongmao.world.spec import draw_plan
from hongmao.world.stage import Stage, clear_home, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.conftest import PageAt
    from hongmao.world.spec import Plan

pytestmark = pytest.mark.browser
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Mobile/15E148 Safari/604.1"
)
TOLD = {"late_ms": [0, 0], "repeat_share": 1.0, "reorder_share": 0.0, "garbage_share": 0.0, "down_until_ms": 0}


class Town:
    """Platform and shop as real processes on a clock that the story moves."""

    def __init__(self, stage: Stage, clock: FileClock, play: Play) -> None:
        self.stage = stage
        self.clock = clock
        self.play = play

    def wait(self, by_ms: int) -> None:
        """Let time pass, the shop tell what it owes, and every worker catch up."""
        self.clock.set(self.clock.now_ms() + by_ms)
        self.play.drain_shop()
        self.play.settle()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home: Path = tmp_path_factory.mktemp("town") / "home"
    clear_home(home, {})
    plan = _told_at_once(draw_plan(7, 10))
    # 8 May 2025, 20:00: the city is founded and nobody but the story's people moves in it.
    clock = FileClock.create(home / "clock", plan.start_ms + DAY_MS + 20 * HOUR_MS)
    with Stage(home, free_ports(), seed=7) as stage:
        play = Play(plan, stage, clock, days=1)
        stage.shop_line().post("/_control/faults", TOLD)
        town = Town(stage, clock, play)
        town.wait(MINUTE_MS)
        yield town


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_from_a_labelled_note_to_an_explained_order(town: Town, page_at: PageAt, *, javascript: bool) -> None:
    # 20:00: she scrolls on her phone and meets a note that says what it is.
    phone = page_at(390, javascript=javascript)
    phone.set_extra_http_headers({"user-agent": IPHONE})
    phone.context.add_cookies([{"name": "hm_r", "value": "r_story", "url": town.stage.platform_url}])
    phone.goto(f"{town.stage.platform_url}/")
    card = phone.get_by_role("article").filter(has=phone.get_by_text("广告", exact=True)).first
    expect(card.get_by_text("广告", exact=True)).to_be_visible()
    title = card.get_by_role("heading").inner_text()
    card.get_by_role("heading").get_by_role("link").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(title)
    component = phone.get_by_role("complementary")
    expect(component.get_by_text("广告", exact=True)).to_be_in_viewport()
    expect(component.get_by_role("link")).to_be_in_viewport()

    # 20:01: she taps; nothing opens by itself, the page says where it leads and offers the plain way.
    town.wait(MINUTE_MS)
    component.get_by_role("link").click()
    expect(phone.get_by_text("广告", exact=True)).to_be_visible()
    click_id, brand = _where_it_leads(phone)
    phone.locator("#fallback").click()
    phone.wait_for_url(re.compile(re.escape(click_id)))

    # 20:03: in the outside shop she puts two things into the cart and pays for both.
    town.wait(2 * MINUTE_MS)
    first, order_id = _buy_two(phone)
    order_url = phone.url
    town.wait(MINUTE_MS)
    paid_fen = _fen(phone.locator("dt:has-text('已付') + dd").inner_text())

    # 9 May: one of the two goes back.
    town.wait(DAY_MS)
    phone.goto(order_url)
    refund = phone.get_by_role("form", name=f"退款 {first}")
    refunded_fen = _fen(refund.get_by_role("textbox").input_value())
    refund.get_by_role("button", name="申请退款").click()
    expect(phone.get_by_text("已退款")).to_be_visible()
    town.wait(2 * HOUR_MS)

    # The merchant reads one line, net of the refund, and opens it.
    merchant = page_at(1440, javascript=javascript)
    _sign_in(merchant, town.stage.platform_url, f"brand{brand}")
    merchant.goto(f"{town.stage.platform_url}/console/orders")
    row = merchant.get_by_role("row").filter(has=merchant.get_by_role("link", name=order_id, exact=True))
    expect(row).to_have_count(1)
    expect(row).to_contain_text(_yuan(paid_fen - refunded_fen))
    expect(row).to_contain_text(title)
    row.get_by_role("link", name=order_id, exact=True).click()

    # The trace names the click, and every step has its reason.
    expect(merchant.get_by_text(click_id).first).to_be_visible()
    steps = merchant.locator("li[data-step]")
    states = {item.get_attribute("data-step"): item.get_attribute("data-state") for item in steps.all()[:8]}
    assert list(states) == ["received", "verified", "deduped", "matched", "credited", "billed", "sent_on", "answered"]
    assert {states[name] for name in ("received", "verified", "matched", "credited", "billed")} == {"done"}


def _where_it_leads(phone: Page) -> tuple[str, str]:
    """Read the click id and the brand's number off the page's plain link."""
    href = phone.locator("#fallback").get_attribute("href") or ""
    found = re.search(r"/item/item-([0-9])[0-9]\?hm_click=([A-Za-z0-9_-]{30})$", href)
    assert found, href
    return found[2], found[1]


def _buy_two(phone: Page) -> tuple[str, str]:
    """Put this thing and another of the same shop into the cart and pay; give the first one's title and the order."""
    first = phone.get_by_role("heading", level=1).inner_text()
    here = phone.url.split("?")[0]
    phone.get_by_role("button", name="加入购物车").click()
    phone.goto(here)
    phone.locator(".seller a").first.click()
    others = [link.get_attribute("href") for link in phone.locator("a[href^='/item/']").all()]
    other = next(href for href in others if href and href != here.removeprefix(_origin(phone)))
    phone.goto(_origin(phone) + other)
    phone.get_by_role("button", name="加入购物车").click()
    phone.goto(f"{_origin(phone)}/cart")
    phone.get_by_role("button", name="去结算").click()
    order_id = phone.get_by_role("heading", level=1).inner_text().removeprefix("订单 ")
    phone.get_by_role("button", name="支付", exact=True).click()
    expect(phone.locator("dt:has-text('已付') + dd")).to_be_visible()
    return first, order_id


def _told_at_once(plan: Plan) -> Plan:
    """Take the city's presales out, and let every shop tell by webhook: pulling has stories of its own."""
    goods = {good.id: replace(good, deposit_fen=None) for good in plan.goods}
    stories = [replace(story, good=story.good and goods[story.good.id]) for story in plan.stories]
    stores = [replace(store, platform="sandbox", line="cid") for store in plan.stores]
    return replace(plan, goods=tuple(goods.values()), stories=tuple(stories), stores=tuple(stores))


def _sign_in(page: Page, url: str, login: str) -> None:
    page.goto(f"{url}/console/login")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button").first.click()
    expect(page).to_have_url(re.compile("/console/"))


def _origin(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def _fen(yuan: str) -> int:
    whole, _, rest = re.sub(r"[^0-9.]", "", yuan).partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
