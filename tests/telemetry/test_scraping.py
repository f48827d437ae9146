"""The door for figures: one page, whole, and nothing else."""

from __future__ import annotations

import socket
from http.client import HTTPConnection

import pytest

from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.openmetrics import CONTENT_TYPE
from hongmao.telemetry.scraping import MetricsAddressTaken, Scraping, read_address


def ask(port: int, path: str) -> tuple[int, str, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("content-type", ""), body


def test_figures_are_read_at_their_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hongmao.telemetry.scraping.TIMEOUT_S", 120.0)  # this scraper hangs where the machine does
    meter = LiveMeter()
    meter.counter(names.CLICKS).with_(invalid="valid").add(3)
    door = Scraping(meter, "127.0.0.1", 0)
    try:
        status, kind, body = ask(door.port, "/metrics")
        assert (status, kind) == (200, CONTENT_TYPE)
        assert 'hongmao_clicks_total{invalid="valid"} 3\n' in body
        assert body.endswith("# EOF\n")
        assert ask(door.port, "/")[0] == 404
        assert ask(door.port, "/metrics/../secrets")[0] == 404
    finally:
        door.close()
    with pytest.raises(ConnectionRefusedError):
        ask(door.port, "/metrics")


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MetricsAddressTaken, match=f"127.0.0.1:{port}"):
            Scraping(LiveMeter(), "127.0.0.1", port)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("metrics.internal:0", ("metrics.internal", 0)),
        ("9464", None),
        (":9464", None),
        ("127.0.0.1:", None),
        ("127.0.0.1:65536", None),
        ("::1:9464", None),
        ("http://127.0.0.1:9464", None),
        ("127.0.0.1:9464\n", None),
        ("127.0.0.1:९४६४", None),
    ],
)
def test_an_address_is_read_or_refused(text: str, address: tuple[str, int] | None) -> None:
    assert read_address(text) == address
