"""What log and edge tell stands under the names and labels that dashboards ask for."""

from __future__ import annotations

from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter, Spread
from hongmao.telemetry.parts import NO_EDGE_METER, NO_LOG_METER, EdgeMeter, LogMeter


def told(meter: LiveMeter) -> dict[str, dict[tuple[str, ...], object]]:
    return {
        reading.metric.name: {
            labels: sum(value.counts) if isinstance(value, Spread) else value for labels, value in reading.series
        }
        for reading in meter.readings()
    }


def test_a_commit_tells_its_size_and_time() -> None:
    meter = LiveMeter()
    log = LogMeter(meter)
    log.committed(64, 9_000, 0.0003)
    log.full("disk")
    found = told(meter)
    assert found[names.LOG_COMMIT_EVENTS.name] == found[names.LOG_COMMIT_BYTES.name] == {(): 1}
    assert found[names.LOG_COMMIT_SECONDS.name] == {(): 1}
    assert found[names.LOG_FULL.name] == {("disk",): 1, ("queue",): 0}


def test_requests_are_told_by_route_method_and_status() -> None:
    meter = LiveMeter()
    edge = EdgeMeter(meter)
    for status in (302, 302, 503):
        edge.route("jump").begun()
        edge.route("jump").answered("GET", status, 0.001)
    edge.route("events").begun()
    edge.route("events").gone()
    edge.route("jump").begun()
    found = told(meter)
    assert found[names.HTTP_REQUESTS.name] == {("jump", "GET", "302"): 2, ("jump", "GET", "503"): 1}
    assert found[names.HTTP_SECONDS.name] == {("jump",): 3, ("events",): 0}
    assert found[names.HTTP_INFLIGHT.name] == {("jump",): 1, ("events",): 0}


def test_invented_methods_are_one_label_and_fill_no_memory() -> None:
    meter = LiveMeter()
    jump = EdgeMeter(meter).route("jump")
    for number in range(100):
        jump.begun()
        jump.answered(f"BREW{number}", 405, 0.001)
    assert told(meter)[names.HTTP_REQUESTS.name] == {("jump", "other", "405"): 100}
    assert jump._answers == {}


def test_taps_and_events_are_told_by_what_became_of_them() -> None:
    meter = LiveMeter()
    edge = EdgeMeter(meter)
    edge.clicked(None)
    edge.clicked("repeat_tap")
    edge.token_rejected("forged")
    edge.refused("body_too_large")
    edge.collected("accepted", 19)
    found = told(meter)
    assert found[names.CLICKS.name] == {("repeat_tap",): 1, ("valid",): 1}
    assert found[names.TOKEN_REJECTS.name] == {("forged",): 1}
    assert found[names.HTTP_REFUSED.name] == {("body_too_large",): 1}
    assert found[names.EVENTS.name] == {("accepted",): 19}


def test_a_house_nobody_looks_at_takes_the_same_calls() -> None:
    NO_LOG_METER.committed(1, 1, 0.1)
    NO_EDGE_METER.route("jump").begun()
    NO_EDGE_METER.route("jump").answered("GET", 302, 0.001)
