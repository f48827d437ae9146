"""Promise 1: acked means kept. The server is killed without warning, again and again, while readers and a shop report."""

from __future__ import annotations

import collections
import hashlib
import hmac
import json
import os
import queue
import random
import secrets
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
import urllib3

from hongmao.bus.embedded import EmbeddedLog
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Kind
from hongmao.world.wire import Line
from slow.processes import PATIENCE_S, Process

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 20
EVENTS = 1_000
RETURNS = 1_000
PER_POST = 5
SECRET = "the shop's secret"
DAY_MS = 86_400_000
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


class Acks:
    """An independent book of what clients saw acked; the log is held against it at the end."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.moved = threading.Condition()

    def add(self, keys: list[str]) -> None:
        with self.moved:
            self.keys.update(keys)
            self.moved.notify_all()

    def wait_for(self, count: int) -> None:
        with self.moved:
            assert self.moved.wait_for(lambda: len(self.keys) >= count, PATIENCE_S), (
                f"stuck at {len(self.keys)} of {count}"
            )


def test_promise_1_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    server, acks, rng = Process(home), Acks(), random.Random(9)
    server.start()
    server.await_ready()
    _found(server, home)
    jobs: queue.Queue[tuple[str, int]] = queue.Queue()
    for n in range(0, EVENTS, PER_POST):
        jobs.put(("event", n))
        jobs.put(("return", n))
    threads = [threading.Thread(target=_report, args=(server.url, jobs, acks)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for kill in range(KILLS):
        acks.wait_for(int((EVENTS + RETURNS) * (kill + rng.random()) / (KILLS + 1)))
        time.sleep(rng.random() * 0.01)
        server.kill()
        server.start()
        server.await_ready()
    for thread in threads:
        thread.join()
    assert server.stop() == 0
    assert len(acks.keys) == EVENTS + RETURNS
    _check(home, acks.keys)


def _check(home: Path, acked: set[str]) -> None:
    with EmbeddedLog(home / "log") as log:
        logged = [one.event for one in log.read(after=0, limit=1_000_000)]
    found = collections.Counter(
        event.event_id if event.kind is Kind.READ else str(event.ref)
        for event in logged
        if event.kind in {Kind.READ, Kind.VISIT}
    )
    assert acked - set(found) == set(), "acked and lost"
    assert [key for key, count in found.items() if count > 1] == [], "kept twice"
    done = subprocess.run(
        [sys.executable, "-m", "hongmao", "rebuild", "--json"],
        env={**os.environ, "HONGMAO_HOME": str(home)},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)
    rows = DuckTables(home / "lake").rows("SELECT count(*) AS n, count(DISTINCT event_id) AS ids FROM events")
    assert rows == [{"n": len(logged), "ids": len(logged)}]


def _report(url: str, jobs: queue.Queue[tuple[str, int]], acks: Acks) -> None:
    """Post until acked; whatever is not acked is sent again, as a shop and a browser would."""
    line = Line(url, {"cookie": "hm_r=r_killtest"})
    while True:
        try:
            what, first = jobs.get_nowait()
        except queue.Empty:
            return
        send = _send_events if what == "event" else _send_returns
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = send(line, first)
                break
            except urllib3.exceptions.HTTPError:
                assert time.monotonic() < until_s, "no answer for minutes"
                time.sleep(0.05)
        acks.add(answer)


def _send_events(line: Line, first: int) -> list[str]:
    now_ms = time.time_ns() // 1_000_000
    ids = [f"kill-{n}" for n in range(first, first + PER_POST)]
    events = [{"event_id": one, "kind": "read", "occurred_at_ms": now_ms, "note": "note-1"} for one in ids]
    answer = line.must(line.post("/v1/events", {"events": events}), "POST", "/v1/events").json()
    outcomes = answer["outcomes"]
    assert isinstance(outcomes, list)
    assert {outcome["outcome"] for outcome in outcomes} <= {"accepted", "duplicate"}
    return ids


def _send_returns(line: Line, first: int) -> list[str]:
    now_ms = time.time_ns() // 1_000_000
    numbers = [f"v-{n}" for n in range(first, first + PER_POST)]
    unknown = (
        "click_id",
        "pay_item_id",
        "order_id",
        "sub_order_id",
        "refund_id",
        "quantity",
        "amount_fen",
        "deposit_fen",
    )
    fact = {"type": "visit", "version": 1, "occurred_at_ms": now_ms, "shop_id": "shop-1", "item_id": None}
    rows = [{"event_no": one, **fact, "new_visitor": True, **dict.fromkeys(unknown)} for one in numbers]
    body = json.dumps({"account": "account-1", "events": rows}).encode()
    stamp, nonce = str(now_ms // 1_000), secrets.token_hex(16)
    signed = f"{stamp}\n{nonce}\n".encode() + body
    headers = {
        "content-type": "application/json",
        "x-shop-account": "account-1",
        "x-shop-timestamp": stamp,
        "x-shop-nonce": nonce,
        "x-shop-signature": hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest(),
    }
    answer = line.must(line.post_raw("/v1/returns/sandbox", body, headers), "POST", "/v1/returns/sandbox").json()
    outcomes = answer["outcomes"]
    assert isinstance(outcomes, list)
    assert {outcome["outcome"] for outcome in outcomes} <= {"accepted", "unmatched", "duplicate"}
    return numbers


def _found(server: Process, home: Path) -> None:
    key = json.loads((home / "credentials.json").read_text())["admin_key"]
    line = Line(server.url, {"authorization": f"Bearer {key}"})
    shop = "http://127.0.0.1:8090"
    things: tuple[tuple[str, dict[str, object]], ...] = (
        ("/v1/tenants", {"id": "t1", "name": "初晴", "kind": "merchant"}),
        ("/v1/merchants", {"id": "m1", "tenant": "t1", "name": "初晴"}),
        (
            "/v1/shops",
            {
                "id": "shop-1",
                "tenant": "t1",
                "merchant": "m1",
                "platform": "sandbox",
                "platform_shop_id": "shop-1",
                "name": "初晴旗舰店",
                "home_url": f"{shop}/shop/shop-1",
            },
        ),
        ("/v1/creators", {"id": "c1", "name": "阿橙", "bio": ""}),
        (
            "/v1/notes",
            {
                "id": "note-1",
                "creator": "c1",
                "type": "picture",
                "title": "防晒",
                "body": "好用",
                "topic": "美妆个护",
                "cover": "note-1",
                "published_at_ms": time.time_ns() // 1_000_000 - DAY_MS,
            },
        ),
        ("/v1/platform-accounts", {"platform": "sandbox", "account": "account-1", "secret": SECRET, "tenant": "t1"}),
    )
    for path, value in things:
        line.must(line.post(path, value), "POST", path)
