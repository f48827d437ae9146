"""Figures add up, whoever counts and however many threads do."""

from __future__ import annotations

import threading
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.telemetry import names
from hongmao.telemetry.live import OTHER, SERIES_MAX, LiveMeter, Spread
from hongmao.telemetry.metrics import NO_METER
from hongmao.telemetry.names import CATALOGUE, Metric, MetricKind


def found(meter: LiveMeter, metric: Metric) -> dict[tuple[str, ...], object]:
    return {labels: value for one in meter.readings() if one.metric is metric for labels, value in one.series}


def test_threads_count_side_by_side_and_nothing_is_lost() -> None:
    meter = LiveMeter()
    taps = meter.counter(names.CLICKS).with_(invalid="bot")
    waits = meter.histogram(names.LOG_COMMIT_EVENTS).with_()
    together = threading.Barrier(4)

    def count() -> None:
        together.wait()
        for _ in range(5_000):
            taps.add()
            waits.observe(3)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found(meter, names.CLICKS) == {("bot",): 20_000}
    spread = found(meter, names.LOG_COMMIT_EVENTS)[()]
    assert isinstance(spread, Spread)
    assert (sum(spread.counts), spread.sum) == (20_000, 60_000.0)


@given(st.lists(st.floats(min_value=0, max_value=10, allow_nan=False)))
def test_a_histogram_counts_as_sorting_would(values: list[float]) -> None:
    meter = LiveMeter()
    spread = meter.histogram(names.HTTP_SECONDS).with_(route="jump")
    for value in values:
        spread.observe(value)
    reading = found(meter, names.HTTP_SECONDS)[("jump",)]
    assert isinstance(reading, Spread)
    steps, ordered = names.HTTP_SECONDS.steps, sorted(values)
    at_or_below = [sum(1 for value in ordered if value <= step) for step in steps] + [len(ordered)]
    assert [sum(reading.counts[: place + 1]) for place in range(len(steps) + 1)] == at_or_below
    assert reading.sum == pytest.approx(sum(values))


def test_what_lies_on_a_step_belongs_to_it() -> None:
    meter = LiveMeter()
    meter.histogram(names.LOG_COMMIT_EVENTS).with_().observe(64)
    reading = found(meter, names.LOG_COMMIT_EVENTS)[()]
    assert isinstance(reading, Spread)
    assert reading.counts[bisect_left(names.LOG_COMMIT_EVENTS.steps, 64.0)] == 1


def test_a_gauge_is_set_or_moved() -> None:
    meter = LiveMeter()
    meter.gauge(names.LINKS_LOADED).with_().set(7)
    meter.gauge(names.LINKS_LOADED).with_().set(5)
    busy = meter.gauge(names.HTTP_INFLIGHT).with_(route="jump")
    busy.move(1)
    other = threading.Thread(target=lambda: busy.move(1))
    other.start()
    other.join()
    busy.move(-1)
    assert found(meter, names.LINKS_LOADED) == {(): 5}
    assert found(meter, names.HTTP_INFLIGHT) == {("jump",): 1}


def test_the_same_labels_are_the_same_figure_in_any_order() -> None:
    requests = LiveMeter().counter(names.HTTP_REQUESTS)
    one = requests.with_(route="jump", method="GET", status="302")
    assert requests.with_(status="302", route="jump", method="GET") is one
    assert requests.with_(status="302", route="jump", method="HEAD") is not one


@pytest.mark.parametrize("labels", [{}, {"why": "disk", "path": "/"}, {"reason": "disk"}])
def test_labels_are_those_of_the_metric(labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="hongmao_log_full_total has the labels"):
        LiveMeter().counter(names.LOG_FULL).with_(**labels)


def test_what_does_not_stand_in_the_catalogue_is_not_kept() -> None:
    stray = Metric(name="hongmao_stray_total", kind=MetricKind.COUNTER, help="")
    with pytest.raises(ValueError, match="does not stand in the catalogue"):
        LiveMeter().counter(stray)
    with pytest.raises(ValueError, match="is a gauge, not a counter"):
        LiveMeter().counter(names.LOG_END)


def test_invented_labels_do_not_grow_memory() -> None:
    meter = LiveMeter()
    refused = meter.counter(names.HTTP_REFUSED)
    for number in range(SERIES_MAX + 25):
        refused.with_(reason=f"r{number}").add()
    series = found(meter, names.HTTP_REFUSED)
    assert len(series) == SERIES_MAX + 1
    assert series[(OTHER,)] == 25
    assert found(meter, names.SERIES_FOLDED) == {(names.HTTP_REFUSED.name,): 25}


def test_a_look_asks_those_who_know() -> None:
    meter, end = LiveMeter(), [7.0]
    meter.watch(names.LOG_END, lambda: {(): end[0]})
    meter.watch(names.CONSUMER_LAG_EVENTS, lambda: {("sink",): 3, ("billing",): None})
    assert found(meter, names.LOG_END) == {(): 7}
    end[0] = 9
    assert found(meter, names.LOG_END) == {(): 9}
    assert found(meter, names.CONSUMER_LAG_EVENTS) == {("sink",): 3}  # unknown is not zero


def test_who_cannot_answer_hides_nobody_else() -> None:
    meter = LiveMeter()

    def broken() -> dict[tuple[str, ...], float | None]:
        raise RuntimeError("gone")

    meter.watch(names.LAKE_FILES, broken)
    meter.watch(names.LAKE_BYTES, lambda: {(): 5})
    assert found(meter, names.LAKE_BYTES) == {(): 5}
    assert found(meter, names.LAKE_FILES) == {}
    assert found(meter, names.READINGS_FAILED) == {(names.LAKE_FILES.name,): 3}  # once per look


def test_no_meter_takes_every_call() -> None:
    for metric in CATALOGUE.values():
        labels = dict.fromkeys(metric.labels, "x")
        NO_METER.counter(metric).with_(**labels).add(2)
        NO_METER.gauge(metric).with_(**labels).set(1)
        NO_METER.gauge(metric).with_(**labels).move(-1)
        NO_METER.histogram(metric).with_(**labels).observe(0.1)
    NO_METER.watch(names.LOG_END, lambda: pytest.fail("nobody looks"))
