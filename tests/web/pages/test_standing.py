"""How things stand: alarms, feeds, sending on, wake-ups and lost click ids on the operator's and the merchant's pages."""

from __future__ import annotations

import html
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from hongmao.cli.returns.out import replay as replay_command
from hongmao.web.i18n import catalogue
from web.pages import samples
from web.pages.client import Visitor, table, words_of
from web.pages.fakes import make_app

if TYPE_CHECKING:
    from starlette.applications import Starlette


def test_alarms_stand_before_everything_else_on_the_operations_page(app: Starlette) -> None:
    said = words_of(Visitor(app).sign_in("ops").get("/ops"))
    assert "一切正常" not in said
    assert said.index("未解除的告警") < said.index("即将超过回传时限") < said.index("日志末端")
    quiet = words_of(Visitor(make_app(well=True)).sign_in("ops").get("/ops"))
    assert "未解除的告警" not in quiet
    assert "需要关注" not in quiet


def test_a_feed_that_may_not_be_decided_by_stands_open_and_says_why(app: Starlette) -> None:
    answer = Visitor(app).sign_in("ops").get("/ops")
    late, partial = table(answer, "feeds-amiss")
    assert late[0] == f"京东 拉取 orders {samples.NASTY} tenant-1"
    # Never read: no lag, no coverage, no good pull, and none of them is a 0.
    assert late[1:] == [
        "迟到 平台拒绝了密钥 连续失败", "不可用", "— 最多 1 天", "—", "pull_refused", "0", "—", "0", "0", "0",
    ]  # fmt: skip
    assert partial[1:] == [
        "不完整", "不可用", "4 分 最多 1 天", "05-14 09:56", "无", "20", "13.7%", "18,213", "611", "1 缺 126 行",
    ]  # fmt: skip
    well = {row[0].partition(" ")[0]: row for row in table(answer, "feeds-well")}
    assert [row[2] for row in well.values()] == ["可用"] * 3
    # What nobody counts of a webhook is unknown.
    assert [well["沙箱店铺"][n] for n in (5, 8, 9, 10)] == ["—"] * 4
    assert well["小红星"][7] == "84.7% 抽样 0.2"


def test_the_declared_ratio_is_always_shown_and_marked_where_it_is_less_than_all(app: Starlette) -> None:
    answer = Visitor(app).sign_in("ops").get("/ops")
    rows = table(answer, "sending-table")
    assert [row[1] for row in rows] == ["98.5%", "100%", "100%", "100%"]
    assert answer.text.count('<span class="chip warn">') > 0
    assert re.search(r'<span class="chip warn">(?:(?!</span>).)*98\.5%</span>', answer.text, re.DOTALL)
    assert not re.search(r'<span class="chip[^"]*">(?:(?!</span>).)*100%</span>', answer.text, re.DOTALL)
    assert rows[0][2:] == ["41", "05-14 10:07 剩 7 分 无应答，自 05-14 09:48", "1,902", "3", "11", "29", "0"]
    assert rows[1][3] == "—"
    assert "测试模式" in rows[2][0]
    assert "已撤销" in rows[3][0]
    assert rows[3][3] == "05-14 09:59 已过时限"


def test_the_command_beside_dead_letters_can_be_pasted_whatever_a_reason_is_called(app: Starlette) -> None:
    answer = Visitor(app).sign_in("ops").get("/ops")
    commands = [
        shlex.split(html.unescape(text)) for text in re.findall(r"<code[^>]*>(hongmao returns .*?)</code>", answer.text)
    ]
    replay = ["hongmao", "returns", "replay", "--target"]
    assert commands == [
        [*replay, "juguang", "--reason", "bad_token"],  # nothing is past its deadline: no force
        [*replay, "juguang", "--reason", "deadline", "--force"],  # everything is: nothing without it
        [*replay, "tencent", "--reason", samples.NASTY],
        [*replay, "tencent", "--reason", samples.NASTY, "--force"],
    ]
    for command in commands:
        asked = replay_command.make_context("replay", command[3:])
        assert (asked.params["target"], asked.params["reason"]) == (command[4], command[6])


@pytest.mark.parametrize(("who", "path"), [("ops", "/ops"), ("brand1", "/console/links/link-001")])
def test_wakeups_of_a_browser_that_never_told_anything_are_unknown(app: Starlette, who: str, path: str) -> None:
    chrome, safari, odd, silent = table(Visitor(app).sign_in(who).get(path), "waking-table")
    assert chrome == ["安卓 Chrome", "211", "160", "4", "9", "21", "2", "15", "81.63%"]
    assert safari == ["苹果 Safari", "140", "—", "—", "—", "—", "—", "140", "—"]
    assert odd[1:] == ["69", "0", "0", "3", "0", "0", "66", "0.00%"]
    assert silent[0] == "—"


def test_a_links_page_says_which_clicks_of_other_media_came_without_their_id(app: Starlette) -> None:
    rows = table(Visitor(app).sign_in("brand1").get("/console/links/link-001"), "media-table")
    assert rows == [
        ["聚光", "已带上", "64"],
        ["聚光", "宏没有被替换", "11"],
        [samples.NASTY, "点击 ID 为空", "2"],
    ]


@pytest.mark.parametrize("family", ["feeds_col", "sending_col", "letters_col", "waking_col"])
def test_every_column_of_counts_says_what_it_counts(app: Starlette, family: str) -> None:
    said = words_of(Visitor(app).sign_in("ops").get("/ops"))
    meanings = [
        text for key, text in catalogue("zh").texts.items() if key.startswith(f"{family}.") and key.endswith(".help")
    ]
    assert meanings
    assert [text for text in meanings if text not in said] == []
