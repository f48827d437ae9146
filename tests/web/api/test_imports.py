"""Reports sent as files, and the health of feeds, as programs ask for it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import pytest

from hongmao.catalog.api import Role
from hongmao.kernel.ids import TenantId
from hongmao.returns.feed.contracts import Alert, Completeness, FeedHealth
from hongmao.web.api import spooling
from returns.files.office import Office, text
from web.api.sent import fault

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

DAY = "2025-05-06"
FILES = "/v1/returns/files/sandbox"
CONTENT = text([DAY, "note-1", "100"], [DAY, "note-2", "?"], ["合计2条记录", "", "100"]).encode()


def form(caller: Caller, path: str, *parts: str) -> httpx.Response:
    """Send a form, each part with its own head, all with the same content."""
    body = b"".join(
        b"--edge\r\ncontent-disposition: form-data; " + part.encode() + b"\r\n\r\n" + CONTENT + b"\r\n"
        for part in parts
    )
    headers = {**caller.headers, "content-type": "multipart/form-data; boundary=edge"}
    return caller.browser.send("POST", path, headers=headers, content=body + b"--edge--\r\n")


class Feeds:
    """One feed of each of two tenants."""

    def read(self, tenant: TenantId | None = None) -> list[FeedHealth]:
        every = [self._feed(TenantId(name)) for name in ("tenant-1", "tenant-2")]
        return [one for one in every if tenant in (None, one.tenant)]

    def _feed(self, tenant: TenantId) -> FeedHealth:
        return FeedHealth(
            platform="sandbox",
            account="account-1",
            tenant=tenant,
            way="pull",
            feed="orders",
            lag_ms=7,
            lag_ms_max=9,
            rows=20,
            matched=20,
            missing=126,
            coverage=Fraction(20, 146),
            ratio=None,
            completeness=Completeness.PARTIAL,
            alerts=(Alert.PARTIAL,),
        )


@pytest.fixture
def office(house: Front, tenant: str, tmp_path: Path) -> Office:
    """Give the deployment a file desk, and the first tenant an account."""
    made = Office(tmp_path)
    house.accounts.add(replace(made.account, tenant=TenantId(tenant)))
    app = cast("Any", house.app)
    app.state.services = replace(app.state.services, files=made.desk, feeds=cast("Any", Feeds()))
    return made


@pytest.fixture
def ours(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's optimiser."""
    return house.caller(browser, Role.OPTIMISER, tenant)


def test_a_file_sent_as_the_body_is_taken_and_every_line_has_its_end(office: Office, ours: Caller) -> None:
    answer = ours.send(f"{FILES}/daily?name=may.csv&snapshot=2025-05-07T09:00:00%2B08:00", CONTENT)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["format"], told["lines"], told["totals"]) == ("daily", 3, 1)
    assert told["counts"] == {"accepted": 1, "quarantined": 1}
    (problem,) = told["problems"]
    assert (problem["row"], problem["field"], problem["code"]) == (3, "gmv", "bad_value")
    assert problem["message"] == {"zh": "may.csv 第 3 行 gmv：内容无法识别", "en": "may.csv row 3, gmv: cannot be read"}
    assert ours.send(f"{FILES}/daily", CONTENT).json()["counts"] == {"already": 2}
    assert office.notes() == ["note-1"]


def test_a_file_sent_by_a_form_is_taken_under_its_own_name_and_recognised(office: Office, ours: Caller) -> None:
    answer = form(ours, f"{FILES}/auto", 'name="file"; filename="日报.csv"')
    assert answer.status_code == 200, answer.text
    assert (answer.json()["format"], answer.json()["file"]) == ("daily", "日报.csv")
    assert office.notes() == ["note-1"]


def test_a_form_without_a_file_or_with_two_is_refused(office: Office, ours: Caller) -> None:
    none = form(ours, f"{FILES}/auto")
    two = form(ours, f"{FILES}/auto", 'name="a"; filename="a"', 'name="b"; filename="b"')
    assert [(one.status_code, fault(one)["code"]) for one in (none, two)] == [(422, "file_unreadable")] * 2
    assert office.log.kept == []


def test_a_file_beyond_the_limit_is_refused_while_it_comes(
    office: Office, ours: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "FILE_BYTES_MAX", 20)
    answer = ours.send(f"{FILES}/daily", CONTENT)
    assert (answer.status_code, fault(answer)["code"]) == (413, "file_too_large")
    assert office.log.kept == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{FILES}/nothing", 404, "format_unknown"),
        (f"{FILES}/other", 422, "headers_missing"),
        ("/v1/returns/files/taobao/auto", 404, "platform_account_absent"),
        (f"{FILES}/daily?account=account-9", 404, "platform_account_absent"),
        (f"{FILES}/daily?snapshot=yesterday", 422, "time_unreadable"),
        (f"{FILES}/daily?facts=window", 422, "field_malformed"),
        (f"{FILES}/daily?colour=red", 422, "field_unknown"),
    ],
)
def test_what_an_address_gets_wrong_is_named(office: Office, ours: Caller, path: str, status: int, code: str) -> None:
    answer = ours.send(path, CONTENT)
    assert (answer.status_code, fault(answer)["code"]) == (status, code)
    assert office.log.kept == []


def test_nobody_else_may_send_files_for_a_tenant(office: Office, house: Front, browser: Browser, tenant: str) -> None:
    analyst = house.caller(browser, Role.ANALYST, tenant)
    assert analyst.send(f"{FILES}/daily", CONTENT).status_code == 403
    stranger = replace(analyst, key=None)
    assert stranger.send(f"{FILES}/daily", CONTENT).status_code == 401
    assert stranger.send(f"{FILES}/daily", CONTENT, method="PUT").status_code == 405
    assert office.log.kept == []


@pytest.mark.usefixtures("office")
def test_a_tenant_reads_the_health_of_its_own_feeds(ours: Caller, admin: Caller) -> None:
    (feed,) = ours.get("/v1/returns/health").json()["feeds"]
    assert (feed["tenant"], feed["coverage_shown"], feed["decision_ready"]) == ("tenant-1", "13.7%", False)
    assert (feed["completeness"], feed["alerts"]) == ("partial", ["feed_partial"])
    assert len(admin.get("/v1/returns/health").json()["feeds"]) == 2
