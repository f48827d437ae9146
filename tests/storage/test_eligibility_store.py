"""What is told of shops and decided about them, kept on either engine: the newest counts, and nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from eligibility.admission import Admission, admission
from eligibility.shops import JUDGED
from hongmao.eligibility.api import ScoreKept, alternative
from hongmao.storage.models import (
    RuleActRow,
    ShopFactsRow,
    ShopRulingRow,
    ShopScoreRow,
    StageActRow,
    VerdictRow,
)
from hongmao.storage.scope import PlatformScope
from storage.opened import ROOT

if TYPE_CHECKING:
    from hongmao.catalog.api import Shop
    from hongmao.storage.base import Base

HOUSE = PlatformScope("a test")
GROWING: dict[type[Base], str] = {
    ShopFactsRow: "by",
    ShopScoreRow: "value",
    VerdictRow: "facts",
    ShopRulingRow: "why",
    RuleActRow: "text",
    StageActRow: "why",
}


def a_story_of_everything(story: Admission) -> Shop:
    shop = story.shop("jd", {"composite_star": "4.9"}, kind="self_operated")
    story.eligibility.judge(story.mei, shop.id)
    story.eligibility.rule_on(ROOT, shop.id, passed=True, why="一句话", until_ms=JUDGED + 1)
    story.eligibility.publish(ROOT, alternative("seeding_direct_pdd_all"), why="为什么\r\n")
    story.eligibility.set_stage(ROOT, "percent", 10, why="灰度")
    story.eligibility.list_merchant(ROOT, story.merchant)
    return shop


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_everything_comes_back_as_it_was_kept(engine: str) -> None:
    with admission(engine) as story:
        shop = a_story_of_everything(story)
        (act,) = story.store.acts()
        assert (act.text, act.why, act.number) == (alternative("seeding_direct_pdd_all"), "为什么", 1)
        stage = story.store.stage()
        assert stage is not None
        assert (stage.stage.value, stage.percent, stage.why) == ("percent", 10, "灰度")
        assert [one.merchant for one in story.store.listed()] == ["m-1"]
        verdict = story.store.verdict(shop.tenant, 1)
        assert verdict == story.store.last_verdicts([shop.id])[shop.id]
        assert verdict is not None
        assert verdict.facts == story.store.facts([shop])[shop.id]
        ruling = story.store.rulings([shop.id])[shop.id]
        assert (ruling.passed, ruling.until_ms, ruling.number) == (True, JUDGED + 1, 1)
        assert story.eligibility.replay(story.mei, 1).same
        with pytest.raises(DBAPIError, match="append-only"), story.house.database.session(HOUSE, write=True) as session:
            session.execute(update(VerdictRow).values(facts="{}"))


@pytest.mark.parametrize("table", GROWING, ids=lambda table: table.__tablename__)
def test_what_only_grows_is_never_changed_or_removed(table: type[Base]) -> None:
    with admission() as story:
        a_story_of_everything(story)
        for statement in (update(table).values(**{GROWING[table]: "x"}), delete(table)):
            with (
                pytest.raises(DBAPIError, match="append-only"),
                story.house.database.session(HOUSE, write=True) as session,
            ):
                session.execute(statement)


TOLD = st.tuples(
    st.sampled_from(["goods", "service"]),
    st.sampled_from(["api", "page"]),
    st.integers(0, 3),
    st.sampled_from(["4", "4.4", "4.45", "4.5", "5"]),
)


@settings(max_examples=30)
@given(told=st.lists(TOLD, max_size=12))
def test_of_each_name_and_source_the_newest_score_is_known_and_the_lower_of_two_at_once(
    told: list[tuple[str, str, int, str]],
) -> None:
    expected: dict[tuple[str, str], tuple[int, float]] = {}
    for name, source, at_ms, value in told:
        mine = (at_ms, -float(value))
        expected[name, source] = max(expected.get((name, source), mine), mine)
    with admission() as story:
        shop = story.shop("tmall")
        story.store.tell_scores(
            [
                ScoreKept(
                    shop=shop.id, tenant=shop.tenant, name=name, value=value, source=source, observed_at_ms=at_ms,
                    received_at_ms=9, evidence="", by="x",
                )
                for name, source, at_ms, value in told
            ]
        )  # fmt: skip
        known = story.store.facts([shop])[shop.id].scores
        assert {(one.name, one.source): (one.observed_at_ms, -float(one.value)) for one in known} == expected
        assert [(one.name, one.source) for one in known] == sorted(expected)
