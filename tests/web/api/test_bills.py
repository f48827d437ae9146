"""Bills sent over HTTP, seen by those whose they are, and by an agency for its days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from web.api.front import found_tenant
from web.api.sent import fault

if TYPE_CHECKING:
    import httpx

    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

BILL = "日期,笔记ID,消费(元)\n2025-05-07,note-1,1.20\n2025-05-07,note-1,1.2345\n合计,,2.40\n".encode("gb18030")


@pytest.fixture
def finance(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's bookkeeper."""
    return house.caller(browser, Role.FINANCE, tenant)


def send(caller: Caller, path: str = "/v1/bills/files/xhs/auto", **query: str) -> httpx.Response:
    asked = {"merchant": "merchant-1", "month": "2025-05", "name": "五月.csv", **query}
    return caller.send(f"{path}?{'&'.join(f'{name}={value}' for name, value in asked.items())}", BILL)


def test_a_bill_is_kept_once_looked_at_and_reconciled(finance: Caller) -> None:
    first, again = send(finance), send(finance)
    assert (first.status_code, again.status_code) == (201, 200)
    told = first.json()
    assert (told["bill"]["format"], told["duplicate"], again.json()["duplicate"]) == ("juguang_note", False, True)
    assert told["counts"] == {"same": 0, "missing": 0, "extra": 1, "differs": 0, "unreadable": 1}
    assert told["sums"]["difference_fen"] == -120
    assert told["sums"]["explained"]
    (extra,) = told["outcomes"]
    assert (extra["day"], extra["key"], extra["ours_fen"], extra["theirs_fen"]) == ("2025-05-07", "note-1", None, 120)
    assert extra["next"]["en"]
    (unreadable,) = told["unreadable"]
    assert unreadable["message"]["zh"] == "五月.csv 第 3 行 amount：金额不足一分"
    assert told["totals"] == [{"row": 4, "stated_fen": 240}]

    number = told["bill"]["number"]
    assert [bill["number"] for bill in finance.get("/v1/bills").json()["bills"]] == [number]
    assert finance.get(f"/v1/bills/{number}").json()["sums"] == told["sums"]
    lines = finance.get(f"/v1/bills/{number}/lines", after=2).json()["lines"]
    assert [(line["row"], line["sort"], line["raw"]) for line in lines] == [
        (3, "unreadable", '["2025-05-07","note-1","1.2345"]'),
        (4, "total", '["合计","","2.40"]'),
    ]
    assert finance.post(f"/v1/bills/{number}/looks", {}).json()["seal"] == told["seal"]
    conflict = send(finance, "/v1/bills/files/juguang/auto")
    assert (conflict.status_code, conflict.json()["error"]["code"]) == (409, "bill_seen_already")


def test_a_form_with_one_file_is_taken_and_its_name_is_the_place(finance: Caller) -> None:
    body = (
        b'--edge\r\ncontent-disposition: form-data; name="file"; filename="may.csv"\r\n\r\n'
        + BILL
        + b"\r\n--edge--\r\n"
    )
    headers = {**finance.headers, "content-type": "multipart/form-data; boundary=edge"}
    path = "/v1/bills/files/xhs/juguang_note?merchant=merchant-1&month=2025-05"
    answer = finance.browser.send("POST", path, headers=headers, content=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["bill"]["name"] == "may.csv"


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/v1/bills/files/xhs/auto", {"month": "2025-13"}, (422, "period_malformed")),
        ("/v1/bills/files/nowhere/auto", {}, (422, "bill_platform_unknown")),
        ("/v1/bills/files/xhs/nothing", {}, (404, "format_unknown")),
        ("/v1/bills/files/taobao/auto", {"merchant": "nobody"}, (404, "nothing_there")),
        ("/v1/bills/files/taobao/service_fee", {}, (422, "headers_missing")),
    ],
)
def test_what_is_wrong_is_named(finance: Caller, path: str, query: dict[str, str], code: tuple[int, str]) -> None:
    answer = send(finance, path, **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == code
    fault(answer)


def test_bills_of_another_tenant_are_none_and_only_bookkeepers_keep(
    house: Front, browser: Browser, admin: Caller, finance: Caller
) -> None:
    number = send(finance).json()["bill"]["number"]
    stranger = house.caller(browser, Role.FINANCE, found_tenant(admin, 2))
    assert send(stranger).status_code == 404
    for path in (f"/v1/bills/{number}", f"/v1/bills/{number}/lines", "/v1/bills/99", "/v1/bills/x"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert "merchant-1" not in answer.text
    assert stranger.post(f"/v1/bills/{number}/looks", {}).status_code == 404
    assert stranger.get("/v1/bills", merchant="merchant-1").json() == {"bills": []}
    optimiser = house.caller(browser, Role.OPTIMISER, "tenant-1")
    assert send(optimiser).status_code == 403
    assert optimiser.get(f"/v1/bills/{number}").status_code == 200
    assert house.caller(browser, Role.ANALYST, "tenant-1").get("/v1/bills").status_code == 403
    assert finance.send("/v1/bills/files/xhs/auto?merchant=merchant-1&month=2025-05", b"", "GET").status_code == 405


def test_an_agency_sees_a_client_s_bills_and_funding_for_its_days(
    house: Front, browser: Browser, admin: Caller, finance: Caller
) -> None:
    number = send(finance).json()["bill"]["number"]
    admin.add("/v1/tenants", id="agency-1", name="代理", kind="agency")
    agent = house.caller(browser, Role.FINANCE, "agency-1")
    may = {"merchant": "merchant-1", "from": "2025-05-01T00:00:00%2B08:00", "to": "2025-06-01T00:00:00%2B08:00"}
    assert agent.get(f"/v1/bills/{number}").status_code == 404
    assert agent.get("/v1/funding", **may).status_code == 404

    owner = house.caller(browser, Role.OPTIMISER, "tenant-1")
    wanted = {"merchant": "merchant-1", "agency": "agency-1", "from_day": "2025-05-01"}
    assert finance.post("/v1/agency-clients", wanted).status_code == 403
    assert agent.post("/v1/agency-clients", wanted).status_code == 403
    assert owner.post("/v1/agency-clients", {**wanted, "from_day": "x"}).status_code == 422
    assert (
        owner.post("/v1/agency-clients", {**wanted, "agency": "tenant-1"}).json()["error"]["code"] == "agency_unknown"
    )
    assert owner.post("/v1/agency-clients", wanted).status_code == 201

    assert agent.get(f"/v1/bills/{number}").json()["bill"]["merchant"] == "merchant-1"
    assert [bill["number"] for bill in agent.get("/v1/bills").json()["bills"]] == [number]
    assert agent.post(f"/v1/bills/{number}/looks", {}).status_code == 404
    assert agent.get("/v1/funding", **may).json()["total_fen"] == 0
    assert agent.get("/v1/statement", **may).json()["balanced"]
    assert agent.get("/v1/funding", merchant="merchant-1").status_code == 404  # of all time: not its days
    (client,) = agent.get("/v1/agency-clients").json()["clients"]
    assert (client["merchant"], client["from_day"], client["to_day"]) == ("merchant-1", "2025-05-01", None)

    owner.add("/v1/agency-clients", **wanted, to_day="2025-04-30")  # taken back
    assert agent.get(f"/v1/bills/{number}").status_code == 404
    assert agent.get("/v1/funding", **may).status_code == 404
