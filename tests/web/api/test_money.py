"""Money comes in once, is seen by its owner, and adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from hongmao.kernel.time import DAY_MS, instant
from web.api.front import found_tenant

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

TOP_UP = {"merchant": "merchant-1", "line": "cid", "amount_fen": 5_000_00, "key": "opening-1"}

GRANT = {"merchant": "merchant-1", "kind": "rebate", "amount_fen": 100_00, "key": "may"}


@pytest.fixture
def finance(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's bookkeeper."""
    return house.caller(browser, Role.FINANCE, tenant)


def test_a_payment_is_entered_once_per_key(admin: Caller, finance: Caller) -> None:
    first, again = admin.post("/v1/wallets/top-ups", TOP_UP), admin.post("/v1/wallets/top-ups", TOP_UP)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert first.json()["funder"] == "merchant"

    other = admin.post("/v1/wallets/top-ups", {**TOP_UP, "amount_fen": 1})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")
    balances = {one["line"]: one["balance_fen"] for one in finance.get("/v1/wallets").json()["wallets"]}
    assert balances == {"cid": 5_000_00, "ud": 0}


def test_only_the_deployment_enters_money(finance: Caller) -> None:
    assert finance.post("/v1/wallets/top-ups", TOP_UP).status_code == 403
    assert finance.post("/v1/wallets/grants", GRANT).status_code == 403


def test_money_that_is_given_is_seen_by_its_kind_and_counted_with_the_rest(admin: Caller, finance: Caller) -> None:
    admin.add("/v1/wallets/top-ups", **TOP_UP)
    first, again = admin.post("/v1/wallets/grants", GRANT), admin.post("/v1/wallets/grants", GRANT)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["funder"], again.json()["duplicate"]) == ("community", True)
    other = admin.post("/v1/wallets/grants", {**GRANT, "kind": "credit"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")
    cid, ud = finance.get("/v1/wallets").json()["wallets"]
    assert (cid["balance_fen"], ud["balance_fen"], ud["purses"]) == (5_100_00, 0, [])
    assert cid["purses"] == [
        {"kind": "rebate", "funder": "community", "balance_fen": 100_00},
        {"kind": "cash", "funder": "merchant", "balance_fen": 5_000_00},
    ]


def test_a_statement_runs_from_the_start_of_one_day_to_the_start_of_another(
    house: Front, admin: Caller, finance: Caller
) -> None:
    # 7 May: 500 yuan come in. 8 May: another 70.
    admin.add("/v1/wallets/top-ups", **TOP_UP)
    house.clock.advance(DAY_MS)
    admin.add("/v1/wallets/top-ups", **{**TOP_UP, "amount_fen": 70_00, "key": "second"})

    def figures(**query: object) -> list[tuple[str, int, list[int], int]]:
        statement = finance.get("/v1/statement", merchant="merchant-1", **query).json()
        assert statement["balanced"]
        assert (statement["merchant"], statement["tenant"]) == ("merchant-1", "tenant-1")
        return [
            (line["line"], line["opening_fen"], [m["amount_fen"] for m in line["movements"]], line["closing_fen"])
            for line in statement["lines"]
        ]

    whole = [("cid", 0, [5_000_00, 70_00], 5_070_00)]
    assert figures() == whole
    assert figures(**{"from": "2025-05-07", "to": "2025-05-09"}) == whole
    assert figures(**{"from": "2025-05-08", "to": "2025-05-09"}) == [("cid", 5_000_00, [70_00], 5_070_00)]
    assert figures(**{"from": "2025-05-07", "to": "2025-05-08"}) == [("cid", 0, [5_000_00], 5_000_00)]
    # The same instants in other words.
    midnight = instant("2025-05-08T00:00:00+08:00")
    assert (
        figures(**{"from": midnight}) == figures(**{"from": "2025-05-07T16:00:00Z"}) == figures(**{"from": "20250508"})
    )


def test_the_books_are_proved_to_the_deployment_and_vouched_for_to_others(admin: Caller, finance: Caller) -> None:
    admin.add("/v1/wallets/top-ups", **TOP_UP)
    found = admin.get("/v1/ledger/verify").json()
    assert found["balanced"] is True
    assert (found["batches"], found["entries"], found["sum_fen"], found["unbalanced"]) == (1, 2, 0, [])
    assert finance.get("/v1/ledger/verify").json() == {"balanced": True}


def test_nobody_sees_anothers_wallet(admin: Caller, finance: Caller) -> None:
    found_tenant(admin, 2)
    admin.add("/v1/wallets/top-ups", **{**TOP_UP, "merchant": "merchant-2", "tenant": "tenant-2"})
    assert {one["merchant"] for one in finance.get("/v1/wallets").json()["wallets"]} == {"merchant-1"}
    assert finance.get("/v1/statement", merchant="merchant-2").status_code == 404
    wrong = admin.post("/v1/wallets/top-ups", {**TOP_UP, "merchant": "merchant-2", "tenant": "tenant-1"})
    assert wrong.status_code == 404


PROGRAMME = {
    "id": "may",
    "own_parts": 10,
    "match_parts": 3,
    "cap_fen": 3_000_00,
    "from": "2025-05-01",
    "to": "2025-06-01",
}


def test_a_programme_is_founded_joined_and_left_by_the_house_and_by_nobody_else(admin: Caller, finance: Caller) -> None:
    first, again = admin.post("/v1/coinvest", PROGRAMME), admin.post("/v1/coinvest", PROGRAMME)
    assert (first.status_code, again.status_code) == (201, 200)
    other = admin.post("/v1/coinvest", {**PROGRAMME, "cap_fen": 1})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "programme_taken")
    member = {"merchant": "merchant-1", "joined": True}
    assert admin.post("/v1/coinvest/may/members", member).json()["left_at_ms"] is None
    (running,) = admin.get("/v1/coinvest").json()["programmes"]
    assert (running["left_fen"], running["programme"]["cap_fen"]) == (3_000_00, 3_000_00)
    assert [(one["merchant"], one["matched_fen"]) for one in running["members"]] == [("merchant-1", 0)]
    assert admin.post("/v1/coinvest/may/members", {**member, "joined": False}).json()["left_at_ms"] is not None
    for refused in (
        finance.get("/v1/coinvest"),
        finance.post("/v1/coinvest", PROGRAMME),
        finance.post("/v1/coinvest/may/members", member),
    ):
        assert refused.status_code == 403


def test_whose_money_it_was_is_told_to_the_merchant_and_to_no_other(admin: Caller, finance: Caller) -> None:
    found_tenant(admin, 2)
    told = finance.get("/v1/funding", merchant="merchant-1").json()
    assert (told["merchant"], told["parts"], told["own_fen"], told["total_fen"]) == ("merchant-1", [], 0, 0)
    assert finance.get("/v1/funding", merchant="merchant-2").status_code == 404
    assert (
        finance.get("/v1/funding", merchant="merchant-1", **{"from": "2025-05-09", "to": "2025-05-08"}).status_code
        == 422
    )
