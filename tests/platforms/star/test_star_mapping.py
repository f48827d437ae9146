"""Cells of rows and of tables: what is sampled says so, what is unknown is left out, what is wrong is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import instant
from hongmao.platforms.api import Fault, FaultKind, FileHead, PlatformAccount, Reply, ReportCell, RowProblem, pull_error
from hongmao.platforms.star.client import read_answer
from hongmao.platforms.star.files import STAR_TASK
from hongmao.platforms.star.mapping import cells_of_day, cells_of_note

DAY, TODAY = date(2025, 5, 7), date(2025, 5, 9)
NOTE = "6a0000000000000000000001"


def note_row(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "note_id": NOTE,
        "read_uv": 12_000,
        "star_event_group_id": "700012345",
        "event_group_start_time": "2025-05-01 00:00:00",
        "event_group_end_time": "2025-05-20 23:59:59",
        "star_total_amount": Decimal("9600.00"),
        "star_trans_ratio": Decimal("50.00"),
        "star_read_uv": 12_000,
        "star_enter_store_uv": 120,
    }
    return told | more


def day_row(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "time": "2025-05-07",
        "note_id": NOTE,
        "fee": "96.50",
        "tb_task_fee": "90.00",
        "tb_note_trans_ratio": "50.00",
        "outside_shop_visit": "120",
        "out_side_seller_pv_15d": "80",
    }
    return told | more


def problem_of(rows: list[ReportCell | RowProblem]) -> tuple[str, str]:
    [problem] = [row for row in rows if isinstance(row, RowProblem)]
    assert problem.raw
    return problem.code, problem.place


def test_a_note_gives_its_full_counts_and_its_sampled_one_apart() -> None:
    base, uv = cells_of_note(note_row(), day=DAY, today=TODAY)
    assert isinstance(base, ReportCell)
    assert isinstance(uv, ReportCell)
    assert (base.values, base.sample_ratio) == ({"read_uv": 12_000, "spend_fen": 960_000}, None)
    assert (uv.values, uv.sample_ratio) == ({"store_uv": 120}, "0.5")
    assert base.key == f"2025-05-07:{NOTE}:700012345"
    assert base.marks == uv.marks == ()


def test_a_note_of_no_task_is_marked_and_not_lost() -> None:
    [cell] = cells_of_note(note_row(star_event_group_id="", star_trans_ratio=0), day=DAY, today=TODAY)
    assert isinstance(cell, ReportCell)
    assert (cell.marks, cell.values) == (("out_of_task",), {"read_uv": 12_000})


@pytest.mark.parametrize(
    ("broken", "code", "place"),
    [
        (note_row(note_id=""), "missing_field", "note_id"),
        (note_row(note_id="a b"), "bad_value", "note_id"),
        (note_row(star_trans_ratio=None), "sample_ratio_missing", "star_trans_ratio"),
        (note_row(star_trans_ratio=0), "sample_ratio_missing", "star_trans_ratio"),
        (note_row(star_trans_ratio=Decimal("100.01")), "out_of_range", "star_trans_ratio"),
        (note_row(star_trans_ratio=-50), "out_of_range", "star_trans_ratio"),
        (note_row(star_trans_ratio="half"), "bad_value", "star_trans_ratio"),
        (note_row(star_trans_ratio="1e999999999"), "bad_value", "star_trans_ratio"),
        (note_row(star_trans_ratio=True), "bad_value", "star_trans_ratio"),
        (note_row(star_enter_store_uv=-1), "below_zero", "star_enter_store_uv"),
        (note_row(star_enter_store_uv=10**13), "out_of_range", "star_enter_store_uv"),
        (note_row(star_total_amount=Decimal("1.005")), "not_whole_fen", "star_total_amount"),
        (note_row(event_group_end_time="soon"), "bad_time", "event_group_end_time"),
        (note_row(event_group_end_time="2025-02-30"), "bad_time", "event_group_end_time"),
        (note_row(star_event_group_id="7" * 40), "too_long", "note_id"),
    ],
)
def test_a_broken_note_is_a_problem(broken: dict[str, Any], code: str, place: str) -> None:
    assert problem_of(cells_of_note(broken, day=DAY, today=TODAY)) == (code, place)


def test_spend_outside_the_task_is_told_apart() -> None:
    base, uv30, uv15 = cells_of_day(day_row(), today=TODAY)
    assert isinstance(base, ReportCell)
    assert base.values == {"spend_fen": 9_650, "task_spend_fen": 9_000, "out_of_task_spend_fen": 650}
    assert base.marks == ("out_of_task",)
    for cell, window, seen in ((uv30, 30, 120), (uv15, 15, 80)):
        assert isinstance(cell, ReportCell)
        assert (cell.window_days, cell.values, cell.sample_ratio) == (window, {"active_uv": seen}, "0.5")


@pytest.mark.parametrize("name", ["outsideShopVisit", "outsideSellerPv", "outside_seller_pv"])
def test_a_field_is_known_by_each_of_its_names(name: str) -> None:
    row = day_row(**{name: 7})
    del row["outside_shop_visit"]
    cells = [cell for cell in cells_of_day(row, today=TODAY) if isinstance(cell, ReportCell)]
    assert [cell.values for cell in cells if cell.window_days == 30] == [{"active_uv": 7}]


def test_a_sampled_count_without_its_ratio_is_no_cell_and_its_spend_stays() -> None:
    rows = cells_of_day(day_row(tb_note_trans_ratio=None, out_side_seller_pv_15d=None), today=TODAY)
    assert problem_of(rows) == ("sample_ratio_missing", "tb_note_trans_ratio")
    assert [row.values["spend_fen"] for row in rows if isinstance(row, ReportCell)] == [9_650]
    told = cells_of_day(day_row(tb_note_trans_ratio=None), today=TODAY, ratio="0.25")
    assert {row.sample_ratio for row in told if isinstance(row, ReportCell)} == {None, "0.25"}
    assert len(told) == 3


def test_before_the_second_day_a_zero_is_not_told_and_a_count_is_immature() -> None:
    early = date(2025, 5, 8)
    rows = cells_of_day(day_row(outside_shop_visit="0"), today=early)
    cells = [row for row in rows if isinstance(row, ReportCell)]
    assert [(cell.window_days, cell.marks) for cell in cells] == [
        (None, ("out_of_task",)),
        (15, ("out_of_task", "immature")),
    ]
    late = [row for row in cells_of_day(day_row(outside_shop_visit="0"), today=TODAY) if isinstance(row, ReportCell)]
    assert [cell.values for cell in late if cell.window_days == 30] == [{"active_uv": 0}]


@pytest.mark.parametrize(
    ("broken", "code", "place"),
    [
        (day_row(time="7 May"), "bad_time", "time"),
        (day_row(time=None), "missing_field", "time"),
        (day_row(time="2025-01-08"), "too_old", "time"),
        (day_row(fee=None), "missing_field", "fee"),
        (day_row(fee="-1"), "below_zero", "fee"),
        (day_row(fee="1.005"), "not_whole_fen", "fee"),
        (day_row(tb_task_fee="96.51"), "contradiction", "tb_task_fee"),
        (day_row(outside_shop_visit="1.5"), "bad_value", "outside_shop_visit"),
    ],
)
def test_a_broken_day_is_a_problem(broken: dict[str, Any], code: str, place: str) -> None:
    assert problem_of(cells_of_day(broken, today=TODAY)) == (code, place)


def test_ATTR_10_the_last_day_that_is_kept_is_taken() -> None:
    assert all(isinstance(row, ReportCell) for row in cells_of_day(day_row(time="2025-01-09"), today=TODAY))


ACCOUNT = PlatformAccount(
    platform="star", account="brand-1", tenant=TenantId("tenant-1"), secret=b"", revoked=False, settings={}
)


def read(row: dict[str, str], *, exported: str = "2025-05-12T09:00:00+08:00", **facts: str) -> list[Any]:
    head = FileHead(name="star.csv", snapshot_ms=instant(exported), facts=facts)
    base = {"day": "2025-05-07", "note": NOTE, "spend": "96.00"}
    return list(STAR_TASK.read(base | row, place="row 2", head=head, account=ACCOUNT))


@pytest.mark.parametrize(
    ("told", "ratio"), [("50%", "0.5"), ("50.00", "0.5"), ("0.5", "0.5"), ("12.5％", "0.125"), ("100%", "1")]
)
def test_a_tables_ratio_is_read_as_it_is_written(told: str, ratio: str) -> None:
    cells = read({"uv30": "120", "ratio": told})
    assert [cell.sample_ratio for cell in cells if cell.window_days == 30] == [ratio]


@pytest.mark.parametrize(
    ("told", "code"), [("1", "ambiguous"), ("101", "out_of_range"), ("half", "bad_value"), ("", "sample_ratio_missing")]
)
def test_a_ratio_that_may_be_two_things_is_neither(told: str, code: str) -> None:
    assert problem_of(read({"uv30": "120", "ratio": told}))[0] == code


def test_a_ratio_may_be_told_with_the_file() -> None:
    assert [cell.sample_ratio for cell in read({"uv15": "3"}, sample_ratio="0.4") if cell.window_days] == ["0.4"]


def test_a_total_row_is_nothing() -> None:
    assert read({"day": "合计12条记录"}) == []


def test_a_table_marks_a_task_that_ended_and_spend_outside_it() -> None:
    [cell] = read({"task": "700012345", "task_start": "2025-05-08", "task_end": "2025-05-11 23:59:59"})
    assert cell.marks == ("out_of_task", "overdue")
    assert cell.key == f"2025-05-07:{NOTE}:700012345"


def test_a_table_exported_too_early_says_that_nothing_is_returned_yet() -> None:
    [cell] = read({"uv30": "0", "ratio": "50%"}, exported="2025-05-08T09:00:00+08:00")
    assert cell.marks == ("uv_not_returned",)
    assert "active_uv" not in cell.values


def test_ATTR_11_the_later_export_wins_and_a_roi_gives_an_approximate_gmv() -> None:
    first, goods = read({"roi": "3", "spend": "100.00"})
    later, _ = read({"roi": "3", "spend": "100.00"}, exported="2025-05-12T09:00:01+08:00")
    assert later.version > first.version
    assert (goods.values, goods.marks, goods.sample_ratio) == ({"gmv_fen": 30_000}, ("approximate",), None)


def test_rows_of_two_campaigns_are_two_cells() -> None:
    keys = {read({"campaign": name})[0].key for name in ("测试", "爆发", "")}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("reply", "kind", "answer"),
    [
        (Reply(status=429, headers={"retry-after": "9"}), FaultKind.WAIT, "HTTP 429"),
        (Reply(status=502), FaultKind.UNWELL, "HTTP 502"),
        (Reply(status=401), FaultKind.REFUSED, "HTTP 401"),
        (Reply(status=200, body=b"<html>"), FaultKind.UNWELL, "no envelope"),
        (Reply(status=200, body=b'{"success":true,"code":0}'), FaultKind.UNWELL, "no data"),
        (Reply(status=200, body=b'{"success":false,"code":7,"msg":"no"}'), FaultKind.REFUSED, "code 7"),
        (Reply(status=200, body='{"success":false,"code":7,"msg":"请求频率超限"}'.encode()), FaultKind.WAIT, "code 7"),
        (
            Reply(status=200, body='{"success":true,"code":0,"msg":"未回传","data":{}}'.encode()),
            FaultKind.WAIT,
            "未回传",
        ),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_apart(reply: Reply, kind: FaultKind, answer: str) -> None:
    fault = read_answer(reply)
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.answer) == (kind, answer)
    assert pull_error(fault, "star").message("zh")
