"""The durable jump of a served house against a bare app that answers 302 and keeps nothing, both on uvicorn."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.world.stage import free_ports
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "a raw ASGI app on the same uvicorn settings that answers 302 and keeps nothing"
UNIT = "requests/s"
SECONDS, IMPRESSIONS = 2.0, 64
FOLDER = Path(__file__).parent
SHOP = "http://127.0.0.1:8090"


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; every answer of ours must be in the log."""
    ports = free_ports()
    with (
        tempfile.TemporaryDirectory() as home,
        _child(ports.platform, "-m", "hongmao", "serve", "--until-stdin-closes", home=home),
        _child(ports.shop, str(FOLDER / "_bare_302.py"), str(ports.shop), home=home),
    ):
        line = Line(f"http://127.0.0.1:{ports.platform}")
        ways = _found(line, json.loads(Path(home, "credentials.json").read_text())["admin_key"])
        for port in (ports.platform, ports.shop):
            _load(port, ways, 0.5)
        for _ in range(count):
            before = _settled(line)
            answered, took = _load(ports.platform, ways, SECONDS)
            if _settled(line) - before != answered:
                raise AssertionError("what was answered and what was kept differ")
            bare_answered, bare_took = _load(ports.shop, ways, SECONDS)
            yield answered / took, bare_answered / bare_took


def _load(port: int, ways: list[str], seconds: float) -> tuple[int, float]:
    words = [sys.executable, str(FOLDER / "_taps.py"), str(port), str(seconds)]
    told = subprocess.run(words, input="\n".join(ways), stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - ours
    answered, took = told.stdout.split()
    return int(answered), float(took)


def _found(line: Line, key: str) -> list[str]:
    """Put one live link under a note, and have it rendered to readers: the sealed ways of its component."""
    shop = {"tenant": "t", "merchant": "m", "platform": "sandbox", "platform_shop_id": "s", "name": "店"}
    note = {"creator": "c", "type": "picture", "title": "防晒", "body": "好用", "topic": "美妆", "cover": "n"}
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
        line.must(line.post(f"/v1/{path}", value, {"authorization": f"Bearer {key}"}), "POST", path)
    time.sleep(1.5)  # the serving tables look for new links and balances once a second
    pages = [line.get("/v1/notes/n", {"cookie": f"hm_r=r_seen{n}"}).json()["ad"] for n in range(IMPRESSIONS)]
    return [str(ad["jump_url"]) for ad in pages if isinstance(ad, dict)]


def _settled(line: Line) -> int:
    """Wait until the house's workers have caught up, so that they disturb nobody; give the log's end."""
    while not (ready := line.get("/readyz").json())["caught_up"]:
        time.sleep(0.05)
    return int(str(ready["log_end"]))


@contextlib.contextmanager
def _child(port: int, *words: str, home: str) -> Iterator[None]:
    """Run Python on a port until the block ends; both children stop when their standard input closes."""
    environ = {**os.environ, "HONGMAO_HOME": home, "HONGMAO_PORT": str(port)}
    with (
        subprocess.Popen([sys.executable, *words], env=environ, stdin=subprocess.PIPE) as child,  # noqa: S603 - ours
        contextlib.closing(child.stdin or sys.stdin),
    ):
        while child.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield
