"""A real edge process beside an owner of the log: what it loads, what it serves, and what it says while the owner is away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.bus.reader import ReadOnlyLog
from hongmao.events.api import LogBusy
from hongmao.world.stage import free_ports
from storage.opened import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"duckdb", "numba", "pyarrow", "scipy", "sklearn", "starlette"}
POOL = urllib3.PoolManager(retries=False)
# The command itself; when it has ended, what it had loaded.
PROGRAM = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules}))))
from hongmao.cli.main import main
main()
"""


class Edge:
    """One edge process."""

    def __init__(self, home: Path, *more: str) -> None:
        self.home = home
        port = free_ports().platform
        self._url = f"http://127.0.0.1:{port}"
        environ = {
            **os.environ,
            "HONGMAO_HOME": str(home),
            "HONGMAO_PORT": str(port),
            "HONGMAO_DRAIN_S": "0",
            "HONGMAO_LAG_MS_MAX": "60000",  # how far a disk is behind is no subject here
        }
        words = ["serve", "--role", "edge", "--until-stdin-closes", *more]
        self._child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, method: str, path: str, **sent: Any) -> tuple[int, Any]:
        """Ask; 0 where nobody listens."""
        try:
            answer = POOL.request(method, f"{self._url}{path}", timeout=120.0, redirect=False, **sent)
        except urllib3.exceptions.HTTPError:
            return 0, None
        return answer.status, json.loads(answer.data or b"null")

    def await_ready(self, status: int) -> Any:
        """Wait until /readyz has a status."""
        said: tuple[int, Any] = (0, None)
        until_s = time.monotonic() + 200
        while time.monotonic() < until_s:
            said = self.ask("GET", "/readyz")
            if said[0] == status:
                return said[1]
            assert self._child.poll() is None
            time.sleep(0.05)
        pytest.fail(f"not {status}: {said}")

    def post(self, event_id: str) -> tuple[int, Any]:
        event = {"event_id": event_id, "kind": "follow", "creator": "c", "occurred_at_ms": time.time_ns() // 1_000_000}
        return self.ask("POST", "/v1/events", body=json.dumps({"events": [event]}))

    def stop(self) -> tuple[int, set[str]]:
        """Stop it; gives its exit code and what it had loaded."""
        said, _ = self._child.communicate()
        return self._child.returncode, set(json.loads(said))

    def clear(self) -> None:
        if self._child.poll() is None:
            self._child.kill()
            self._child.communicate()


def serves_its_own(edge: Edge) -> None:
    assert edge.ask("GET", "/healthz") == (200, {"status": "alive"})
    assert edge.post("before") == (200, {"outcomes": [{"event_id": "before", "outcome": "accepted"}]})
    assert edge.post("before") == (200, {"outcomes": [{"event_id": "before", "outcome": "duplicate"}]})
    assert edge.ask("GET", "/j/nowhere", headers={"accept": "application/json"})[1]["error"]["code"] == "link_unknown"
    elsewhere = (("GET", "/"), ("GET", "/v1/notes/n"), ("POST", "/v1/tenants"), ("POST", "/v1/returns/sandbox"))
    for method, path in elsewhere:
        status, told = edge.ask(method, path)
        assert (status, told["error"]["code"]) == (404, "served_elsewhere")


def test_an_edge_serves_its_own_waits_for_its_owner_and_loads_nothing_heavy(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(home=str(home))
    edge = Edge(home)  # there is nothing yet: it waits
    try:
        with open_house(settings) as house:
            house.services.catalog.add_creator(ROOT, name="阿橙", id="c")
            edge.await_ready(200)
            serves_its_own(edge)
        said = edge.await_ready(503)
        assert said["error"]["params"] == {"why": "log_ownerless"}
        status, told = edge.post("between")
        assert (status, told["error"]["code"]) == (503, "log_ownerless")
        with open_house(settings):
            edge.await_ready(200)
            assert edge.post("between")[1]["outcomes"][0]["outcome"] == "accepted"
            assert edge.post("before")[1]["outcomes"][0]["outcome"] == "duplicate"
            code, loaded = edge.stop()
    finally:
        edge.clear()
    assert code == 0
    assert {"uvicorn", "sqlalchemy"} <= loaded
    assert loaded & HEAVY == set()
    with ReadOnlyLog(home / "log") as log:
        assert [one.event.event_id for one in log.read(after=0, limit=100)] == ["before", "between"]


def test_an_edge_may_own_the_log_where_no_worker_is_and_nobody_else_does_then(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(home=str(home))
    with open_house(settings) as house:
        house.services.catalog.add_creator(ROOT, name="阿橙", id="c")
    edge = Edge(home, "--own-log")
    try:
        edge.await_ready(200)
        serves_its_own(edge)
        with pytest.raises(LogBusy, match="is being written by pid"), open_house(settings):
            pass
        code, loaded = edge.stop()
    finally:
        edge.clear()
    assert code == 0
    assert loaded & HEAVY == set()
    # Later a house follows what the edge has kept.
    with open_house(settings) as house:
        assert [one.event.event_id for one in house.services.log.read(after=0, limit=9)] == ["before"]


def test_only_an_edge_is_told_to_own_the_log(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hongmao", "serve", "--role", "web", "--own-log"],
        env={**os.environ, "HONGMAO_HOME": str(tmp_path), "HONGMAO_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--own-log" in done.stderr
