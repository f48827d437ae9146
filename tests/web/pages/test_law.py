"""What law asks of pages beside the label: nothing that stands in the way, and bought places told from found ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hongmao.web
from hongmao.links.contracts import PLACEMENTS
from web.pages.client import Visitor
from web.pages.fakes import NOTES
from web.pages.test_reader import CARD

if TYPE_CHECKING:
    from starlette.applications import Starlette

WEB = Path(hongmao.web.__file__).parent
# What is built of these holds a library as well, which opens a window only where a page asks it to (hx-confirm, hx-prompt).
SHOWN = sorted(
    path for path in WEB.rglob("*") if path.suffix in {".html", ".js", ".css"} and "static" not in path.parts
)
IN_THE_WAY = re.compile(
    r"<dialog|showModal|\bpopover\b|showPopover|window\.open|\balert\(|\bconfirm\(|onbeforeunload|beforeunload"
    r"|hx-confirm|hx-prompt|setInterval|countdown|倒计时|requestFullscreen|\binert\b"
)


def test_LABEL_5_what_is_looked_through_is_there() -> None:
    assert {path.suffix for path in SHOWN} == {".html", ".js", ".css"}
    assert len(SHOWN) > 30
    assert IN_THE_WAY.search("d.showModal()")
    assert IN_THE_WAY.search('<dialog open class="splash">')


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(WEB)))
def test_LABEL_5_no_page_opens_a_window_over_itself_or_counts_down(path: Path) -> None:
    found = IN_THE_WAY.search(path.read_text(encoding="utf-8"))
    assert found is None, f"{path.name}: {found}"


def test_LABEL_5_there_is_no_place_for_a_splash_screen() -> None:
    # 开屏 is the market's placement 3. A component stands in a feed, on a note or among results, and nowhere else.
    assert PLACEMENTS == ("feed", "note", "search")


def test_LABEL_10_among_the_results_of_a_topic_a_bought_place_says_so_beside_its_label(visitor: Visitor) -> None:
    topic = NOTES[0].topic
    cards = list(CARD.finditer(visitor.get(f"/feed?t={topic}").text))
    placed = [card["body"] for card in cards if "推广位" in card["body"]]
    found = [card["body"] for card in cards if "推广位" not in card["body"]]
    assert placed
    assert found
    for body in placed:
        assert '<span class="ad-label">广告</span><span class="ad-place">推广位</span>' in re.sub(r">\s+<", "><", body)
    # A note that was found and sells is an ad all the same: it has its label, and no word about its place.
    assert any('<span class="ad-label">广告</span>' in body for body in found)
    # In the feed that nobody asked anything of, there are no results.
    assert "推广位" not in visitor.get("/feed").text


def test_LABEL_10_the_word_for_a_bought_place_never_stands_alone(visitor: Visitor) -> None:
    for topic in {note.topic for note in NOTES}:
        for card in CARD.finditer(visitor.get(f"/feed?t={topic}").text):
            assert card["body"].count("推广位") <= card["body"].count('<span class="ad-label">广告</span>')


def test_LABEL_9_a_note_that_a_machine_made_says_so_in_words_and_to_programs(visitor: Visitor, app: Starlette) -> None:
    made = NOTES[1].id
    app.state.services.community.made = {made}
    for asked in ("/feed", f"/feed?t={NOTES[1].topic}"):
        for card in CARD.finditer(visitor.get(asked).text):
            assert ("内容由 AI 生成" in card["body"]) == (card["note"] == made)
    text = visitor.get(f"/n/{made}").text
    assert '<meta name="ai-generated" content="true">' in text.partition("</head>")[0]
    assert "内容由 AI 生成" in text.partition("</head>")[2]
    assert "AI-generated content" in Visitor(app, lang="en").get(f"/n/{made}").text
    other = visitor.get(f"/n/{NOTES[2].id}").text
    assert "ai-generated" not in other
    assert "AI" not in other.partition("<main")[2]
