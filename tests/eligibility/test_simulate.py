"""试算: the flips of a draft are on the table before anybody publishes it."""

from __future__ import annotations

from collections import Counter

import pytest

from eligibility.admission import admission
from eligibility.shops import JUDGED, categories, other_reading, ruleset
from hongmao.definitions.api import TomlRefused
from hongmao.eligibility.api import alternative, generated_shops
from hongmao.eligibility.loading import shipped
from hongmao.eligibility.rules import judge
from storage.opened import ROOT

DRAFT = alternative("seeding_direct_pdd_all")


def test_ELIG_5_article_row_50_the_other_reading_flips_officially_badged_shops_of_pdd_and_nobody_else() -> None:
    with admission() as story:
        shops = list(generated_shops(500, seed=7, at_ms=JUDGED))
        found = story.eligibility.simulate(ROOT, DRAFT, shops=shops)
        assert (found.shops, found.same + len(found.flips)) == (500, 500)
        assert {(flip.platform, flip.badge, flip.before.value) for flip in found.flips} == {
            ("pdd", "official", "manual")
        }
        # The oracle: every shop by both files, one after the other.
        expected = []
        for name, facts in shops:
            before = judge(ruleset(), categories(), facts, JUDGED).status
            after = judge(other_reading(), categories(), facts, JUDGED).status
            if before is not after:
                expected.append((name, before, after))
        assert [(flip.shop, flip.before, flip.after) for flip in found.flips] == expected
        assert found.counts == dict(
            sorted(Counter((before.value, after.value) for _, before, after in expected).items())
        )
        assert len(found.flips) > 10
        # Nothing of it was kept.
        assert (story.store.last_act(), story.store.revision()) == (0, 0)


def test_the_same_seed_gives_the_same_shops_and_another_seed_others() -> None:
    shops = [list(generated_shops(500, seed=seed, at_ms=JUDGED)) for seed in (7, 7, 8)]
    assert shops[0] == shops[1] != shops[2]
    statuses = Counter(judge(ruleset(), categories(), facts, JUDGED).status for _, facts in shops[0])
    assert len(statuses) == 5
    assert min(statuses.values()) >= 5


def test_the_house_s_own_shops_are_judged_by_a_draft_of_either_sort() -> None:
    opened = next(one.text for one in shipped() if one.sort == "categories").replace("version = 1", "version = 2")
    opened = opened.replace('"大健康"]\n#', '"大健康", "食品"]\n#')
    with admission() as story:
        story.shop("pdd", {"composite_star": "4.5"}, badge="official", id="s-1")
        story.shop("pdd", {"composite_star": "4.5"}, badge="brand", id="s-2")
        story.shop("taobao", {"experience": "4.5"}, category="食品", id="s-3")
        flips = story.eligibility.simulate(ROOT, DRAFT).flips
        assert [(one.shop, one.before.value, one.after.value) for one in flips] == [("s-1", "manual", "pass")]
        assert [one.outcome.value for one in flips[0].failing_before] == ["person"]
        found = story.eligibility.simulate(ROOT, opened)
        assert [(one.shop, one.before.value, one.after.value) for one in found.flips] == [("s-3", "reject", "pass")]
        assert (found.draft, found.against) == ("seeding_direct_categories.v2", "seeding_direct_categories.v1")


def test_a_draft_that_cannot_hold_is_not_simulated() -> None:
    with admission() as story, pytest.raises(TomlRefused, match=r"seeding\.toml:"):
        story.eligibility.simulate(ROOT, DRAFT.replace("score_age_days", "score_days"), file="seeding.toml")
