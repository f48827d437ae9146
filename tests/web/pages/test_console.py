"""The merchant's console: what is asked stands in the address, nobody sees another tenant's rows, unknown is —."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from web.pages.client import Visitor, table, words_of
from web.pages.fakes import make_app

if TYPE_CHECKING:
    from starlette.applications import Starlette

CONSOLE = ["/console/", "/console/notes", "/console/links", "/console/orders", "/console/definitions"]


@pytest.fixture
def merchant(visitor: Visitor) -> Visitor:
    return visitor.sign_in("brand1")


def test_the_overview_has_the_seven_steps_with_rates_and_costs(merchant: Visitor) -> None:
    rows = table(merchant.get("/console/"), "funnel-table")
    assert [row[0].split()[0] for row in rows] == ["曝光", "点击", "组件点击", "进店", "加购", "成交", "退款"]
    assert [row[1] for row in rows] == ["48,213", "2,874", "1,031", "612", "143", "46", "7"]
    assert rows[3][2:6] == ["547", "组件点击", "59.36%", "¥ 4.40"]
    assert rows[0][3:5] == ["—", "—"]
    assert rows[6][5] == "—"


def test_a_card_carries_definition_window_clock_and_maturity(merchant: Visitor) -> None:
    text = merchant.get("/console/").text
    card = re.search(r'<section class="kpi" data-figure="roi_net">.*?</section>', text, re.DOTALL)
    assert card is not None
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", card[0]))
    assert 'href="/console/definitions#roi_net.v1"' in card[0]
    for part in ("ROI（净）", "2.61", "¥7,019.00 ÷ ¥2,694.23", "15d", "计费时间", "增长至 05-30 00:00"):
        assert part in words


def test_unknown_is_a_dash_and_partial_says_so(merchant: Visitor) -> None:
    page = merchant.get("/console/")
    daily = table(page, "daily-table")
    assert daily[3][3] == "—"
    assert "部分" in words_of(page)
    assert table(merchant.get("/console/orders"), "orders-table")[0][4] == "—"


def test_the_question_stands_in_the_address(merchant: Visitor) -> None:
    text = merchant.get("/console/?window=7d&clock=event&from=2025-05-01&to=2025-05-03").text
    assert 'name="window" value="7d" checked' in text
    assert 'name="clock" value="event" checked' in text
    assert 'name="from" value="2025-05-01"' in text
    assert "from=2025-05-14&amp;to=2025-05-14" in text
    assert len(table(merchant.get("/console/?from=2025-05-01&to=2025-05-03"), "daily-table")) == 3


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("window=3d", "not_on_offer"),
        ("clock=moon", "not_on_offer"),
        ("from=yesterday", "day_unreadable"),
        ("from=2025-05-09&to=2025-05-01", "days_backwards"),
        ("from=2020-01-01&to=2025-05-01", "too_many_days"),
        ("from=%3Cscript%3E", "day_unreadable"),
    ],
)
def test_a_question_that_means_nothing_is_answered_with_what_is_wrong(merchant: Visitor, asked: str, code: str) -> None:
    answer = merchant.get(f"/console/?{asked}")
    assert answer.status_code == 422
    assert code in answer.text
    assert 'id="report"' in answer.text, "the page that asked puts the answer where the report stood"
    assert "<script>" not in answer.text


def test_notes_sort_by_any_figure_and_unknown_stands_last(merchant: Visitor) -> None:
    def order(sort: str) -> list[str]:
        return [row[-1] for row in table(merchant.get(f"/console/notes?sort={sort}"), "notes-table")]

    assert order("roi_net") == ["1.29", "2.94", "—"]
    assert order("-roi_net") == ["2.94", "1.29", "—"]
    assert order("nothing") == order("-spend")
    text = merchant.get("/console/notes?sort=-roi_net").text
    assert text.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in text


def test_the_way_to_an_order_shows_every_touch_under_every_definition(merchant: Visitor) -> None:
    text = merchant.get("/console/orders/o-1").text
    ways = re.findall(r'<table class="ways-by-definition">.*?</table>', text, re.DOTALL)[0]
    lines = re.findall(r'<svg class="way-line".*?</svg>', ways, re.DOTALL)
    # First touch first: crossed out where it could earn nothing, a ring where it was passed over, else as large as its part.
    assert [re.findall(r'class="(out|none|part)"', line) for line in lines] == [
        ["out", "none", "part"],
        ["out", "part", "part"],
    ]
    touches = re.findall(r'<table class="way-touches">.*?</table>', text, re.DOTALL)[0]
    cells = re.findall(r"<td>(.*?)</td>", touches, re.DOTALL)
    assert [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", cell)).strip() for cell in cells] == [
        "点击无效", "不在此口径的触点范围",
        "窗口内有更晚的触点", "50% ¥64.50 窗口内每个触点各得一份",
        "100% ¥129.00 窗口内最后一次有效触点", "50% ¥64.50 窗口内每个触点各得一份",
    ]  # fmt: skip


def test_ATTR_4_a_rival_claim_stands_on_the_order_and_on_no_other(merchant: Visitor) -> None:
    first, second = merchant.get("/console/orders/o-1").text.split('aria-labelledby="sub-2"')
    assert "其他媒体也认领" in first
    assert "去重合计不含该订单" in first
    assert "其他媒体也认领" not in second
    assert "另一个点击 id 优先" in first


def test_the_trace_tells_all_eight_steps_of_each_sub_order(merchant: Visitor) -> None:
    answer = merchant.get("/console/orders/o-1")
    steps = re.findall(r'<li data-step="(\w+)" data-state="(\w+)">', answer.text)
    names = ["received", "verified", "deduped", "matched", "credited", "billed", "sent_on", "answered"]
    assert [name for name, _ in steps] == names * 2
    words = words_of(answer)
    for said in (
        "窗口内最后一次有效触点",
        "窗口内有更晚的触点",
        "点击后 2 小时 5 分",
        "¥129.00",
        "juguang 已送达，meta 被拒收",
        "间接成交",
    ):
        assert said in words


def test_the_statement_runs_from_opening_to_closing(merchant: Visitor) -> None:
    words = words_of(merchant.get("/console/wallet"))
    for said in (
        "期初余额",
        "¥50,000.00",
        "-¥2,694.23",
        "¥47,305.77",
        "已平衡",
        "这次曝光已扣过费",
        "· 现金",
        "返货 · 社区",
    ):
        assert said in words
    assert "红猫 UD" not in words.split("流水")[0].split("余额", 1)[1]


def test_a_month_is_downloaded_in_the_readers_language_and_the_closed_ones_say_their_head(merchant: Visitor) -> None:
    words = words_of(merchant.get("/console/wallet"))
    for said in ("月账单", "未关账，数字仍会变动", "已关账", "ab" * 32, "PDF", "校验账本"):
        assert said in words
    assert "账本校验通过" not in words
    assert "账本校验通过" in words_of(merchant.get("/console/wallet?verify=1"))
    asked = "/console/statements?whose=merchant/merchant-1&month=2025-05&format="
    for form, start in (("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", "\ufeff项目".encode())):
        answer = merchant.get(f"{asked}{form}")
        assert (answer.status_code, answer.content[: len(start)]) == (200, start)
        assert answer.headers["content-disposition"] == f'attachment; filename="merchant-m1-2025-05.{form}"'
        assert answer.headers["cache-control"] == "no-store"
    assert merchant.get(f"{asked}docx").status_code == 422
    assert merchant.get(asked.replace("merchant-1", "merchant-2") + "pdf").status_code == 404


def test_a_tenant_with_nothing_is_told_what_to_do(app: Starlette) -> None:
    visitor = Visitor(app).sign_in("brand2")
    for path in ("/console/", "/console/notes", "/console/links", "/console/orders"):
        assert 'class="empty"' in visitor.get(path).text


def test_nobody_sees_another_tenants_rows(app: Starlette) -> None:
    other = Visitor(app).sign_in("brand2")
    assert other.get("/console/links/link-001").status_code == 404
    assert other.get("/console/orders/o-1").status_code == 404
    assert "清透防晒乳" not in other.get("/console/notes").text
    other.post("/console/tenant", {"tenant": "tenant-1", "back": "/console/"})
    assert other.get("/console/orders/o-1").status_code == 404
    assert "初晴" not in other.get("/console/").text


def test_an_administrator_picks_the_merchant(app: Starlette) -> None:
    admin = Visitor(app).sign_in("admin")
    assert '<option value="tenant-1" selected>' in admin.get("/console/").text
    answer = admin.post("/console/tenant", {"tenant": "tenant-2", "back": "/console/notes"})
    assert answer.headers["location"] == "/console/notes"
    page = admin.get("/console/notes").text
    assert '<option value="tenant-2" selected>' in page
    assert "清透防晒乳" not in page


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("ops", "/console/", 403),
        ("ops", "/console/wallet", 403),
        ("ops", "/ops", 200),
        ("brand1", "/ops", 403),
        ("brand2", "/console/wallet", 403),
        ("brand2", "/console/", 200),
        ("admin", "/ops", 200),
    ],
)
def test_a_role_opens_its_own_pages(app: Starlette, who: str, path: str, status: int) -> None:
    visitor = Visitor(app).sign_in(who)
    assert visitor.get(path).status_code == status
    linked = f'href="{path}"' in visitor.get("/ops" if who == "ops" else "/console/").text
    assert linked == (status == 200)


@pytest.mark.parametrize("path", [*CONSOLE, "/console/wallet", "/console/orders/o-1", "/ops"])
def test_whoever_is_not_signed_in_is_shown_the_door_and_comes_back(app: Starlette, path: str) -> None:
    visitor = Visitor(app)
    answer = visitor.get(f"{path}?window=7d")
    assert answer.status_code == 303
    wanted = f"{path.replace('/', '%2F')}%3Fwindow%3D7d"
    assert answer.headers["location"] == f"/console/login?next={wanted}"
    part = visitor.get(path, {"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"][:20]) == (204, "/console/login?next=")


def test_signing_in_and_out(app: Starlette) -> None:
    visitor = Visitor(app)
    wrong = visitor.post("/console/login", {"login": "brand1", "password": "wrong", "next": "/console/notes"})
    assert wrong.status_code == 401
    assert "登录名或密码不正确" in words_of(wrong)
    assert 'value="brand1"' in wrong.text
    assert "wrong" not in wrong.text
    right = {"login": "brand1", "password": "a good password", "next": "/console/notes"}
    assert visitor.post("/console/login", right).headers["location"] == "/console/notes"
    assert visitor.get("/console/login").headers["location"] == "/console/"
    assert visitor.post("/console/logout", {}, {"origin": "http://elsewhere.example"}).status_code == 403
    assert visitor.post("/console/logout").headers["location"] == "/console/login"
    assert visitor.get("/console/").status_code == 303


@pytest.mark.parametrize(
    "next_",
    ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "/\t/e"],
)
def test_signing_in_leads_nowhere_else(app: Starlette, next_: str) -> None:
    form = {"login": "brand1", "password": "a good password", "next": next_}
    assert Visitor(app).post("/console/login", form).headers["location"] == "/console/"


def test_the_operations_page_says_who_is_behind() -> None:
    well, behind = (words_of(Visitor(make_app(behind=n, well=True)).sign_in("ops").get("/ops")) for n in (0, 12))
    assert "一切正常" in well
    assert "有积压" not in well
    assert "有积压" in behind
    assert "一切正常" not in behind


def test_the_operations_table_has_every_hour_of_the_picture(app: Starlette) -> None:
    answer = Visitor(app).sign_in("ops").get("/ops")
    twin = table(answer, "hours-twin")
    assert len(twin) == 24
    totals = {row[0]: row[-1] for row in table(answer, "hours-table")}
    assert sum(int(row[1].replace(",", "")) for row in twin) == int(totals["曝光"].replace(",", ""))
