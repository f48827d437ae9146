"""Admission as the house wires it: campaigns ask it before a plan begins, and a command opens it without the rest."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec.structs import replace

from campaigns.samples import SOUND
from hongmao.bootstrap.admission import admission_of, open_admission, open_rules
from hongmao.bootstrap.settings import Settings
from hongmao.campaigns.api import Campaigns
from hongmao.campaigns.contracts import Noun
from hongmao.campaigns.errors import BudgetOutOfRange, NotAdmitted
from hongmao.eligibility.api import ScoreTold
from hongmao.kernel.time import DAY_MS, day_of
from hongmao.storage.campaigns import SqlCampaignStore
from storage.opened import ALLIANCE_DAY, ROOT, House, house, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bootstrap.admission import Admission
    from hongmao.campaigns.contracts import Advertiser


@contextmanager
def city() -> Iterator[tuple[House, Admission, Campaigns, Advertiser]]:
    """Open a house with a merchant's Taobao shop of 4.5, its account, and campaigns that ask admission."""
    with house() as around:
        admission = admission_of(around.database, around.catalog, around.clock)
        mei = around.tenant("t1")
        merchant = around.catalog.add_merchant(mei, name="新食品店", id="m-1").id
        shop = around.catalog.add_shop(
            mei, merchant=merchant, platform="taobao", platform_shop_id="1", name="店", home_url="https://a.example/"
        ).id
        admission.eligibility.tell_facts(ROOT, shop, category="母婴亲子")
        told = ScoreTold(name="experience", value="4.50", source="api", observed_at_ms=ALLIANCE_DAY - DAY_MS)
        admission.eligibility.tell_scores(ROOT, shop, [told])
        nothing = cast("Any", None)  # no link is asked for
        store = SqlCampaignStore(around.database)
        campaigns = Campaigns(store, nothing, around.catalog, around.clock, admission=admission.eligibility)
        yield around, admission, campaigns, campaigns.open_advertiser(mei, merchant)


def test_article_row_7_a_plan_of_a_merchant_who_is_not_listed_is_refused_and_none_is_kept() -> None:
    with city() as (_, admission, campaigns, account):
        admission.eligibility.set_stage(ROOT, "whitelist", why="内测")
        with pytest.raises(NotAdmitted) as caught:
            campaigns.place_campaign(account, SOUND, on=True, by="mei")
        assert (caught.value.status, caught.value.params["reason"]) == (403, "whitelist")
        assert campaigns.of(account, Noun.CAMPAIGN) == []
        admission.eligibility.list_merchant(ROOT, account.merchant)
        assert campaigns.place_campaign(account, SOUND, on=True, by="mei").number == 1
        admission.eligibility.set_stage(ROOT, "off", why="熔断")
        with pytest.raises(NotAdmitted):
            campaigns.place_campaign(account, replace(SOUND, campaign_name="另一个"), on=True, by="mei")


def test_article_row_46_a_new_small_shop_that_meets_the_bar_launches_with_100_yuan_and_no_less() -> None:
    with city() as (around, admission, campaigns, account):
        admission.eligibility.set_stage(ROOT, "open", why="开放")
        with pytest.raises(BudgetOutOfRange):
            campaigns.place_campaign(account, replace(SOUND, campaign_day_budget=9_999), on=True, by="mei")
        placed = campaigns.place_campaign(account, SOUND, on=True, by="mei")
        assert placed.terms.campaign_day_budget == 10_000  # type: ignore[union-attr]
        # Nine days on its score is too old, and nothing new begins.
        around.clock.advance(8 * DAY_MS)
        with pytest.raises(NotAdmitted) as caught:
            campaigns.place_campaign(account, replace(SOUND, campaign_name="第二个"), on=True, by="mei")
        assert caught.value.params["reason"] == "stale"


def test_a_command_reads_the_rules_of_a_deployment_that_never_began_and_decides_in_one_that_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HONGMAO_HOME", str(tmp_path))
    settings = Settings.read()
    with open_rules(settings) as (rules, clock):
        assert rules.on(day_of(clock.now_ms())).ruleset.key == "seeding_direct.v1"
    file = tmp_path / "state.sqlite"
    with opened(file):
        settings = Settings.read()
        with open_admission(settings) as admission:
            admission.eligibility.set_stage(ROOT, "percent", 5, why="灰度")
        with open_admission(settings) as admission, open_rules(settings) as (rules, _):
            stage = admission.eligibility.stage()
            assert stage is not None
            assert (stage.percent, rules.last()) == (5, 0)
