"""Rows of an exported CSV, recognised, read, judged and durable as cells, against Python's csv module walking the same file."""

from __future__ import annotations

import csv
import secrets
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.bus.embedded import EmbeddedLog
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import TenantId
from hongmao.links.api import KeyRing, TokenMinter
from hongmao.platforms.taobao.files import UD_DAILY
from hongmao.returns.api import FileDesk, Intake, PlatformAccount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.kernel.ids import ItemId, ShopId

BASELINE = "the csv module reading the same file row by row, nothing kept (msgspec reads no CSV)"
UNIT = "rows/s"
ROWS = 20_000
NOW_MS = 1_746_547_200_000
ACCOUNT = PlatformAccount(
    platform="taobao", account="ud", tenant=TenantId("bench"), secret=b"unused by files", revoked=False
)


class NoShops:
    """Shelves that nobody asks: the rows name no shop."""

    def shop(self, _platform: str, _shop_id: str) -> None:
        """Find nothing."""

    def item(self, _shop: ShopId, _item_id: str) -> ItemId | None:
        """Find nothing."""
        return None


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedLog(Path(folder) / "log") as log:
        clock = SetClock(NOW_MS)
        minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), clock, secrets.SystemRandom())
        desk = FileDesk(Intake(log, shelves=NoShops(), minter=minter), {"taobao": (UD_DAILY,)}, clock)
        for number in range(count):
            path = Path(folder) / f"{number}.csv"
            path.write_text(_content(number), encoding="utf-8")
            yield _imported(desk, path), _walked(path)


def _imported(desk: FileDesk, path: Path) -> float:
    began = time.perf_counter()
    found = desk.take(path, ACCOUNT, name=path.name)
    took = time.perf_counter() - began
    if dict(found.counts) != {"accepted": ROWS}:
        raise AssertionError(found.counts, found.problems)
    return ROWS / took


def _walked(path: Path) -> float:
    began = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file))
    return rows / (time.perf_counter() - began)


def _content(number: int) -> str:
    head = "日期,笔记ID,消费,展现量,点击量,进店UV,加购,订单数,成交金额\n"
    rows = (f"2025-05-06,n{number}-{n},{n}.50,{n * 9},{n},{n},1,1,{n}.00\n" for n in range(ROWS))
    return head + "".join(rows) + f"合计{ROWS}条记录,,,,,,,,\n"
