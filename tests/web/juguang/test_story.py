"""A program builds a campaign: link under review, campaign, unit, creativity; and somebody else sees nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.campaigns.api import Noun
from hongmao.catalog.api import Role
from hongmao.kernel.time import instant
from web.juguang.gate import DEEPLINK, FALLBACK, campaign, creativity, gate, placed, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate, Program


@pytest.fixture
def opened() -> Iterator[Gate]:
    with gate() as made:
        yield made


@pytest.fixture
def program(opened: Gate) -> Program:
    return opened.program()


def review(opened: Gate, **verdicts: object) -> None:
    admin = opened.front.caller(opened.browser)
    admin.add("/v1/links/link-1/review", **verdicts)


def test_LINK_2_a_direct_link_and_its_creativity_are_approved_with_the_ad_link_of_the_same_address(
    opened: Gate, program: Program
) -> None:
    link_id, _, _, creativity_id = placed(program)

    def standing() -> tuple[int, int, str]:
        [link] = program.get("/jg/direct-link/list", id=link_id)["data"]["direct_link_list"]
        [made] = program.done("/jg/creativity/search", creative_ids=[creativity_id])["creativity_dtos"]
        return link["status"], made["audit_status"], made["audit_comment"]

    assert standing() == (1, 2, "")
    review(opened, deeplink=2, note="看过商品页")
    assert standing() == (2, 2, "看过商品页")
    review(opened, fallback=2)
    assert standing() == (2, 3, "看过商品页")
    review(opened, fallback=3, note="兜底页打不开")
    assert standing() == (2, 1, "兜底页打不开")


def test_a_campaign_refuses_a_link_that_was_rejected(opened: Gate, program: Program) -> None:
    placed(program)
    review(opened, deeplink=3)
    answer = program.post("/jg/campaign/create", **campaign(campaign_name="第二个"))
    assert (answer["code"], answer["success"]) == (900400, False)
    assert "deeplink_id" in answer["msg"]
    assert "审核未通过" in answer["msg"]


def test_what_was_placed_is_listed_with_the_markets_names(program: Program) -> None:
    link_id, campaign_id, unit_id, creativity_id = placed(program)
    [shown] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
    assert shown["campaign_filter_state"] == 1
    assert shown["campaign_create_time"] == "2025-05-07 10:00:00"
    assert shown["time_period"] == "1" * 168
    assert (shown["deeplink_id"], shown["campaign_day_budget"], shown["asset_event"]) == (link_id, 10_000, 402)
    [info] = program.done("/jg/unit/list", campaign_id=campaign_id)["unit_infos"]
    assert (info["id"], info["name"], info["enable"], info["event_bid"]) == (unit_id, "通投", 1, 4_500)
    [made] = program.done("/jg/creativity/search", unit_id=unit_id)["creativity_dtos"]
    assert (made["creative_id"], made["campaign_id"], made["creativity_status"]) == (creativity_id, campaign_id, 8)
    assert made["fall_back_jump_url"] == FALLBACK


def test_a_switch_by_the_market_s_numbers_and_what_it_holds(opened: Gate, program: Program) -> None:
    _, campaign_id, unit_id, creativity_id = placed(program)

    def states() -> tuple[int, int]:
        [one] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
        [made] = program.done("/jg/creativity/search", creative_ids=[creativity_id])["creativity_dtos"]
        return one["campaign_filter_state"], made["creativity_status"]

    assert states() == (1, 8)
    assert program.done("/jg/unit/update/status", unit_ids=[unit_id], status=2) == {"unit_ids": [unit_id]}
    assert states() == (1, 4)
    program.done("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=2)
    assert states() == (2, 5)
    program.done("/jg/creativity/status/update", creativity_ids=[creativity_id], action_type=2)
    assert states() == (2, 3)
    program.done("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=3)
    assert states() == (3, 1)
    again = program.post("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=1)
    assert (again["code"], again["error"]) == (900409, "already_deleted")
    changes = opened.front.app.state.services.campaigns.changes
    account = opened.front.app.state.services.campaigns.advertiser("tenant-1", program.account)
    acts = [(one.version, one.act, one.at_ms) for one in changes(account, Noun.CAMPAIGN, campaign_id)]
    now_ms = instant("2025-05-07T10:00:00+08:00")
    assert acts == [(1, "create", now_ms), (2, "paused", now_ms), (3, "deleted", now_ms)]


@pytest.mark.parametrize("state", [0, 4, 5, 6, 7, 8])
def test_a_derived_state_is_never_set(program: Program, state: int) -> None:
    _, campaign_id, _, _ = placed(program)
    answer = program.post("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=state)
    assert (answer["code"], answer["error"]) == (900400, "state_not_settable")


def test_an_hour_of_rest_is_a_state_that_follows_from_the_clock(opened: Gate, program: Program) -> None:
    _, campaign_id, _, _ = placed(program)
    hours = {"wed": "1" * 10 + "0" + "1" * 13}  # 2025-05-07 is a Wednesday, and the clock stands at 10:00
    program.done("/jg/campaign/update", campaign_id=campaign_id, time_peroid_type=1, time_period=hours)
    listed = program.done("/jg/campaign/list", status=8)["base_campaign_dtos"]
    assert [one["campaign_id"] for one in listed] == [campaign_id]
    assert listed[0]["time_period"] == "1" * 58 + "0" + "1" * 109
    opened.front.clock.set(instant("2025-05-07T11:00:00+08:00"))
    assert program.done("/jg/campaign/list", status=8)["base_campaign_dtos"] == []
    assert len(program.done("/jg/campaign/list", status=1)["base_campaign_dtos"]) == 1


def test_an_update_changes_what_it_names_and_nothing_else(program: Program) -> None:
    _, campaign_id, unit_id, _ = placed(program)
    [before] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
    program.done("/jg/campaign/update", campaign_id=campaign_id, campaign_day_budget=20_000)
    [after] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
    assert {name for name in after if after[name] != before[name]} == {"campaign_day_budget"}
    fixed = program.post("/jg/campaign/update", campaign_id=campaign_id, placement=2)
    assert (fixed["code"], fixed["error"]) == (900400, "term_fixed")
    program.done("/jg/unit/update", unit_id=unit_id, event_bid=5_000)
    [info] = program.done("/jg/unit/list", unit_ids=[unit_id])["unit_infos"]
    assert (info["event_bid"], info["note_ids"]) == (5_000, ["note-1"])


def test_a_repeated_create_makes_no_second_campaign(program: Program) -> None:
    placed(program)
    answer = program.post("/jg/campaign/create", **campaign())
    assert (answer["code"], answer["error"]) == (900409, "name_taken")
    assert program.done("/jg/campaign/list")["page"] == {"page_index": 1, "total_count": 1}


def test_another_tenant_s_key_finds_nothing_and_says_nothing(opened: Gate, program: Program) -> None:
    link_id, campaign_id, unit_id, creativity_id = placed(program)
    stranger = opened.program(2)
    bodies: list[tuple[str, dict[str, object]]] = [
        ("/jg/campaign/list", {}),
        ("/jg/campaign/update", {"campaign_id": campaign_id, "campaign_name": "夺走"}),
        ("/jg/campaign/status/update", {"campaign_ids": [campaign_id], "action_type": 3}),
        ("/jg/unit/create", {"campaign_id": campaign_id, **unit(unit_name="塞入")}),
        ("/jg/unit/update/status", {"unit_ids": [unit_id], "status": 3}),
        ("/jg/creativity/create", {"unit_id": unit_id, **creativity()}),
        ("/jg/creativity/status/update", {"creativity_ids": [creativity_id], "action_type": 3}),
        ("/jg/direct-link/delete", {"id": link_id}),
        ("/jg/data/report/offline/account", {}),
    ]
    for path, body in bodies:
        theirs = stranger.send(path, {"advertiser_id": program.account, **body})
        nobodys = stranger.send(path, {"advertiser_id": 999, **body})
        assert (theirs["code"], theirs["error"]) == (900404, "advertiser_unknown"), path
        assert theirs["msg"].replace("账户 1。", "账户 999。") == nobodys["msg"], path
    # Under their own account, the ids of others are no ids.
    for path, body in bodies[1:8]:
        assert stranger.post(path, **body)["error"] == "placed_unknown", path
    own = stranger.post("/jg/campaign/create", **campaign(deeplink_id=link_id))
    assert own["error"] == "placed_unknown"
    assert stranger.done("/jg/campaign/list")["base_campaign_dtos"] == []
    [shown] = program.done("/jg/campaign/list")["base_campaign_dtos"]
    assert (shown["campaign_name"], shown["campaign_filter_state"]) == ("618 蓄水", 1)


def test_without_a_key_or_with_a_role_that_may_not_nothing_is_done(opened: Gate, program: Program) -> None:
    no_key = opened.browser.post("/api/open/jg/campaign/list", {}, json={"advertiser_id": 1})
    assert (no_key.status_code, no_key.json()["code"]) == (200, 900401)
    wrong = opened.browser.post("/api/open/jg/campaign/list", {"access-token": "hk_0"}, json={"advertiser_id": 1})
    assert wrong.json()["code"] == 900401
    analyst = opened.program(1, Role.ANALYST)
    assert analyst.post("/jg/campaign/create", **campaign())["code"] == 900403
    assert analyst.post("/jg/campaign/list")["success"]
    assert program.get("/jg/direct-link/list")["data"] == {"total": 0, "direct_link_list": []}


def test_a_direct_link_keeps_the_address_that_was_reviewed(program: Program) -> None:
    link_id, *_ = placed(program)
    renamed = program.done("/jg/direct-link/update", id=link_id, remark_name="新备注")
    assert (renamed["remark_name"], renamed["url"]) == ("新备注", DEEPLINK)
    moved = program.post("/jg/direct-link/update", id=link_id, url="sandboxshop://elsewhere")
    assert moved["error"] == "field_refused"
    assert program.get("/jg/direct-link/list", status_str="2,3")["data"]["total"] == 0
    assert program.get("/jg/direct-link/list", type_str="1", remark_name="新")["data"]["total"] == 1
    assert program.get("/jg/direct-link/list", status_str="7")["code"] == 900400
    program.done("/jg/direct-link/delete", id=link_id)
    assert program.get("/jg/direct-link/list")["data"]["total"] == 0


def test_what_is_not_served_is_named(program: Program) -> None:
    answer = program.post("/jg/keyword/common/recommend")
    assert (answer["code"], answer["success"]) == (900501, False)
    assert "/api/open/jg/keyword/common/recommend" in answer["msg"]
    assert program.get("/jg/campaign/list")["code"] == 900405


def test_a_campaign_whose_link_is_gone_can_be_edited_and_not_begun_again(program: Program) -> None:
    link_id, campaign_id, _, _ = placed(program)
    program.done("/jg/direct-link/delete", id=link_id)
    program.done("/jg/campaign/update", campaign_id=campaign_id, campaign_day_budget=20_000)
    begun = program.post("/jg/campaign/create", **campaign(campaign_name="第二个", deeplink_id=link_id))
    assert begun["error"] == "placed_unknown"
    assert "deeplink_id" in begun["msg"]
