"""Lines: CID and UD of each platform side by side, and what a report reckons apart from what the log counts."""

from __future__ import annotations

import json
from typing import Any

from hongmao.events.contracts import Event, Kind
from hongmao.insight.api import Sight, render_report
from hongmao.insight.lines import line_rows
from hongmao.insight.queries import Queries
from insight.stage import A, Stage, charge, click, order, pay, query, refund, sent_on, visit


def cell(key: str, version: int, *, ratio: str | None = None, report: str = "ud_daily", **values: int) -> Event:
    detail = {"report": report, "key": key, "values": values, "sample_ratio": ratio}
    return Event(
        event_id=f"rpc:{key}.{version}",
        kind=Kind.REPORT_CELL,
        occurred_at_ms=1_746_547_200_000,
        source="sandbox",
        tenant="tenant-a",
        platform="sandbox",
        line="ud",
        ref=key,
        version=version,
        detail=json.dumps(detail),
    )


def rows(*events: Event) -> dict[str, dict[str, Any]]:
    found = line_rows(Queries(Stage(*events).tables))
    return {str(row["line"]): row for row in found}


def test_a_line_goes_from_its_taps_to_what_was_sent_on() -> None:
    paid = pay("2025-05-01 11:05", "o-1-1", 29_900, "c-1")
    found = rows(
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-01 10:01", "c-2", invalid="bot"),
        visit("2025-05-01 10:02", "c-1"),
        order("2025-05-01 11:00", "o-1-1", "c-1"),
        paid,
        refund("2025-05-02 11:00", "o-1-1", 900),
        sent_on("2025-05-01 11:20", paid, "delivered"),
        sent_on("2025-05-01 11:21", paid, "dead", target="meta"),
    )["cid"]
    assert (found["jumps"], found["visits"], found["orders"], found["refunds"], found["facts"]) == (1, 1, 1, 1, 3)
    assert (found["sent_delivered"], found["sent_dead"]) == (1, 1)
    assert found["reported"] is None


def test_a_ud_line_knows_its_shop_by_the_report_alone_and_the_latest_export_counts() -> None:
    found = rows(
        click("2025-05-01 10:00", "c-1", line="ud"),
        cell("2025-05-01/note-1", 1, visits=5, orders=1),
        cell("2025-05-01/note-1", 2, visits=7, orders=2),
        cell("2025-05-01/note-2", 1, visits=1, orders=0),
    )["ud"]
    assert found["jumps"] == 1
    assert (found["visits"], found["orders"], found["facts"]) == (None, None, None)
    assert found["reported"] == {"visits": 8, "orders": 2}


def test_ATTR_8_a_sampled_count_is_nowhere_added_up() -> None:
    found = rows(click("2025-05-01 10:00", "c-1", line="ud"), cell("k", 1, ratio="0.5", visits=5))["ud"]
    assert found["reported"] == {}


def test_what_a_report_alone_says_is_marked_and_an_amount_looks_like_none_of_the_counts_beside_it() -> None:
    ud = click("2025-05-01 10:00", "c-1", line="ud"), cell("k", 1, visits=7, orders=2, refund_fen=1_290_000)
    text = render_report(Stage(*ud).insight.city_report())
    (line,) = [words for words in map(str.split, text.splitlines()) if words[:2] == ["sandbox", "UD"]]
    assert line[2:6] == ["1", "7*", "2*", "¥12,900.00*"]
    assert "* by the platform's own report, not counted from events" in text


def test_article_row_6_one_brand_has_three_lines_of_which_the_default_view_shows_300_of_350() -> None:
    """红猫 200.00 and 红京 100.00 are CID; 种草 50.00 is a line of its own, with no GMV and no ROI."""
    cat = click("2025-05-07 10:00", "c-1", platform="taobao", link="link-1")
    dog = click("2025-05-07 10:01", "c-2", platform="jd", link="link-2", reader="reader-2")
    seed = click("2025-05-07 10:02", "c-3", platform="taobao", link="link-3", line="ud", reader="reader-3")
    stage = Stage(
        cat,
        dog,
        seed,
        pay("2025-05-07 11:00", "o-1-1", 600_00, "c-1", platform="taobao"),
        charges=[charge(cat, 200_00), charge(dog, 100_00), charge(seed, 50_00, line="ud")],
    )
    sight, days = Sight.of(A), ("2025-05-01", "2025-05-31")
    default = stage.insight.overview(A, query(*days))
    assert default.query.scope == "cid"
    assert (default.spend.text, default.gmv_gross.text, default.roi_gross.text) == ("300.00", "600.00", "2.00")
    whole = stage.insight.all_spend(A, query(*days))
    assert whole is not None
    assert whole.text == "350.00"
    assert stage.insight.all_spend(A, query(*days, scope="all")) is None
    spent = {
        scope: stage.insight.metric(sight, "spend", query(*days, scope=scope), by="platform")
        for scope in ("cid", "ud", "all")
    }
    assert {scope: answer.figure.text for scope, answer in spent.items()} == {
        "cid": "300.00", "ud": "50.00", "all": "350.00",
    }  # fmt: skip
    assert {row.key: row.figure.text for row in spent["cid"].rows} == {"jd": "100.00", "taobao": "200.00"}
    assert {row.key: row.figure.text for row in spent["ud"].rows} == {"taobao": "50.00"}
    found = {(row["platform"], row["line"]): row for row in line_rows(Queries(stage.tables))}
    assert sorted(found) == [("jd", "cid"), ("taobao", "cid"), ("taobao", "ud")]
    assert (found["taobao", "ud"]["orders"], found["taobao", "ud"]["facts"]) == (None, None)
    seeding = stage.insight.overview(A, query(*days, scope="ud"))
    assert (seeding.spend.text, seeding.gmv_gross.text, seeding.roi_gross.text) == ("50.00", "—", "—")
