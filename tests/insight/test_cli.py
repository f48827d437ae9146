"""`hongmao explain order` and `hongmao report`, as a person or a script types them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hongmao.cli import explain, report
from hongmao.insight.api import DaysBackwards, DayUnreadable, MerchantUnknown, OrderUnknown
from insight.stage import B, FakeCatalog, Stage, charge, click, delivery, impression, pay, refund, visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import click as commands

ONE = click("2025-05-01 10:00", "c-1")
BOUGHT = pay("2025-05-01 11:05", "o-1-1", 29_900, "c-1")
EVENTS = (
    impression("2025-05-01 09:00"),
    ONE,
    visit("2025-05-01 10:01", "c-1"),
    BOUGHT,
    refund("2025-05-03 09:00", "o-1-1", 9_900),
    delivery("2025-05-01 11:06", "nonce-1", (BOUGHT, "accepted", None)),
    pay("2025-05-02 11:00", "o-1-1", 700, None, tenant=B, merchant="merchant-b", shop="shop-b", platform="shopb"),
)


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Open a stage where the commands open the house."""
    built = Stage(*EVENTS, charges=[charge(ONE)])

    @contextmanager
    def opened() -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(insight=built.insight, catalog=FakeCatalog())

    monkeypatch.setattr(explain, "open_house", opened)
    monkeypatch.setattr(report, "open_house", opened)
    return built


def run(command: commands.Command, *args: str) -> Result:
    return CliRunner().invoke(command, args)


def title_notes(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """Give every note a title."""
    monkeypatch.setattr(FakeCatalog, "note", lambda *_: SimpleNamespace(title=title, creator="creator-1"))


def test_explain_tells_the_whole_trace_in_the_language_asked_for() -> None:
    result = run(explain.explain, "order", "o-1", "--tenant", "tenant-a", "--lang", "en")
    assert result.exit_code == 0, result.output
    for words in (
        "Order o-1 · sandbox · 商家A · 店铺A",
        "paid 299.00 · refunded 99.00 · net 200.00", "+ received",
        "Signature, time and nonce",
        "1 h 5 min before the order", "* 2025-05-01T10:00:00.000+08:00 防晒怎么选: the last valid touch inside the window",
        "0.50 yuan on the CID line, paid by the merchant", "· sent on", "The shop was answered: accepted",
    ):  # fmt: skip
        assert words in result.output, words
    chinese = run(explain.explain, "order", "o-1", "--tenant", "tenant-a", "--lang", "zh").output
    assert "窗口内最后一次有效触点" in chinese
    assert "paid" not in chinese.replace("part_refunded", "").replace(" pay ", "")


def test_explain_as_json_has_every_step_of_every_order_of_that_number() -> None:
    traces = json.loads(run(explain.explain, "order", "o-1", "--json").stdout)
    assert [(one["platform"], one["net_fen"]) for one in traces] == [("sandbox", 20_000), ("shopb", 700)]
    assert traces[0]["sub_orders"][0]["matched"]["click"]["note"] == "note-1"
    assert [
        one["platform"]
        for one in json.loads(run(explain.explain, "order", "o-1", "--platform", "shopb", "--json").stdout)
    ] == ["shopb"]


@pytest.mark.parametrize(
    "args", [("o-404",), ("o-1", "--platform", "nowhere"), ("o-1", "--tenant", "nobody"), ("'; drop--",)]
)
def test_an_order_nobody_returned_is_a_named_error(args: tuple[str, ...]) -> None:
    result = run(explain.explain, "order", *args)
    assert isinstance(result.exception, OrderUnknown)
    assert result.stdout == ""


def test_what_others_have_named_cannot_speak_to_the_terminal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    title_notes(monkeypatch, "\x1b[31mred\x07")
    output = run(explain.explain, "order", "o-1", "--tenant", "tenant-a").output
    assert "[31mred" in output
    assert not {"\x1b", "\x07"} & set(output)
    assert stage.insight.trace(B, "o-1") is not None


def test_the_report_is_a_table_or_one_json_object() -> None:
    assert "净ROI net" in run(report.report).stdout
    found = json.loads(run(report.report, "--json").stdout)
    assert (found["gmv_fen"], found["gmv_net_fen"], found["spend_fen"], found["ledger_balanced"]) == (
        29_900,
        20_000,
        50,
        True,
    )
    later = json.loads(run(report.report, "--from", "2025-05-02", "--to", "2025-05-02", "--json").stdout)
    assert (later["impressions"], later["gmv_all_returned_fen"]) == (0, 700)


def test_a_merchants_report_is_markdown_or_json_and_escapes_what_others_named(monkeypatch: pytest.MonkeyPatch) -> None:
    title_notes(monkeypatch, "<b>|*\n")
    markdown = run(report.report, "--merchant", "merchant-a").stdout
    assert markdown.startswith("# 商家A: 2025-05-01 – 2025-05-03\n")
    assert r"\<b\>\|\* " in markdown
    assert "| 净GMV GMV net | 200.00 |" in markdown
    found = json.loads(run(report.report, "--merchant", "merchant-a", "--json").stdout)
    assert found["figures"]["gmv_net"]["text"] == "200.00"
    assert found["figures"]["gmv_net"]["complete_on"] == "2025-05-19"
    assert found["funnel"]["refunds"]["cost"] is None


def test_reports_written_to_a_folder_are_the_same_bytes_the_next_time(tmp_path: Path, stage: Stage) -> None:
    assert run(report.report, "--out", str(tmp_path / "one")).exit_code == 0
    stage.clock.advance(10**10)
    assert run(report.report, "--out", str(tmp_path / "two")).exit_code == 0
    first = {
        path.relative_to(tmp_path / "one").as_posix(): path.read_bytes() for path in (tmp_path / "one").rglob("*.*")
    }
    second = {
        path.relative_to(tmp_path / "two").as_posix(): path.read_bytes() for path in (tmp_path / "two").rglob("*.*")
    }
    assert sorted(first) == [
        "merchant-a/report.json", "merchant-a/report.md", "merchant-b/report.json", "merchant-b/report.md",
        "report.json", "report.md",
    ]  # fmt: skip
    assert first == second


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("--from", "May"), DayUnreadable),
        (("--from", "2025-05-02", "--to", "2025-05-01"), DaysBackwards),
        (("--merchant", "merchant-x"), MerchantUnknown),
    ],
)
def test_a_wrong_question_is_a_named_error(args: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(run(report.report, *args).exception, error)
