"""The catalogue keeps to the rules of names that queries rely on."""

from __future__ import annotations

import re

import pytest

from hongmao.telemetry.names import CATALOGUE, Metric, MetricKind


@pytest.mark.parametrize("metric", CATALOGUE.values(), ids=lambda metric: metric.name)
def test_a_metric_is_named_by_the_rules(metric: Metric) -> None:
    assert re.fullmatch(r"hongmao_[a-z][a-z_]*[a-z]", metric.name)
    assert metric.name.endswith("_total") is (metric.kind is MetricKind.COUNTER)
    # These endings are made of a histogram's name and would read as its parts.
    assert not metric.name.endswith(("_bucket", "_sum", "_count", "_info", "_created"))
    assert metric.help[0].isupper() or metric.help[0].isdigit()
    assert not metric.help.endswith(".")
    assert all(re.fullmatch(r"[a-z]+", label) and label != "le" for label in metric.labels)


@pytest.mark.parametrize("metric", CATALOGUE.values(), ids=lambda metric: metric.name)
def test_steps_rise_and_belong_to_histograms(metric: Metric) -> None:
    assert bool(metric.steps) is (metric.kind is MetricKind.HISTOGRAM)
    assert list(metric.steps) == sorted(set(metric.steps))


def test_no_family_is_named_twice() -> None:
    families = [metric.family for metric in CATALOGUE.values()]
    assert len(set(families)) == len(families)
