"""授权, 报备, 审核队列, 绑定 over both APIs and real stores: what may be placed, what serves, what waits and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hongmao.campaigns.api import Noun
from hongmao.catalog.api import Role
from hongmao.kernel.ids import LinkId, TenantId
from hongmao.kernel.time import MINUTE_MS, instant
from hongmao.links.api import HoldSource
from web.api.front import link_body
from web.api.sent import fault
from web.juguang.gate import campaign, creativity, gate, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.api.front import Caller
    from web.juguang.gate import Gate, Program

LINK = LinkId("link-1")


@pytest.fixture
def opened() -> Iterator[Gate]:
    with gate() as made:
        yield made


@pytest.fixture
def program(opened: Gate) -> Program:
    return opened.program()


@pytest.fixture
def admin(opened: Gate) -> Caller:
    return opened.front.caller(opened.browser)


@pytest.fixture
def optimiser(opened: Gate) -> Caller:
    return opened.front.caller(opened.browser, Role.OPTIMISER, "tenant-1")


def turn(opened: Gate) -> bool:
    """Set the holds that are worked out from consents and from campaigns, as the house's clockwork does; say if link 1 rests."""
    house, now_ms = opened.front, opened.front.clock.now_ms()
    house.links.set_holds(HoldSource.AUTHORISATION, house.authorisations.would_hold(house.links.every()), now_ms)
    house.links.set_holds(HoldSource.CAMPAIGN, house.campaigns.would_hold(), now_ms)
    return house.links.find(LINK).paused


def test_CREAT_1_a_cancel_takes_the_note_s_link_off_at_the_next_turn(
    opened: Gate, admin: Caller, optimiser: Caller
) -> None:
    opened.front.demanded = True
    assert turn(opened)
    asked = optimiser.add("/v1/authorisations", note="note-1", why="618 蓄水")
    assert (asked["state"], asked["fault"], asked["creator"]) == (0, "not_authorised", "creator-1")
    assert turn(opened)
    said = {"state": 1, "until": "2025-06-20", "registered": True, "why": "达人已接受"}
    given = admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", **said)
    assert (given["state"], given["until"], given["fault"]) == (1, "2025-06-20", None)
    assert not turn(opened)
    opened.front.clock.set(opened.front.clock.now_ms() + 4 * MINUTE_MS)
    optimiser.add("/v1/authorisations/note-1/cancel", why="合作终止")
    assert turn(opened)
    [held] = opened.front.links.holds(TenantId("tenant-1"), LINK)
    assert (held.source, held.reason) == ("authorisation", "not_authorised")
    told = optimiser.get("/v1/authorisations/note-1/changes").json()["changes"]
    assert [(one["state"], one["why"]) for one in told] == [(0, "618 蓄水"), (1, "达人已接受"), (4, "合作终止")]


def test_CREAT_1_a_note_without_a_live_consent_is_refused_in_a_new_ad_and_its_old_ads_can_be_edited(
    opened: Gate, program: Program, admin: Caller, optimiser: Caller
) -> None:
    _, _, unit_id, creativity_id = placed(program)  # while the programme only observes
    opened.front.demanded = True

    def another() -> dict[str, Any]:
        return program.post("/jg/creativity/create", unit_id=unit_id, **creativity(creativity_name="另一个"))

    for step in ("nothing", "asked", "refused", "cancelled", "over"):
        if step == "asked":
            optimiser.add("/v1/authorisations", note="note-1")
        if step == "refused":
            admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", state=3)
        if step == "cancelled":
            admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", state=1, registered=True)
            optimiser.add("/v1/authorisations/note-1/cancel")
        if step == "over":
            said = {"state": 1, "registered": True, "until": "2025-05-08"}
            admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", **said)
            opened.front.clock.set(instant("2025-05-09T00:00:00+08:00"))
        answer = another()
        assert (answer["code"], answer["error"]) == (900400, "note_not_authorised"), step
        assert "note_id" in answer["msg"], step
    program.done("/jg/creativity/update", creativity_id=creativity_id, title="真实测评")
    many = program.post("/jg/creativity/batch/create", unit_id=unit_id, creativity_list=[creativity()])
    assert "creativity_list[0].note_id" in many["msg"]
    assert program.done("/jg/creativity/search")["page"]["total_count"] == 1
    admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", state=2, registered=True)
    assert another()["success"]


def test_CREAT_2_an_unfiled_paid_note_is_refused_and_held_when_its_filing_is_taken_back(
    opened: Gate, program: Program, admin: Caller
) -> None:
    _, _, unit_id, creativity_id = placed(program)
    opened.front.demanded = True
    admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", state=1)
    refused = program.post("/jg/creativity/create", unit_id=unit_id, **creativity())
    assert (refused["code"], refused["error"]) == (900400, "note_unfiled")
    assert turn(opened)
    admin.add("/v1/authorisations/note-1/filing", tenant="tenant-1", registered=True, why="备案号 1")
    assert program.post("/jg/creativity/create", unit_id=unit_id, **creativity())["success"]
    assert not turn(opened)
    admin.add("/v1/authorisations/note-1/filing", tenant="tenant-1", registered=False, why="备案被撤回")
    assert turn(opened)
    [one] = program.done("/jg/creativity/search", creative_ids=[creativity_id])["creativity_dtos"]
    assert [why["code"] for why in one["reasons"]] == ["in_review", "unfiled"]


def test_who_speaks_for_creators_is_not_the_tenant(opened: Gate, optimiser: Caller) -> None:
    optimiser.add("/v1/authorisations", note="note-1")
    for path, body in (("answer", {"state": 1}), ("filing", {"registered": True})):
        answer = optimiser.post(f"/v1/authorisations/note-1/{path}", body)
        assert (answer.status_code, fault(answer)["code"]) == (403, "not_allowed")
    stranger = opened.front.caller(opened.browser, Role.OPTIMISER, "tenant-2")
    assert stranger.get("/v1/authorisations").json() == {"authorisations": []}
    theirs = stranger.post("/v1/authorisations/note-1/cancel", {})
    assert (theirs.status_code, fault(theirs)["code"]) == (404, "authorisation_unknown")
    assert "初晴" not in theirs.text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"state": 0}, "term_refused"),
        ({"state": 4}, "term_refused"),
        ({"state": 1, "until": "2025-05-06"}, "term_refused"),
        ({"state": 1, "until": "2025-6-1"}, "term_refused"),
        ({"state": 1, "until": "0001-01-01"}, "term_refused"),
        ({"state": 1, "why": "字" * 201}, "term_refused"),
        ({"state": 3}, "authorisation_stands"),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_kept(admin: Caller, body: dict[str, object], code: str) -> None:
    answer = admin.post("/v1/authorisations/note-1/answer", {"tenant": "tenant-1", **body})
    assert fault(answer)["code"] == code
    assert admin.get("/v1/authorisations", tenant="tenant-1").json() == {"authorisations": []}


def test_a_bound_link_rests_and_serves_with_its_creativity(opened: Gate, program: Program, optimiser: Caller) -> None:
    _, campaign_id, unit_id, creativity_id = placed(program)
    bound = optimiser.add("/v1/bindings", advertiser_id=1, link="link-1", creativity_id=creativity_id, why="上线")
    assert (bound["creativity_id"], bound["campaign_id"]) == (creativity_id, campaign_id)
    assert optimiser.get("/v1/bindings").json()["bindings"] == [bound]
    assert not turn(opened)

    def reason() -> str | None:
        resting = turn(opened)
        held = opened.front.links.holds(TenantId("tenant-1"), LINK)
        assert resting == bool(held)
        return held[0].reason if held else None

    program.done("/jg/unit/update/status", unit_ids=[unit_id], status=2)
    assert reason() == "by_unit"
    program.done("/jg/unit/update/status", unit_ids=[unit_id], status=1)
    assert reason() is None
    hours = {"wed": "1" * 10 + "0" + "1" * 13}
    program.done("/jg/campaign/update", campaign_id=campaign_id, time_peroid_type=1, time_period=hours)
    assert reason() == "hours"
    opened.front.clock.set(instant("2025-05-07T11:00:00+08:00"))
    assert reason() is None
    opened.front.links.pause(TenantId("tenant-1"), LINK)
    program.done("/jg/campaign/status/update", campaign_ids=[campaign_id], action_type=2)
    turn(opened)
    [one] = program.done("/jg/creativity/search", creative_ids=[creativity_id])["creativity_dtos"]
    assert [why["code"] for why in one["reasons"]] == ["by_campaign", "in_review", "link_held"]
    optimiser.add("/v1/bindings", advertiser_id=1, link="link-1")
    opened.front.links.resume(TenantId("tenant-1"), LINK)
    assert reason() is None  # it carries nothing now, so no campaign holds it
    acts = opened.front.campaigns.changes(
        opened.front.campaigns.advertiser(TenantId("tenant-1"), 1), Noun.CREATIVITY, creativity_id
    )
    assert [(one.act, one.why) for one in acts] == [("create", ""), ("bind", "上线"), ("unbind", "")]


def test_binding_a_link_anew_takes_it_from_the_creativity_that_had_it_and_both_keep_why(
    opened: Gate, program: Program, optimiser: Caller
) -> None:
    _, _, unit_id, first = placed(program)
    second = program.done("/jg/creativity/create", unit_id=unit_id, **creativity(creativity_name="另一个"))[
        "creativity_id"
    ]
    for number, why in ((first, "上线"), (first, "再点一次"), (second, "换素材")):
        optimiser.add("/v1/bindings", advertiser_id=1, link="link-1", creativity_id=number, why=why)
    [bound] = optimiser.get("/v1/bindings").json()["bindings"]
    assert bound["creativity_id"] == second
    account = opened.front.campaigns.advertiser(TenantId("tenant-1"), 1)

    def acts(number: int) -> list[tuple[str, str]]:
        return [(one.act, one.why) for one in opened.front.campaigns.changes(account, Noun.CREATIVITY, number)]

    assert acts(first) == [("create", ""), ("bind", "上线"), ("unbind", "换素材")]
    assert acts(second) == [("create", ""), ("bind", "换素材")]
    program.done("/jg/creativity/status/update", creativity_ids=[first], action_type=2)
    assert not turn(opened)
    program.done("/jg/creativity/status/update", creativity_ids=[second], action_type=2)
    assert turn(opened)


def test_a_link_carries_only_the_creativity_that_speaks_of_it(
    opened: Gate, program: Program, admin: Caller, optimiser: Caller
) -> None:
    _, _, unit_id, creativity_id = placed(program)
    other = {**link_body(1), "id": "link-9", "fallback_url": "http://shop.example/item/item-2"}
    admin.add("/v1/links", tenant="tenant-1", **other)
    plain = program.done("/jg/creativity/create", unit_id=unit_id, **creativity(conversion_type=0))["creativity_id"]

    def refused(link: str, number: int, caller: Caller = optimiser, account: int = 1) -> tuple[int, str]:
        body = {"advertiser_id": account, "link": link, "creativity_id": number}
        answer = caller.post("/v1/bindings", body)
        return answer.status_code, fault(answer)["code"]

    assert refused("link-9", creativity_id) == (422, "link_another")
    assert refused("link-1", plain) == (422, "link_another")
    assert refused("link-8", creativity_id) == (404, "link_unknown")
    assert refused("link-2", creativity_id) == (404, "link_unknown")  # another tenant's
    assert refused("link-1", 99) == (404, "placed_unknown")
    stranger = opened.front.caller(opened.browser, Role.OPTIMISER, "tenant-2")
    assert refused("link-1", creativity_id, stranger) == (404, "advertiser_unknown")
    assert refused("link-1", creativity_id, stranger, account=2) == (404, "placed_unknown")
    unbound = optimiser.post("/v1/bindings", {"advertiser_id": 1, "link": "link-1"})
    assert (unbound.status_code, fault(unbound)["code"]) == (404, "not_bound")
    program.done("/jg/creativity/status/update", creativity_ids=[creativity_id], action_type=3)
    assert refused("link-1", creativity_id) == (409, "already_deleted")
    assert optimiser.get("/v1/bindings").json() == {"bindings": []}


def test_the_review_queue_says_what_waits_and_why(
    opened: Gate, program: Program, admin: Caller, optimiser: Caller
) -> None:
    opened.front.demanded = True
    admin.add("/v1/authorisations/note-1/answer", tenant="tenant-1", state=1, registered=True)
    _, _, unit_id, creativity_id = placed(program)
    strange = creativity(creativity_name="另一页", fall_back_jump_url="http://shop.example/item/item-2")
    program.done("/jg/creativity/create", unit_id=unit_id, **strange)

    def queue(caller: Caller) -> list[tuple[str, str, bool, list[str]]]:
        items = caller.get("/v1/review-queue").json()["items"]
        return [(one["what"], one["id"], one["rejected"], [why["code"] for why in one["reasons"]]) for one in items]

    both = ["deeplink_pending", "fallback_pending"]
    own = [
        ("creativity", str(creativity_id), False, both),
        ("creativity", str(creativity_id + 1), False, ["no_link"]),
        ("link", "link-1", False, both),
    ]
    assert queue(optimiser) == own
    # The deployment's reviewers see everybody's; nobody asked the second tenant's creator.
    assert queue(admin) == [*own, ("link", "link-2", False, [*both, "not_authorised"])]
    admin.add("/v1/links/link-1/review", deeplink=2, fallback=3, note="兜底页打不开")
    assert queue(optimiser) == [
        ("creativity", str(creativity_id), True, ["fallback_rejected"]),
        own[1],
        ("link", "link-1", True, ["fallback_rejected"]),
    ]
    said = {one["id"]: one["said"] for one in optimiser.get("/v1/review-queue").json()["items"]}
    assert said["link-1"] == said[str(creativity_id)] == "兜底页打不开"
    admin.add("/v1/links/link-1/review", fallback=2)
    assert queue(optimiser) == [own[1]]


def test_a_merchant_outside_the_programme_places_no_campaign_and_binds_no_link(
    program: Program, admin: Caller, optimiser: Caller
) -> None:
    _, _, _, creativity_id = placed(program)
    admin.add("/v1/eligibility/stage", stage="whitelist", why="内测")
    answer = program.post("/jg/campaign/create", **campaign(campaign_name="第二个"))
    assert (answer["code"], answer["error"]) == (900403, "not_admitted")
    bound = optimiser.post("/v1/bindings", {"advertiser_id": 1, "link": "link-1", "creativity_id": creativity_id})
    assert (bound.status_code, fault(bound)["code"]) == (403, "not_admitted")
    [one] = program.done("/jg/creativity/search", creative_ids=[creativity_id])["creativity_dtos"]
    assert [why["code"] for why in one["reasons"]] == ["in_review", "not_admitted"]
