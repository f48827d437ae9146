"""One click through the whole house: eight stages, told by rooms that know nothing of each other, under one trace.

And the figures of the day it was made on, read as a scraper reads them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from e2e.one_house import open_one_house, street
from hongmao.bootstrap.telling import Telling
from hongmao.events.contracts import BACK_LINK, Kind
from hongmao.kernel.time import DAY_MS, MINUTE_MS, instant
from hongmao.links.api import click_event_id
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.tracing import Span, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.one_house import OneHouse

TODAY = instant("2025-05-07T00:00:00+08:00")


class Notebook:
    """A tracer that wants every click and keeps what it is told."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def wants(self, click: str) -> bool:
        return click.startswith("clk:")

    def tell(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        pass


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def one(tmp_path: Path, notebook: Notebook) -> Iterator[OneHouse]:
    meter = LiveMeter()
    with open_one_house(tmp_path, street(("taobao",)), telling=Telling(meter, notebook, meter)) as house:
        yield house


def figures(one: OneHouse) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = one.web.must(one.web.get("/metrics"), "GET", "metrics")
    return {
        (sample.name, tuple(sample.labels.values())): float(sample.value)
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def test_one_click_is_told_from_the_jump_to_the_statement(one: OneHouse, notebook: Notebook) -> None:
    reader = one.reader()
    (story,) = one.plan.stories
    order = reader.order(story)
    reader.pay(order)
    one.pass_minutes(45)
    one.settle()
    wallets = one.ask("/v1/wallets").json()["wallets"]
    assert isinstance(wallets, list)
    one.ask(f"/v1/statement?merchant={wallets[0]['merchant']}&from=2025-05-07&to=2025-05-08")

    click = click_event_id(order.click_id)
    spans = [span for span in notebook.spans if span.click == click]
    assert {span.stage for span in spans} == set(Stage)
    assert len({span.trace_id for span in spans}) == 1
    returned = [event for event in one.events(*BACK_LINK) if event.click_id == order.click_id]
    often = Counter(span.stage for span in spans)
    assert often.pop(Stage.RETURN) == len(returned)
    assert set(often.values()) == {1}
    assert len({span.span_id for span in spans}) == len(spans)
    assert {span.parent_id for span in spans} <= {span.span_id for span in spans} | {None}
    assert all(span.began_ns <= span.ended_ns for span in spans)
    # Nothing that a trace tells leads to a reader, an order or the token itself.
    said = " ".join(f"{name}={value}" for span in spans for name, value in span.facts.items())
    assert order.order_id not in said
    assert order.click_id not in said
    assert "r_reader" not in said


def test_a_day_is_told_in_figures(one: OneHouse) -> None:
    reader = one.reader()
    (story,) = one.plan.stories
    reader.pay(reader.order(story))
    one.web.get("/j/lnk_nobody_knows", {"accept": "application/json"})
    one.settle()
    told = figures(one)
    clicks = one.events(Kind.COMPONENT_CLICK)
    assert told["hongmao_clicks_total", ("valid",)] == len([one for one in clicks if one.invalid is None]) == 1
    assert told["hongmao_log_end_offset", ()] == one.house.services.log.end()
    assert told["hongmao_sink_events_total", ()] == one.house.services.log.end()
    assert told["hongmao_log_commit_events_sum", ()] >= one.house.services.log.end()
    assert told["hongmao_log_commit_seconds_count", ()] == told["hongmao_log_commit_events_count", ()] > 0
    assert told["hongmao_log_queue_events", ()] == told["hongmao_log_queue_age_seconds", ()] == 0
    assert told["hongmao_consumer_lag_events", ("billing",)] == 0
    assert told["hongmao_consumer_lag_seconds", ("sink",)] == 0
    assert told["hongmao_links_loaded", ()] == 1
    assert told["hongmao_links_age_seconds", ()] <= 1
    assert told["hongmao_lake_files", ()] > 0
    assert told["hongmao_lake_bytes", ()] > 0
    jumps = {labels: n for (name, labels), n in told.items() if name == "hongmao_http_requests_total"}
    assert jumps["jump", "GET", "404"] == 1
    assert sum(n for labels, n in jumps.items() if labels[0] == "jump" and labels[2] in {"200", "302"}) == 1
    assert told["hongmao_http_refused_total", ("link_unknown",)] == 1
    assert told["hongmao_http_request_seconds_count", ("jump",)] == 2
    assert told["hongmao_http_inflight", ("metrics",)] == 1  # the look itself


def test_a_follower_that_stands_still_is_seen_to_fall_behind(one: OneHouse) -> None:
    reader = one.reader()
    one.settle()
    (story,) = one.plan.stories
    reader.tap(story)
    one.wait(7 * MINUTE_MS)
    told = figures(one)
    assert told["hongmao_consumer_lag_events", ("billing",)] >= 1
    assert told["hongmao_consumer_lag_seconds", ("billing",)] == 7 * 60
    assert one.now_ms() - TODAY < DAY_MS
