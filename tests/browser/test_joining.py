"""入驻 in a real browser: from sign-up to the first test order and a running campaign, by what the screens say alone.

Everything is found by role and label. Nothing that is typed is an id, and the way has six screens at most.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.conftest import DESK_PX, PHONE_PX
from e2e.joining import open_street

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.conftest import PageAt
    from e2e.joining import Street

SCREENS_MAX = 6
WORDS = {
    "zh-CN": {
        "name": "商家名称",
        "login": "登录名",
        "password": "密码",
        "sign up": "注册并继续",
        "taobao": "前往淘宝授权",
        "reread": "重新读取评分",
        "next notes": "下一步：选商品和笔记",
        "ask": "请达人授权",
        "again": "刷新结果",
        "build": "生成链接",
        "try": "生成测试点击",
        "shop": "打开店铺下一笔测试单",
        "next budget": "下一步：预算与出价",
        "budget": "日预算（元）",
        "bid": "每次点击出价（元）",
        "go": "开始投放",
    },
    "en-US": {
        "name": "Merchant name",
        "login": "Login",
        "password": "Password",
        "sign up": "Sign up and go on",
        "taobao": "Go to Taobao",
        "reread": "Read the scores again",
        "next notes": "Next: item and notes",
        "ask": "Ask the creators",
        "again": "Look again",
        "build": "Make the links",
        "try": "Make a test click",
        "shop": "Open the shop and place a test order",
        "next budget": "Next: budget and bid",
        "budget": "Budget a day (yuan)",
        "bid": "Bid for a click (yuan)",
        "go": "Start",
    },
}


class Walk:
    """A merchant before the screens. It notes every screen of ours that it sees, and everything that it types."""

    def __init__(self, page: Page, street: Street, locale: str) -> None:
        self.page, self.street, self.words = page, street, WORDS[locale]
        self.seen: list[str] = []
        self.typed: list[str] = []

    def look(self) -> None:
        """Note the screen, which fits its width and says where it stands."""
        expect(self.page.locator("h1")).to_have_count(1)
        step = self.page.locator("[aria-current=step]")
        expect(step).to_have_count(1)
        self.seen.append(re.sub(r"\D", "", step.locator(".join-number").inner_text()))

    def fits(self) -> None:
        """Nothing of a screen stands beside it."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def type(self, label: str, text: str) -> None:
        self.typed.append(text)
        self.page.get_by_label(self.words[label], exact=True).fill(text)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=self.words[button], exact=True).click()
        self.look()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=self.words[link], exact=True).click()
        self.look()

    def sign_up(self) -> None:
        self.page.goto(f"{self.street.url}/console/join")
        self.look()
        self.type("name", "初晴")
        self.type("login", "chuqing")
        self.type("password", "a good password")
        self.press("sign up")

    def connect(self) -> None:
        self.page.get_by_role("link", name=self.words["taobao"], exact=True).click()
        self.page.get_by_role("button", name="同意授权").click()
        self.look()

    def lend(self) -> None:
        self.page.get_by_label("用了三周的防晒").check()
        self.press("ask")
        self.street.lend("note-1")
        self.follow("again")

    def order(self) -> None:
        """Open the shop by the test click, order, pay, and come back when it has come back."""
        with self.page.context.expect_page() as opened:
            self.page.get_by_role("link", name=self.words["shop"], exact=True).click()
        shop = opened.value
        shop.get_by_role("button", name="立即购买").click()
        shop.get_by_role("button", name="支付").click()
        expect(shop.get_by_text("已付款")).to_be_visible()
        shop.close()
        self.street.catch_up(minutes=20)
        self.follow("again")
        expect(self.page.get_by_role("link", name="o-1")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize(("width_px", "locale"), [(PHONE_PX, "en-US"), (DESK_PX, "zh-CN")], ids=["phone", "desk"])
def test_a_merchant_joins_in_six_screens_and_copies_no_id(
    page_at: PageAt, tmp_path: Path, width_px: int, locale: str, *, javascript: bool
) -> None:
    with open_street(tmp_path) as street:
        walk = Walk(page_at(width_px, javascript=javascript, locale=locale), street, locale)
        walk.sign_up()
        walk.connect()
        walk.lend()
        walk.press("build")
        walk.press("try")
        walk.order()
        walk.follow("next budget")
        walk.type("budget", "100.00")
        walk.type("bid", "1.00")
        walk.press("go")
        if javascript:
            walk.fits()
        screens = list(dict.fromkeys(walk.seen))
        assert screens == [str(number) for number in range(1, SCREENS_MAX + 1)]
        ids = {"880001", "612345670101", "note-1", "app-9"}
        assert not {text for text in walk.typed for id in ids if id in text}
        assert len(walk.typed) == 5
        progress = street.house.services.onboarding.where(
            street.house.services.catalog.sign_in("chuqing", "a good password")  # type: ignore[arg-type]
        )
        assert progress.tried[0].seen.order_id == "o-1"
        assert len(progress.campaigns) == 1


@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
def test_a_shop_below_sees_what_to_mend_and_goes_on_after_a_better_score(
    page_at: PageAt, tmp_path: Path, width_px: int
) -> None:
    with open_street(tmp_path) as street:
        street.score(experience="4.21")
        walk = Walk(page_at(width_px), street, "zh-CN")
        walk.sign_up()
        walk.connect()
        walk.fits()
        expect(walk.page.get_by_text("4.21", exact=True)).to_be_visible()
        expect(walk.page.get_by_text("≥ 4.5", exact=True)).to_be_visible()
        expect(walk.page.get_by_text(re.compile("评分低于要求"))).to_be_visible()
        expect(walk.page.get_by_role("link", name="下一步：选商品和笔记")).to_have_count(0)
        street.score(experience="4.86")
        street.wait(86_400_000)
        walk.press("reread")
        walk.follow("next notes")
        walk.fits()


def test_joining_goes_by_keyboard_alone(page_at: PageAt, tmp_path: Path) -> None:
    with open_street(tmp_path) as street:
        page = page_at(DESK_PX)
        page.goto(f"{street.url}/console/join")
        for text in ("初晴", "chuqing", "a good password"):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="接入店铺", exact=True)).to_be_visible()
        out = page.get_by_role("link", name="前往淘宝授权")
        for _ in range(40):
            if out.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="同意授权")).to_be_visible()


def test_a_state_that_is_spent_says_so_and_offers_the_way_out_again(page_at: PageAt, tmp_path: Path) -> None:
    with open_street(tmp_path) as street:
        walk = Walk(page_at(DESK_PX), street, "zh-CN")
        walk.sign_up()
        walk.page.goto(f"{street.url}/console/join/back?state=spent&code=any")
        expect(walk.page.get_by_role("alert")).to_contain_text("本次授权已失效")
        walk.connect()
        assert walk.seen[-1] == "3"


def test_tries_to_sign_up_are_limited(page_at: PageAt, tmp_path: Path) -> None:
    with open_street(tmp_path) as street:
        page = page_at(DESK_PX)
        for _ in range(11):
            page.goto(f"{street.url}/console/join")
            page.get_by_label("商家名称").fill("初晴")
            page.get_by_label("登录名").fill("chuqing")
            page.get_by_label("密码").fill("short")
            page.get_by_role("button", name="注册并继续").click()
        expect(page.get_by_role("alert")).to_contain_text("尝试次数过多")


def test_nobody_signs_up_where_that_is_off(page_at: PageAt, tmp_path: Path) -> None:
    with open_street(tmp_path, signup="off") as street:
        page = page_at(PHONE_PX)
        page.goto(f"{street.url}/console/join")
        expect(page.get_by_role("heading", name="登录")).to_be_visible()
