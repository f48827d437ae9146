"""How far the programme is open: to nobody it restricts, to a list, to a share, to whoever passes, to nobody at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.admission import Admission, admission, another_tenant, somebody
from eligibility.shops import JUDGED
from hongmao.catalog.api import NotAllowed, Principal, Role
from hongmao.eligibility.contracts import Stage, StageSet
from hongmao.eligibility.errors import (
    AdmissionInstantPast,
    AdmissionWordMissing,
    NothingToRule,
    ShopFactUnknown,
    SourceNotYours,
    StageUnknown,
)
from hongmao.eligibility.stages import shut_out
from hongmao.kernel.ids import MerchantId, ShopId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable


def reason(story: Admission, shop: ShopId) -> str | None:
    refusal = story.eligibility.admits(story.mei.tenant, story.merchant, shop=shop)
    return refusal.reason if refusal else None


def test_while_the_programme_observes_nothing_is_refused_or_held_whatever_the_verdict() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "1"})
        for _ in range(2):
            assert reason(story, shop.id) is None
            assert story.eligibility.would_hold(JUDGED) == {}
            assert story.eligibility.judge(story.mei, shop.id).status == "reject"
            story.eligibility.set_stage(ROOT, "observe", why="As it was")


def test_article_row_7_a_merchant_off_the_list_begins_nothing_and_the_switch_holds_everybody() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        story.eligibility.set_stage(ROOT, "whitelist", why="内测")
        assert reason(story, shop.id) == "whitelist"
        assert story.eligibility.would_hold(JUDGED) == {shop.id: "whitelist"}
        story.eligibility.list_merchant(ROOT, story.merchant)
        story.eligibility.list_merchant(ROOT, story.merchant)
        assert reason(story, shop.id) is None
        assert story.eligibility.would_hold(JUDGED) == {}
        # The kill switch, thrown by another process, is what the next look finds.
        story.another().set_stage(ROOT, "off", why="出事了")
        assert story.eligibility.would_hold(JUDGED + 1) == {shop.id: "stage_off"}
        assert reason(story, shop.id) == "stage_off"
        story.eligibility.set_stage(ROOT, "whitelist", why="好了")
        assert story.eligibility.would_hold(JUDGED + 2) == {}
        assert story.eligibility.unlist_merchant(ROOT, story.merchant)
        assert not story.eligibility.unlist_merchant(ROOT, story.merchant)
        assert story.eligibility.would_hold(JUDGED + 3) == {shop.id: "whitelist"}
        assert [one.stage.value for one in story.eligibility.stages(ROOT)] == ["whitelist", "off", "whitelist"]


@pytest.mark.parametrize("stage", ["whitelist", "off"])
def test_the_community_s_own_shops_are_none_of_the_programme_and_no_way_around_it(stage: str) -> None:
    with admission() as story:
        inside, outside = story.shop("xhs", id="s-1"), story.shop("taobao", {"experience": "4.6"}, id="s-2")
        story.eligibility.set_stage(ROOT, stage, why="A story")
        assert set(story.eligibility.would_hold(JUDGED)) == {outside.id}
        assert reason(story, inside.id) is None
        assert reason(story, outside.id) is not None
        # A plan that names no shop may lead outside.
        assert story.eligibility.admits(story.mei.tenant, story.merchant, shop=None) is not None
        tobacco = story.shop("xhs", id="s-3", category="烟草")
        assert set(story.eligibility.would_hold(JUDGED)) == {outside.id, tobacco.id}


def test_of_two_stages_set_at_once_the_later_number_counts_and_both_are_kept() -> None:
    with admission() as story:
        first = story.eligibility.set_stage(ROOT, "open", why="one")
        second = story.another().set_stage(ROOT, "off", why="other")
        assert first.at_ms == second.at_ms
        assert story.eligibility.stage() == second
        assert [one.number for one in story.store.stages()] == [first.number, second.number] == [1, 2]


MERCHANTS = st.sets(st.text("abcdef0123456789", min_size=4, max_size=12).map(MerchantId), min_size=200, max_size=200)


@given(merchants=MERCHANTS, low=st.integers(1, 98), more=st.integers(1, 98))
def test_a_share_grows_without_losing_a_merchant_and_is_about_as_large_as_it_says(
    merchants: set[MerchantId], low: int, more: int
) -> None:
    def within(percent: int) -> set[MerchantId]:
        now = StageSet(stage=Stage.PERCENT, percent=percent, who="x", why="x", at_ms=0)
        return {one for one in merchants if shut_out(now, one, ()) is None}

    high = min(99, low + more)
    assert within(low) <= within(high)
    # Six standard deviations of 200 draws.
    assert abs(len(within(high)) - 2 * high) <= 6 * (200 * high * (100 - high)) ** 0.5 / 100 + 1


@pytest.mark.parametrize(
    ("stage", "percent"),
    [("percent", None), ("percent", 0), ("percent", 100), ("percent", 1.5), ("percent", True), ("percent", "10"),
     ("open", 10), ("off", 1), ("closed", None), ("", None), ("OPEN", None)],
)  # fmt: skip
def test_a_stage_that_is_none_is_refused_and_nothing_is_kept(stage: str, percent: object) -> None:
    with admission() as story:
        with pytest.raises(StageUnknown):
            story.eligibility.set_stage(ROOT, stage, percent, why="x")  # type: ignore[arg-type]
        with pytest.raises(AdmissionWordMissing):
            story.eligibility.set_stage(ROOT, "open", why=" \n ")
        assert story.eligibility.stage() is None


def test_a_person_s_word_counts_where_the_rules_leave_it_to_one_and_until_it_ends() -> None:
    with admission() as story:
        shop = story.shop("jd", {"composite_star": "4.9"}, kind="self_operated")
        story.eligibility.set_stage(ROOT, "open", why="A story")
        assert (reason(story, shop.id), story.eligibility.would_hold(JUDGED)) == ("manual", {shop.id: "manual"})
        until_ms = JUDGED + DAY_MS
        story.eligibility.rule_on(ROOT, shop.id, passed=True, why="京东自营，已签协议", until_ms=until_ms)
        assert (reason(story, shop.id), story.eligibility.would_hold(JUDGED)) == (None, {})
        assert story.eligibility.stands(story.mei, shop.id).passes
        story.clock.set(until_ms - 1)
        assert story.eligibility.would_hold(until_ms - 1) == {}
        story.clock.set(until_ms)
        assert (reason(story, shop.id), story.eligibility.would_hold(until_ms)) == ("manual", {shop.id: "manual"})
        story.eligibility.rule_on(ROOT, shop.id, passed=False, why="不再合作")
        assert reason(story, shop.id) == "manual"
        with pytest.raises(AdmissionInstantPast):
            story.eligibility.rule_on(ROOT, shop.id, passed=True, why="x", until_ms=until_ms)


def test_nobody_s_word_lets_a_shop_in_that_the_rules_reject() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.4"})
        with pytest.raises(NothingToRule):
            story.eligibility.rule_on(ROOT, shop.id, passed=True, why="认识老板")


def test_a_shop_of_another_merchant_or_tenant_is_nobody_s_way_in() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        story.eligibility.set_stage(ROOT, "open", why="A story")
        admits = story.eligibility.admits
        for tenant, merchant, asked in [("t2", "m-1", shop.id), ("t1", "m-2", shop.id), ("t1", "m-1", "s-9")]:
            refusal = admits(TenantId(tenant), MerchantId(merchant), shop=ShopId(asked))
            assert refusal is not None
            assert (refusal.reason, refusal.verdict) == ("manual", None)
        assert admits(TenantId("t1"), MerchantId("m-1"), shop=None) is None


def test_a_plan_without_a_shop_begins_where_any_shop_passes_and_is_refused_by_the_nearest() -> None:
    with admission() as story:
        story.eligibility.set_stage(ROOT, "open", why="A story")

        def asked() -> tuple[str, str | None] | None:
            refusal = story.eligibility.admits(story.mei.tenant, story.merchant, shop=None)
            shop = refusal.verdict.shop if refusal and refusal.verdict else None
            return (refusal.reason, shop) if refusal else None

        assert asked() == ("manual", None)
        story.shop("taobao", {"experience": "4.4"}, id="s-1")
        assert asked() == ("score", "s-1")
        story.shop("vip", id="s-2")
        assert asked() == ("manual", "s-2")
        story.shop("taobao", {"experience": "4.5"}, id="s-3")
        assert asked() is None


def test_a_merchant_says_what_only_a_person_believes_and_never_what_only_the_platform_knows() -> None:
    with admission() as story:
        shop = story.shop("jd", kind="self_operated", badge="none", category=None)
        for source in ("api", "file"):
            with pytest.raises(SourceNotYours):
                story.eligibility.tell_facts(story.mei, shop.id, category="美妆个护", source=source)
        with pytest.raises(SourceNotYours):
            story.eligibility.tell_facts(story.mei, shop.id, kind="marketplace")
        story.eligibility.tell_facts(story.mei, shop.id, category="美妆个护")
        facts = story.store.facts([shop])[shop.id]
        assert (facts.kind, facts.badge, facts.category) == ("self_operated", "none", "美妆个护")
        with pytest.raises(ShopFactUnknown) as caught:
            story.eligibility.tell_facts(ROOT, shop.id, kind="自营")
        assert "marketplace, self_operated" in caught.value.message("zh")


def test_who_may_do_what() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        finance, stranger = somebody("t1", Role.FINANCE), another_tenant(story.house)
        acts: dict[str, Callable[[Principal], object]] = {
            "facts": lambda who: story.eligibility.tell_facts(who, shop.id, category="食品"),
            "stage": lambda who: story.eligibility.set_stage(who, "open", why="x"),
            "list": lambda who: story.eligibility.list_merchant(who, story.merchant),
            "rule": lambda who: story.eligibility.rule_on(who, shop.id, passed=True, why="x"),
            "publish": lambda who: story.eligibility.publish(who, "x", why="x"),
            "simulate": lambda who: story.eligibility.simulate(who, "x"),
            "listed": story.eligibility.listed,
        }
        for name, act in acts.items():
            for who in (finance, *([] if name == "facts" else [story.mei, stranger])):
                with pytest.raises(NotAllowed):
                    act(who)
        assert story.eligibility.stands(finance, shop.id).passes


def test_what_would_be_held_is_answered_from_memory_until_something_changes() -> None:
    with admission() as story:
        shop = story.shop("taobao", {"experience": "4.6"})
        story.eligibility.set_stage(ROOT, "open", why="A story")
        held = story.eligibility.would_hold(JUDGED)
        assert story.eligibility.would_hold(JUDGED + HOUR_MS) is held
        story.tell(shop.id, {"experience": "4.4"}, at_ms=JUDGED)
        assert story.eligibility.would_hold(JUDGED + HOUR_MS) == {shop.id: "score"}
        added = story.shop("taobao", {"experience": "4.4"}, id="s-2")
        assert set(story.eligibility.would_hold(JUDGED + HOUR_MS)) == {shop.id, added.id}
