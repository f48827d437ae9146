"""`hongmao metric`, as a person or a script types it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.cli import metric as command
from hongmao.definitions.api import DefinitionUnknown
from hongmao.insight.api import ChoiceUnknown, DayUnreadable, LiftUnreadable, MerchantUnknown
from insight.stage import FakeCatalog, Stage, cell, charge, click, impression, pay, tap, visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

APRIL = [impression(f"2025-04-01 08:{n:02d}", reader=f"reader-{n}") for n in range(20)]
MAY = [impression(f"2025-05-01 08:{n:02d}", reader=f"reader-{n}") for n in range(20)]
ONE = click("2025-05-01 10:00", "c-1")
STAGE = Stage(
    *APRIL, tap("2025-04-01 09:00"), *MAY, tap("2025-05-01 09:00"), tap("2025-05-02 09:00"),
    ONE, visit("2025-05-01 10:01", "c-1"), pay("2025-05-01 11:00", "o-1-1", 29_900, "c-1"),
    cell("star_note", "2025-05-10", {"store_uv": 120}, part="t-1:uv", sample_ratio="0.5"),
    charges=[charge(ONE)],
    now="2025-06-01 00:00",
)  # fmt: skip
RANGE = ("--from", "2025-05-01", "--to", "2025-05-31", "--lang", "en")


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a stage where the command opens the house."""

    @contextmanager
    def opened() -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(insight=STAGE.insight, catalog=FakeCatalog())

    monkeypatch.setattr(command, "open_house", opened)


def run(*args: str) -> Result:
    return CliRunner().invoke(command.metric, args)


def printed(*args: str) -> str:
    result = run(*args)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_metric_is_told_with_its_definition_its_parts_and_when_it_is_complete() -> None:
    text = printed("cpuv", *RANGE)
    assert text.startswith("CPUV  0.50  2025-05-01 .. 2025-05-31\n")
    for words in (
        "cpuv.v1#be6ac8fb31cb47f3",
        "parts: 50 / 1",
        "window · clock: — · billing",
        "complete on: 2025-06-02",
    ):
        assert words in text, words
    assert "growing, no verdict yet" in text
    assert "消费 ÷ 进店UV" in printed("cpuv", *RANGE[:-1], "zh")


def test_the_market_may_ask_in_its_own_words() -> None:
    assert printed("external_roi_7", *RANGE).startswith("ROI gross  598.00")
    assert "window · clock: 7d · billing" in printed("external_roi_7", *RANGE)
    assert printed("消费", *RANGE).startswith("Spend  0.50")


def test_rows_stand_by_day_and_a_day_without_anything_is_told() -> None:
    lines = printed("clicks", *RANGE, "--by", "day").splitlines()
    days = [line.split() for line in lines if line.startswith("  2025-05")]
    assert len(days) == 31
    assert days[:3] == [["2025-05-01", "1"], ["2025-05-02", "1"], ["2025-05-03", "0"]]


def test_a_comparison_prints_base_change_interval_and_formula() -> None:
    text = printed("ctr", *RANGE, "--against", "2025-04-01..2025-04-30")
    assert "change: +100% (+5.0pp)" in text
    assert "base: 5.00%  2025-04-01 .. 2025-04-30  *" in text
    assert "Newcombe" in text


def test_ATTR_8_a_sampled_metric_is_never_printed_without_ratio_and_error() -> None:
    text = printed("star_store_uv", *RANGE)
    assert "240 (120 ÷ 0.5)" in text
    assert "sample: 120 ÷ 0.5 = 240 ± 15.49; 95% interval 211 .. 273" in text


def test_a_lift_test_stands_beside(tmp_path: Path) -> None:
    told = {"test": "holdout", "method": "user holdout, Welch", "from_day": "2025-05-01", "to_day": "2025-05-31",
            "orders": 0.5, "low": 0.25, "high": 0.75}  # fmt: skip
    path = tmp_path / "lift.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    text = printed("purchases", *RANGE, "--lift", str(path))
    for words in (
        "credited orders: 1",
        "caused orders: 0.5 [0.25, 0.75]  50.00%",
        "incremental iROI: 299.00 [149.50, 448.50]",
    ):
        assert words in text, words
    path.write_text(json.dumps({**told, "orders": "many"}), encoding="utf-8")
    assert isinstance(run("purchases", *RANGE, "--lift", str(path)).exception, LiftUnreadable)


def test_json_holds_the_whole_answer() -> None:
    told = json.loads(printed("ctr", *RANGE, "--by", "note", "--against", "2025-04-01..2025-04-30", "--json"))
    assert (told["figure"]["text"], told["figure"]["numerator"], told["figure"]["denominator"]) == ("10.00%", 2, 20)
    assert [row["key"] for row in told["rows"]] == ["note-1"]
    assert told["change"]["text"] == "+100% (+5.0pp)"
    assert told["change"]["base"]["denominator"][0]["id"] == "impressions"


def test_one_merchant_may_be_asked_for() -> None:
    assert printed("clicks", *RANGE, "--merchant", "merchant-a").startswith("Clicks  2 ")
    assert printed("clicks", *RANGE, "--merchant", "merchant-b").startswith("Clicks  0 ")
    assert isinstance(run("clicks", "--merchant", "merchant-z").exception, MerchantUnknown)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("luck",), DefinitionUnknown),
        (("last_click",), DefinitionUnknown),
        (("ctr", "--from", "May"), DayUnreadable),
        (("ctr", "--window", "9d"), ChoiceUnknown),
        (("ctr", "--against", "April"), ChoiceUnknown),
        (("ctr", "--against", "2025-04-01..later"), DayUnreadable),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(args: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(run(*args).exception, error)
