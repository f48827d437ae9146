"""Refunds in anybody's files: signed, never dropped, net in every model, and each accounted for."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from hongmao.cli.attribute import attribute
from hongmao.cli.paths import paths
from shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
[touches]
time = "time"
[conversions]
time = "time"
id = "order"
value = "paid"
where = { kind = "order" }
[refunds]
conversion = "order"
value = "paid"
id = "ref"
where = { kind = "refund" }
"""
TOUCHES = "reader,time,key\nr1,2025-05-07,a\nr1,2025-05-08,b\nr2,2025-05-07,a\n"
# 9 May: two orders and one nobody led to. Later: parts go back, once told twice, and once of an order nobody knows.
ROWS = (
    "kind,order,ref,reader,time,paid",
    "order,o1,,r1,2025-05-09,100.00",
    "order,o2,,r2,2025-05-09,30.00",
    "order,o3,,r9,2025-05-09,",
    "refund,o1,f1,,2025-05-20,33.33",
    "refund,o1,f2,,2025-05-21,-0.01",
    "refund,o1,f2,,2025-05-21,-0.01",
    "refund,o2,f3,,2025-05-22,40",
    "refund,o9,f4,,2025-05-22,5",
    "refund,o2,f5,,2025-05-22,much",
    "refund,o2,f6,,2025-05-22,",
    "refund,o3,f7,,2025-05-22,1",
)


@pytest.fixture
def job(tmp_path: Path) -> list[str]:
    (tmp_path / "m.toml").write_text(MAP)
    (tmp_path / "t.csv").write_text(TOUCHES)
    (tmp_path / "c.csv").write_text("\n".join(ROWS) + "\n")
    return ["--map", str(tmp_path / "m.toml"), str(tmp_path / "t.csv"), str(tmp_path / "c.csv")]


def answered(command: Any, *args: str) -> dict[str, Any]:
    result: Result = CliRunner().invoke(command, [*args, "--json", "--lang", "en"])
    assert result.exit_code == 0, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def test_values_are_net_and_conversions_stay(job: list[str], tmp_path: Path) -> None:
    answer = answered(attribute, *job, "--models", "last,linear,shapley", "--out", str(tmp_path / "out"))
    # o1 keeps 100.00 - 33.33 - 0.01; o2 loses more than it was worth; what o3 was worth nobody knows.
    assert answer["models"]["last"] == {
        "a": {"conversions": 1, "value_fen": -1_000},
        "b": {"conversions": 1, "value_fen": 6_666},
        "(none)": {"conversions": 1, "value_fen": None},
    }
    for label in ("linear", "shapley"):
        found = answer["models"][label]
        assert (found["a"]["value_fen"], found["b"]["value_fen"]) == (3_333 - 1_000, 3_333)
        assert (found["a"]["conversions"], found["b"]["conversions"]) == (1.5, 0.5)
    inputs = answer["inputs"]
    assert (inputs["refund_rows"], inputs["refunds"], inputs["refunds_not_selected"]) == (11, 4, 3)
    assert inputs["refunds_quarantined"] == 4
    with (tmp_path / "out" / "quarantine.csv").open(newline="") as file:
        aside = {(row["role"], row["row"]): (row["code"], row["field"]) for row in csv.DictReader(file)}
    assert aside == {
        ("refunds", "7"): ("id_twice", "ref"),
        ("refunds", "9"): ("refund_of_nothing", "order"),
        ("refunds", "10"): ("value_unreadable", "paid"),
        ("refunds", "11"): ("value_missing", "paid"),
    }


def test_paths_are_net_as_well(job: list[str]) -> None:
    answer = answered(paths, *job, "--models", "last,markov:1")
    assert answer["models"]["last"]["b"]["value"] == 66.66
    for label in ("last", "markov:1"):
        assert sum(share["value_fen"] for share in answer["models"][label].values()) == 6_666 - 1_000


def test_a_file_of_refunds_of_its_own_may_have_types(tmp_path: Path) -> None:
    chart = MAP.replace('where = { kind = "order" }', "").replace('where = { kind = "refund" }', 'file = "f.parquet"')
    (tmp_path / "m.toml").write_text(chart)
    (tmp_path / "t.csv").write_text(TOUCHES)
    (tmp_path / "c.csv").write_text("order,reader,time,paid\no1,r1,2025-05-09,100.00\n")
    pq.write_table(pa.table({"order": ["o1", "o2"], "ref": [1, 2], "paid": [33.33, 5.0]}), tmp_path / "f.parquet")
    job = ("--map", str(tmp_path / "m.toml"), str(tmp_path / "t.csv"), str(tmp_path / "c.csv"))
    answer = answered(attribute, *job)
    assert answer["models"]["last"]["b"]["value_fen"] == 6_667
    assert [one["file"] for one in answer["manifest"]["inputs"]] == ["t.csv", "c.csv", "f.parquet"]


def test_the_report_says_that_values_are_net(job: list[str], tmp_path: Path) -> None:
    for command in (attribute, paths):
        result = CliRunner().invoke(command, [*job, "--out", str(tmp_path / "out"), "--lang", "zh"])
        assert result.exit_code == 0, result.output
        report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
        assert "| 退款 | c.csv |" in report
        assert "金额已扣除 4 笔退款。" in report


@pytest.mark.parametrize(("gone", "flag"), [("id", "--conversion-id"), ("value", "--conversion-value")])
def test_refunds_need_conversions_with_an_id_and_a_value(tmp_path: Path, gone: str, flag: str) -> None:
    head, _, tail = MAP.partition("[refunds]")
    kept = "\n".join(line for line in head.splitlines() if not line.startswith(gone))
    (tmp_path / "m.toml").write_text(f"{kept}\n[refunds]{tail}")
    (tmp_path / "t.csv").write_text(TOUCHES)
    result = CliRunner().invoke(
        attribute, ["--map", str(tmp_path / "m.toml"), str(tmp_path / "t.csv"), str(tmp_path / "t.csv"), "--lang", "en"]
    )
    assert (result.exit_code, f"The map does not say conversions.{gone}" in result.stderr) == (2, True)
    assert flag in result.stderr


def test_ga4_refunds_lower_what_was_bought(tmp_path: Path) -> None:
    start = {"event_name": "session_start", "user_pseudo_id": "u", "event_timestamp": "1746583200000000"}
    bought = {"transaction_id": "T", "purchase_revenue": 299.0}
    back = {"transaction_id": "T", "refund_value": 99.0}
    events = [
        start,
        {**start, "event_name": "purchase", "event_timestamp": "1746583300000000", "ecommerce": bought},
        {**start, "event_name": "refund", "event_timestamp": "1747583300000000", "ecommerce": back},
    ]
    (tmp_path / "e.jsonl").write_text("\n".join(map(json.dumps, events)))
    answer = answered(paths, "--map", str(ROOT / "examples/ga4.toml"), str(tmp_path / "e.jsonl"), "--models", "last")
    assert answer["models"]["last"]["Direct"] == {"conversions": 1, "value": 200, "value_fen": 20_000}
