"""The wake-up lab: what every browser is answered equals what was recorded, and the page of the reference says so.

`HONGMAO_WRITE=1 make test-slow TESTS=tests/browser/test_wakeup_lab.py` writes the table anew.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from browser.lab.bench import Agent, Lab, Seen, agents, table_of
from hongmao.links.api import load
from shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a hundred browsers are opened, one after the other
PAGE = ROOT / "docs" / "reference" / "wake-up.md"
BEGIN, END = "<!-- lab: begin -->", "<!-- lab: end -->"


@pytest.fixture(scope="module")
def seen(chromium: Browser) -> list[tuple[Agent, Seen]]:
    with Lab(chromium) as lab:
        return [(agent, lab.play(agent)) for agent in agents()]


def test_every_browser_is_answered_as_it_was_recorded(seen: list[tuple[Agent, Seen]]) -> None:
    recorded = {agent.name: {**asdict(agent)} for agent, _ in seen}
    names = ("profile", "first", "opens", "store")
    found = {agent.name: {name: getattr(one, name) for name in names} for agent, one in seen}
    assert found == {name: {key: entry[key] for key in names} for name, entry in recorded.items()}
    assert len(found) >= 20


def test_a_page_tells_one_true_ending_whatever_happens_to_it(seen: list[tuple[Agent, Seen]]) -> None:
    endings = {(one.app_there, one.app_absent, one.asked, one.chosen) for _, one in seen if one.first == "page"}
    assert endings == {("opened", "fallback", "blocked", "fallback")}


def test_every_browser_reaches_the_shop_without_a_script(seen: list[tuple[Agent, Seen]]) -> None:
    assert {one.scriptless for _, one in seen if one.first != "universal"} == {"shop"}


def test_every_kind_of_browser_in_the_data_is_played(seen: list[tuple[Agent, Seen]]) -> None:
    people = {profile.name for profile in load().profiles if profile.traffic == "person"}
    assert people - {one.profile for _, one in seen} == {"other-android"}  # what is left over when all others are named


def test_the_reference_says_what_the_lab_saw(seen: list[tuple[Agent, Seen]]) -> None:
    why = {profile.name: f"{profile.why} ({profile.source})" for profile in load().profiles}
    table = "\n".join(table_of(seen, why))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    written, _, after = rest.partition(END)
    if os.environ.get("HONGMAO_WRITE"):
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
    else:
        assert written.strip() == table
