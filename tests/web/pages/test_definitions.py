"""Definitions on the pages: where each version stands, who decided and why, what differs, and what a draft would move."""

from __future__ import annotations

import re

import pytest

from web.pages import samples_definitions
from web.pages.client import Visitor, table, words_of

LIST, LAST_CLICK, PLAN = "/console/definitions", "/console/definitions/last_click", "/console/definitions/plan"


@pytest.fixture
def merchant(visitor: Visitor) -> Visitor:
    return visitor.sign_in("brand1")


@pytest.fixture
def operator(visitor: Visitor) -> Visitor:
    return visitor.sign_in("admin")


def said(visitor: Visitor, path: str) -> str:
    return re.sub(r"\s+", " ", words_of(visitor.get(path)))


def test_the_list_says_where_every_version_stands(merchant: Visitor) -> None:
    text = merchant.get(LIST).text
    row = r'<tr(?: id="([^"]+)")?>\s*<th scope="row"><a href="/console/definitions/last_click">.*?</tr>'
    # A version that was taken back has no anchor: its key may stand again.
    assert re.findall(row, text, re.DOTALL) == ["last_click.v1", "", "last_click.v2"]
    state = r'href="/console/definitions/last_click">.*?<span class="chip[^"]*">(?:<svg.*?</svg>)?(.*?)</span>'
    assert re.findall(state, text, re.DOTALL) == ["生效中", "已撤回", "草案"]
    assert 'id="cpuv.v1"' in text
    assert "面向任意文件" in words_of(merchant.get(LIST))


def test_the_history_says_who_decided_what_when_and_why(merchant: Visitor) -> None:
    words = said(merchant, LAST_CLICK)
    for part in (
        "last_click.v2 草案",
        "2025-06-01 – 直到下一版本",
        "大促蓄水期较长",
        "last_click.v2 已撤回",
        "商家未获通知",
        "七天更贴近冲动消费",
        "last_click.v1 生效中",
        "2025-01-01 – 2025-05-31",
        "随版本发布",
    ):
        assert part in words, part
    assert samples_definitions.WHO in words
    assert words.index("草案") < words.index("已撤回") < words.index("随版本发布"), "newest first"


def test_two_versions_differ_by_their_fields_and_the_figures_that_follow(merchant: Visitor) -> None:
    text = merchant.get(f"{LAST_CLICK}?before=last_click.v1&after=last_click.v2").text
    compared = text.split('aria-labelledby="history"')[0]
    (change,) = re.findall(r"<code>(\w+)</code></th><td><del>(\w+)</del></td><td><ins>(\w+)</ins></td>", compared)
    assert change == ("default_window", "15d", "30d")
    figures = re.findall(r'class="chip" href="/console/definitions/(\w+)"', compared)
    assert {"gmv_net", "purchases", "roi_net"} <= set(figures)
    assert "impressions" not in figures
    same = said(merchant, f"{LAST_CLICK}?before=last_click.v1&after=last_click.v1")
    assert "两者含义与文字相同" in same


def test_one_version_has_nothing_to_be_compared_with(merchant: Visitor) -> None:
    text = merchant.get("/console/definitions/cpuv").text
    assert 'id="compared"' not in text
    assert "spend ÷ visit_uv" in text


def test_every_definition_has_its_page(merchant: Visitor) -> None:
    ids = set(re.findall(r'<a href="/console/definitions/(\w+)">', merchant.get(LIST).text))
    assert len(ids) > 40
    for one in sorted(ids)[::7]:
        assert merchant.get(f"{LIST}/{one}").status_code == 200, one


@pytest.mark.parametrize("path", [f"{LIST}/moon", f"{LAST_CLICK}?before=last_click.v9&after=last_click.v1"])
def test_a_definition_that_is_not_there_is_said_to_be_none(merchant: Visitor, path: str) -> None:
    answer = merchant.get(path)
    assert answer.status_code == 404
    assert "definition_unknown" in answer.text


def test_a_draft_says_what_it_would_do_and_nothing_is_decided(operator: Visitor) -> None:
    draft = samples_definitions.last_click(3, default_window="24h", effective="2025-07-01")
    answer = operator.post(PLAN, {"draft": draft})
    assert answer.status_code == 200
    steps = table(answer, "steps-table")
    assert [row[1] for row in steps] == ["last_click.v3", "last_click.v2", "last_click.v2", "last_click.v2"]
    assert steps[2] == ["计算归因", "last_click.v2", "2025-05-01 – 2025-05-14", "1,204"]
    assert table(answer, "moves-table") == [
        ["gmv_net", "2025-05-08", "note-001", "2,709.00", "2,809.00"],
        ["roi_net", "全部日期", "全部笔记", "—", "1.88"],
    ]
    assert "last_click.v3" not in operator.get(LIST).text
    assert "last_click.v3" not in operator.get(LAST_CLICK).text


def test_a_draft_that_cannot_hold_is_answered_with_its_line_and_stands_there_again(operator: Visitor) -> None:
    draft = samples_definitions.last_click(3, default_window="3d", effective="2025-07-01")
    answer = operator.post(PLAN, {"draft": draft})
    assert answer.status_code == 422
    assert re.search(r'role="alert">[^<]*draft\.toml:\d+', answer.text)
    assert "default_window = &#34;3d&#34;" in answer.text
    nonsense = operator.post(PLAN, {"draft": "<script>alert(1)</script>"})
    assert nonsense.status_code == 422
    assert "<script>alert" not in nonsense.text


def test_an_applied_version_says_what_taking_it_back_would_do(operator: Visitor) -> None:
    text = operator.get(LAST_CLICK).text
    assert re.findall(r'name="revert" value="([^"]+)"', text) == ["last_click.v2"], "what ships cannot be taken back"
    answer = operator.post(PLAN, {"revert": "last_click.v2"})
    assert [row[1] for row in table(answer, "steps-table")][:2] == ["last_click.v2", "last_click.v1"]
    assert "生效中" in said(operator, LAST_CLICK)


def test_only_whoever_operates_the_deployment_may_ask(merchant: Visitor) -> None:
    assert merchant.get(PLAN).status_code == 403
    assert merchant.post(PLAN, {"draft": "id = 1"}).status_code == 403
    assert PLAN not in merchant.get(LIST).text
    assert 'name="revert"' not in merchant.get(LAST_CLICK).text
    assert merchant.post(PLAN, {"draft": ""}, {"origin": "http://elsewhere.example"}).status_code == 403
