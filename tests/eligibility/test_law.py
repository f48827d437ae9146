"""What the law closes is closed in every version, to everybody, whatever a shop's scores are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.admission import admission
from eligibility.shops import categories, judged, shop
from hongmao.eligibility.contracts import Outcome, QualFact, Status
from hongmao.eligibility.rules import LAW_FORBIDS, closed_to
from storage.opened import ROOT

if TYPE_CHECKING:
    from hongmao.kernel.ids import ShopId

PERFECT = dict.fromkeys(("experience", "composite_star", "goods", "logistics", "service"), "5")
APPROVAL = QualFact(
    kind="approval_number", subject="", number="2025050001", valid_from="2025-01-01", valid_to="2025-12-31"
)
WORDS = st.sampled_from(["烟草", "电子烟", "处方药", "美妆个护", "母婴亲子", "大健康", "食品", "酒类", "医疗", None])


@pytest.mark.parametrize("category", ["烟草", "电子烟", "处方药"])
@pytest.mark.parametrize("platform", ["taobao", "tmall", "pdd", "vip", "xhs"])
def test_LABEL_7_tobacco_and_prescription_drugs_never_pass(category: str, platform: str) -> None:
    found = judged(shop(platform, PERFECT, category=category, badge="none", papers=(APPROVAL,)))
    assert found.status is Status.REJECT
    assert [one.outcome for one in found.findings if one.rule == "category"] == [Outcome.FORBIDDEN]
    assert category in LAW_FORBIDS


@pytest.mark.parametrize("platform", ["taobao", "xhs"])
def test_LABEL_7_health_goods_need_an_approval_number(platform: str) -> None:
    without, having = (
        judged(shop(platform, PERFECT, category="大健康", papers=papers)) for papers in ((), (APPROVAL,))
    )
    assert (without.status, having.status) == (Status.REJECT, Status.PASS)
    assert [one.what for one in without.findings if not one.ok] == ["approval_number"]


def test_LABEL_7_a_forbidden_category_is_no_question_for_a_person() -> None:
    with admission() as story:
        one = story.shop("vip", category="电子烟")
        story.eligibility.set_stage(ROOT, "open", why="A story")
        assert story.eligibility.would_hold(story.clock.now_ms()) == {one.id: "category"}


def test_LABEL_7_while_the_programme_only_observes_the_law_holds_all_the_same() -> None:
    with admission() as story:
        closed, fine = story.shop("taobao", {"experience": "5"}, category="烟草"), story.shop("vip", id="s-2")
        assert story.eligibility.would_hold(story.clock.now_ms()) == {closed.id: "category"}
        assert [one.held for one in story.eligibility.standings(story.mei)] == ["category", None]

        def asked(shop: ShopId | None, category: str | None = None) -> str | None:
            refusal = story.eligibility.admits(story.mei.tenant, story.merchant, shop=shop, item_category=category)
            return refusal.reason if refusal else None

        assert (asked(closed.id), asked(fine.id), asked(None)) == ("category", None, None)
        assert (asked(fine.id, "处方药"), asked(None, "电子烟"), asked(fine.id, "食品")) == (
            "category",
            "category",
            None,
        )
        story.eligibility.tell_facts(ROOT, closed.id, category="美妆个护")
        assert story.eligibility.would_hold(story.clock.now_ms()) == {}


@given(category=WORDS, minors=st.booleans())
def test_LABEL_7_a_note_that_teaches_about_health_shows_no_shopping_link(category: str | None, minors: bool) -> None:  # noqa: FBT001 - drawn
    assert closed_to(categories(), category, minors=minors, note_kind="health") is not None


@pytest.mark.parametrize(
    "category", ["医疗", "药品", "医疗器械", "保健食品", "化妆品", "美妆个护", "酒类", "大健康", None]
)
def test_LABEL_8_a_surface_for_minors_shows_nothing_of_what_is_closed_to_them(category: str | None) -> None:
    assert closed_to(categories(), category, minors=True) == "minors"
    assert closed_to(categories(), category) is None


def test_LABEL_8_what_is_open_to_minors_is_shown_and_the_service_says_the_same() -> None:
    assert closed_to(categories(), "母婴亲子", minors=True) is None
    with admission() as story:
        suits = story.eligibility.suits
        assert (suits("母婴亲子", minors=True), suits("美妆个护", minors=True)) == (None, "minors")
        assert (suits("烟草"), suits("母婴亲子", note_kind="health"), suits("母婴亲子", note_kind="review")) == (
            "forbidden",
            "health_note",
            None,
        )


def test_LABEL_8_shops_are_open_to_minors_from_the_moment_their_category_is_told_until_it_is_another() -> None:
    with admission() as story:
        toys = story.shop("taobao", category="母婴亲子", id="toys")
        story.shop("taobao", category="美妆个护", id="lipstick")
        story.shop("vip", category=None, id="untold")
        another = story.another()
        for look in (story.eligibility, another):
            assert look.open_to_minors() == {"toys"}
        story.eligibility.tell_facts(ROOT, toys.id, category="酒类")
        for look in (story.eligibility, another):
            assert look.open_to_minors() == frozenset()
        story.shop("taobao", category="运动户外", id="balls")
        assert another.open_to_minors() == {"balls"}
