"""The shop as a process of its own: it serves, delivers, and ends cleanly when told."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import urllib3

from hongmao.world.stage import free_ports
from platforms.sandbox.shopfront import SECRET, STOCK, TOKEN, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from platforms.sandbox.receiver import Receiver

SHOP = """
import sys
from pathlib import Path
from hongmao.kernel.clock import SetClock
from hongmao.platforms.sandbox.shop import run
run(home=Path(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), clock=SetClock(int(sys.argv[3])),
    control_token=sys.argv[4], seed=7)
print("ended cleanly")
"""


@dataclass
class Running:
    """A shop process and how to reach it."""

    process: subprocess.Popen[str]
    http: urllib3.PoolManager
    base: str

    def post(self, path: str, body: object) -> int:
        """Send JSON; gives the status."""
        return self.http.request("POST", self.base + path, json=body).status

    def ended(self) -> tuple[int, str, str]:
        """Wait for the end: exit code and what was said."""
        self.http.clear()
        told, wrong = self.process.communicate(timeout=120)
        return self.process.returncode, told, wrong


@contextmanager
def shop_process(home: Path, receiver: Receiver) -> Iterator[Running]:
    """Start a shop that knows its stock and where its returns go."""
    port, now_ms = free_ports().shop, receiver.clock.now_ms()
    process = subprocess.Popen(
        [sys.executable, "-c", SHOP, str(home), str(port), str(now_ms), TOKEN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait = urllib3.Retry(
            total=None, connect=1_200, backoff_factor=0.05, backoff_max=0.2
        )  # a busy machine starts it slowly
        http = urllib3.PoolManager(
            retries=wait, headers={"X-Control-Token": TOKEN, "Cookie": "buyer=b-7", "Accept": "application/json"}
        )
        shop = Running(process, http, f"http://127.0.0.1:{port}")
        account = {"account": "account-1", "secret": SECRET, "webhook_url": receiver.url}
        assert shop.post("/_control/accounts", account) == 200
        assert shop.post("/_control/stock", STOCK) == 200
        yield shop
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_shop_process_serves_delivers_and_ends(tmp_path: Path, receiver: Receiver, ending: signal.Signals) -> None:
    with shop_process(tmp_path / "sandbox", receiver) as shop:
        assert shop.http.request("GET", f"{shop.base}/item/item-1?hm_click=c-1").status == 200
        assert receiver.arrived.wait(120)
        shop.process.send_signal(ending)
        assert shop.ended() == (0, "ended cleanly\n", "")
    assert (tmp_path / "sandbox" / "shop.sqlite").is_file()
    assert receiver.told() == [("open", "v-0001"), ("visit", "v-0002")]


def test_killed_between_orders_and_delivery_it_owes_every_event_it_answered_for(
    tmp_path: Path, receiver: Receiver, clock: SetClock
) -> None:
    # The platform is unwell and takes nothing, while forty orders are placed and answered for.
    receiver.answers = [503] * 1_000
    with shop_process(tmp_path, receiver) as shop:
        assert shop.http.request("GET", f"{shop.base}/item/item-1?hm_click=c-1").status == 200
        for _ in range(40):
            assert shop.post("/checkout", {"items": "item-1:1,item-2:1"}) == 201
        shop.process.kill()
        assert shop.ended()[0] == -signal.SIGKILL
    receiver.answers.clear()
    receiver.got.clear()
    with open_shop(tmp_path / "shop.sqlite", clock) as again:
        again.deliver_all()
        assert again.state()["orders"] == 40
    owed = [f"o-{n}-{part}.order" for n in range(1, 41) for part in (1, 2)]
    assert sorted(number for _, number in receiver.told()) == sorted([*owed, "v-0001", "v-0002"])
