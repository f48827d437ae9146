"""Reports in the market's words: real figures where there are some, null where nobody knows, no row for what never happened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.insight.api import read_query
from hongmao.insight.contracts import WINDOWS as ALL_WINDOWS
from hongmao.kernel.time import instant
from hongmao.web.juguang.metrics import UNKNOWN, WINDOWS, Parts, metrics, percent, yuan, yuan_each
from web.juguang.gate import gate, placed
from web.pages import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.insight.contracts import NoteRow, Overview, ReportQuery
    from web.juguang.gate import Gate, Program

COUNTS = st.none() | st.integers(0, 10**9)
BY_WINDOW = st.fixed_dictionaries(dict.fromkeys(WINDOWS, COUNTS))


class ToldInsight:
    """Insight that gives the sample figures, fewer orders in a shorter window, and writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str, str | None]] = []

    def read_query(self, **words: str) -> ReportQuery:
        return read_query(now_ms=instant("2025-05-14T10:00:00+08:00"), offered=lambda _: ("15d", ALL_WINDOWS), **words)

    def overview(self, tenant: str, query: ReportQuery, merchant: str | None) -> Overview:
        self.asked.append((tenant, query.from_day.isoformat(), query.to_day.isoformat(), query.window, merchant))
        found = samples.overview(query)
        orders = {"7d": 40, "15d": 46, "30d": 47}[query.window]
        paid = next(step for step in found.steps if step.name == "purchases")
        steps = [
            step if step is not paid else replace(step, count=samples.count("purchases", orders))
            for step in found.steps
        ]
        return replace(found, steps=tuple(steps))

    def notes(self, _tenant: str, _query: ReportQuery, _merchant: str | None) -> tuple[NoteRow, ...]:
        return samples.note_rows()


@pytest.fixture
def opened() -> Iterator[Gate]:
    with gate() as made:
        yield made


@pytest.fixture
def insight(opened: Gate) -> ToldInsight:
    told = ToldInsight()
    state: Any = opened.front.app.state
    state.services = replace(state.services, insight=told)
    return told


@pytest.fixture
def program(opened: Gate) -> Program:
    return opened.program()


def test_an_account_s_report_is_its_merchant_s_figures(insight: ToldInsight, program: Program) -> None:
    days = {"start_date": "2025-05-08", "end_date": "2025-05-09"}
    told = program.done("/jg/data/report/offline/account", time_unit="SUMMARY", **days)
    [row] = told["data_list"]
    assert told["total_count"] == 1
    assert (row["fee"], row["impression"], row["click"], row["action_button_click"]) == (
        "2694.23",
        48_213,
        2_874,
        1_031,
    )
    assert (row["ctr"], row["acp"], row["cpm"]) == ("5.96", "0.94", "55.88")
    assert [row[f"external_goods_order_{days}"] for days in WINDOWS] == [40, 46, 47]
    assert (row["external_rgmv_15"], row["external_roi_15"]) == ("8234.00", "3.06")
    assert (row["invoke_app_enter_store_cnt"], row["invoke_app_payment_cnt"]) == (612, 46)
    assert all(row[name] is None for name in UNKNOWN)
    assert sorted(insight.asked) == [
        ("tenant-1", "2025-05-08", "2025-05-09", window, "merchant-1") for window in ("15d", "30d", "7d")
    ]


def test_by_day_there_is_a_row_for_each_day_and_pages_of_them(insight: ToldInsight, program: Program) -> None:
    days = {"start_date": "2025-05-07", "end_date": "2025-05-09"}
    told = program.done("/jg/data/report/offline/account", page_size=2, sort_column="time", sort="desc", **days)
    assert [row["time"] for row in told["data_list"]] == ["2025-05-09", "2025-05-08"]
    assert told["total_count"] == 3
    assert {first for _, first, last, _, _ in insight.asked if first == last} == {
        "2025-05-07",
        "2025-05-08",
        "2025-05-09",
    }


def test_notes_have_their_own_rows(insight: ToldInsight, program: Program) -> None:
    told = program.done(
        "/jg/data/report/offline/note", time_unit="SUMMARY", start_date="2025-05-08", end_date="2025-05-14"
    )
    assert insight.asked == []
    shown = {row["note_id"]: (row["impression"], row["click"]) for row in told["data_list"]}
    assert shown == {row.note: (row.impressions.numerator, row.clicks.numerator) for row in samples.note_rows()}


def test_nothing_was_delivered_by_a_campaign_so_nothing_is_told_of_it(insight: ToldInsight, program: Program) -> None:
    _, campaign_id, unit_id, creativity_id = placed(program)
    for level in ("campaign", "unit", "creativity", "keyword"):
        assert program.done(f"/jg/data/report/offline/{level}") == {"data_list": [], "total_count": 0}
    shown = program.post("/jg/data/report/realtime/campaign")
    assert shown["page"] == {"page_index": 1, "total_count": 1}
    assert (shown["data"], shown["total_data"]) == (None, None)
    [row] = shown["campaign_dtos"]
    assert (row["base_campaign_dto"]["campaign_id"], row["data"]) == (campaign_id, None)
    [row] = program.post("/jg/data/report/realtime/unit")["unit_dtos"]
    assert (row["base_unit_dto"]["unit_id"], row["base_unit_dto"]["unit_enable"], row["data"]) == (unit_id, 1, None)
    [row] = program.post("/jg/data/report/realtime/creativity", id=creativity_id)["creativity_dtos"]
    assert row["base_creativty_dto"]["note_id"] == "note-1"
    assert program.post("/jg/data/report/realtime/keyword")["keyword_dtos"] == []
    assert insight.asked == []


def test_the_realtime_account_stands_in_data_itself(insight: ToldInsight, program: Program) -> None:
    assert program.done("/jg/data/report/realtime/account")["fee"] == "2694.23"
    assert {(first, last) for _, first, last, _, _ in insight.asked} == {("2025-05-07", "2025-05-07")}


def test_the_golden_numbers() -> None:
    assert yuan_each(269_423, 25) == "107.77"
    assert percent(2_021, 31_671) == "6.38"
    assert yuan(5) == "0.05"
    assert (yuan(None), yuan_each(100, 0), percent(None, 3)) == (None, None, None)


@given(fee=COUNTS, shown=COUNTS, click=COUNTS, taps=COUNTS, visits=COUNTS, orders=BY_WINDOW, gmv=BY_WINDOW)
def test_unknown_is_null_and_never_0(
    fee: int | None,
    shown: int | None,
    click: int | None,
    taps: int | None,
    visits: int | None,
    orders: dict[int, int | None],
    gmv: dict[int, int | None],
) -> None:
    parts = Parts(
        spend_fen=fee, impressions=shown, clicks=click, component_clicks=taps, visits=visits, orders=orders, gmv_fen=gmv
    )
    told = metrics(parts)
    assert len(told) == len(UNKNOWN) + 29
    assert (told["fee"] is None) == (fee is None)
    assert (told["ctr"] is None) == (click is None or not shown)
    assert (told["external_roi_30"] is None) == (gmv[30] is None or not fee)
    if fee is not None and click:
        assert abs(float(str(told["acp"])) - fee / 100 / click) <= 0.005 + 1e-6 * fee
