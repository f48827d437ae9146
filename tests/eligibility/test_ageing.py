"""A score grows old: no new plan from its eighth day on, and what runs has its grace."""

from __future__ import annotations

import pytest

from eligibility.admission import Admission, admission
from eligibility.shops import SEEN
from hongmao.eligibility.api import ScoreTold
from hongmao.eligibility.errors import ScoreFuture, ScoreUnreadable
from hongmao.kernel.time import DAY_MS, HOUR_MS
from storage.opened import ROOT

OLD = SEEN + 7 * DAY_MS
OVER = OLD + 72 * HOUR_MS


def at(story: Admission, at_ms: int) -> tuple[str, str | None, bool]:
    """Say a shop's status, why a new plan of it is refused, and whether what runs is held."""
    story.clock.set(at_ms)
    refusal = story.eligibility.admits(story.mei.tenant, story.merchant, shop=story.shops[0].id)  # type: ignore[attr-defined]
    verdict = story.eligibility.judge(story.mei, story.shops[0].id)  # type: ignore[attr-defined]
    return verdict.status.value, refusal.reason if refusal else None, bool(story.eligibility.would_hold(at_ms))


def test_ELIG_6_a_score_of_seven_days_is_fresh_then_stale_then_over_and_a_new_one_lifts_it() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        story.shops = [shop]  # type: ignore[attr-defined]
        story.eligibility.set_stage(ROOT, "open", why="A story")
        assert at(story, OLD) == ("pass", None, False)
        # One millisecond older than seven days: nothing new begins, and what runs may run on.
        assert at(story, OLD + 1) == ("stale_grace", "stale", False)
        assert at(story, OVER) == ("stale_grace", "stale", False)
        assert at(story, OVER + 1) == ("stale", "stale", True)
        assert story.eligibility.would_hold(OVER + 1) == {shop.id: "stale"}
        # A clock that is set back makes nothing fresh again that was judged to be old.
        assert at(story, OLD) == ("stale", "stale", True)
        story.clock.set(OVER + HOUR_MS)
        story.tell(shop.id, {"experience": "4.5"}, at_ms=OVER + HOUR_MS)
        assert at(story, OVER + HOUR_MS) == ("pass", None, False)


def test_ELIG_6_the_verdict_says_until_when_age_changes_nothing() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        assert story.eligibility.judge(story.mei, shop.id).until_ms == OLD + 1
        story.clock.set(OLD + 1)
        assert story.eligibility.judge(story.mei, shop.id).until_ms == OVER + 1
        story.clock.set(OVER + 1)
        assert story.eligibility.judge(story.mei, shop.id).until_ms is None


def test_an_older_score_that_comes_later_changes_nothing() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        story.tell(shop.id, {"experience": "4.1"}, at_ms=SEEN - HOUR_MS)
        assert story.eligibility.judge(story.mei, shop.id).status == "pass"


def test_scores_are_kept_all_or_none_and_none_from_the_future() -> None:
    with admission() as story:
        shop = story.shop("tmall")
        good = ScoreTold(name="goods", value="4.6", source="api", observed_at_ms=SEEN)
        later = ScoreTold(name="service", value="4.6", source="api", observed_at_ms=story.clock.now_ms() + 1)
        with pytest.raises(ScoreFuture) as caught:
            story.eligibility.tell_scores(ROOT, shop.id, [good, later])
        assert "2025-05-07T10:00:00.001+08:00" in caught.value.message("en")
        wide = ScoreTold(name="service", value="４．５", source="api", observed_at_ms=SEEN)
        with pytest.raises(ScoreUnreadable, match=r"scores\[1\]"):
            story.eligibility.tell_scores(ROOT, shop.id, [good, wide])
        assert story.store.facts([shop])[shop.id].scores == ()


def test_a_plan_that_is_refused_leaves_the_verdict_it_was_refused_by() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.49"})
        story.eligibility.set_stage(ROOT, "open", why="A story")
        refused = []
        for _ in range(2):
            refused.append(story.eligibility.admits(story.mei.tenant, story.merchant, shop=shop.id))
            story.clock.advance(HOUR_MS)
        assert [(one.reason, one.verdict.number) for one in refused if one and one.verdict] == [
            ("score", 1),
            ("score", 2),
        ]
        assert [one.number for one in story.eligibility.verdicts(story.mei, shop.id)] == [2, 1]
        assert all(story.eligibility.replay(story.mei, number).same for number in (1, 2))
