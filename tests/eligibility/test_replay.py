"""Each verdict can be made again from what it holds, whatever the rules have become since."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from sqlalchemy import text

from eligibility.admission import Admission, admission, another_tenant
from eligibility.shops import JUDGED
from hongmao.catalog.api import PLATFORM, NothingThere, Shop
from hongmao.eligibility.api import AdmissionMovedOn, Facts, ScoreTold, alternative, generated_shops
from hongmao.eligibility.errors import (
    RulesetLineage,
    RulesetRevertRefused,
    RulesetSaysNothingNew,
    RulesetUnknown,
    VerdictUnknown,
)
from hongmao.eligibility.loading import shipped
from hongmao.kernel.time import DAY_MS, instant
from hongmao.storage.scope import PlatformScope
from storage.opened import ROOT

V2 = alternative("seeding_direct_pdd_all")


def known(story: Admission, name: str, facts: Facts) -> Shop:
    """Tell of a shop what was drawn, so that the house knows it as it knows any other."""
    owner = story.catalog.add_merchant(story.mei, name=name, id=f"m-{name}").id
    shop = story.shop(
        facts.platform, id=name, merchant=owner, kind=facts.kind, badge=facts.badge, category=facts.category
    )
    told = [
        ScoreTold(name=one.name, value=one.value, source=one.source, observed_at_ms=one.observed_at_ms)
        for one in facts.scores
    ]
    story.eligibility.tell_scores(ROOT, shop.id, told)
    for paper in facts.qualifications:
        story.eligibility.add_qualification(
            ROOT,
            owner,
            id=f"q-{name}",
            kind=paper.kind,
            subject=paper.subject,
            number=paper.number,
            valid_from=paper.valid_from,
            valid_to=paper.valid_to,
            sha256="ab" * 32,
        )
    return shop


def test_ELIG_8_every_stored_verdict_replays_whatever_was_published_and_taken_back() -> None:
    lot = random.Random(11)
    with admission() as story:
        shops = [known(story, name, facts) for name, facts in generated_shops(200, seed=11, at_ms=JUDGED)]
        made = [story.eligibility.judge(story.mei, shop.id) for shop in shops]
        story.eligibility.publish(ROOT, V2, why="The other reading")
        story.clock.set(instant("2025-06-01T00:00:00+08:00"))
        made += [story.eligibility.judge(story.mei, shop.id) for shop in shops]
        story.eligibility.revert(ROOT, "seeding_direct.v2", why="The first reading after all")
        story.clock.advance(DAY_MS)
        made += [story.eligibility.judge(story.mei, shop.id) for shop in shops]
        assert {one.ruleset for one in made} == {"seeding_direct.v1", "seeding_direct.v2"}
        assert len({one.status for one in made}) == 5
        lot.shuffle(made)
        for verdict in made:
            again = story.eligibility.replay(story.mei, verdict.number)
            assert again.same, verdict.number
            assert again.verdict.says == verdict.says


def test_ELIG_8_a_verdict_whose_facts_were_tampered_with_is_named() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.49"})
        verdict = story.eligibility.judge(story.mei, shop.id)
        with story.house.database.session(PlatformScope("a clerk with SQL"), write=True) as session:
            session.execute(text("DROP TRIGGER verdicts_no_update"))
            session.execute(text("UPDATE verdicts SET facts = replace(facts, '4.49', '4.59')"))
        again = story.eligibility.replay(story.mei, verdict.number)
        assert not again.same
        assert again.again.status == "pass"


def test_a_verdict_is_kept_when_it_says_something_new_and_only_then() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        numbers = [story.eligibility.judge(story.mei, shop.id).number]
        story.clock.advance(1_000)
        numbers.append(story.another().judge(story.mei, shop.id).number)
        story.eligibility.would_hold(story.clock.now_ms())
        story.tell(shop.id, {"experience": "4.4"}, at_ms=story.clock.now_ms())
        numbers.append(story.eligibility.judge(story.mei, shop.id).number)
        assert numbers == [1, 1, 2]
        listed = story.eligibility.verdicts(story.mei, shop.id)
        assert [(one.number, one.status.value) for one in listed] == [(2, "reject"), (1, "pass")]


def test_nobody_reads_anothers_verdict() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        number = story.eligibility.judge(story.mei, shop.id).number
        stranger = another_tenant(story.house)
        with pytest.raises(VerdictUnknown):
            story.eligibility.replay(stranger, number)
        for act in (story.eligibility.judge, story.eligibility.stands, story.eligibility.verdicts):
            with pytest.raises(NothingThere):
                act(stranger, shop.id)
        assert story.eligibility.replay(replace(stranger, tenant=PLATFORM, role=ROOT.role), number).same


def test_a_version_follows_the_newest_one_and_begins_today_or_later() -> None:
    with admission() as story:
        publish = story.eligibility.publish
        text_of = next(one.text for one in shipped() if one.sort == "ruleset")
        with pytest.raises(RulesetSaysNothingNew):
            publish(ROOT, text_of, why="again")
        skipped = V2.replace("version = 2", "version = 3")
        unnamed = V2.replace('supersedes = "seeding_direct.v1"\n', "")
        past = V2.replace("2025-06-01", "2025-05-06")
        for wrong in (skipped, unnamed, past):
            with pytest.raises(RulesetLineage) as caught:
                publish(ROOT, wrong, why="wrong")
            assert "draft.toml:3" in caught.value.message("en")
        assert publish(ROOT, V2.replace("2025-06-01", "2025-05-07"), why="today").number == 1
        with pytest.raises(RulesetRevertRefused):
            story.eligibility.revert(ROOT, "seeding_direct.v1", why="it ships")
        with pytest.raises(RulesetUnknown):
            story.eligibility.revert(ROOT, "seeding_direct.v9", why="there is none")


def test_what_another_process_publishes_speaks_here_within_a_second_and_two_do_not_pass_each_other() -> None:
    with admission() as story:
        shop = story.shop("pdd", {"composite_star": "4.6"}, badge="official")
        other = story.another()
        other.publish(ROOT, V2.replace("2025-06-01", "2025-05-07"), why="other process")
        story.clock.advance(1_000)
        assert story.eligibility.judge(story.mei, shop.id).status == "pass"
        act = story.store.acts()[0]
        with pytest.raises(AdmissionMovedOn):
            story.store.keep_act(act, after=0)
        assert json.dumps([one.key for one in story.store.acts()]) == '["seeding_direct.v2"]'
