"""A file of 200 MB at the door of a real process: read row by row or refused by name, in bounded memory, and no secret told."""

from __future__ import annotations

import http.client
import json
import re
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.bootstrap.clocks import FileClock
from hongmao.kernel.time import instant
from hongmao.world.stage import Stage, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
MIB = 2**20
SECRET = "of an account with Alimama"
HEAD = "日期,笔记ID,店铺ID,任务,消耗,展现量,点击量,进店UV,加购,成交量,GMV,退款,ROI,备注\n"
ROWS = 100_000
MORE_MIB = 256
"""How much more a process may hold for a file than it held before; a file that was read whole would take several times this."""
WARM_MIB = 256
"""What a lake of so many lines takes that is kept warm for pages (`engines/lake/warm.py`): when it is copied is its own affair."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    FileClock.create(tmp_path / "clock", instant("2025-05-08T10:00:00+08:00"))
    with Stage(tmp_path, free_ports(), seed=7) as up:
        admin = up.admin_line()
        admin.add("/v1/tenants", {"id": "tenant-1", "name": "红枫", "kind": "merchant"})
        admin.add("/v1/merchants", {"id": "merchant-1", "tenant": "tenant-1", "name": "红枫"})
        shop = {"id": "shop-1", "tenant": "tenant-1", "merchant": "merchant-1", "platform": "taobao"}
        home_url = f"{up.shop_url}/shop/shop-1"
        admin.add("/v1/shops", {**shop, "platform_shop_id": "shop-1", "name": "店", "home_url": home_url})
        account = {"tenant": "tenant-1", "platform": "taobao", "account": "account-1", "secret": SECRET}
        admin.add("/v1/platform-accounts", account)
        yield up


def peak_mib(stage: Stage) -> int:
    """Read the most memory that the serving process has ever held."""
    status = Path(f"/proc/{dict(stage._children)['serve'].pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) // 1024


def bring(stage: Stage, path: Path) -> tuple[int, Any]:
    """Upload a file as it lies on the disk; a door that has heard enough may shut before the end."""
    key = json.loads((stage.home / "credentials.json").read_text())["admin_key"]
    line = http.client.HTTPConnection("127.0.0.1", stage.ports.platform, timeout=600)
    where = f"/v1/returns/files/taobao/ud_daily?tenant=tenant-1&account=account-1&name={path.name}"
    with closing(line), path.open("rb") as file:
        headers = {"authorization": f"Bearer {key}", "content-length": str(path.stat().st_size)}
        with suppress(BrokenPipeError, ConnectionResetError):
            line.request("POST", where, body=file, headers=headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_file_of_200_mb_is_read_row_by_row(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "ud.csv"
    words = "说" * 700
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for number in range(ROWS):
            note = f"66c0ffee0000000001{number:06x}"
            gmv = "-1.00" if number % 1_000 == 7 else "60.00"
            file.write(f"2025-05-07,{note},shop-1,,1.00,10,1,1,1,1,{gmv},0.00,2.0,{words}\n")
        file.write(f"合计{ROWS}条记录,,,,,,,,,,,,,\n")
    assert path.stat().st_size > 200 * MIB
    before = peak_mib(stage)
    status, told = bring(stage, path)
    assert (status, told["lines"]) == (200, ROWS + 1), told
    assert told["counts"] == {"accepted": ROWS - ROWS // 1_000, "quarantined": ROWS // 1_000}
    assert told["totals"] == 1
    assert peak_mib(stage) - before < MORE_MIB + WARM_MIB
    assert stage.admin_line().get("/readyz").status == 200


@pytest.mark.parametrize(
    ("name", "piece", "mib"),
    [
        ("too-large.csv", HEAD.encode() + b"2025-05-07," * 95_000, 257),
        ("one-line.csv", b"x" * MIB, 200),
        ("nothing.csv", b"\0" * MIB, 200),
        ("never-closed.csv", b'"' + b"x" * (MIB - 1), 200),
        ("one-row.csv", b'"\n",' * 250_000, 200),
    ],
)
def test_a_large_file_that_is_no_report_is_refused_by_name(
    stage: Stage, tmp_path: Path, name: str, piece: bytes, mib: int
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        while file.tell() < mib * MIB:
            file.write(piece)
    before = peak_mib(stage)
    status, told = bring(stage, path)
    assert status in {413, 422}, told
    assert told["error"]["code"] in {"file_too_large", "file_unreadable", "file_unsafe", "format_unknown"}, told
    assert peak_mib(stage) - before < MORE_MIB
    log = (stage.home / "serve.log").read_text()
    assert SECRET not in log
    assert "Traceback" not in log
