"""Appointing an agency by the page: for a span of days, ended, taken back, with all of it kept; and what the agency sees."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role, TenantKind
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import TenantId
from hongmao.web.pages import error_page
from hongmao.web.pages import routes as pages
from storage.opened import ROOT
from web.api.front import found_tenant, front
from web.pages.client import Visitor, table, words_of
from web.pages.fakes import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from web.api.front import Front

PATH = "/console/agencies"
MAY = {"merchant": "merchant-1", "agency": "dai", "from_day": "2025-05-01", "to_day": ""}
FILE = "/console/statements?whose=merchant/merchant-1&month=2025-05&format=csv"


def _page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HongmaoError)
    return error_page(request, error)


@pytest.fixture
def house() -> Iterator[Front]:
    with front() as (made, browser):
        made.app.router.routes.extend(pages)
        made.app.add_exception_handler(HongmaoError, _page)
        admin = made.caller(browser)
        for number in (1, 2):
            found_tenant(admin, number)
        for name in ("dai", "li"):
            made.catalog.add_tenant(ROOT, name=f"代理{name}", kind=TenantKind.AGENCY, id=name)
        for tenant in ("tenant-1", "tenant-2", "dai", "li"):
            for role in (Role.FINANCE, Role.OPTIMISER):
                who = replace(ROOT, tenant=TenantId(tenant))
                made.catalog.add_user(who, login=f"{role.value}-{tenant}", password=PASSWORD, name="梅", role=role)
        yield made


def as_(house: Front, login: str, lang: str = "zh") -> Visitor:
    return Visitor(house.app, lang).sign_in(login)


def test_an_agency_is_appointed_ended_and_taken_back_and_every_word_is_kept(house: Front) -> None:
    owner, agent = as_(house, "optimiser-tenant-1"), as_(house, "finance-dai")
    assert "没有授权给任何代理商" in words_of(owner.get(PATH))
    assert "还没有商家授权" in words_of(agent.get(PATH))
    assert agent.get(FILE).status_code == 404

    sent = owner.post(PATH, MAY)
    assert (sent.status_code, sent.headers["location"]) == (303, PATH)
    assert [row[1:4] for row in table(owner.get(PATH), "appointed-table")] == [["初晴", "2025-05-01", "未定"]]

    # The agency sees its client, for which days, and the months that lie wholly in them.
    (mine,) = table(agent.get(PATH), "clients-table")
    assert mine[0].startswith("初晴")
    assert mine[1] == "2025-05-01 – 未定"
    assert "2025-05 PDF XLSX CSV" in mine[2]
    assert "2025-04" not in mine[2]
    assert "merchant-1" in agent.get(FILE).text

    # It ends on 20 May: May is no longer wholly agreed.
    assert owner.post(PATH, {**MAY, "to_day": "2025-05-20"}).status_code == 303
    (mine,) = table(agent.get(PATH), "clients-table")
    assert (mine[1], mine[2]) == ("2025-05-01 – 2025-05-20", "—")
    assert agent.get(FILE).status_code == 404

    # It is taken back: nothing of it is left but the history.
    assert owner.post(PATH, {**MAY, "to_day": "2025-04-30"}).status_code == 303
    assert "还没有商家授权" in words_of(agent.get(PATH))
    assert [row[4] for row in table(owner.get(PATH), "history-table")] == ["已撤销", "2025-05-20", "未定"]


def test_what_is_wrong_is_said_in_both_languages_and_changes_nothing(house: Front) -> None:
    owner = as_(house, "optimiser-tenant-1")
    for form, status, words in (
        ({**MAY, "agency": "tenant-2"}, 404, "没有代理商"),
        ({**MAY, "agency": "nobody"}, 404, "没有代理商"),
        ({**MAY, "merchant": "merchant-2"}, 404, "merchant-2"),
        ({**MAY, "from_day": "2025-5-1"}, 422, "from_day"),
        ({**MAY, "from_day": "２０２５-05-01"}, 422, "from_day"),
        ({**MAY, "to_day": "2025-04-29"}, 422, "to_day"),
        ({}, 422, "merchant"),
    ):
        answer = owner.post(PATH, form)
        assert (answer.status_code, words in words_of(answer)) == (status, True), form
    assert "There is no agency" in words_of(
        as_(house, "optimiser-tenant-1", "en").post(PATH, {**MAY, "agency": "nobody"})
    )
    assert 'id="history-table"' not in owner.get(PATH).text


def test_finance_and_strangers_appoint_nobody_and_see_nothing_of_another_tenant(house: Front) -> None:
    assert as_(house, "optimiser-tenant-1").post(PATH, MAY).status_code == 303
    finance = as_(house, "finance-tenant-1")
    assert finance.post(PATH, MAY).status_code == 403
    assert '<form class="filters"' not in finance.get(PATH).text
    for login in ("optimiser-tenant-2", "finance-li"):
        page = as_(house, login).get(PATH)
        assert "初晴" not in re.sub(r'<select id="merchant".*?</select>', "", page.text)
        assert "代理dai" not in words_of(page)
    assert as_(house, "finance-li").get(FILE).status_code == 404
    assert as_(house, "optimiser-li").post(PATH, MAY).status_code == 404
