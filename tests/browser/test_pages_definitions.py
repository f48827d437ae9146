"""Definitions and the way to an order in a real browser: from a figure to its history, two versions, a draft's consequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from web.pages import samples_definitions
from web.pages.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser.conftest import PageAt
    from web.pages.serving import Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.mark.parametrize("width_px", [390, 1440])
def test_from_the_list_to_a_history_and_to_what_two_versions_say(site: Site, page_at: PageAt, width_px: int) -> None:
    page = page_at(width_px)
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/definitions")
    page.get_by_role("link", name="末次点击", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("末次点击")
    table = page.get_by_role("region", name="对比两个版本").last.get_by_role("table")
    expect(table.get_by_role("row", name="default_window")).to_contain_text("30d")
    with page.expect_navigation():
        page.get_by_label("之前", exact=True).select_option("last_click.v2")
    expect(page.get_by_text("两者含义与文字相同")).to_be_visible()
    page.get_by_text("原文件").first.click()
    expect(page.get_by_role("region", name="原文件 last_click.v2").first).to_contain_text(
        'supersedes = "last_click.v1"'
    )


def test_without_a_script_versions_are_chosen_by_a_form(site: Site, page_at: PageAt) -> None:
    page = page_at(1440, javascript=False)
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/definitions/last_click")
    page.get_by_label("之前", exact=True).select_option("last_click.v2")
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text("两者含义与文字相同")).to_be_visible()


def test_whoever_operates_the_deployment_sees_what_a_draft_would_move(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    site.sign_in(page, "admin")
    page.goto(f"{site.url}/console/definitions")
    page.get_by_role("link", name="草案影响预演").click()
    draft = samples_definitions.last_click(3, default_window="24h", effective="2025-07-01")
    page.get_by_label("口径文件（TOML）").fill(draft)
    page.get_by_role("button", name="查看影响").click()
    moves = page.get_by_role("region", name="会变化的历史数字").last.get_by_role("table")
    expect(moves.get_by_role("row", name="gmv_net")).to_contain_text("2,809.00")
    expect(page.get_by_label("口径文件（TOML）")).to_have_value(draft)


def test_the_way_to_an_order_is_a_picture_and_a_table(site: Site, page_at: PageAt) -> None:
    page = page_at(390)
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/orders/o-1?window=15d")
    ways = page.get_by_role("region", name="成交路径，15 天").first
    expect(ways.get_by_role("row", name="线性点击")).to_contain_text("¥129.00")
    page.get_by_text("每个触点在各口径下的结果（3）").first.click()
    touches = page.get_by_role("region", name="每个触点在各口径下的结果（3）").first
    expect(touches.get_by_role("cell", name="50% ¥64.50").first).to_be_visible()
    expect(touches.get_by_role("cell", name="点击无效")).to_be_visible()
    expect(page.get_by_text("其他媒体也认领")).to_be_visible()
