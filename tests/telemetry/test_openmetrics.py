"""What is told is read back by the reader that monitoring programs use."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.names import CATALOGUE, MetricKind
from hongmao.telemetry.openmetrics import render


def read_back(meter: LiveMeter) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(render(meter.readings()))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): float(sample.value)
        for family in families
        for sample in family.samples
    }


def test_every_metric_of_the_catalogue_can_be_told_and_read() -> None:
    meter = LiveMeter()
    for metric in CATALOGUE.values():
        labels = dict.fromkeys(metric.labels, "one")
        match metric.kind:
            case MetricKind.COUNTER:
                meter.counter(metric).with_(**labels).add(3)
            case MetricKind.GAUGE:
                meter.gauge(metric).with_(**labels).set(2.5)
            case MetricKind.HISTOGRAM:
                meter.histogram(metric).with_(**labels).observe(0.002)
    families = {family.name: family for family in text_string_to_metric_families(render(meter.readings()))}
    assert list(families) == [metric.family for metric in CATALOGUE.values()]
    for metric in CATALOGUE.values():
        family = families[metric.family]
        assert (family.type, family.documentation, family.unit) == (metric.kind.value, metric.help, metric.unit)


@given(st.text(), st.integers(min_value=0, max_value=2**53))
def test_labels_come_back_as_they_went(reason: str, times: int) -> None:
    meter = LiveMeter()
    meter.counter(names.HTTP_REFUSED).with_(reason=reason).add(times)
    assert read_back(meter) == {(names.HTTP_REFUSED.name, (("reason", reason),)): times}


@given(st.floats(allow_nan=False))
def test_values_come_back_as_they_went(value: float) -> None:
    meter = LiveMeter()
    meter.gauge(names.LINKS_AGE).with_().set(value)
    assert read_back(meter) == {(names.LINKS_AGE.name, ()): value}


def test_a_value_that_is_none_is_told_as_such() -> None:
    meter = LiveMeter()
    meter.gauge(names.LINKS_AGE).with_().set(math.nan)
    assert math.isnan(read_back(meter)[(names.LINKS_AGE.name, ())])


def test_a_histogram_reads_upwards() -> None:
    meter = LiveMeter()
    for value in (0.0004, 0.003, 0.003, 99.0):
        meter.histogram(names.HTTP_SECONDS).with_(route="jump").observe(value)
    told = read_back(meter)
    name = names.HTTP_SECONDS.name
    steps = {labels[0][1]: value for (found, labels), value in told.items() if found == f"{name}_bucket"}
    assert (steps["0.0005"], steps["0.0025"], steps["0.005"], steps["5.0"], steps["+Inf"]) == (1, 1, 3, 3, 4)
    assert told[(f"{name}_count", (("route", "jump"),))] == 4
    assert told[(f"{name}_sum", (("route", "jump"),))] == pytest.approx(99.0064)


def test_nothing_counted_is_said_to_be_nothing() -> None:
    assert render(LiveMeter().readings()) == "# EOF\n"
