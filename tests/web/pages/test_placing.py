"""Campaigns made, changed and copied in forms over real rooms: by date, field by field, all of it or nothing."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from hongmao.campaigns.api import CampaignTerms, Noun
from web.juguang.gate import placed
from web.pages.client import table, words_of
from web.pages.placing import LIST, NEW, fault, filled, house, things, visitor, with_way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate


@pytest.fixture
def opened() -> Iterator[Gate]:
    with house() as made:
        yield made


def test_row_46_a_campaign_comes_from_one_form_and_its_direct_link_with_it(opened: Gate) -> None:
    """Row 46: a starter of 100.00 a day; nobody types an id, and the address comes out of the merchant's links."""
    mei = visitor(opened)
    assert f'href="{html.escape(NEW)}"' in mei.get(LIST).text
    form = with_way(mei.get(NEW))
    assert form["campaign_day_budget"] == "100.00"
    answer = mei.post(NEW, {**form, "why": "618 首投"})
    [made] = things(opened, Noun.CAMPAIGN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}/{made.number}")
    [link] = things(opened, Noun.DIRECT_LINK)
    assert made.terms == CampaignTerms(
        marketing_target=13,
        campaign_name="618 种草直达",
        placement=1,
        promotion_target=1,
        time_type=0,
        time_peroid_type=0,
        bidding_strategy=2,
        limit_day_budget=1,
        campaign_day_budget=10_000,
        optimize_target=0,
        smart_switch=0,
        pacing_mode=1,
        feed_flag=0,
        search_flag=0,
        build_type=0,
        deeplink_id=link.number,
    )
    page = mei.get(f"{LIST}/{made.number}")
    assert "可投放" in words_of(page)
    assert table(page, "changes-table")[0][5] == "618 首投"
    # The second campaign finds the direct link there.
    again = mei.post(NEW, {**with_way(mei.get(NEW)), "campaign_name": "618 返场"})
    assert again.status_code == 303
    assert len(things(opened, Noun.DIRECT_LINK)) == 1


def test_every_field_that_is_refused_says_so_itself_and_nothing_is_kept(opened: Gate) -> None:
    mei = visitor(opened)
    form = {
        **with_way(mei.get(NEW)),
        "campaign_name": "字" * 51,
        "campaign_day_budget": "NaN",
        "start_time": "2025-06-18",
        "expire_time": "2025-06-01",
        "why": "因" * 201,
        "hours": "chosen",
        "slot-0-days": ["mon", "tues"],
        "slot-0-first": "8",
        "slot-0-after": "12",
        "slot-1-days": "tues",
        "slot-1-first": "11",
        "slot-1-after": "14",
    }
    answer = mei.post(NEW, form)
    assert answer.status_code == 422
    assert fault(answer, "campaign_name") == "计划名称 不能这样填：应为 1 到 50 个字符，收到 51 个"
    assert fault(answer, "campaign_day_budget") == "“NaN”不是金额"
    assert fault(answer, "expire_time") == "结束日期 不能这样填：早于 start_time"
    assert fault(answer, "slot-1") == "时段 不能这样填：与第 1 段在周二 11:00 重叠"
    assert fault(answer, "why") == "原因 不能这样填：应为 1 到 200 个字符，收到 201 个"
    assert answer.text.count('aria-invalid="true"') == 4
    assert re.findall(r'<li><a href="#([^"]+)"', answer.text) == [
        "campaign_name", "campaign_day_budget", "expire_time", "why", "slot-1",
    ]  # fmt: skip
    # What was typed stands there again, to the last box.
    assert filled(answer) == form
    assert (things(opened, Noun.CAMPAIGN), things(opened, Noun.DIRECT_LINK)) == ([], [])
    english = visitor(opened, lang="en").post(NEW, form)
    assert fault(english, "slot-1") == "Slot cannot be so: it overlaps with slot 1 on Tuesday at 11:00"
    mended = {
        **form,
        "campaign_name": "字" * 50,
        "campaign_day_budget": "320",
        "expire_time": "2025-06-20",
        "why": "",
        "slot-1-first": "12",
    }
    assert mei.post(NEW, mended).status_code == 303
    [made] = things(opened, Noun.CAMPAIGN)
    assert isinstance(made.terms, CampaignTerms)
    assert made.terms.time_period is not None
    assert made.terms.time_period.tues == "0" * 8 + "1" * 6 + "0" * 10
    assert made.terms.time_period.sun == "0" * 24


WRONG: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"campaign_day_budget": "99.99"}, "campaign_day_budget", "日预算（元）应为 100.00 到 999998.99 元（含），收到 99.99 元"),
    ({"campaign_day_budget": "999999"}, "campaign_day_budget", "收到 999999.00 元"),
    ({"campaign_day_budget": "100.001"}, "campaign_day_budget", "“100.001”不是金额"),
    ({"campaign_day_budget": "1e400"}, "campaign_day_budget", "不是金额"),
    ({"campaign_day_budget": "１００"}, "campaign_day_budget", "不是金额"),
    ({"campaign_day_budget": " "}, "campaign_day_budget", "缺少 日预算（元）"),
    ({"campaign_name": ""}, "campaign_name", "缺少 计划名称"),
    ({"campaign_name": "名\x00字"}, "campaign_name", "含有控制字符"),
    ({"way": ""}, "way", "缺少 跳转去向"),
    ({"way": "0" * 16}, "way", "选项已不可用"),
    ({"placement": "99"}, "placement", "投放位置 没有取值 99"),
    ({"placement": "信息流"}, "placement", "选项已不可用"),
    ({"start_time": "2025-06-18"}, "expire_time", "缺少 结束日期"),
    ({"start_time": "18.6.2025", "expire_time": "2025-06-20"}, "start_time", "yyyy-MM-dd"),
    ({"hours": "chosen"}, "hours", "没有任何可投放的小时"),
    ({"hours": "chosen", "slot-2-first": "9", "slot-2-after": "10"}, "slot-2", "请勾选至少一天"),
    ({"hours": "chosen", "slot-0-days": "mon", "slot-0-first": "9", "slot-0-after": "9"}, "slot-0", "结束时间须晚于"),
    ({"hours": "chosen", "slot-0-days": "mon", "slot-0-first": "-1", "slot-0-after": "25"}, "slot-0", "结束时间"),
    ({"bidding_strategy": "3", "pacing_mode": "2"}, "pacing_mode", "固定为匀速"),
    ({"optimize_target": "36"}, "bidding_strategy", "稳定成本"),
    ({"optimize_target": "36", "bidding_strategy": "7"}, "detect_url_link", "监测链接"),
    ({"feed_flag": "1"}, "feed_flag", "搜索追投只用于搜索推广"),
)  # fmt: skip


def test_what_the_market_refuses_is_refused_at_its_field(opened: Gate) -> None:
    mei = visitor(opened)
    form = with_way(mei.get(NEW))
    for changed, field, said in WRONG:
        answer = mei.post(NEW, {**form, **changed})
        assert (answer.status_code, said in fault(answer, field)) == (422, True), (changed, fault(answer, field))
    assert (things(opened, Noun.CAMPAIGN), things(opened, Noun.DIRECT_LINK)) == ([], [])


def test_a_name_that_is_taken_takes_no_direct_link_with_it(opened: Gate) -> None:
    mei = visitor(opened)
    form = with_way(mei.get(NEW))
    assert mei.post(NEW, {**form, "way": "", "marketing_target": "4"}).status_code == 303
    answer = mei.post(NEW, form)
    [there] = things(opened, Noun.CAMPAIGN)
    assert (answer.status_code, fault(answer, "campaign_name")) == (409, f"计划名称 已被 {there.number} 使用")
    assert things(opened, Noun.DIRECT_LINK) == []


def test_an_edit_says_who_when_and_why_and_keeps_what_the_market_fixes(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    mei, page = visitor(opened), f"{LIST}/{number}/edit"
    [before] = things(opened, Noun.CAMPAIGN)
    form = filled(mei.get(page))
    # Saved as it stands, it stands as it was.
    assert isinstance(before.terms, CampaignTerms)
    assert mei.post(page, {**form, "why": "看一眼"}).status_code == 303
    [same] = things(opened, Noun.CAMPAIGN)
    assert isinstance(same.terms, CampaignTerms)
    assert (same.version, same.terms) == (1, before.terms)
    form = filled(mei.get(page))
    raised = {**form, "campaign_day_budget": "250.5", "hours": "evening", "why": "大促放量"}
    assert mei.post(page, raised).status_code == 303
    [after] = things(opened, Noun.CAMPAIGN)
    assert isinstance(after.terms, CampaignTerms)
    assert after.terms.campaign_day_budget == 25_050
    assert after.terms.time_period is not None
    assert after.terms.time_period.sun == "0" * 18 + "1" * 6
    assert (after.terms.marketing_target, after.terms.optimize_target) == (16, 36)
    newest = table(mei.get(f"{LIST}/{number}"), "changes-table")[0]
    assert newest[1:3] == ["计划 618 蓄水 · 2", "修改"]
    assert "日预算（元） 100.00 → 250.50" in newest[3]
    assert "推广时段 — → 周一 周二 周三 周四 周五 周六 周日 18–24" in newest[3]
    assert newest[4:] == ["梅", "大促放量"]
    assert filled(mei.get(page))["hours"] == "evening"
    # Over what somebody else has changed since, nothing is written.
    stale = mei.post(page, {**form, "campaign_day_budget": "500"})
    assert (stale.status_code, "刚刚被他人修改" in words_of(stale)) == (409, True)
    # A tampered objective is refused, an unlimited budget is said by the switch.
    assert fault(mei.post(page, {**filled(mei.get(page)), "campaign_day_budget": "1"}), "campaign_day_budget")
    assert mei.post(page, {**filled(mei.get(page)), "limit_day_budget": "0"}).status_code == 303
    [free] = things(opened, Noun.CAMPAIGN)
    assert isinstance(free.terms, CampaignTerms)
    assert (free.terms.limit_day_budget, free.terms.campaign_day_budget) == (0, 0)


def test_a_copy_says_all_but_the_name(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    mei = visitor(opened)
    page = mei.get(f"{LIST}/new?of={number}")
    form = filled(page)
    assert "618 蓄水" in words_of(page)
    assert form["campaign_name"] == ""
    assert mei.post(NEW, {**form, "campaign_name": "618 爆发"}).status_code == 303
    first, second = things(opened, Noun.CAMPAIGN)
    assert isinstance(first.terms, CampaignTerms)
    assert isinstance(second.terms, CampaignTerms)
    for field in ("marketing_target", "optimize_target", "deeplink_id", "detect_url_link", "campaign_day_budget"):
        assert getattr(first.terms, field) == getattr(second.terms, field), field


def test_readers_strangers_and_other_sites_make_nothing(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    mei = visitor(opened)
    form, edit = with_way(mei.get(NEW)), f"{LIST}/{number}/edit"
    reader, stranger = visitor(opened, "reader"), visitor(opened, "mei2")
    for path in (NEW, edit, f"{LIST}/new?of={number}"):
        assert reader.get(path).status_code == 403
        assert stranger.get(path).status_code == 404
    for path in (NEW, edit):
        assert reader.post(path, form).status_code == 403
        assert stranger.post(path, form).status_code == 404
        assert mei.post(path, form, {"origin": "http://elsewhere.example"}).status_code == 403
    assert "新建计划" not in words_of(reader.get(LIST)) + words_of(reader.get(f"{LIST}/{number}"))
    theirs = f"{LIST}/new?account=2"
    assert str(form["way"]) not in stranger.get(theirs).text
    assert "选项已不可用" in fault(stranger.post(theirs, form), "way")
    assert [one.name for one in things(opened, Noun.CAMPAIGN)] == ["618 蓄水"]
