"""How things stand, in a real browser: by role and name, in both languages, on a phone and on a desk, by the keyboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from hongmao.web.i18n import catalogue
from hongmao.web.pages.console.health import WAKING_COLUMNS
from web.pages import samples
from web.pages.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from browser.conftest import PageAt
    from web.pages.serving import Site

pytestmark = pytest.mark.browser
LOCALES = {"zh": "zh-CN", "en": "en-US"}
everywhere = pytest.mark.parametrize("width_px", [390, 1440])
in_both = pytest.mark.parametrize("lang", ["zh", "en"])


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


class Words:
    """What a key says in one language."""

    def __init__(self, lang: str) -> None:
        self._catalogue = catalogue("zh" if lang == "zh" else "en")

    def __call__(self, key: str, **params: object) -> str:
        return self._catalogue.text(key, **params)


def opened(site: Site, page: Page, who: str, path: str) -> Page:
    site.sign_in(page, who)
    page.goto(site.url + path)
    return page


def row_of(table: Locator, name: str) -> Locator:
    """Find a row by its heading."""
    return table.get_by_role("row").filter(has=table.page.get_by_role("rowheader", name=name))


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways but what is meant to, whatever stands open."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    # What sticks out of the window sticks out inside of a region that scrolls.
    astray = page.locator("main *").evaluate_all(
        """all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll'))
                  .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert astray == []


@everywhere
@in_both
def test_the_operator_sees_alarms_then_feeds_then_what_goes_out(
    site: Site, page_at: PageAt, width_px: int, lang: str
) -> None:
    say, page = Words(lang), opened(site, page_at(width_px, locale=LOCALES[lang]), "ops", "/ops")
    alarms = page.get_by_role("region", name=say("sending.alarms"))
    expect(alarms.get_by_role("listitem")).to_have_count(2)
    expect(alarms.get_by_role("listitem").first).to_contain_text(say("sending.alarm.deadline_near"))
    expect(alarms).to_be_in_viewport()
    feeds = page.get_by_role("region", name=say("feeds.amiss")).get_by_role("table")
    expect(feeds.get_by_role("row")).to_have_count(3)
    late = feeds.get_by_role("row").nth(1)
    for words in (say("feeds.state.late"), say("feeds.not_ready"), "pull_refused"):
        expect(late).to_contain_text(words)
    out = page.get_by_role("region", name=say("sending.title"), exact=True).get_by_role("table").first
    expect(row_of(out, "juguang-1").get_by_role("cell", name="98.5%")).to_be_attached()
    expect(row_of(out, "meta-1").get_by_role("cell", name="100%", exact=True)).to_be_attached()
    tops = [one.bounding_box() for one in (alarms, feeds, out)]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    assert_fits(page)


@everywhere
@in_both
def test_what_is_well_is_one_step_away_for_the_keyboard(site: Site, page_at: PageAt, width_px: int, lang: str) -> None:
    say, page = Words(lang), opened(site, page_at(width_px, locale=LOCALES[lang]), "ops", "/ops")
    well = page.get_by_role("region", name=say("feeds.well", n=3))
    expect(well).to_be_hidden()
    page.get_by_role("region", name=say("feeds.amiss")).focus()
    page.keyboard.press("Tab")  # from the table to what follows it
    expect(page.locator("summary").filter(has_text=say("feeds.well", n=3))).to_be_focused()
    page.keyboard.press("Enter")
    expect(well).to_be_visible()
    page.keyboard.press("Tab")
    expect(well).to_be_focused()
    expect(well.get_by_role("row").filter(has_text="taobao-1")).to_contain_text(say("feeds.ready"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the meanings
    expect(page.get_by_text(say("feeds_col.coverage.help"))).to_be_visible()


@everywhere
@in_both
def test_a_dead_letters_command_can_be_read_to_its_end(site: Site, page_at: PageAt, width_px: int, lang: str) -> None:
    say, page = Words(lang), opened(site, page_at(width_px, locale=LOCALES[lang]), "ops", "/ops")
    letters = page.get_by_role("region", name=say("letters.title"), exact=True).locator(".scroll")
    forced = letters.get_by_text("hongmao returns replay --target juguang --reason deadline --force", exact=True)
    letters.focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "one => one.scrollLeft + one.clientWidth >= one.scrollWidth - 1", arg=letters.element_handle()
    )
    expect(forced).to_be_in_viewport()


@everywhere
@in_both
def test_the_merchant_sees_lost_click_ids_and_what_her_jumps_came_to(
    site: Site, page_at: PageAt, width_px: int, lang: str
) -> None:
    page = page_at(width_px, locale=LOCALES[lang])
    say = Words(lang)
    opened(site, page, "brand1", "/console/links/link-001")
    media = page.get_by_role("region", name=say("link.media")).get_by_role("table").first
    rows = media.get_by_role("row").filter(has_text=say("target.juguang"))
    expect(rows.nth(0)).to_have_text(re.compile(rf"{say('link.media.there')}\s*64"))
    expect(rows.nth(1)).to_have_text(re.compile(rf"{say('reason.macro_unresolved')}\s*11"))
    waking = page.get_by_role("region", name=say("waking.title")).get_by_role("table").first
    chrome = row_of(waking, say("agent.chrome-android")).get_by_role("cell")
    safari = row_of(waking, say("agent.safari-ios")).get_by_role("cell")
    assert chrome.all_inner_texts() == ["211", "160", "4", "9", "21", "2", "15", "81.63%"]
    assert safari.all_inner_texts() == ["140", "—", "—", "—", "—", "—", "140", "—"]
    expect(waking.get_by_role("rowheader", name=samples.NASTY)).to_be_attached()
    heads = waking.get_by_role("columnheader").all_inner_texts()
    assert heads == [say("waking.agent"), *(say(f"waking_col.{name}") for name in WAKING_COLUMNS)]
    assert_fits(page)
