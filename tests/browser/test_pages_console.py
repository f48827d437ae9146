"""The merchant's console in a real browser: keyboard, both widths, charts that are their tables, errors in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from web.pages.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from browser.conftest import PageAt
    from web.pages.serving import Site

pytestmark = pytest.mark.browser
PATHS = [
    "/console/",
    "/console/notes",
    "/console/links",
    "/console/links/link-001",
    "/console/orders",
    "/console/orders/o-1",
    "/console/attribution",
    "/console/wallet",
    "/console/definitions",
    "/console/definitions/last_click",
    "/console/definitions/plan",
    "/ops",
]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.mark.parametrize("width_px", [390, 1440])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_nothing_scrolls_sideways_and_nothing_goes_wrong(
    site: Site, page_at: PageAt, width_px: int, locale: str
) -> None:
    page = page_at(width_px, locale=locale)
    page.goto(f"{site.url}/console/login")
    site.sign_in(page, "admin")
    for path in PATHS:
        page.goto(site.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        regions = page.locator(".scroll")
        assert regions.evaluate_all("all => all.every(one => one.tabIndex === 0 && one.ariaLabel)"), path


def open_overview(site: Site, page: Page) -> None:
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/")
    page.locator(".chart-plot canvas").wait_for()


@pytest.mark.parametrize("width_px", [390, 1440])
def test_the_chart_is_its_table(site: Site, page_at: PageAt, width_px: int) -> None:
    page = page_at(width_px)
    open_overview(site, page)
    drawn = page.evaluate("document.querySelector('.chart-plot').uplot.data.map(one => [...one])")
    page.get_by_text("以表格查看").last.click()
    rows = page.locator("#daily-table tbody tr").all()
    assert len(rows) == len(drawn[0]) == 7
    for n, row in enumerate(rows):
        spend, visits, purchases = (cell.inner_text() for cell in row.locator("td").all()[:3])
        said = [None if text == "—" else float(text.strip("¥").replace(",", "")) for text in (spend, visits, purchases)]
        assert [line[n] for line in drawn[1:]] == said
    assert drawn[3][3] is None, "a day that is unknown is a gap, not a zero"
    canvas = page.locator(".chart-plot canvas").bounding_box()
    assert canvas is not None
    assert 0 < canvas["width"] <= width_px


def test_a_switch_changes_the_report_in_place_and_the_address_with_it(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    open_overview(site, page)
    with page.expect_response(lambda answer: "window=7d" in answer.url):
        page.get_by_role("radio", name="7 天").check()
    expect(page.locator("#report .asked")).to_contain_text("归因窗口 7 天")
    page.wait_for_url("**window=7d**")
    page.locator(".chart-plot canvas").wait_for()
    # The keyboard's way: into the group, one to the right.
    page.get_by_role("radio", name="计费时间").focus()
    with page.expect_response(lambda answer: "clock=event" in answer.url):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#report .asked")).to_contain_text("行为时间")
    expect(page.get_by_role("radio", name="行为时间")).to_be_focused()
    page.wait_for_url("**window=7d&clock=event**")
    page.reload()
    expect(page.get_by_role("radio", name="7 天")).to_be_checked()
    expect(page.get_by_role("radio", name="行为时间")).to_be_checked()
    page.go_back()
    expect(page.locator("#report .asked")).to_contain_text("计费时间")


def test_what_is_wrong_with_a_question_stands_where_the_report_was(site: Site, chromium: Browser) -> None:
    # A page of its own: the browser itself writes the 422 into its console, and that is as it should be.
    page = chromium.new_page(locale="zh-CN")
    open_overview(site, page)
    page.get_by_label("结束日期").fill("2025-05-01")
    page.get_by_label("结束日期").press("Enter")
    expect(page.locator("#report")).to_contain_text("早于开始日期")
    expect(page.get_by_role("radio", name="15 天")).to_be_visible()
    page.get_by_role("link", name="近 7 天").click()
    expect(page.locator("#report .kpi").first).to_be_visible()
    page.context.close()


def test_without_a_script_the_switches_are_a_form(site: Site, page_at: PageAt) -> None:
    page = page_at(1440, javascript=False)
    site.sign_in(page, "brand1")
    page.get_by_role("radio", name="30 天").check()
    page.get_by_role("button", name="应用").click()
    assert "window=30d" in page.url
    expect(page.locator("#report .asked")).to_contain_text("归因窗口 30 天")
    page.get_by_text("以表格查看").last.click()
    expect(page.locator("#daily-table")).to_be_visible()


def test_a_heading_sorts_the_notes(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/notes")
    first = page.locator("#notes-table tbody tr").first
    expect(first).to_contain_text("清透防晒乳")
    page.get_by_role("columnheader", name="净ROI").or_(page.get_by_role("columnheader", name="ROI（净）")).get_by_role(
        "link"
    ).click()
    page.get_by_role("columnheader", name="ROI（净）").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="ROI（净）")).to_have_attribute("aria-sort", "ascending")
    expect(first).to_contain_text("柔雾口红")


def test_a_figure_leads_to_its_definition(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    open_overview(site, page)
    page.get_by_role("link", name="CPUV 的口径").first.click()
    row = page.locator("[id='cpuv.v1']")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("cpuv")


def test_the_trace_of_an_order_from_the_list(site: Site, page_at: PageAt) -> None:
    page = page_at(390)
    site.sign_in(page, "brand1")
    page.goto(f"{site.url}/console/orders")
    page.get_by_role("link", name="o-1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("o-1")
    steps = page.get_by_role("list").filter(has=page.locator("[data-step=received]")).first.locator("[data-step]")
    expect(steps).to_have_count(8)
    expect(steps.nth(3)).to_contain_text("点击后 2 小时 5 分")
    expect(steps.nth(4).get_by_role("cell", name="窗口内有更晚的触点")).to_be_visible()


def test_an_administrator_changes_merchant_by_choosing(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    site.sign_in(page, "admin")
    page.goto(f"{site.url}/console/orders")
    expect(page.locator("#orders-table")).to_be_visible()
    page.get_by_label("商家").select_option("小鹿")
    expect(page.get_by_text("这段时间没有订单")).to_be_visible()
    expect(page.get_by_label("商家")).to_have_value("tenant-2")


def test_a_session_that_ends_under_a_swap_leads_to_the_door(site: Site, page_at: PageAt) -> None:
    page = page_at(1440)
    open_overview(site, page)
    page.context.clear_cookies()
    page.get_by_role("radio", name="7 天").click()
    page.wait_for_url("**/console/login?next=**")
    expect(page.get_by_role("heading", name="登录红猫")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_follows_light_and_dark(site: Site, page_at: PageAt, scheme: Literal["light", "dark"]) -> None:
    page = page_at(1440)
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    open_overview(site, page)
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """() => {
          const place = document.querySelector('.chart-plot');
          return place.uplot.series[1].stroke() === getComputedStyle(place).getPropertyValue('--chart-1').trim();
        }"""
    )
    now = page.evaluate("document.querySelector('.chart-plot').uplot.series[1].stroke()")
    assert now == {"light": "#c8281e", "dark": "#ff7d6e"}[scheme]
