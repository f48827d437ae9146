"""The page of bills over real rooms: a file is taken by a form, differences stand first, and nobody sees another's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
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

PATH = "/console/books"
FORM = {"merchant": "merchant-1", "platform": "xhs", "month": "2025-05", "format": ""}
BILL = (
    "日期,笔记ID,消费\n2025-05-07,note-1,1.20\n2025-05-08,note-1,0.00\n2025-05-08,note-1,1.2345\n总计,,1.20\n".encode()
)


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
            tenant = replace(ROOT, tenant=TenantId(found_tenant(admin, number)))
            for role in (Role.FINANCE, Role.OPTIMISER):
                made.catalog.add_user(tenant, login=f"{role.value}{number}", password=PASSWORD, name="梅", role=role)
        yield made


def test_a_bill_is_uploaded_seen_line_by_line_and_reconciled_anew(house: Front) -> None:
    visitor = Visitor(house.app).sign_in("finance1")
    assert "还没有账单" in words_of(visitor.get(PATH))
    sent = visitor.upload(PATH, FORM, "五月.csv", BILL)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PATH}?bill=1")
    page = visitor.get(f"{PATH}?bill=1")
    assert [row[:6] for row in table(page, "lines-table")] == [
        ["对方多", "2025-05-07", "note-1", "—", "¥1.20", "-¥1.20"],
        ["一致", "2025-05-08", "note-1", "—", "¥0.00", "¥0.00"],
    ]
    words = words_of(page)
    assert "五月.csv 第 4 行 amount：金额不足一分" in words
    assert "我方未计：请查对应点击是否无效" in words
    assert "合计行（不计入）： 第 5 行 ¥1.20" in words
    assert visitor.post(f"{PATH}/1").headers["location"] == f"{PATH}?bill=1"
    again = visitor.upload(PATH, FORM, "五月.csv", BILL)
    assert again.headers["location"] == f"{PATH}?bill=1"
    assert len(table(visitor.get(PATH), "bills-table")) == 1


def test_what_is_wrong_with_a_file_is_said_on_the_page(house: Front) -> None:
    visitor = Visitor(house.app, "en").sign_in("finance1")
    for form, content, status, said in (
        ({"month": "May"}, BILL, 422, "month is no month"),
        ({"merchant": "merchant-2"}, BILL, 404, "There is no merchant merchant-2"),
        ({"merchant": "../x"}, BILL, 422, "no well-formed id"),
        ({"platform": "nowhere"}, BILL, 422, "sends no bill that is known"),
        ({}, b"a,b\n1,2\n", 422, "are those of no format"),
    ):
        answer = visitor.upload(PATH, {**FORM, **form}, "x.csv", content)
        assert answer.status_code == status
        assert said in words_of(answer)
    assert visitor.post(PATH, {"merchant": "merchant-1"}).status_code == 422
    assert visitor.get(f"{PATH}?bill=7").status_code == 404


def test_only_bookkeepers_keep_and_nobody_sees_another_s(house: Front) -> None:
    Visitor(house.app).sign_in("finance1").upload(PATH, FORM, "五月.csv", BILL)
    reads = Visitor(house.app).sign_in("optimiser1")
    page = reads.get(f"{PATH}?bill=1")
    assert page.status_code == 200
    assert "<form" not in page.text.split('id="report"')[1].split("</main>")[0]
    assert reads.upload(PATH, FORM, "x.csv", BILL + b"\n").status_code == 403
    assert reads.post(f"{PATH}/1").status_code == 403
    other = Visitor(house.app).sign_in("finance2")
    for path in (f"{PATH}?bill=1", f"{PATH}?bill=x", f"{PATH}?bill=99999999999999999999"):
        assert other.get(path).status_code == 404
    assert other.post(f"{PATH}/1").status_code == 404
    assert "五月.csv" not in words_of(other.get(PATH))
