"""The pages of campaigns, creatives and reviews over real rooms: states with reasons, twenty at once, who and why, verdicts."""

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
from web.juguang.gate import gate, placed
from web.pages.client import Visitor, table, words_of
from web.pages.fakes import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from web.juguang.gate import Gate

LIST = "/console/campaigns"
REVIEW = "/console/review"


def _page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HongmaoError)
    return error_page(request, error)


@pytest.fixture
def opened() -> Iterator[Gate]:
    with gate() as made:
        made.front.app.router.routes.extend(pages)
        made.front.app.add_exception_handler(HongmaoError, _page)
        for number in (1, 2):
            at_home = replace(ROOT, tenant=TenantId(f"tenant-{number}"))
            role = Role.OPTIMISER
            made.front.catalog.add_user(at_home, login=f"mei{number}", password=PASSWORD, name="梅", role=role)
        reads = replace(ROOT, tenant=TenantId("tenant-1"))
        made.front.catalog.add_user(reads, login="reader", password=PASSWORD, name="读", role=Role.ANALYST)
        made.front.catalog.add_user(ROOT, login="desk", password=PASSWORD, name="审", role=Role.ADMIN)
        yield made


def visitor(opened: Gate, login: str = "mei1", lang: str = "zh") -> Visitor:
    return Visitor(opened.front.app, lang).sign_in(login)


def test_a_campaign_stands_there_with_its_state_its_reasons_and_who_changed_it_and_why(opened: Gate) -> None:
    _, campaign_id, _, creative_id = placed(opened.program())
    mei = visitor(opened)
    assert [row[1:4] for row in table(mei.get(LIST), "campaigns-table")] == [["初晴", "有效", "可投放"]]
    sent = {"campaign": str(campaign_id), "state": "2", "why": "素材被投诉"}
    assert mei.post(LIST, sent).status_code == 303
    assert [row[2:4] for row in table(mei.get(LIST), "campaigns-table")] == [["暂停", "所属计划已暂停"]]
    page = mei.get(f"{LIST}/{campaign_id}")
    (creative,) = table(page, "creatives-table")
    assert creative[3:] == ["—", "所属计划已暂停 审核中"]
    newest, *_ = table(page, "changes-table")
    assert newest[1:3] == ["计划 618 蓄水 · 2", "暂停"]
    assert newest[5] == "素材被投诉"
    bound = {"act": "bind", "creative": str(creative_id), "link": "link-1", "why": "上线"}
    assert mei.post(f"{LIST}/{campaign_id}", bound).status_code == 303
    page = mei.get(f"{LIST}/{campaign_id}")
    assert table(page, "creatives-table")[0][3] == "link-1"
    assert table(page, "changes-table")[0][2:] == ["绑定挂链", "—", newest[4], "上线"]
    assert mei.post(f"{LIST}/{campaign_id}", {"act": "unbind", "link": "link-1", "why": "下线"}).status_code == 303
    page = mei.get(f"{LIST}/{campaign_id}")
    assert table(page, "creatives-table")[0][3] == "—"
    assert table(page, "changes-table")[0][2:] == ["解绑挂链", "—", newest[4], "下线"]
    assert "its campaign is paused" in words_of(visitor(opened, lang="en").get(f"{LIST}/{campaign_id}"))


def test_budgets_of_an_account_and_a_campaign_are_set_in_yuan_with_who_and_why(opened: Gate) -> None:
    _, campaign_id, _, _ = placed(opened.program())
    mei, page = visitor(opened), f"{LIST}/{campaign_id}"
    [account] = table(mei.get(LIST), "accounts-table")
    number = account[0].split()[-1]
    assert account[1] == "不限"
    kept = {"act": "budget", "account": number, "budget": "250.5", "why": "618 前试水"}
    assert mei.post(LIST, kept).status_code == 303
    assert table(mei.get(LIST), "accounts-table")[0][1] == "¥250.50"
    # BILL-1: below 100 yuan, a tenth of a fen, another's account: refused, and what stood stands.
    for changed, said in (
        ({"budget": "99.99"}, "account_day_budget"),
        ({"budget": "1e400"}, "1e400"),
        ({"budget": "NaN"}, "NaN"),
        ({"budget": "100.001"}, "100.001"),
        ({"account": "7"}, "7"),
    ):
        answer = mei.post(LIST, {**kept, **changed})
        assert (answer.status_code in {404, 422}, said in words_of(answer)) == (True, True), changed
    assert table(mei.get(LIST), "accounts-table")[0][1] == "¥250.50"
    assert mei.post(LIST, {**kept, "budget": ""}).status_code == 303
    assert table(mei.get(LIST), "accounts-table")[0][1] == "不限"
    assert mei.post(page, {"act": "budget", "budget": "320", "why": "放量"}).status_code == 303
    assert "¥320.00" in words_of(mei.get(page))
    newest, *_ = table(mei.get(page), "changes-table")
    assert (newest[1], newest[3], newest[5]) == ("计划 618 蓄水 · 2", "日预算（元） 100.00 → 320.00", "放量")
    empty = mei.post(page, {"act": "budget", "budget": " "})
    assert (empty.status_code, 'role="alert"' in empty.text) == (422, True)
    assert visitor(opened, "reader").post(LIST, kept).status_code == 403
    assert visitor(opened, "mei2").post(LIST, kept).status_code == 404


def test_a_reader_without_the_right_and_another_tenant_change_and_see_nothing(opened: Gate) -> None:
    _, campaign_id, _, creative_id = placed(opened.program())
    reader, stranger = visitor(opened, "reader"), visitor(opened, "mei2")
    page = f"{LIST}/{campaign_id}"
    assert '<form class="filters"' not in reader.get(LIST).text + reader.get(page).text
    switch = {"act": "switch", "noun": "creativity", "number": str(creative_id), "state": "3"}
    assert reader.post(page, switch).status_code == 403
    assert reader.post(LIST, {"campaign": str(campaign_id), "state": "3"}).status_code == 403
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, switch).status_code == 404
    assert stranger.post(LIST, {"campaign": str(campaign_id), "state": "3"}).status_code == 404
    assert "618" not in words_of(stranger.get(LIST))
    assert visitor(opened).post(page, switch, {"origin": "http://elsewhere.example"}).status_code == 403
    assert visitor(opened).get(f"{LIST}/{'9' * 30}").status_code == 404
    assert [row[2] for row in table(visitor(opened).get(LIST), "campaigns-table")] == ["有效"]


def test_a_reviewer_says_why_and_the_merchant_reads_it(opened: Gate) -> None:
    placed(opened.program())
    mei, desk = visitor(opened), visitor(opened, "desk")
    assert desk.post("/console/tenant", {"tenant": "tenant-1"}).status_code == 303
    rows = {row[1].split()[0]: row for row in table(mei.get(REVIEW), "queue-table")}
    assert rows["挂链"][3:] == ["审核中", "deeplink 待审核 兜底页待审核", "—"]
    assert rows["创意"][3:] == ["审核中", "deeplink 待审核 兜底页待审核", "—"]
    verdict = {"act": "verdict", "link": "link-1", "passed": "no", "why": " "}
    silent = desk.post(REVIEW, verdict)
    assert (silent.status_code, 'role="alert"' in silent.text) == (422, True)
    assert mei.post(REVIEW, {**verdict, "why": "自己审自己"}).status_code == 403
    assert desk.post(REVIEW, {**verdict, "why": "兜底页打不开"}).status_code == 303
    rows = {row[1].split()[0]: row for row in table(mei.get(REVIEW), "queue-table")}
    assert rows["挂链"][3:] == ["拒绝", "deeplink 未通过 兜底页未通过", "兜底页打不开"]
    assert rows["创意"][5] == "兜底页打不开"


def test_a_creator_is_asked_answers_and_is_filed_on_the_page(opened: Gate) -> None:
    mei, desk = visitor(opened), visitor(opened, "desk")
    desk.post("/console/tenant", {"tenant": "tenant-1"})

    def right() -> list[str]:
        ((_, _, state, until, filed, serves),) = table(mei.get(REVIEW), "rights-table")
        return [state, until[:10], filed, serves]

    assert mei.post(REVIEW, {"act": "ask", "note": "note-1", "why": "618"}).status_code == 303
    assert right() == ["待接受", "—", "否", "授权未生效"]
    assert mei.post(REVIEW, {"act": "answer", "note": "note-1", "state": "1"}).status_code == 403
    said = {"act": "answer", "note": "note-1", "state": "1", "until": "2025-06-20"}
    assert desk.post(REVIEW, {**said, "until": "2025-05-01"}).status_code == 422
    assert desk.post(REVIEW, said).status_code == 303
    assert right() == ["已授权", "2025-06-20", "否", "未报备"]
    assert desk.post(REVIEW, {"act": "filing", "note": "note-1", "registered": "yes"}).status_code == 303
    assert right() == ["已授权", "2025-06-20", "是", "可投放"]
    assert mei.post(REVIEW, {"act": "cancel", "note": "note-1", "why": "合作终止"}).status_code == 303
    assert right()[0::3] == ["取消", "授权未生效"]
