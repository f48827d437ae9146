"""`hongmao definitions`, as a person or a script types it."""

from __future__ import annotations

import json

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
