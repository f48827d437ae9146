"""The real `hongmao serve`: its figures at both doors, and its word where it cannot open one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import urllib3
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from hongmao.telemetry.names import CATALOGUE
from hongmao.world.stage import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 240


def serve(home: Path, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hongmao", "serve", "--until-stdin-closes"],
        env={**os.environ, "HONGMAO_HOME": str(home), "HONGMAO_LANG": "en", **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    """Give the main door, the door of figures and the process."""
    ports = free_ports()
    port, figures = ports.platform, ports.shop
    child = serve(tmp_path / "home", HONGMAO_PORT=str(port), HONGMAO_METRICS=f"127.0.0.1:{figures}")
    pool = urllib3.PoolManager(retries=False)
    until_s, status = time.monotonic() + PATIENCE_S, 0
    while status != 200:
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < until_s, status
        with suppress(urllib3.exceptions.HTTPError):
            status = pool.request("GET", f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_S).status
        time.sleep(0.05)  # there is no event to wait for before the process listens
    yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{figures}", child
    child.communicate(timeout=PATIENCE_S)


def told(address: str) -> dict[str, float]:
    answer = urllib3.request("GET", f"{address}/metrics", retries=False, timeout=PATIENCE_S)
    assert answer.status == 200
    families = text_string_to_metric_families(answer.data.decode())
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): float(sample.value)
        for family in families
        for sample in family.samples
    }


def test_a_process_tells_at_both_doors_until_it_ends(served: tuple[str, str, subprocess.Popen[str]]) -> None:
    main, door, child = served
    body = json.dumps({"events": [{"event_id": "e1", "kind": "read", "occurred_at_ms": 1, "note": "n_nobody"}]})
    assert urllib3.request("POST", f"{main}/v1/events", body=body, retries=False).status == 422
    for address in (main, door):
        figures = told(address)
        assert figures["hongmao_events_total rejected"] == 1
        assert figures["hongmao_http_requests_total events POST 422"] == 1
        assert figures["hongmao_token_rejects_total forged"] == 0
        assert figures["hongmao_consumer_lag_events billing"] == 0
        assert figures["hongmao_process_resident_bytes"] > 10_000_000
        assert {name.partition(" ")[0].removesuffix("_count") for name in figures} & set(CATALOGUE)
    relayed = urllib3.request("GET", f"{main}/metrics", headers={"x-forwarded-for": "192.0.2.7"}, retries=False)
    assert relayed.status == 404
    child.send_signal(signal.SIGTERM)
    child.wait(PATIENCE_S)
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", f"{door}/metrics", retries=False, timeout=PATIENCE_S)


def test_a_door_that_cannot_be_opened_is_named_before_anything_is_served(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        child = serve(tmp_path / "home", HONGMAO_PORT=str(free_ports().platform), HONGMAO_METRICS=taken)
        # Its input stays open until it has ended: a closed one would end it before it can say why.
        assert child.wait(PATIENCE_S) != 0
        _, words = child.communicate()
    assert taken in words
    assert "HONGMAO_METRICS" in words
    assert not (tmp_path / "home").exists()
