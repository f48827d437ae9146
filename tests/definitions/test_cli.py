"""`hongmao definitions`, as a person or a script types it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hongmao.cli.definitions import definitions
from hongmao.definitions.api import load_registry


def run(*args: str) -> str:
    result = CliRunner().invoke(definitions, args, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_prints_every_version_with_its_fingerprint() -> None:
    registry = load_registry()
    lines = run("list", "--lang", "zh").splitlines()
    assert len(lines) == len(registry.all())
    cpuv = registry.metric("cpuv")
    assert any(line.startswith("cpuv.v1") and cpuv.fingerprint in line for line in lines)
    assert run("list", "--on", "2024-12-31") == ""


def test_list_and_show_speak_json() -> None:
    listed = json.loads(run("list", "--on", "2025-05-07", "--json"))
    assert {"last_click", "roi_net"} <= {one["id"] for one in listed}
    shown = json.loads(run("show", "last_click.v1", "--json"))
    assert shown["windows"] == ["24h", "7d", "15d", "30d"]
    assert shown["sort"] == "attribution"
    assert shown in listed


def test_show_tells_a_person_what_is_counted() -> None:
    text = run("show", "roi_net", "--lang", "en")
    assert text.startswith("roi_net.v1  ROI net")
    assert "numerator = gmv_net" in text
    assert "净ROI" in run("show", "roi_net", "--lang", "zh")


def test_a_name_that_is_none_is_a_usage_error() -> None:
    assert CliRunner().invoke(definitions, ["show", "<b>"]).exit_code == 2


def test_a_deployment_that_never_began_has_what_ships_and_nothing_has_changed() -> None:
    (told,) = json.loads(run("history", "cpuv", "--json"))
    assert (told["key"], told["state"], told["origin"], told["decided"]) == ("cpuv.v1", "in_force", "shipped", None)
    assert run("diff", "cpuv.v1", "cpuv", "--lang", "en") == "Nothing changes\n"
    assert json.loads(run("diff", "--from", "2025-05-20", "--to", "2025-06-01", "--json")) == {"changed": []}
    # Before the first day nothing was in force: everything is new.
    new = json.loads(run("diff", "--from", "2024-12-31", "--to", "2025-01-01", "--json"))["changed"]
    assert {one["before"] for one in new} == {None}
    assert {"cpuv.v1", "last_click.v1"} <= {one["after"] for one in new}


@pytest.mark.parametrize(
    "args",
    [
        ("diff",),
        ("diff", "cpuv.v1"),
        ("diff", "cpuv.v1", "ctr.v1"),
        ("diff", "cpuv.v1", "cpuv.v1", "--from", "2025-05-20", "--to", "2025-06-01"),
        ("diff", "--from", "2025-05-20"),
        ("plan", "nowhere.toml"),
        ("apply", "nowhere.toml", "--who", "a", "--why", "b"),
        ("revert", "last_click.v2"),
    ],
)
def test_a_question_that_is_none_is_a_usage_error(args: tuple[str, ...]) -> None:
    assert CliRunner().invoke(definitions, args).exit_code == 2
