"""聚光's and 蒲公英's exports: rows become cells of their own reports, and the metrics that only they know can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.definitions.api import MetricDefinition
from hongmao.insight.api import Sight
from hongmao.kernel.time import instant
from hongmao.platforms.media.reports import JUGUANG_DAILY, PGY_NOTE, PGY_ORDERS, REPORTS, SHUTIAO_ORDERS, NoteReport
from hongmao.returns.contracts import ReportCell, RowProblem
from hongmao.returns.files.contracts import FileHead
from hongmao.returns.rules import Source, event_of_cell
from hongmao.returns.store import PlatformAccount
from insight.stage import REGISTRY, A, Stage, charge, click, pay, query

if TYPE_CHECKING:
    from hongmao.events.contracts import Event

ACCOUNT = PlatformAccount(platform="media", account="juguang-1", tenant=A, secret=b"", revoked=False)
MAY = query("2025-05-01", "2025-05-31")
# 聚光 tells these by keyword or as an average only, so no table of notes has their parts.
NOT_BY_NOTE = {"word_impressions", "word_clicks", "word_position_sum", "word_impressions_first", "word_impressions_third",
               "word_clicks_first", "word_clicks_third", "live_view_seconds"}  # fmt: skip


def read(report: NoteReport, exported: str = "2025-05-09 08:00", **row: str) -> ReportCell | RowProblem:
    """Read one row by field name."""
    head = FileHead(name="export.csv", snapshot_ms=instant(exported))
    (found,) = report.read({"day": "2025-05-07", "note": "note-1", **row}, place="row 2", head=head, account=ACCOUNT)
    return found


def kept(*cells: ReportCell | RowProblem) -> list[Event]:
    """Keep cells in the log as the desk does."""
    source = Source(platform="media", account="juguang-1", tenant="tenant-a", now_ms=instant("2025-05-09 08:00"))
    return [event_of_cell(source, cell, None) for cell in cells if isinstance(cell, ReportCell)]


def shown(stage: Stage, name: str) -> str:
    return stage.insight.metric(Sight.operator(), name, MAY).figure.text


def test_leads_cost_what_juguang_says_was_spent() -> None:
    stage = Stage(
        *kept(read(JUGUANG_DAILY, spend="2,694.23", clicks="2,021", leads="25", rgmv="5,388.46", live_entries=""))
    )
    assert [shown(stage, name) for name in ("leads", "leads_cpl", "in_site_roi")] == ["25", "107.77", "2.00"]
    # A blank is unknown, and so is what stands over it.
    assert [shown(stage, name) for name in ("live_entries", "cost_per_live_entry", "live_avg_view_s")] == ["—"] * 3


def test_seeding_is_rated_by_the_platforms_own_reads() -> None:
    stage = Stage(
        *kept(
            read(
                PGY_NOTE,
                reads="9,800",
                seeding_value="490",
                spend="1,225.00",
                origin_imp="60",
                heat_imp="15",
                promotion_imp="25",
            )
        )
    )
    assert [shown(stage, name) for name in ("seeding_rate", "seeding_cost", "organic_share")] == [
        "5.00%",
        "2.50",
        "60.00%",
    ]


def test_the_full_cost_stands_beside_the_ads_and_both_rois_are_told() -> None:
    one = click("2025-05-07 10:00", "c-1")
    stage = Stage(
        one, pay("2025-05-07 11:00", "o-1-1", 90_000, "c-1"),
        *kept(read(PGY_ORDERS, creator="150.00", service="15.00"), read(SHUTIAO_ORDERS, spend="35.00")),
        charges=[charge(one, 10_000)],
    )  # fmt: skip
    assert [shown(stage, name) for name in ("ads_cost", "full_cost")] == ["135.00", "300.00"]
    assert [shown(stage, name) for name in ("roi_ads", "roi_full_cost")] == ["6.67", "3.00"]


def test_ATTR_11_the_later_export_of_a_row_wins_and_campaigns_of_one_note_are_apart() -> None:
    first = read(JUGUANG_DAILY, spend="1.00", clicks="1", leads="1")
    again = read(JUGUANG_DAILY, "2025-05-10 08:00", spend="1.00", clicks="1", leads="4")
    other = read(JUGUANG_DAILY, spend="1.00", clicks="1", leads="2", campaign="秋日")
    assert shown(Stage(*kept(again, other, first)), "leads") == "6"


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.name)
def test_what_a_report_tells_is_what_its_metrics_read(report: NoteReport) -> None:
    row = {name: "1" for name in report.aliases if name not in {"day", "note", "campaign", "unit", "placement"}}
    cell = read(report, **row)
    assert isinstance(cell, ReportCell)
    wanted = {
        one.measure.field
        for one in REGISTRY.all()
        if isinstance(one, MetricDefinition) and one.measure and report.name in one.measure.kinds
    }
    assert set(cell.values) == wanted - NOT_BY_NOTE


def test_a_row_that_cannot_be_read_is_a_problem_with_its_place_and_a_total_is_nothing() -> None:
    wrong = read(JUGUANG_DAILY, spend="1.005", clicks="1")
    assert isinstance(wrong, RowProblem)
    assert (wrong.code, wrong.place) == ("not_whole_fen", "row 2.spend")
    nameless = read(JUGUANG_DAILY, spend="1.00", note="")
    assert isinstance(nameless, RowProblem)
    assert (nameless.code, nameless.place) == ("missing_field", "row 2.note")
    head = FileHead(name="x", snapshot_ms=instant("2025-05-09 08:00"))
    assert JUGUANG_DAILY.read({"day": "合计7条记录"}, place="row 9", head=head, account=ACCOUNT) == ()
