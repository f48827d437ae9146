"""Metrics that only a platform's report knows: cells by their latest version, samples apart, and — where nobody told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hongmao.insight.api import Sight
from hongmao.kernel.time import iso
from insight.stage import A, B, Stage, cell, click, query

if TYPE_CHECKING:
    from hongmao.events.contracts import Event
    from hongmao.insight.contracts import Figure

WHOLE = Sight.operator()
MAY = query("2025-05-01", "2025-05-31")


def ud(day: str, note: str = "note-1", version: int = 1, tenant: str = A, **values: int) -> Event:
    """Have Alibaba's report tell a note's day."""
    return cell("ud_daily", day, values, note=note, version=version, tenant=tenant, platform="taobao", line="ud")


def figure(stage: Stage, name: str, sight: Sight = WHOLE) -> Figure:
    return stage.insight.metric(sight, name, MAY).figure


def test_ATTR_11_the_latest_snapshot_of_a_cell_wins_in_any_order_of_arrival() -> None:
    cells = [ud("2025-05-02", version=v, spend_fen=v * 100, gmv_fen=v * 300) for v in (1, 3, 2)]
    for events in (cells, cells[::-1], [*cells, *cells]):
        stage = Stage(*events)
        assert figure(stage, "ud_report_spend").numerator == 300
        assert figure(stage, "ud_roi").text == "3.00"


def test_ATTR_7_what_no_report_told_is_a_dash_and_a_blank_makes_the_sum_partial() -> None:
    stage = Stage(ud("2025-05-02", visits=20, spend_fen=100), ud("2025-05-03", spend_fen=100))
    told = figure(stage, "ud_visits")
    assert (told.text, told.partial) == ("20", True)
    assert (figure(stage, "ud_report_spend").text, figure(stage, "ud_report_spend").partial) == ("2.00", False)
    # Nobody ever told carts, and no 种草值 was ever imported.
    assert [figure(stage, name).text for name in ("ud_carts", "seeding_value", "seeding_rate", "cpti")] == ["—"] * 4
    assert figure(stage, "cpuv_ud").text == "0.10"
    assert figure(stage, "cpuv_ud").partial


def test_ATTR_7_a_cost_that_nobody_told_leaves_the_full_cost_partial_and_one_to_take_away_leaves_it_unknown() -> None:
    one = click("2025-05-02 10:00", "c-1")
    stage = Stage(one, cell("pgy_orders", "2025-05-02", {"creator_fen": 5_000, "service_fen": 500}))
    full = figure(stage, "full_cost")
    assert (full.numerator, full.partial) == (5_500, True)  # 薯条 was never reported
    gross_only = Stage(ud("2025-05-02", gmv_fen=100))
    assert figure(gross_only, "ud_gmv_net").text == "—"
    both = Stage(ud("2025-05-02", gmv_fen=100, refund_fen=30))
    assert figure(both, "ud_gmv_net").numerator == 70


def test_ATTR_8_a_sampled_cell_and_a_full_one_are_never_added_and_ratios_are_scaled_apart() -> None:
    stage = Stage(
        cell("star_task", "2025-05-02", {"active_uv": 120}, part="t-1:w30", window_days=30, sample_ratio="0.5"),
        cell("star_task", "2025-05-03", {"active_uv": 30}, part="t-2:w30", window_days=30, sample_ratio="0.25"),
        cell("star_task", "2025-05-03", {"active_uv": 999}, part="t-3:w30", window_days=30),  # without a ratio
        cell("star_task", "2025-05-02", {"active_uv": 77}, part="t-1:w15", window_days=15, sample_ratio="0.5"),
        cell("star_task", "2025-05-02", {"task_spend_fen": 360_000}, part="t-1"),
    )
    thirty, fifteen = figure(stage, "offsite_active_uv_30d"), figure(stage, "offsite_active_uv_15d")
    assert thirty.text == "360 (150 ÷ 0.25, 0.5)"
    assert thirty.sample is not None
    assert [(one.ratio, one.seen) for one in thirty.sample.shares] == [("0.25", 30), ("0.5", 120)]
    assert fifteen.text == "154 (77 ÷ 0.5)"
    # The seeding line's CPUV: spend within tasks over scaled active UV; CID's stands apart and knows nothing of it.
    assert figure(stage, "cpuv_seeding").text == "10.00 (÷ 0.25, 0.5)"
    assert figure(stage, "cpuv").text == "—"


def test_two_reports_of_one_notes_day_are_one_fact_and_the_newer_speaks() -> None:
    told: dict[str, Any] = {"window_days": 30, "sample_ratio": "0.5"}
    stage = Stage(
        cell("star_daily", "2025-05-02", {"active_uv": 10}, part="w30", version=5, **told),
        cell("star_task", "2025-05-02", {"active_uv": 12}, part="w30", version=7, **told),
        cell("star_daily", "2025-05-03", {"active_uv": 8}, part="w30", version=9, **told),
    )
    assert figure(stage, "offsite_active_uv_30d").text == "40 (20 ÷ 0.5)"


def test_a_report_that_adds_up_by_itself_is_read_at_its_latest_day() -> None:
    stage = Stage(
        cell("star_note", "2025-05-02", {"read_uv": 100}, part="t-1"),
        cell("star_note", "2025-05-09", {"read_uv": 700}, part="t-1"),
        cell("star_note", "2025-04-30", {"read_uv": 40}, note="note-2", part="t-1"),  # told for the last time in April
        cell("star_note", "2025-06-01", {"read_uv": 9_000}, part="t-1"),  # after the range
    )
    by_note = stage.insight.metric(WHOLE, "star_read_uv", MAY, by="note")
    assert by_note.figure.numerator == 740
    assert [(row.key, row.figure.numerator) for row in by_note.rows] == [("note-1", 700), ("note-2", 40)]


def test_ATTR_11_a_gmv_worked_out_from_a_roi_carries_its_mark() -> None:
    stage = Stage(
        cell("star_task", "2025-05-02", {"gmv_fen": 30_000}, part="g30", window_days=30, marks=("approximate",)),
        cell("star_task", "2025-05-02", {"spend_fen": 10_000}),
    )
    told = figure(stage, "shop_roi_30d")
    assert (told.text, told.approximate) == ("3.00", True)
    assert not figure(stage, "star_day_spend").approximate


def test_promise_9_a_tenant_sees_its_own_cells_only() -> None:
    stage = Stage(ud("2025-05-02", visits=20), ud("2025-05-02", visits=5, tenant=B, note="note-9"))
    assert [figure(stage, "ud_visits", sight).numerator for sight in (Sight.of(A), Sight.of(B), WHOLE)] == [20, 5, 25]
    assert figure(stage, "ud_visits", Sight.of(A, merchant="merchant-z")).text == "—"  # type: ignore[arg-type]


def test_rows_by_day_note_and_platform_add_up_to_the_whole_and_a_link_has_none() -> None:
    stage = Stage(ud("2025-05-02", visits=20), ud("2025-05-04", visits=5, note="note-9"))
    for grain in ("day", "note", "platform"):
        answer = stage.insight.metric(WHOLE, "ud_visits", MAY, by=grain)
        assert sum(row.figure.numerator or 0 for row in answer.rows) == 25, grain
    assert stage.insight.metric(WHOLE, "ud_visits", MAY, by="link").rows == ()
    days = stage.insight.metric(WHOLE, "ud_visits", MAY, by="day").rows
    assert (len(days), {row.figure.text for row in days}) == (31, {"20", "5", "—"})


@pytest.mark.parametrize(
    ("name", "complete"),
    [
        ("offsite_active_uv_30d", "2025-06-02"),  # by the day of the act: told at T+2
        ("goods_visits_30d", "2025-07-02"),  # by the day of the spend: the window and two days
        ("cpuv_seeding", "2025-06-02"),
        ("ud_visits", "2025-06-01"),
    ],
)
def test_ATTR_9_a_reported_cell_is_complete_when_its_window_has_closed_and_it_is_told(name: str, complete: str) -> None:
    for now, mature in ((f"{complete} 00:00", True), ("2025-05-31 23:59", False)):
        told = figure(Stage(ud("2025-05-02", visits=1), now=now), name)
        at_ms = told.maturity.complete_at_ms
        assert at_ms is not None
        assert iso(at_ms)[:10] == complete
        assert told.maturity.mature is mature
