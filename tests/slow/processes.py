"""Real processes of a house on 127.0.0.1, started, killed and stopped, and something to tap in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from hongmao.world.stage import free_ports
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from pathlib import Path

SHOP = "http://127.0.0.1:8090"
PATIENCE_S = 240
"""For what must come; how soon it does is the machine's affair."""
POOL = urllib3.PoolManager(retries=False)


class Process:
    """One `hongmao serve`, in all its lives on one port."""

    def __init__(self, home: Path, *words: str, **settings: str) -> None:
        self.port = free_ports().platform
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = home
        self._words = words
        self._settings = settings
        self._lines = home.parent / f"{'-'.join(words) or 'all'}.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def child(self) -> subprocess.Popen[bytes]:
        assert self._child is not None
        return self._child

    def start(self) -> None:
        environ = {
            **os.environ,
            "HONGMAO_HOME": str(self._home),
            "HONGMAO_PORT": str(self.port),
            "HONGMAO_LAG_MS_MAX": "60000",  # how far a disk is behind is no subject here
            **self._settings,
        }
        with self._lines.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "hongmao", "serve", *self._words, "--until-stdin-closes"],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        return POOL.request("GET", f"{self.url}{path}", headers=headers, timeout=PATIENCE_S, redirect=False)

    def said(self) -> tuple[int, Any]:
        """Give what /readyz says; 0 where nobody listens."""
        try:
            answer = self.get("/readyz", connection="close")
        except urllib3.exceptions.HTTPError:
            return 0, None
        return answer.status, json.loads(answer.data)

    def await_ready(self) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            assert self.child.poll() is None, self.lines()
            if self.said()[0] == 200:
                return
            time.sleep(0.05)
        pytest.fail(f"{self._words} did not come up: {self.said()}\n{self.lines()}")

    def await_said(self, status: int, why: str) -> None:
        """Wait until /readyz says why it is not ready."""
        until_s = time.monotonic() + PATIENCE_S
        while (said := self.said())[0] != status or said[1]["error"]["params"] != {"why": why}:
            assert time.monotonic() < until_s, said
            time.sleep(0.02)

    def lines(self) -> str:
        return self._lines.read_text()[-3_000:]

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        assert self.child.stdin is not None
        self.child.stdin.close()

    def clear(self) -> None:
        """End whatever a test has left running, its children with it."""
        if self._child is None:
            return
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGKILL)
            self._child.wait()
        if self._child.stdin is not None:
            self._child.stdin.close()

    def stop(self) -> int:
        assert self.child.stdin is not None
        self.child.stdin.close()
        return self.child.wait(PATIENCE_S)


def furnish(url: str, home: Path) -> None:
    """Put one live link, `l`, under the note `n`."""
    key = json.loads((home / "credentials.json").read_text())["admin_key"]
    line = Line(url, {"authorization": f"Bearer {key}"})
    shop = {"tenant": "t", "merchant": "m", "platform": "sandbox", "platform_shop_id": "s", "name": "初晴旗舰店"}
    note = {"creator": "c", "type": "picture", "title": "防晒", "body": "好用", "topic": "美妆个护", "cover": "n"}
    link = {"tenant": "t", "note": "n", "shop": "s", "target": "shop", "button": "了解详情", "title": "同款好物"}
    where = {"universal_link": f"{SHOP}/item/item-1", "fallback_url": f"{SHOP}/item/item-1", "price_fen": 1}
    acts: dict[str, dict[str, object]] = {
        "tenants": {"id": "t", "name": "初晴", "kind": "merchant"},
        "merchants": {"id": "m", "tenant": "t", "name": "初晴"},
        "shops": {"id": "s", **shop, "home_url": f"{SHOP}/shop/s"},
        "wallets/top-ups": {"tenant": "t", "merchant": "m", "line": "cid", "amount_fen": 10**9, "key": "k"},
        "creators": {"id": "c", "name": "阿橙", "bio": ""},
        "notes": {"id": "n", **note, "published_at_ms": 1_746_547_200_000},
        "links": {"id": "l", **link, **where},
        "links/l/review": {"universal_link": 2, "fallback": 2, "note": ""},
    }
    for path, value in acts.items():
        line.must(line.post(f"/v1/{path}", value), "POST", path)
