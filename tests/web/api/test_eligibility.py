"""Programs tell what shops are, read what the rules say and why, and the house decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hongmao.catalog.api import Role
from hongmao.eligibility.api import alternative
from web.api.front import found_tenant
from web.api.sent import fault

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

SEEN = "2025-05-06T09:00:00+08:00"


@pytest.fixture
def optimiser(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's optimiser."""
    return house.caller(browser, Role.OPTIMISER, tenant)


def score(value: str, source: str = "api", name: str = "composite_star") -> dict[str, Any]:
    return {"name": name, "value": value, "observed_at": SEEN, "source": source, "evidence": "scores.csv:2"}


def pdd(admin: Caller, badge: str) -> None:
    shop = {"id": "shop-9", "merchant": "merchant-1", "platform": "pdd", "platform_shop_id": "9", "name": "拼多多店"}
    admin.add("/v1/shops", tenant="tenant-1", home_url="http://shop.example/9", **shop)
    admin.add("/v1/shops/shop-9/facts", badge=badge, category="美妆个护")


def test_a_shop_is_told_judged_and_judged_again(admin: Caller, optimiser: Caller) -> None:
    pdd(admin, "none")
    first = optimiser.get("/v1/shops/shop-9/verdict").json()
    assert (first["status"], first["passes"], first["number"]) == ("reject", False, 1)
    assert [one["outcome"] for one in first["findings"]] == ["met", "not_proven"]
    admin.add("/v1/shops/shop-9/scores", scores=[score("4.5")])
    second = optimiser.get("/v1/shops/shop-9/verdict").json()
    assert (second["status"], second["number"]) == ("pass", 2)
    assert second["findings"][1] == {
        "rule": "pdd_unbadged", "alternative": 1, "what": "composite_star", "required": "≥ 4.5", "found": "4.5",
        "source": "api", "observed_at_ms": 1_746_493_200_000, "outcome": "met", "version": "seeding_direct.v1", "ok": True,
    }  # fmt: skip
    replayed = optimiser.get("/v1/verdicts/1/replay").json()
    assert (replayed["same"], replayed["again"]["status"]) == (True, "reject")
    listed = optimiser.get("/v1/shops/shop-9/verdicts").json()["verdicts"]
    assert [one["number"] for one in listed] == [2, 1]


@pytest.mark.parametrize("value", ["4.5 ", "４．５", "4.49999999999", "NaN", "Infinity", "1e400"])
def test_a_score_that_is_no_exact_text_is_refused_and_nothing_is_kept(admin: Caller, tenant: str, value: str) -> None:
    assert tenant
    pdd(admin, "none")
    answer = admin.post("/v1/shops/shop-9/scores", {"scores": [score("4.9"), score(value)]})
    assert (answer.status_code, fault(answer)["code"]) == (422, "score_unreadable")
    assert fault(answer)["params"]["place"] == "scores[1].value"
    assert admin.get("/v1/shops/shop-9/verdict").json()["status"] == "reject"


@pytest.mark.parametrize("value", [b"4.5", b"NaN", b"Infinity", b"1e400", b"null"])
def test_a_number_is_no_score(admin: Caller, tenant: str, value: bytes) -> None:
    assert tenant
    body = b'{"scores":[{"name":"goods","observed_at":"2025-05-06","value":' + value + b"}]}"
    assert admin.send("/v1/shops/shop-1/scores", body).status_code == 422


def test_a_merchant_does_not_speak_for_the_platform(admin: Caller, optimiser: Caller) -> None:
    pdd(admin, "none")
    for source in ("api", "file"):
        answer = optimiser.post("/v1/shops/shop-9/scores", {"scores": [score("4.9", source)]})
        assert (answer.status_code, fault(answer)["code"]) == (403, "score_source_not_yours")
    optimiser.add("/v1/shops/shop-9/scores", scores=[score("4.9", "page")])
    assert optimiser.get("/v1/shops/shop-9/verdict").json()["status"] == "manual"
    ruled = admin.add("/v1/shops/shop-9/ruling", passed=True, why="页面已核对", until="2025-06-01")
    assert ruled["until_ms"] == 1_748_707_200_000
    verdict = optimiser.get("/v1/shops/shop-9/verdict").json()
    assert (verdict["status"], verdict["passes"], verdict["ruling"]["why"]) == ("manual", True, "页面已核对")


def test_the_house_opens_the_programme_by_stages(admin: Caller, optimiser: Caller) -> None:
    assert optimiser.get("/v1/eligibility/stage").json() == {"stage": "observe", "set": None}
    admin.add("/v1/eligibility/stage", stage="percent", percent=10, why="灰度")
    assert optimiser.get("/v1/eligibility/stage").json()["set"]["percent"] == 10
    admin.add("/v1/eligibility/whitelist", merchant="merchant-1")
    assert [one["merchant"] for one in admin.get("/v1/eligibility/whitelist").json()["whitelist"]] == ["merchant-1"]
    off = {"merchant": "merchant-1", "listed": False}
    assert [admin.post("/v1/eligibility/whitelist", off).json()["changed"] for _ in range(2)] == [True, False]
    wrong = admin.post("/v1/eligibility/stage", {"stage": "percent", "why": "x"})
    assert (wrong.status_code, fault(wrong)["code"]) == (422, "stage_unknown")


def test_a_draft_is_simulated_published_and_taken_back(admin: Caller, optimiser: Caller) -> None:
    pdd(admin, "official")
    admin.add("/v1/shops/shop-9/scores", scores=[score("4.5")])
    draft = alternative("seeding_direct_pdd_all").replace("2025-06-01", "2025-05-07")
    found = admin.add("/v1/eligibility/simulate", text=draft)
    assert (found["shops"], found["same"], [one["shop"] for one in found["flips"]]) == (2, 1, ["shop-9"])
    assert found["counts"] == [{"before": "manual", "after": "pass", "shops": 1}]
    assert admin.add("/v1/eligibility/rulesets", text=draft, why="另一种读法")["number"] == 1
    assert optimiser.get("/v1/shops/shop-9/verdict").json()["ruleset"] == "seeding_direct.v2"
    listed = optimiser.get("/v1/eligibility/rulesets").json()["rulesets"]
    assert [(one["key"], one["origin"]) for one in listed] == [
        ("seeding_direct.v1", "shipped"),
        ("seeding_direct.v2", "published"),
        ("seeding_direct_categories.v1", "shipped"),
    ]
    admin.add("/v1/eligibility/rulesets/seeding_direct.v2/revert", why="算了")
    assert optimiser.get("/v1/shops/shop-9/verdict").json()["status"] == "manual"
    broken = admin.post("/v1/eligibility/simulate", {"text": draft.replace('"4.5"', "4.5")})
    assert (broken.status_code, fault(broken)["code"]) == (422, "toml_field_wrong")
    assert "draft.toml:" in fault(broken)["message"]["zh"]


def test_papers_are_kept_listed_and_withdrawn(admin: Caller, optimiser: Caller) -> None:
    paper = {
        "id": "q-1",
        "merchant": "merchant-1",
        "kind": "approval_number",
        "number": "国械注准1",
        "sha256": "ab" * 32,
    }
    days = {"valid_from": "2025-01-01", "valid_to": "2025-12-31"}
    admin.add("/v1/qualifications", **paper, **days)
    assert admin.post("/v1/qualifications", {**paper, **days, "number": "2"}).status_code == 409
    assert optimiser.post("/v1/qualifications", {**paper, **days}).status_code == 403
    assert admin.add("/v1/qualifications/q-1/withdraw")["revoked_at_ms"]
    listed = optimiser.get("/v1/qualifications", merchant="merchant-1").json()["qualifications"]
    assert [(one["id"], one["revoked_at_ms"] is None) for one in listed] == [("q-1", False)]


def test_another_tenant_sees_and_touches_nothing(house: Front, browser: Browser, admin: Caller, tenant: str) -> None:
    assert tenant
    pdd(admin, "none")
    number = admin.get("/v1/shops/shop-9/verdict").json()["number"]
    stranger = house.caller(browser, Role.OPTIMISER, found_tenant(admin, 2))
    asked = [
        stranger.get("/v1/shops/shop-9/verdict"),
        stranger.get("/v1/shops/shop-9/verdicts"),
        stranger.get(f"/v1/verdicts/{number}/replay"),
        stranger.get("/v1/qualifications", merchant="merchant-1"),
        stranger.post("/v1/shops/shop-9/facts", {"category": "食品"}),
        stranger.post("/v1/shops/shop-9/scores", {"scores": [score("4.9", "page")]}),
        stranger.post("/v1/policy/routes", {"spu": "spu-1", "route": "both", "why": "x"}),
    ]
    assert [answer.status_code for answer in asked] == [404] * len(asked)
    assert not any("拼多多店" in answer.text or "初晴" in answer.text for answer in asked)


def test_an_owner_picks_a_route_and_sees_what_was_expected(admin: Caller, optimiser: Caller) -> None:
    assert optimiser.get("/v1/policy/preset").json()["id"] == "open"
    admin.add("/v1/policy/preset", preset="mixed", why="两条路都走")
    sent = {"spu": "spu-1", "route": "external", "why": "新客", "in_site_fen": 1_200, "external_fen": 900}
    assert optimiser.add("/v1/policy/routes", **sent)["better"] == "in_site"
    (kept,) = optimiser.get("/v1/policy/routes", spu="spu-1").json()["routes"]
    assert (kept["route"], kept["in_site_fen"], kept["external_fen"], kept["why"]) == ("external", 1_200, 900, "新客")
    admin.add("/v1/policy/preset", preset="closed", why="闭环")
    refused = optimiser.post("/v1/policy/routes", sent)
    assert (refused.status_code, fault(refused)["code"]) == (403, "preset_closed")
    assert optimiser.get("/v1/policy/calendar").json()["now"] == {"calendar": "2025_618.v1", "phase": "test"}
