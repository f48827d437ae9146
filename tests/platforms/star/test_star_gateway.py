"""The client against the gateway in one process: tasks, days, lateness, and faults of which none loses a row in silence."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from hongmao.platforms.api import PullRefused, PullThrottled, PullUnreadable, ReportCell, RowProblem
from hongmao.platforms.sandbox.shop.faults import Dice
from hongmao.platforms.star.client import StarKey, task_call
from hongmao.platforms.star.gateway.drawing import Task, draw_day
from hongmao.platforms.star.pulls import DailySource, NoteSource
from hongmao.platforms.star.rules import scale
from hongmao.platforms.star.signing import task_signature
from platforms.star.starmarket import APP, SECRET, SESSION, StarMarket, account, cells_of

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.market import Market

NOTES, DAILY = NoteSource(), DailySource()
NOTE = "6a00000000000000000000%02d"
THREE = tuple(NOTE % number for number in range(3))


def test_a_day_of_a_task_is_told_two_days_later_with_its_ratio(star: StarMarket) -> None:
    # 7 May: the task is made, three notes are bound.
    assert star.tell(*THREE) == {"success": True, "code": 0, "msg": "成功", "data": {"bound": 3}}
    # 8 May: the day reads 未回传, which is not zero; the cursor stays where it was.
    star.at("2025-05-08T23:59:59+08:00")
    with pytest.raises(PullThrottled) as told:
        star.page(DAILY, "2025-05-07")
    assert told.value.params["answer"] == "未回传"
    # 9 May: it is there.
    star.at("2025-05-09T00:00:00+08:00")
    cells = cells_of(star.pull(DAILY, "2025-05-07"))
    assert len(cells) == 9
    base = cells[f"2025-05-07:{THREE[0]}:700012345"]
    assert base.sample_ratio is None
    assert base.values["spend_fen"] == base.values["task_spend_fen"]
    assert base.values["out_of_task_spend_fen"] == 0
    uv30, uv15 = (cells[f"2025-05-07:{THREE[0]}:700012345:w{window}"] for window in (30, 15))
    assert (uv30.sample_ratio, uv30.window_days, uv15.window_days) == ("0.5", 30, 15)
    assert uv15.values["active_uv"] <= uv30.values["active_uv"]
    assert {cell.marks for cell in cells.values()} == {()}


def test_ATTR_11_the_next_day_tells_the_day_again_and_wins(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-05-09T08:00:00+08:00")
    first = cells_of(star.pull(DAILY, "2025-05-07"))
    star.at("2025-05-09T22:00:00+08:00")
    assert cells_of(star.pull(DAILY, "2025-05-07")) == first
    star.at("2025-05-10T08:00:00+08:00")
    second = cells_of(star.pull(DAILY, "2025-05-07"))
    assert second.keys() == first.keys()
    assert all(second[key].version > first[key].version for key in first)


def test_spend_after_the_task_is_marked_and_not_lost(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-05-25T12:00:00+08:00")
    cells = cells_of(star.pull(DAILY, "2025-05-21"))
    bases = [cell for cell in cells.values() if cell.window_days is None]
    assert len(bases) == 3
    assert {cell.marks for cell in bases} == {("out_of_task",)}
    assert {cell.values["task_spend_fen"] for cell in bases} == {0}
    assert sum(cell.values["out_of_task_spend_fen"] for cell in bases) > 0


def test_a_notes_task_is_told_with_spend_reads_and_visitors_so_far(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-05-12T12:00:00+08:00")
    cells = cells_of(star.pull(NOTES, "2025-05-10"))
    base, uv = cells[f"2025-05-10:{THREE[1]}:700012345"], cells[f"2025-05-10:{THREE[1]}:700012345:uv"]
    assert base.values["read_uv"] > 0
    assert base.sample_ratio is None
    assert (uv.sample_ratio, uv.window_days, base.marks) == ("0.5", None, ())
    # It is the sum of what the days tell.
    days = [cells_of(star.pull(DAILY, f"2025-05-{day:02d}")) for day in range(7, 11)]
    seen = [one[f"2025-05-{day:02d}:{THREE[1]}:700012345:w30"] for day, one in zip(range(7, 11), days, strict=True)]
    assert uv.values["store_uv"] == sum(cell.values["active_uv"] for cell in seen)


def test_a_task_that_ended_before_today_is_overdue(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-05-20T12:00:00+08:00")
    assert {cell.marks for cell in cells_of(star.pull(NOTES, "2025-05-18")).values()} == {()}
    star.at("2025-05-21T12:00:00+08:00")
    assert {cell.marks for cell in cells_of(star.pull(NOTES, "2025-05-19")).values()} == {("overdue",)}


def test_a_snapshot_beyond_three_days_is_lost_and_says_so_without_a_call(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-05-14T12:00:00+08:00")
    before = len(star.calls)
    [lost] = star.pull(NOTES, "2025-05-10")
    assert isinstance(lost, RowProblem)
    assert (lost.code, lost.place, lost.raw, len(star.calls)) == ("history_gone", "date_key", "20250510", before)
    assert cells_of(star.pull(NOTES, "2025-05-11"))


def test_notes_of_a_hundred_and_twenty_days_are_asked_for_thirty_at_a_time(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-08-20T12:00:00+08:00")
    assert len(cells_of(star.pull(NOTES, "2025-08-18"))) == 6
    asked = [msgspec.json.decode(call.body) for call in star.calls[-4:]]
    spans = [(date.fromisoformat(one["start_time"]), date.fromisoformat(one["end_time"])) for one in asked]
    assert spans[0][1] == date(2025, 8, 18)
    assert all((last - first).days == 29 for first, last in spans)
    assert all(later[0] - timedelta(days=1) == earlier[1] for later, earlier in pairwise(spans))


def test_ATTR_8_what_the_sandbox_knows_lies_in_the_interval_as_often_as_promised(star: StarMarket) -> None:
    """The simulator knows the truth: of 400 scaled days about 95% hold it."""
    star.tell(*(NOTE % number for number in range(40)))
    star.at("2025-05-25T12:00:00+08:00")
    market = cast("Market", _Draws())
    task = Task(task_id="700012345", start=date(2025, 5, 7), end=date(2025, 5, 20), ratio=Decimal("0.5"))
    covered = total = 0
    for day in range(7, 17):
        cells = cells_of(star.pull(DAILY, f"2025-05-{day:02d}"))
        for cell in (one for one in cells.values() if one.window_days == 30):
            assert cell.note is not None
            assert cell.sample_ratio is not None
            told = scale(cell.values["active_uv"], Decimal(cell.sample_ratio))
            truth = draw_day(market, task, cell.note, date.fromisoformat(cell.day)).visitors30
            total += 1
            assert told.high is not None
            covered += told.low <= truth <= told.high
    assert total == 400
    assert 0.93 <= covered / total < 1


class _Draws:
    """Draws as the gateway's market does: by seed and name of the market alone."""

    def draw(self, about: str, below: int) -> int:
        return Dice(7, "star").below(below, about)


@pytest.mark.parametrize(
    ("weather", "error"),
    [
        ({"missing_page_share": 1.0}, PullUnreadable),
        ({"repeat_page_share": 1.0}, PullUnreadable),
        ({"error_share": 1.0}, PullUnreadable),
    ],
)
@pytest.mark.parametrize("source", [NOTES, DAILY], ids=["notes", "daily"])
def test_a_fault_is_noticed_and_the_same_page_then_comes(
    star: StarMarket, weather: dict[str, float], error: type[Exception], source: NoteSource | DailySource
) -> None:
    star.tell(*(NOTE % number for number in range(7)))
    star.at("2025-05-10T12:00:00+08:00")
    whole = cells_of(star.pull(source, "2025-05-08"))
    star.weather(**weather)
    rows: list[ReportCell] = []
    token, faults = None, 0
    for _ in range(80):
        try:
            page = star.page(source, "2025-05-08", token, page_size="2")
        except error:
            faults += 1
            continue
        rows += page.rows
        token = page.next_token
        if token is None:
            break
    assert faults > 0
    assert cells_of(rows) == whole


def test_a_gateway_that_is_down_or_busy_loses_nothing(star: StarMarket) -> None:
    star.tell(*THREE)
    star.at("2025-05-10T12:00:00+08:00")
    star.weather(down_from_ms=star.clock.now_ms(), down_until_ms=star.clock.now_ms() + 3_600_000)
    with pytest.raises(PullUnreadable):
        star.page(DAILY, "2025-05-08")
    star.clock.advance(3_600_000)
    star.weather(per_minute_max=1)
    assert len(cells_of(star.pull(DAILY, "2025-05-08"))) == 9
    with pytest.raises(PullThrottled):
        star.page(DAILY, "2025-05-08")
    star.clock.advance(60_000)
    assert len(cells_of(star.pull(DAILY, "2025-05-08"))) == 9


def test_a_wrong_token_is_refused_and_stands_in_no_error(star: StarMarket) -> None:
    star.at("2025-05-10T12:00:00+08:00")
    with pytest.raises(PullRefused) as told:
        star.page(DAILY, "2025-05-08", access_token="another-token-of-nobody")
    said = f"{told.value} {told.value!r} {told.value.message('zh')}"
    assert "of-nobody" not in said
    assert SESSION not in said
    assert SECRET not in said


@pytest.mark.parametrize("name", ["x-star-app", "x-star-timestamp", "x-star-signature"])
def test_ABUSE_6_a_task_with_a_changed_header_is_refused(star: StarMarket, name: str) -> None:
    call = task_call(
        StarKey.of(account()),
        task_id="700012345",
        start="2025-05-07",
        end="2025-05-20",
        ratio="0.5",
        notes=THREE,
        now_ms=star.clock.now_ms(),
    )
    headers = {**call.headers, name: call.headers[name][:-1] + "x"}
    for bad in (dataclasses.replace(call, headers=headers), dataclasses.replace(call, body=call.body + b" ")):
        assert msgspec.json.decode(star.call(bad).body)["code"] == 403
    assert msgspec.json.decode(star.call(call).body)["code"] == 0


@pytest.mark.parametrize("timestamp", ["", "9" * 5_000, "1746583200x", "-746583200"])
def test_a_timestamp_that_is_none_is_refused_though_it_is_signed(star: StarMarket, timestamp: str) -> None:
    call = task_call(
        StarKey.of(account()),
        task_id="700012345",
        start="2025-05-07",
        end="2025-05-20",
        ratio="0.5",
        notes=THREE,
        now_ms=star.clock.now_ms(),
    )
    sign = task_signature(call.body, timestamp, SECRET.encode())
    signed = {"x-star-timestamp": timestamp, "x-star-signature": sign}
    reply = star.call(dataclasses.replace(call, headers={**call.headers, **signed}))
    assert msgspec.json.decode(reply.body)["code"] == 403


def test_a_task_is_told_once_and_notes_are_bound_later(star: StarMarket) -> None:
    assert star.tell(*THREE)["data"] == {"bound": 3}
    assert star.tell(*THREE)["data"] == {"bound": 0}
    assert star.tell(*THREE, NOTE % 9)["data"] == {"bound": 1}
    assert star.tell(*THREE, ratio="0.4")["code"] == 400
    assert star.tell(*THREE, ratio="0")["code"] == 400
    assert star.tell(*THREE, task_id="7 1")["code"] == 400
    assert star.tell(*THREE, task_id="8", end="2025-05-06")["code"] == 400
    assert APP in account().settings.values()
