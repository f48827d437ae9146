"""Creatives by the twenty, why each does not serve, who changed what and why, and what the wallet holds: over real contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hongmao.campaigns.api import Noun
from hongmao.kernel.time import instant
from hongmao.storage.models import PlacedRow
from hongmao.storage.scope import PlatformScope
from web.juguang.gate import campaign, creativity, gate, placed

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


def several(count: int, **changed: dict[str, Any]) -> list[dict[str, object]]:
    """Fill in creatives; `changed` says what the one of that number has otherwise."""
    made = [creativity(creativity_name=f"创意 {at}") for at in range(count)]
    for at, other in changed.items():
        made[int(at.removeprefix("at"))] |= other
    return made


def names(program: Program) -> list[str]:
    found = program.done("/jg/creativity/search", page={"page_size": 100})
    return [one["creative_name"] for one in found["creativity_dtos"]]


def test_CREAT_3_twenty_creatives_come_in_one_call_and_twenty_one_leave_none(program: Program) -> None:
    _, _, unit_id, _ = placed(program)
    before = names(program)
    over = program.post("/jg/creativity/batch/create", unit_id=unit_id, creativity_list=several(21))
    assert (over["code"], over["error"]) == (900400, "too_many_named")
    none = program.post("/jg/creativity/batch/create", unit_id=unit_id, creativity_list=[])
    assert none["error"] == "too_many_named"
    assert names(program) == before
    made = program.done("/jg/creativity/batch/create", unit_id=unit_id, creativity_list=several(20))
    assert len(made["creativity_ids"]) == 20
    assert len(names(program)) == len(before) + 20


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        ("creativity_list[19].title", {"at19": {"title": "字" * 12}}),
        ("creativity_list[3].bar_content", {"at3": {"bar_content": "七个字的按钮啊"}}),
        ("creativity_list[0].creativity_name", {"at0": {"creativity_name": "名" * 51}}),
        ("creativity_list[7].note_id", {"at7": {"note_id": "bad id"}}),
        ("creativity_list[2].fall_back_jump_url", {"at2": {"fall_back_jump_url": None}}),
        ("creativity_list[1].conversion_component_types", {"at1": {"conversion_component_types": [0, 0]}}),
    ],
)
def test_CREAT_3_one_fault_among_twenty_is_named_and_keeps_them_all_out(
    program: Program, place: str, changed: dict[str, dict[str, Any]]
) -> None:
    _, _, unit_id, _ = placed(program)
    before = names(program)
    answer = program.post("/jg/creativity/batch/create", unit_id=unit_id, creativity_list=several(20, **changed))
    assert answer["success"] is False
    assert place in answer["msg"], answer
    assert names(program) == before


def test_every_reason_is_told_and_the_first_is_what_to_act_on(opened: Gate, program: Program) -> None:
    _, campaign_id, unit_id, creativity_id = placed(program)

    def reasons() -> list[str]:
        [one] = program.done("/jg/creativity/search", creative_ids=[creativity_id])["creativity_dtos"]
        assert all(why["zh"] and why["en"] for why in one["reasons"])
        return [why["code"] for why in one["reasons"]]

    assert reasons() == ["in_review"]
    opened.front.caller(opened.browser).add("/v1/links/link-1/review", deeplink=2, fallback=2)
    assert reasons() == []
    program.done("/jg/unit/update/status", unit_ids=[unit_id], status=2)
    hours = {"wed": "1" * 10 + "0" + "1" * 13}
    program.done("/jg/campaign/update", campaign_id=campaign_id, time_peroid_type=1, time_period=hours)
    assert reasons() == ["by_unit", "hours"]
    opened.front.clock.set(instant("2025-05-07T11:00:00+08:00"))
    assert reasons() == ["by_unit"]
    program.done(
        "/jg/campaign/update", campaign_id=campaign_id, time_type=1, start_time="2025-05-08", expire_time="2025-06-20"
    )
    assert reasons() == ["by_unit", "days"]
    program.done("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=3)
    assert reasons() == ["deleted"]


def test_what_is_derived_is_kept_nowhere(opened: Gate, program: Program) -> None:
    _, campaign_id, _, _ = placed(program)
    hours = {"wed": "1" * 10 + "0" + "1" * 13}
    program.done("/jg/campaign/update", campaign_id=campaign_id, time_peroid_type=1, time_period=hours)

    def rows() -> list[tuple[object, ...]]:
        with opened.front.house.database.session(PlatformScope("a test")) as session:
            found = select(PlacedRow.number, PlacedRow.state, PlacedRow.version, PlacedRow.terms)
            return [tuple(row) for row in session.execute(found.order_by(PlacedRow.number))]

    def state() -> int:
        [one] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
        return int(one["campaign_filter_state"])

    before = rows()
    assert {row[1] for row in before} == {1}
    assert state() == 8
    assert rows() == before
    opened.front.clock.set(instant("2025-05-07T11:00:00+08:00"))
    assert state() == 1
    assert rows() == before


def test_each_change_keeps_who_and_why(opened: Gate, program: Program) -> None:
    _, campaign_id, unit_id, creativity_id = placed(program)
    program.done("/jg/campaign/update", campaign_id=campaign_id, campaign_day_budget=20_000, why="618 蓄水加量")
    program.done("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=2, why="素材被投诉")
    program.done("/jg/unit/update", unit_id=unit_id, event_bid=5_000, why="抢量")
    program.done("/jg/creativity/update", creativity_id=creativity_id, title="真实测评", why="标题更准")
    services = opened.front.app.state.services
    account = services.campaigns.advertiser("tenant-1", program.account)

    def told(noun: Noun, number: int) -> list[tuple[str, str]]:
        changes = services.campaigns.changes(account, noun, number)
        assert len({one.by for one in changes}) == 1
        return [(one.act, one.why) for one in changes]

    assert told(Noun.CAMPAIGN, campaign_id) == [("create", ""), ("update", "618 蓄水加量"), ("paused", "素材被投诉")]
    assert told(Noun.UNIT, unit_id) == [("create", ""), ("update", "抢量")]
    assert told(Noun.CREATIVITY, creativity_id) == [("create", ""), ("update", "标题更准")]
    for why in ("字" * 201, "两\n行", "  "):
        answer = program.post("/jg/campaign/update", campaign_id=campaign_id, campaign_day_budget=30_000, why=why)
        assert (answer["code"], answer["error"]) == (900400, "term_refused")
        assert "why" in answer["msg"]
    assert len(told(Noun.CAMPAIGN, campaign_id)) == 3


def test_a_switch_of_several_is_all_or_none(program: Program) -> None:
    _, campaign_id, _, _ = placed(program)
    other = program.done("/jg/campaign/create", **campaign(campaign_name="第二个"))["campaign_id"]
    program.done("/jg/campaign/status/update", campaign_ids=[other], action_type=3)
    answer = program.post("/jg/campaign/status/update", campaign_ids=[campaign_id, other], action_type=2)
    assert answer["error"] == "already_deleted"
    states = {
        one["campaign_id"]: one["campaign_filter_state"]
        for one in program.done("/jg/campaign/list")["base_campaign_dtos"]
    }
    assert states == {campaign_id: 1, other: 3}


@pytest.mark.parametrize(
    "content",
    [
        b'{"advertiser_id": 1, "campaign_id": 2, "time_peroid_type": 1, "time_period": {"mon": "%b", "mon": "%b"}}'
        % (b"1" * 24, b"0" * 24),
        b'{"advertiser_id": 1, "campaign_id": 2, "campaign_day_budget": 20000, "campaign_day_budget": 30000}',
        b'{"advertiser_id": 1, "campaign_id": 2, "campaign_day_budget": NaN}',
        b'{"advertiser_id": 1, "campaign_id": 2, "campaign_day_budget": Infinity}',
        b'{"advertiser_id": 1, "campaign_id": 2, "campaign_day_budget": 1e400}',
    ],
)
def test_overlapping_bitmaps_and_budgets_that_are_no_number_are_refused_whole(program: Program, content: bytes) -> None:
    _, campaign_id, _, _ = placed(program)
    [before] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
    sent = program.caller.browser.send("POST", "/api/open/jg/campaign/update", headers=program.headers, content=content)
    answer = sent.json()
    [after] = program.done("/jg/campaign/list", campaign_ids=[campaign_id])["base_campaign_dtos"]
    assert (answer["code"], answer["success"]) == (900400, False)
    assert after == before


def test_the_balance_is_the_merchant_s_on_both_lines_and_nobody_else_s(opened: Gate, program: Program) -> None:
    admin = opened.front.caller(opened.browser)
    admin.add("/v1/wallets/top-ups", tenant="tenant-1", merchant="merchant-1", line="cid", amount_fen=10_000, key="k1")
    told = program.done("/jg/account/balance/info")["balances"]
    assert [(one["line"], one["balance_fen"]) for one in told] == [("cid", 10_000), ("ud", 0)]
    stranger = opened.program(2)
    theirs = stranger.send("/jg/account/balance/info", {"advertiser_id": 1})
    assert (theirs["code"], theirs["error"]) == (900404, "advertiser_unknown")
