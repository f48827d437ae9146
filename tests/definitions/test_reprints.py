"""`hongmao report` and `hongmao definitions`, typed by an operator: what was printed once prints again, whatever is decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from definitions.deployment import deployment, draft, second_version
from definitions.test_story import LATER, MAY
from hongmao.cli.definitions import definitions
from hongmao.cli.report import report
from hongmao.definitions.errors import DefinitionsMovedOn, NothingChanges, RevertRefused, WordMissing
from hongmao.insight.errors import PinBroken, PinUnreadable

if TYPE_CHECKING:
    from pathlib import Path

    import click
    from click.testing import Result

WHO = ("--who", "林", "--why", "与平台口径对齐")


def run(command: click.Command, *args: str) -> Result:
    return CliRunner().invoke(command, args)


def said(command: click.Command, *args: str) -> str:
    result = run(command, *args)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave a deployment as it was on the evening of 20 May, and let commands share its clock."""
    monkeypatch.setenv("HONGMAO_CLOCK", f"file:{tmp_path / 'clock'}")
    monkeypatch.setenv("HONGMAO_LANG", "en")
    with deployment(tmp_path) as house:
        house.found()
        house.hear(*MAY)
    return tmp_path


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_what_was_printed_prints_again_whatever_has_come_and_been_decided(house: Path) -> None:
    # 20 May: a report of the deployment and of the merchant, with its pin; plainly printed it is the same.
    pin = str(house / "pin.json")
    said(report, "--to", "2025-05-20", "--out", str(house / "one"), "--save-pin", pin)
    printed = files_of(house / "one")
    assert sorted(printed) == ["merchant-a/report.json", "merchant-a/report.md", "report.json", "report.md"]
    assert said(report, "--to", "2025-05-20", "--json").encode() == printed["report.json"]

    # 22 June: refunds and orders have come, and somebody decides that 30 d were meant since 2 May.
    with deployment(house, at="2025-06-22T10:00") as reopened:
        reopened.hear(*LATER)
    file = house / "last_click.toml"
    file.write_text(second_version(default_window='"30d"'), encoding="utf-8")
    asked = (str(file), "--from", "2025-05-02")
    planned = json.loads(said(definitions, "plan", *asked, "--json"))
    moved = [step for step in planned["steps"] if step["step"] == "move_figure" and step["metric"] == "gmv_gross"]
    assert {(step["day"], step["note"]) for step in moved} >= {(None, None), ("2025-06-02", None)}
    assert planned["done"] is False
    applied = json.loads(said(definitions, "apply", *asked, *WHO, "--json"))
    assert applied == {**planned, "done": True, "acts": [1]}

    # Plainly printed, the report of 20 May is another now; by its pin, and as of that day, it is what it was.
    now = said(report, "--to", "2025-05-20", "--json").encode()
    assert now != printed["report.json"]
    assert b'"window": "30d"' in now
    said(report, "--pin", pin, "--out", str(house / "two"))
    assert files_of(house / "two") == printed
    assert said(report, "--pin", pin, "--merchant", "merchant-a").encode() == printed["merchant-a/report.md"]
    assert said(report, "--as-of", "2025-05-20", "--to", "2025-05-20", "--json").encode() == printed["report.json"]
    as_of = said(report, "--as-of", "2025-05-20", "--to", "2025-05-20", "--merchant", "merchant-a")
    assert as_of.encode() == printed["merchant-a/report.md"]

    # The list and the history tell it; taken back, the plan of the revert is what is done, and the pin prints still.
    assert "last_click.v2" in said(definitions, "list", "--on", "2025-05-20")
    assert "与平台口径对齐" in said(definitions, "history", "last_click", "--lang", "zh")
    undone = json.loads(said(definitions, "plan", "last_click.v2", "--revert", "--json"))
    back = json.loads(said(definitions, "revert", "last_click.v2", "--who", "周", "--why", "先观察", "--json"))
    assert back == {**undone, "done": True, "acts": [2]}
    assert "last_click.v2" not in said(definitions, "list", "--on", "2025-05-20")
    said(report, "--pin", pin, "--out", str(house / "three"))
    assert files_of(house / "three") == printed


def test_a_pin_that_was_tampered_with_is_a_named_error(house: Path) -> None:
    pin = house / "pin.json"
    said(report, "--save-pin", str(pin))
    told = json.loads(pin.read_bytes())
    pin.write_text(json.dumps({**told, "reports": {"": "0" * 64}}), encoding="utf-8")
    assert isinstance(run(report, "--pin", str(pin)).exception, PinBroken)
    pin.write_text(json.dumps({**told, "position": -1}), encoding="utf-8")
    assert isinstance(run(report, "--pin", str(pin)).exception, PinUnreadable)
    pin.write_text("no pin", encoding="utf-8")
    assert isinstance(run(report, "--pin", str(pin)).exception, PinUnreadable)
    assert run(report, "--pin", str(pin), "--as-of", "2025-05-20").exit_code == 2
    assert run(report, "--pin", str(house / "none.json")).exit_code == 2


def test_a_decision_that_cannot_be_made_is_a_named_error_and_leaves_nothing(house: Path) -> None:
    file = house / "last_click.toml"
    file.write_text(second_version(default_window='"30d"'), encoding="utf-8")
    assert isinstance(run(definitions, "apply", str(file), "--who", " ", "--why", "x").exception, WordMissing)
    assert isinstance(run(definitions, "revert", "last_click.v1", *WHO).exception, RevertRefused)
    said(definitions, "apply", str(file), *WHO)
    assert isinstance(run(definitions, "apply", str(file), *WHO).exception, NothingChanges)
    assert len(json.loads(said(definitions, "history", "last_click", "--json"))) == 2


def test_a_serving_house_follows_a_decision_that_is_made_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HONGMAO_CLOCK", f"file:{tmp_path / 'clock'}")
    file = tmp_path / "last_click.toml"
    file.write_text(second_version(default_window='"30d"', from_day="2025-05-02"), encoding="utf-8")
    with deployment(tmp_path) as house:
        house.hear(*MAY)
        before = house.credits(), house.report()
        told = said(definitions, "apply", str(file), *WHO, "--lang", "en")
        assert told.endswith("the serving process computes credits anew within seconds\n")
        house.settle()
        assert b'"window": "30d"' in house.report()
        assert len(house.credits()) > len(before[0])
        said(definitions, "revert", "last_click.v2", *WHO)
        house.settle()
        assert (house.credits(), house.report()) == before


def test_a_plan_made_on_an_older_state_is_refused(tmp_path: Path) -> None:
    with deployment(tmp_path) as house:
        plans = [house.desk.plan([draft(second_version(default_window=window))]) for window in ('"30d"', '"7d"')]
        house.desk.carry_out(plans[0], who="林", why="先到")
        with pytest.raises(DefinitionsMovedOn):
            house.desk.carry_out(plans[1], who="周", why="后到")
        assert [one.who for one in house.desk.history("last_click")] == [None, "林"]
