"""Dashboard and alerts ask for what the house tells, and for all of it; each alert says what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.promql import faults_of, metrics_of
from hongmao.telemetry.names import CATALOGUE

ROOT = Path(__file__).parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/hongmao.json").read_text(encoding="utf-8"))
RULES: dict[str, Any] = yaml.safe_load((ROOT / "deploy/alerts/hongmao.yaml").read_text(encoding="utf-8"))
RUNBOOK = ROOT / "docs/guides/operate.md"

PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SHOWN = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
PICKED = [
    (variable["name"], variable["query"]["query"])
    for variable in DASHBOARD["templating"]["list"]
    if variable["type"] == "query"
]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
ASKED = [*SHOWN, *((alert["alert"], alert["expr"]) for alert in ALERTS)]


@pytest.mark.parametrize(("title", "expr"), ASKED, ids=[f"{n} {title}" for n, (title, _) in enumerate(ASKED)])
def test_what_is_asked_is_told(title: str, expr: str) -> None:
    assert title
    assert metrics_of(expr)
    assert list(faults_of(expr)) == []
    assert expr.count("(") == expr.count(")")
    assert expr.count("{") == expr.count("}")


def test_what_is_told_is_shown() -> None:
    shown = {name for _, expr in SHOWN for name in metrics_of(expr)}
    assert sorted(set(CATALOGUE) - shown) == []


def test_a_dashboard_picks_by_labels_that_scrapers_give() -> None:
    for name, query in PICKED:
        found = re.fullmatch(r"label_values\((?P<metric>hongmao_\w+)(\{.*\})?, (?P<label>\w+)\)", query)
        assert found is not None
        assert found["metric"] in CATALOGUE
        assert found["label"] == name


def test_panels_do_not_cover_each_other() -> None:
    places = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert max(x for x, _ in places) < 24


def heading(name: str) -> str:
    return f"### {name}"


def test_every_alert_says_what_to_do_and_no_page_is_left_over() -> None:
    text = RUNBOOK.read_text(encoding="utf-8").splitlines()
    written = [line.removeprefix("### ") for line in text if line.startswith("### Hongmao")]
    assert sorted(written) == sorted(alert["alert"] for alert in ALERTS)
    for alert in ALERTS:
        assert alert["annotations"]["runbook"] == f"docs/guides/operate.md#{alert['alert'].lower()}"
        assert text[text.index(heading(alert["alert"])) + 2].strip()


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_is_whole(alert: dict[str, Any]) -> None:
    assert re.fullmatch(r"Hongmao[A-Z][A-Za-z]+", alert["alert"])
    assert alert["labels"]["severity"] in {"page", "look"}
    assert re.fullmatch(r"\d+[smh]", alert.get("for", "0s"))
    assert alert["annotations"]["summary"]
    # A summary may name only what the expression leaves: what it sums by, or all labels where it sums nothing.
    named = set(re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"]))
    grouped = re.findall(r"\bby \(([^)]*)\)", alert["expr"])
    left = (
        {label for group in grouped for label in re.findall(r"\w+", group)}
        if "sum" in alert["expr"] or grouped
        else {
            "instance",
            "job",
            *(label for name in metrics_of(alert["expr"]) for label in CATALOGUE[name].labels),
        }
    )
    assert named <= left - {"le"}


@pytest.mark.parametrize(
    ("expr", "fault"),
    [
        ("hongmao_log_end", "hongmao_log_end is told by nobody"),
        ("rate(hongmao_clicks[5m])", "hongmao_clicks is told by nobody"),
        ("hongmao_http_request_seconds", "hongmao_http_request_seconds is told by nobody"),
        ("rate(hongmao_clicks_total_sum[5m])", "hongmao_clicks_total_sum is told by nobody"),
        ('hongmao_http_inflight{path="/"}', "hongmao_http_inflight has no label path"),
        ("sum by (reason) (rate(hongmao_clicks_total[5m]))", "nothing asked for has a label reason"),
        ("rate(hongmao_log_end_offset[5m])", "hongmao_log_end_offset is a gauge and is asked for its growth"),
        ("hongmao_clicks_total > 5", "hongmao_clicks_total is a counter and is not asked for its growth"),
        ("rate(hongmao_clicks_total)", "hongmao_clicks_total is asked for its growth over no time"),
        (
            "histogram_quantile(0.9, sum(rate(hongmao_sink_seconds_bucket[5m])))",
            "a quantile needs the steps: by (le)",
        ),
    ],
)
def test_what_is_wrong_is_found(expr: str, fault: str) -> None:
    assert fault in list(faults_of(expr))
