"""Categories open one by one, and papers count to the last second of their last day in Shanghai."""

from __future__ import annotations

import pytest

from eligibility.admission import Admission, admission
from eligibility.shops import JUDGED
from hongmao.eligibility.api import OUTCOMES, Qualification, QualificationTaken
from hongmao.eligibility.errors import QualificationMalformed, QualificationUnknown
from hongmao.eligibility.loading import shipped
from hongmao.kernel.time import DAY_MS, instant
from storage.opened import ROOT

V1 = next(one.text for one in shipped() if one.sort == "categories")
FIRST = "version = 1\neffective = 2025-05-01"
NEXT = 'version = 2\neffective = 2025-05-08\nsupersedes = "seeding_direct_categories.v1"'
V2 = V1.replace(FIRST, NEXT).replace('"大健康"]\n#', '"大健康", "食品"]\n#')
SHA = "ab" * 32


def paper(
    story: Admission, *, id: str = "q-1", first: str = "2025-01-01", last: str = "2025-05-07", **other: str
) -> Qualification:
    told = {"kind": "approval_number", "number": "国药广审（文）第2025050001号", "sha256": SHA, **other}
    return story.eligibility.add_qualification(ROOT, story.merchant, id=id, valid_from=first, valid_to=last, **told)


def test_ELIG_7_article_row_32_a_category_that_is_not_open_is_rejected_until_a_version_opens_it() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.8"}, category="食品")
        first = story.eligibility.judge(story.mei, shop.id)
        assert first.status == "reject"
        (gate,) = [one for one in first.findings if not one.ok]
        assert (gate.what, gate.found, OUTCOMES[gate.outcome]["zh"]) == ("category", "食品", "类目未开放")
        assert gate.required == "美妆个护 | 母婴亲子 | 运动户外 | 大健康"
        story.eligibility.publish(ROOT, V2, why="食品类目开放")
        # Published on the 7th, in force from the 8th on.
        assert story.eligibility.judge(story.mei, shop.id).status == "reject"
        story.clock.set(instant("2025-05-08T00:00:00+08:00"))
        second = story.eligibility.judge(story.mei, shop.id)
        assert (second.status, second.categories) == ("pass", "seeding_direct_categories.v2")
        old = story.eligibility.replay(story.mei, first.number)
        assert (old.same, old.verdict.categories) == (True, "seeding_direct_categories.v1")


@pytest.mark.parametrize("told", ["美妆个护 ", "美妝个护", "美妆个护", "食品", "", None])
def test_ELIG_7_a_category_is_compared_as_it_was_told(told: str | None) -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.8"}, category=told or None)
        passes = told in {"美妆个护", "美妆个护 "}  # white space around it is no name
        assert (story.eligibility.judge(story.mei, shop.id).status == "pass") is passes


def test_ELIG_7_a_paper_counts_through_its_last_day_in_shanghai() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.8"}, category="大健康")

        def outcome() -> str:
            return story.eligibility.judge(story.mei, shop.id).findings[1].outcome.value

        assert outcome() == "missing"
        paper(story, first="2025-05-08", last="2025-05-09")
        assert outcome() == "not_yet"
        paper(story, id="q-2")
        story.clock.set(instant("2025-05-07T23:59:59.999+08:00"))
        assert (outcome(), story.eligibility.judge(story.mei, shop.id).status.value) == ("met", "pass")
        story.clock.set(instant("2025-05-08T00:00:00+08:00"))
        assert outcome() == "met"  # the first paper has begun
        story.clock.set(instant("2025-05-10T00:00:00+08:00"))
        assert outcome() == "expired"


def test_a_paper_that_was_withdrawn_proves_nothing_and_keeps_its_row() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.8"}, category="大健康")
        paper(story, last="2026-05-07")
        assert story.eligibility.judge(story.mei, shop.id).status == "pass"
        story.clock.advance(DAY_MS)
        assert story.eligibility.withdraw_qualification(ROOT, "q-1").revoked_at_ms == JUDGED + DAY_MS
        assert story.eligibility.judge(story.mei, shop.id).status == "reject"
        assert [one.id for one in story.eligibility.qualifications(story.mei, story.merchant)] == ["q-1"]
        with pytest.raises(QualificationUnknown):
            story.eligibility.withdraw_qualification(ROOT, "q-9")


def test_a_paper_for_one_category_proves_no_other() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.8"}, category="大健康")
        paper(story, subject="食品", last="2026-05-07")
        assert story.eligibility.judge(story.mei, shop.id).status == "reject"
        paper(story, id="q-2", subject="大健康", last="2026-05-07")
        assert story.eligibility.judge(story.mei, shop.id).status == "pass"


def test_the_same_paper_again_is_once_and_another_under_its_id_is_refused() -> None:
    with admission() as story:
        first = paper(story)
        story.clock.advance(DAY_MS)
        assert paper(story) == first
        with pytest.raises(QualificationTaken):
            paper(story, number="another")


@pytest.mark.parametrize(
    ("field", "value"),
    [("last", "2024-12-31"), ("last", "2025-02-30"), ("first", "2025-5-1"), ("first", "２０２５-05-01"), ("sha256", "AB" * 32),
     ("sha256", "ab"), ("kind", "Approval"), ("kind", "")],
)  # fmt: skip
def test_a_paper_that_cannot_be_is_refused(field: str, value: str) -> None:
    with admission() as story, pytest.raises(QualificationMalformed):
        paper(story, **{field: value})


def test_a_plan_for_goods_of_another_category_is_judged_by_that_one() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.8"})
        story.eligibility.set_stage(ROOT, "open", why="A story")

        def asked(category: str) -> str | None:
            refusal = story.eligibility.admits(story.mei.tenant, story.merchant, shop=shop.id, item_category=category)
            return refusal.reason if refusal else None

        assert asked("母婴亲子") is None
        assert asked("烟草") == "category"
        assert asked("大健康") == "qualification"
        assert story.eligibility.would_hold(JUDGED) == {}
