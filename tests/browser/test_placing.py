"""A campaign, its unit and two creatives in a real browser: by role and label, by the keyboard alone, with no id typed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.conftest import DESK_PX, PHONE_PX
from hongmao.web.i18n import catalogue
from web.api.front import link_body, note_body
from web.pages.fakes import PASSWORD
from web.pages.placing import LIST, house
from web.pages.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from browser.conftest import PageAt
    from web.juguang.gate import Gate
    from web.pages.serving import Site

TABS_MAX = 120
TITLES = ("油皮夏天怎么选防晒", "通勤包里的五件小东西")


class Keyboard:
    """Somebody without a mouse: goes from field to field, and knows the page by its words."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page = page
        self._words = catalogue("zh" if lang == "zh-CN" else "en")

    def say(self, key: str, **params: object) -> str:
        return self._words.text(key, **params)

    def reach(self, wanted: Locator) -> None:
        """Press Tab until a thing has the focus: one that is never reached does not work without a mouse."""
        expect(wanted).to_have_count(1)
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                return
        pytest.fail(f"the keyboard never came to {wanted}")

    def write(self, key: str, text: str) -> None:
        self.reach(self.page.get_by_label(self.say(key), exact=True))
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def tick(self, box: Locator) -> None:
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def press(self, role: str, key: str) -> None:
        """Reach a link or a button and open it; what comes fits its width."""
        self.reach(self.page.get_by_role("link" if role == "link" else "button", name=self.say(key), exact=True))
        before = self.page.url
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: url != before)
        expect(self.page.locator("h1")).to_have_count(1)
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def site() -> Iterator[Site]:
    """Open a house in a thread of its own: this one runs Playwright's loop, and founding a house runs one, too."""
    with ThreadPoolExecutor(max_workers=1) as beside, ExitStack() as stack:
        entered = house()
        opened = beside.submit(entered.__enter__).result()
        stack.callback(lambda: beside.submit(entered.__exit__, None, None, None).result())
        beside.submit(lend, opened).result()
        yield stack.enter_context(serving(opened.front.app))


def lend(opened: Gate) -> None:
    """Add two notes with a link each, both to the merchant's item."""
    admin = opened.front.caller(opened.browser)
    for at, title in enumerate(TITLES, start=10):
        admin.add("/v1/notes", **{**note_body(1), "id": f"note-{at}", "title": title})
        admin.add("/v1/links", tenant="tenant-1", **{**link_body(1), "id": f"link-{at}", "note": f"note-{at}"})


@pytest.mark.parametrize(("width_px", "locale"), [(PHONE_PX, "en-US"), (DESK_PX, "zh-CN")], ids=["phone", "desk"])
def test_a_campaign_with_a_unit_and_two_creatives_is_made_by_the_keyboard_alone(
    site: Site, page_at: PageAt, width_px: int, locale: str
) -> None:
    page = page_at(width_px, locale=locale)
    mei = Keyboard(page, locale)
    page.goto(f"{site.url}/console/login?next={LIST}")
    page.locator("#login").focus()
    page.keyboard.type("mei1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}")

    mei.press("link", "placing.new_campaign")
    mei.write("placing.field.campaign_name", "618 种草直达")
    mei.write("placing.field.campaign_day_budget", "99")
    # Of named hours the arrows choose: evenings are two further than all day.
    all_day = page.get_by_role("radio", name=mei.say("placing.hours.all"), exact=True)
    mei.reach(all_day)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=mei.say("placing.hours.evening"), exact=True)).to_be_checked()
    mei.write("placing.field.why", "618 首投")
    page.keyboard.press("Enter")
    # A budget below the least says so at its field, and what was typed stands there.
    budget = page.get_by_label(mei.say("placing.field.campaign_day_budget"), exact=True)
    expect(budget).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
    expect(page.get_by_label(mei.say("placing.field.campaign_name"), exact=True)).to_have_value("618 种草直达")
    expect(page.get_by_role("radio", name=mei.say("placing.hours.evening"), exact=True)).to_be_checked()
    mei.write("placing.field.campaign_day_budget", "100")
    mei.press("button", "placing.make_campaign")
    # It is ten in the morning: the campaign rests, and says why.
    expect(page.get_by_role("heading", level=1, name="618 种草直达")).to_be_visible()
    expect(page.get_by_text(mei.say("campaign_state.8"), exact=True).first).to_be_visible()
    expect(page.get_by_text("处于暂停时段" if locale == "zh-CN" else "an hour of rest").first).to_be_visible()

    mei.press("link", "placing.new_unit")
    mei.write("placing.field.unit_name", "通投")
    mei.write("placing.field.event_bid", "1.20")
    for title in TITLES:
        mei.tick(page.get_by_role("checkbox", name=title))
    mei.press("button", "placing.make_unit")

    for title in reversed(TITLES):  # the newest link stands first
        mei.tick(page.get_by_role("checkbox", name=title))
    mei.press("button", "placing.make_creatives")
    creatives = page.get_by_role("region", name=mei.say("campaign.creatives"), exact=True).get_by_role("table").first
    waiting = "审核中" if locale == "zh-CN" else "in review"
    for title in TITLES:
        row = creatives.get_by_role("row").filter(has=page.get_by_role("rowheader", name=title))
        expect(row).to_contain_text(waiting)
    changes = page.get_by_role("region", name=mei.say("campaign.changes"), exact=True).get_by_role("table").first
    expect(changes.get_by_role("row").filter(has_text="618 首投")).to_have_count(1)
