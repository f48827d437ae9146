"""The little of PromQL that dashboards and alerts use, read to see that it asks for what there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hongmao.telemetry.names import CATALOGUE, Metric, MetricKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_SELECTOR = re.compile(r"(?P<name>\bhongmao_\w+)\s*(?:\{(?P<labels>[^}]*)\})?\s*(?P<range>\[[^\]]+\])?")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
_GROUPED = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
_CALL = re.compile(r"(\w+)\s*\(\s*$")
_PARTS = ("_bucket", "_sum", "_count")
_GIVEN = frozenset({"job", "instance"})  # by whoever scrapes
_ONLY_GROW = frozenset({"rate", "increase", "irate"})


def series_of(name: str) -> tuple[Metric, str] | None:
    """Find the metric that a series belongs to, and which part of a histogram it is; None for what nobody tells."""
    metric = CATALOGUE.get(name)
    if metric is not None:
        return None if metric.kind is MetricKind.HISTOGRAM else (metric, "")
    for part in _PARTS:
        metric = CATALOGUE.get(name.removesuffix(part))
        if name.endswith(part) and metric is not None and metric.kind is MetricKind.HISTOGRAM:
            return metric, part
    return None


def faults_of(expr: str) -> Iterator[str]:
    """Say what is wrong with an expression: names and labels that are not told, rates of what does not only grow."""
    known: set[str] = set(_GIVEN)
    for found in _SELECTOR.finditer(expr):
        name, series = found["name"], series_of(found["name"])
        if series is None:
            yield f"{name} is told by nobody"
            continue
        metric, part = series
        labels = {*metric.labels, *({"le"} if part == "_bucket" else ()), *_GIVEN}
        known |= labels
        yield from (
            f"{name} has no label {label}" for label in _LABEL.findall(found["labels"] or "") if label not in labels
        )
        call = _CALL.search(expr[: found.start()])
        grows = call is not None and call[1] in _ONLY_GROW
        if (metric.kind is MetricKind.GAUGE) is grows:
            yield f"{name} is a {metric.kind} and is {'' if grows else 'not '}asked for its growth"
        if grows and not found["range"]:
            yield f"{name} is asked for its growth over no time"
    for group in _GROUPED.findall(expr):
        yield from (
            f"nothing asked for has a label {label}" for label in re.findall(r"\w+", group) if label not in known
        )
    if "histogram_quantile" in expr and not any("le" in re.findall(r"\w+", group) for group in _GROUPED.findall(expr)):
        yield "a quantile needs the steps: by (le)"


def metrics_of(expr: str) -> set[str]:
    """Name the metrics of the catalogue that an expression asks for."""
    found = (series_of(one["name"]) for one in _SELECTOR.finditer(expr))
    return {series[0].name for series in found if series is not None}
