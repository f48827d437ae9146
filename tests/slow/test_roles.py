"""A house in parts: whatever was acknowledged is in the lake once, whoever of it is killed meanwhile."""

from __future__ import annotations

import collections
import json
import os
import re
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
import urllib3

from hongmao.bootstrap.settings import DRAIN_S_MAX
from hongmao.bus.nats.cluster import Cluster, find_server
from hongmao.engines.lake.files import LocalFiles
from hongmao.engines.tables import DuckTables
from hongmao.kernel.ids import ClickId
from hongmao.links.api import click_event_id
from hongmao.world.stage import free_ports
from slow.processes import PATIENCE_S, POOL, Process, furnish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow
CLICK = re.compile(r"hm_click=([A-Za-z0-9_-]{30})")
TAPPERS, TAPS = 4, 1_500


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Make processes of one home; what still runs at the end is killed."""
    made: list[Process] = []

    def make(*words: str, **settings: str) -> Process:
        made.append(Process(tmp_path / "home", *words, **settings))
        return made[-1]

    yield make
    for one in made:
        one.clear()


class Tappers:
    """Readers who tap until told to stop, and the book of what they were answered."""

    def __init__(self, url: str) -> None:
        self.clicks: list[str] = []
        self.refused: collections.Counter[str] = collections.Counter()
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._tap, args=(number,)) for number in range(TAPPERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def await_clicks(self, count: int) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while len(self.clicks) < count:
            assert time.monotonic() < until_s, f"{len(self.clicks)} of {count} taps, refused: {self.refused}"
            time.sleep(0.02)

    def _tap(self, number: int) -> None:
        # A line of its own for each tap: the system deals lines out to the edges.
        for tap in range(10**9):
            if self._stop.is_set():
                return
            headers = {
                "cookie": f"hm_r=r_{number}_{tap}",
                "user-agent": "Mozilla/5.0 (X11) Chrome/124",
                "connection": "close",
            }
            try:
                answer = POOL.request("GET", f"{self._url}/j/l", headers=headers, timeout=PATIENCE_S, redirect=False)
            except urllib3.exceptions.HTTPError as error:
                self.refused[type(error).__name__] += 1
                time.sleep(0.05)
                continue
            if answer.status == 302:
                found = CLICK.search(answer.headers["location"])
                assert found is not None
                self.clicks.append(found[1])
            else:
                assert answer.status == 503, answer.data
                self.refused[json.loads(answer.data)["error"]["code"]] += 1
                time.sleep(0.05)


def await_link(edges: Process) -> None:
    """Wait until every process behind a port knows the link: each looks once a second, and lines are dealt out by chance."""
    known, until_s = 0, time.monotonic() + PATIENCE_S
    while known < 30:
        assert time.monotonic() < until_s, "the link did not come to the edges"
        known = known + 1 if edges.get("/j/l", connection="close").status == 302 else 0
        time.sleep(0.02)


def in_the_lake(home: Path) -> collections.Counter[str]:
    tables = DuckTables(LocalFiles(home / "lake"))
    try:
        rows = tables.rows("SELECT event_id FROM events WHERE kind = 'component_click'")
    finally:
        tables.close()
    return collections.Counter(str(row["event_id"]) for row in rows)


def await_caught_up(one: Process) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while (said := one.said())[0] != 200 or not said[1]["caught_up"]:
        assert time.monotonic() < until_s, f"not caught up: {said}\n{one.lines()}"
        time.sleep(0.1)


def figure(port: int, name: str) -> float:
    text = POOL.request("GET", f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S).data.decode()
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def await_figures(*ports: int) -> None:
    """Wait until all tell their figures: a port that several share is open when the first of them stands."""
    until_s = time.monotonic() + PATIENCE_S
    for port in ports:
        while True:
            try:
                figure(port, "hongmao_process_resident_bytes")
                break
            except urllib3.exceptions.HTTPError:
                assert time.monotonic() < until_s, port
                time.sleep(0.05)


def three_ports() -> int:
    """Give the first of three ports behind each other that nobody uses: the parent's figures and its two edges'."""
    found: list[int] = []
    while [*range(found[-3], found[-3] + 3)] != found[-3:] if len(found) > 2 else True:
        ports = free_ports()
        found += [ports.platform, ports.shop]
    return found[-3]


def test_nothing_acknowledged_is_lost_or_doubled_when_the_worker_and_an_edge_are_killed(
    tmp_path: Path, process: Callable[..., Process]
) -> None:
    home = tmp_path / "home"
    figures = three_ports()
    edges = process("--role", "edge", "--workers", "2", HONGMAO_METRICS=f"127.0.0.1:{figures}")
    web, worker = process("--role", "web"), process("--role", "worker")
    edges.start()  # before there is anything to work with: it waits
    worker.start()
    worker.await_ready()
    web.start()
    for one in (web, edges):
        one.await_ready()
    await_figures(figures, figures + 1, figures + 2)
    furnish(web.url, home)
    await_link(edges)
    restarts = figure(figures, "hongmao_edge_restarts_total")
    with Tappers(edges.url) as tappers:
        tappers.await_clicks(TAPS // 3)
        worker.kill()
        before = len(tappers.clicks)
        while not tappers.refused["log_ownerless"]:
            time.sleep(0.02)
        edges.await_said(503, "log_ownerless")
        worker.start()
        tappers.await_clicks(before + TAPS // 3)
        assert figure(figures, "hongmao_edge_restarts_total") == restarts  # they found the new owner by themselves
        assert figure(figures + 1, "hongmao_clicks_total") > 0
        assert figure(figures + 2, "hongmao_clicks_total") > 0
        kill_an_edge(edges)
        tappers.await_clicks(len(tappers.clicks) + TAPS // 3)
    await_caught_up(web)
    assert figure(figures, "hongmao_edge_restarts_total") == restarts + 1
    assert [edges.stop(), web.stop(), worker.stop()] == [0, 0, 0]
    kept = in_the_lake(home)
    assert {click_event_id(ClickId(click)) for click in tappers.clicks} - set(kept) == set(), "acknowledged and lost"
    assert [one for one, times in kept.items() if times > 1] == [], "kept twice"
    assert len(set(tappers.clicks)) == len(tappers.clicks)


def kill_an_edge(edges: Process) -> None:
    pid = edges.child.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()  # proc(5)
    assert len(children) == 2
    os.kill(int(children[0]), signal.SIGKILL)


def test_who_is_told_to_stop_says_so_serves_on_for_a_while_and_ends_well(
    tmp_path: Path, process: Callable[..., Process]
) -> None:
    served = process(HONGMAO_DRAIN_S="15")
    served.start()
    served.await_ready()
    furnish(served.url, tmp_path / "home")
    await_link(served)
    served.child.terminate()
    served.await_said(503, "draining")
    tap = served.get("/j/l", cookie="hm_r=r_1", connection="close")
    assert tap.status == 302
    assert served.get("/healthz", connection="close").status == 200
    assert served.child.wait(PATIENCE_S) == 0
    assert served.said() == (0, None)
    found = CLICK.search(tap.headers["location"])
    assert found is not None
    again = process()
    again.start()
    again.await_ready()
    await_caught_up(again)
    assert again.stop() == 0
    kept = in_the_lake(tmp_path / "home")
    assert kept[str(click_event_id(ClickId(found[1])))] == 1
    assert set(kept.values()) == {1}


def test_who_is_told_twice_ends_at_once(process: Callable[..., Process]) -> None:
    served = process(HONGMAO_DRAIN_S=str(DRAIN_S_MAX))
    served.start()
    served.await_ready()
    served.child.terminate()
    while served.said()[0] != 503:
        time.sleep(0.02)
    served.child.terminate()
    assert served.child.wait(PATIENCE_S) == -15  # by the signal itself, and long before the time that it would have had


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    find_server()
    with Cluster(tmp_path / "cluster") as servers:
        servers.start()
        servers.wait_ready()
        yield servers


def test_what_is_accepted_over_http_comes_by_way_of_a_cluster_into_the_lake(
    tmp_path: Path, process: Callable[..., Process], cluster: Cluster
) -> None:
    home, log = tmp_path / "home", f"{cluster.address}/HOUSE"
    worker = process("--role", "worker", HONGMAO_LOG=log)
    edges = process("--role", "edge", "--workers", "2", HONGMAO_LOG=log)
    web = process("--role", "web", HONGMAO_LOG=log)
    for one in (worker, web, edges):
        one.start()
    for one in (worker, web, edges):
        one.await_ready()
    furnish(web.url, home)
    await_link(edges)
    now_ms = time.time_ns() // 1_000_000
    ids = [f"shown-{number}" for number in range(50)]
    events = [{"event_id": one, "kind": "read", "occurred_at_ms": now_ms, "note": "n"} for one in ids]
    told = POOL.request("POST", f"{edges.url}/v1/events", body=json.dumps({"events": events}), timeout=PATIENCE_S)
    assert told.status == 200, told.data
    assert {one["outcome"] for one in json.loads(told.data)["outcomes"]} == {"accepted"}
    with Tappers(edges.url) as tappers:
        tappers.await_clicks(100)
        cluster.kill(0)  # two of three go on
        tappers.await_clicks(300)
        cluster.start(0)
        worker.kill()
        while not tappers.refused["log_ownerless"]:
            time.sleep(0.02)
        worker.start()
        tappers.await_clicks(len(tappers.clicks) + 100)
    await_caught_up(web)
    assert [edges.stop(), web.stop(), worker.stop()] == [0, 0, 0]
    kept = in_the_lake(home)
    assert {click_event_id(ClickId(click)) for click in tappers.clicks} - set(kept) == set(), "acknowledged and lost"
    assert set(kept.values()) == {1}
    tables = DuckTables(LocalFiles(home / "lake"))
    rows = tables.rows("SELECT event_id FROM events WHERE kind = 'read' ORDER BY event_id")
    tables.close()
    assert [row["event_id"] for row in rows] == sorted(ids)
