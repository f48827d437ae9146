"""The attribution page in a real browser: switches, the flow that is its table, keyboard, dark, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from web.pages.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from browser.conftest import PageAt
    from web.pages.serving import Site

pytestmark = pytest.mark.browser
PATH = "/console/attribution"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def open_page(site: Site, page: Page) -> None:
    site.sign_in(page, "brand1")
    page.goto(site.url + PATH)


@pytest.mark.parametrize("width_px", [390, 1440])
def test_the_flow_is_its_table(site: Site, page_at: PageAt, width_px: int) -> None:
    page = page_at(width_px)
    open_page(site, page)
    page.locator(".flow-plot canvas").wait_for()
    links = page.evaluate(
        "document.querySelector('.flow-plot').flow.getOption().series[0].links.map(one => [one.source, one.target, one.value])"
    )
    page.get_by_text("以表格查看").click()
    table = page.get_by_role("region", name="成交路径").get_by_role("table")
    expect(table).to_be_visible()
    rows = table.locator("tbody tr").all()
    said = [
        [row.get_attribute("data-from"), row.get_attribute("data-to"), int(row.locator("data").inner_text())]
        for row in rows
    ]
    assert links == said
    canvas = page.locator(".flow-plot canvas").bounding_box()
    assert canvas is not None
    assert 0 < canvas["width"] <= width_px


def test_only_this_page_loads_what_draws_the_flow(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/")
    page.locator(".chart-plot canvas").wait_for()
    assert not [url for url in loaded if "chunk-flow" in url]
    page.goto(site.url + PATH)
    page.locator(".flow-plot canvas").wait_for()
    assert len([url for url in loaded if "chunk-flow" in url]) == 1


def test_choosing_a_model_changes_the_page_in_place_and_the_flow_is_drawn_again(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    open_page(site, page)
    with page.expect_response(lambda answer: "model=first_click" in answer.url):
        page.get_by_label("模型", exact=True).select_option("首次点击")
    expect(page.get_by_role("heading", name="首次点击")).to_be_visible()
    page.locator(".flow-plot canvas").wait_for()
    with page.expect_response(lambda answer: "measure=net" in answer.url):
        page.get_by_role("radio", name="净成交额").check()
    table = page.get_by_role("region", name="全部模型对照").get_by_role("table")
    expect(table.get_by_role("row").nth(1)).to_contain_text("¥2,400.00")
    page.reload()
    expect(page.get_by_label("模型", exact=True)).to_have_value("first_click")
    expect(page.get_by_role("radio", name="净成交额")).to_be_checked()


def test_the_keyboard_reaches_every_switch_and_every_table(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    open_page(site, page)
    page.get_by_role("radio", name="笔记").focus()
    with page.expect_response(lambda answer: "by=creator" in answer.url):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="达人")).to_be_focused()
    for name in ("末次点击", "全部模型对照", "读者走过的路径"):
        table = page.get_by_role("region", name=name, exact=True).last
        table.focus()
        expect(table).to_be_focused()


def test_without_a_script_the_flow_is_a_table_and_the_switches_a_form(site: Site, page_at: PageAt) -> None:
    page = page_at(390, javascript=False)
    open_page(site, page)
    expect(page.locator(".flow-plot")).to_be_hidden()
    page.get_by_text("以表格查看").click()
    expect(page.get_by_role("region", name="成交路径").get_by_role("row", name="更早的点击")).to_be_visible()
    page.get_by_label("模型", exact=True).select_option("markov:1")
    page.get_by_role("button", name="应用").click()
    assert "model=markov%3A1" in page.url
    expect(page.get_by_role("heading", name="马尔可夫 1 阶")).to_be_visible()


def test_the_flow_follows_light_and_dark(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    page.emulate_media(color_scheme="light")
    open_page(site, page)
    page.locator(".flow-plot canvas").wait_for()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "document.querySelector('.flow-plot').flow.getOption().series[0].label.color"
        " === getComputedStyle(document.querySelector('.flow-plot')).getPropertyValue('--ink').trim()"
    )
    now = page.evaluate("document.querySelector('.flow-plot').flow.getOption().series[0].label.color")
    assert now == "#f3efeb"
