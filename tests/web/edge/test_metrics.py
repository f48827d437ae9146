"""Every request is told by its route, and figures are told to this machine alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.openmetrics import CONTENT_TYPE, render
from hongmao.telemetry.parts import EdgeMeter
from hongmao.web.edge.asgi import Answer, Receive, Scope, Send, answer_error, send_answer
from hongmao.web.edge.errors import NotReady
from hongmao.web.edge.metrics import MeteredApp, answer_metrics, route_of

TICK_S = 0.25


class Clock:
    """Every look is a quarter of a second later."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        self.at_s += TICK_S
        return self.at_s


def ask(
    meter: LiveMeter, answer: Answer | None, path: str, *, method: str = "GET", peer: str = "127.0.0.1"
) -> list[Any]:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if answer is not None:
            await send_answer(send, answer)

    async def receive() -> Any:
        return {"type": "http.request"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    door = MeteredApp(app, EdgeMeter(meter), lambda: render(meter.readings()), Clock())
    scope = {"type": "http", "method": method, "path": path, "headers": [], "client": (peer, 1)}
    asyncio.run(door(scope, receive, send))
    return sent


def series(meter: LiveMeter, metric: names.Metric) -> dict[tuple[str, ...], Any]:
    return {labels: value for one in meter.readings() if one.metric is metric for labels, value in one.series}


def test_a_request_is_told_by_route_status_and_time() -> None:
    meter = LiveMeter()
    sent = ask(meter, Answer(302, b"", {"location": "/"}), "/j/lnk_1")
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert series(meter, names.HTTP_REQUESTS) == {("jump", "GET", "302"): 1}
    assert series(meter, names.HTTP_SECONDS)[("jump",)].sum == TICK_S
    assert series(meter, names.HTTP_INFLIGHT) == {("jump",): 0}
    assert series(meter, names.HTTP_REFUSED) == {}


def test_a_refusal_is_told_by_its_code_once() -> None:
    meter = LiveMeter()
    ask(meter, answer_error(NotReady(why="log_full")), "/v1/events", method="POST")
    ask(meter, Answer(413, b"<html>"), "/j/lnk_1")
    ask(meter, answer_error(NotReady(why="log_full")), "/n/note_1")  # a page is no door of the edge
    assert series(meter, names.HTTP_REFUSED) == {(NotReady.code,): 1, ("status_413",): 1}


def test_who_goes_away_is_no_answer_and_no_longer_waited_for() -> None:
    meter = LiveMeter()
    assert ask(meter, None, "/v1/events", method="POST") == []
    assert series(meter, names.HTTP_REQUESTS) == {}
    assert series(meter, names.HTTP_INFLIGHT) == {("events",): 0}


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/j/lnk_1", "jump"),
        ("/j/", "jump"),
        ("/v1/events", "events"),
        ("/v1/events/", "api"),
        ("/v1/i", "pixel"),
        ("/v1/returns/taobao", "returns"),
        ("/v1/wakeup", "wakeup"),
        ("/v1/links", "api"),
        ("/readyz", "health"),
        ("/metrics", "metrics"),
        ("/static/built/app.css", "static"),
        ("/n/note_1", "page"),
        ("/" + "x" * 5_000, "page"),
        ("", "page"),
    ],
)
def test_a_route_is_one_of_a_dozen_words(path: str, route: str) -> None:
    assert route_of(path) == route


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("127.8.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("::ffff:192.0.2.7", {}, 404),
        ("2001:db8::1", {}, 404),
        ("", {}, 404),
        ("localhost", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", {"x-real-ip": "127.0.0.1"}, 404),
        ("127.0.0.1", {"via": "1.1 front"}, 404),
    ],
)
def test_figures_are_told_to_this_machine_alone(peer: str, headers: dict[str, str], status: int) -> None:
    answer = answer_metrics(lambda: "# EOF\n", peer=peer, headers=headers)
    assert answer.status == status
    assert (b"# EOF" in answer.body) is (status == 200)


def test_the_page_of_figures_is_whole_and_read_only() -> None:
    meter = LiveMeter()
    start, body = ask(meter, None, "/metrics")
    assert start["status"] == 200
    assert (b"content-type", CONTENT_TYPE.encode()) in start["headers"]
    assert body["body"].endswith(b"# EOF\n")
    _, head = ask(meter, None, "/metrics", method="HEAD")
    assert head["body"] == b""
    assert ask(meter, None, "/metrics", method="POST")[0]["status"] == 405
    assert ask(meter, None, "/metrics", peer="192.0.2.7")[0]["status"] == 404
