"""Statements as files over HTTP: each tenant its own, the house everybody's, the same bytes twice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import instant
from insight.statements.printing import csv_rows, pdf_pages, xlsx_rows
from storage.opened import ROOT
from web.api.front import found_tenant
from web.api.sent import fault

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

TOP_UP = {"merchant": "merchant-1", "line": "cid", "amount_fen": 5_000_00, "key": "opening-1"}
MINE = {"party": "merchant", "of": "merchant-1", "month": "2025-05"}


@pytest.fixture
def finance(house: Front, browser: Browser, admin: Caller, tenant: str) -> Caller:
    """Give the merchant's bookkeeper; 5,000.00 have come in."""
    admin.add("/v1/wallets/top-ups", **TOP_UP)
    return house.caller(browser, Role.FINANCE, tenant)


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("pdf", "application/pdf"),
        ("json", "application/json"),
        ("text", "text/plain; charset=utf-8"),
    ],
)
def test_a_statement_comes_as_a_file_and_as_the_same_bytes_again(finance: Caller, form: str, media_type: str) -> None:
    first, again = (finance.get("/v1/statements", **MINE, format=form) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert first.headers["content-type"] == media_type
    ending = {"text": "txt"}.get(form, form)
    assert first.headers["content-disposition"] == f'attachment; filename="merchant-merchant-1-2025-05.{ending}"'
    assert first.headers["cache-control"] == "no-store"


def test_every_form_says_the_same_money(finance: Caller) -> None:
    told = finance.get("/v1/statements", **MINE).json()
    assert (told["balanced"], told["closed"]) == (True, False)
    assert [one["closing_fen"] for one in told["sections"]] == [5_000_00]
    plain = csv_rows(finance.get("/v1/statements", **MINE, format="csv", lang="en").content)
    assert ["Closing", "5000.00"] in [[row[0], row[8]] for row in plain]
    sheet = xlsx_rows(finance.get("/v1/statements", **MINE, format="xlsx").content)
    assert 5_000 in [row[8] for row in sheet]
    assert "5,000.00" in pdf_pages(finance.get("/v1/statements", **MINE, format="pdf").content)[0]


def test_a_month_is_closed_by_the_house_and_prints_the_same_for_ever(
    house: Front, admin: Caller, finance: Caller
) -> None:
    early = admin.post("/v1/months", {"month": "2025-05"})
    assert (early.status_code, fault(early)["code"]) == (409, "period_not_over")
    house.clock.set(instant("2025-06-02T09:00:00+08:00"))
    assert finance.post("/v1/months", {"month": "2025-05"}).status_code == 403
    first, again = (admin.post("/v1/months", {"month": "2025-05"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()["duplicate"]) == (201, 200, True)
    months = {one["month"]: one["closed"] for one in finance.get("/v1/months").json()["months"]}
    assert (months["2025-06"], months["2025-05"]) == (False, True)
    papers = [finance.get("/v1/statements", **MINE, format=form).content for form in ("csv", "xlsx", "pdf", "json")]
    admin.add("/v1/wallets/top-ups", **{**TOP_UP, "key": "correction", "amount_fen": 7})
    assert papers == [
        finance.get("/v1/statements", **MINE, format=form).content for form in ("csv", "xlsx", "pdf", "json")
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"party": "merchant", "of": "merchant-2"},
        {"party": "merchant", "of": "merchant-9"},
        {"party": "agency", "of": "tenant-2"},
        {"party": "agency", "of": "tenant-1"},
        {"party": "creator", "of": "creator-2"},
        {"party": "platform"},
        {"party": "alibaba"},
    ],
    ids=lambda asked: "-".join(asked.values()),
)
def test_a_tenant_gets_nobody_elses_and_hears_no_name(admin: Caller, finance: Caller, asked: dict[str, str]) -> None:
    found_tenant(admin, 2)
    answer = finance.get("/v1/statements", **asked, month="2025-05", format="csv")
    assert answer.status_code in {403, 404}
    assert "初晴" not in answer.text
    assert "阿橙" not in answer.text
    assert finance.get("/v1/statements", **asked, month="2025-05", tenant="tenant-2").status_code == 403
    analyst = finance.get("/v1/statements", **MINE, tenant="tenant-2")
    assert analyst.status_code == 403


def test_an_agency_reads_its_clients_for_the_days_agreed(
    house: Front, browser: Browser, admin: Caller, finance: Caller
) -> None:
    assert finance.get("/v1/statements", **MINE).status_code == 200
    admin.add("/v1/tenants", id="dai", name="代理", kind="agency")
    agent = house.caller(browser, Role.FINANCE, "dai")
    house.agencies.appoint(ROOT, MerchantId("merchant-1"), TenantId("dai"), date(2025, 5, 2), None)
    drawn = agent.get("/v1/statements", party="agency", of="dai", month="2025-05").json()
    assert {(one["owner"], one["first_day"], one["last_day"]) for one in drawn["sections"]} == {
        ("merchant-1", "2025-05-02", "2025-05-31")
    }
    # Of a month that is not wholly its own it hears nothing; the next one is.
    assert agent.get("/v1/statements", **MINE).status_code == 404
    assert agent.get("/v1/statements", **{**MINE, "month": "2025-06"}).status_code == 200
    assert agent.get("/v1/statements", party="agency", of="tenant-1", month="2025-05").status_code == 404


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"party": "bank"}, "party_unknown"),
        ({"month": "2025-13"}, "month_unreadable"),
        ({"format": "docx"}, "statement_format_unknown"),
        ({"lang": "fr"}, "field_mistyped"),
        ({"currency": "USD"}, "rate_missing"),
        ({"currency": "USD", "rate": "1e9", "rate_day": "2025-05-06", "rate_source": "x"}, "rate_unreadable"),
        ({"colour": "red"}, "field_unknown"),
    ],
)
def test_what_cannot_be_understood_is_named(finance: Caller, changed: dict[str, str], code: str) -> None:
    answer = finance.get("/v1/statements", **{**MINE, **changed})
    assert (answer.status_code, fault(answer)["code"]) == (422, code)


def test_another_currency_stands_beside_with_its_rate(finance: Caller) -> None:
    rate = {"currency": "USD", "rate": "0.1391", "rate_day": "2025-05-06", "rate_source": "CFETS"}
    told = finance.get("/v1/statements", **MINE, **rate).json()["conversion"]
    assert told["totals"][0]["closing"] == "695.50"
    assert told["rate"]["source"] == "CFETS"
