"""What file tests begin with: a desk, a format of three columns, and files as platforms write them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import xlsxwriter

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import instant
from hongmao.links.api import KeyRing, TokenMinter
from hongmao.returns.api import Intake
from hongmao.returns.contracts import ReportCell, RowProblem
from hongmao.returns.files.service import FileDesk, Imported
from links.factories import MemoryLog
from returns.factories import MemoryAccounts, MemoryShelves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hongmao.returns.files.contracts import FileFormat, FileHead
    from hongmao.returns.store import PlatformAccount

NOW = instant("2025-05-07T12:00:00+08:00")


class Daily:
    """Visits by day and note."""

    name = "daily"
    aliases: Mapping[str, Sequence[str]] = {
        "day": ("日期",),
        "note": ("笔记ID",),
        "gmv": ("行业商品GMV（30日)", "GMV"),
        "shop": ("店铺ID",),
    }
    required: Sequence[str] = ("day", "note", "gmv")

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> Sequence[ReportCell | RowProblem]:
        assert account.account == "account-1"
        if row["note"] == "nothing":
            return ()
        if not row["gmv"].isdigit():
            code = "bad_value" if row["gmv"] else "missing_field"
            return (RowProblem(code=code, place=f"{place}.gmv", raw="\t".join(row.values())),)
        return (
            ReportCell(
                report=self.name,
                key=f"{row['day']}:{row['note']}",
                day=row["day"],
                version=head.snapshot_ms // 1000 - 1_577_808_000,
                values={"gmv_fen": int(row["gmv"])},
                raw="\t".join(row.values()),
                note=row["note"],
                platform_shop_id=row["shop"] or None if "shop" in row else None,
            ),
        )


class Twin(Daily):
    """Another report with the same columns."""

    name = "twin"


class Other(Daily):
    """A report with other columns."""

    name = "other"
    required: Sequence[str] = ("day", "task")
    aliases: Mapping[str, Sequence[str]] = {"day": ("日期",), "task": ("任务ID",)}


class Office:
    """A log with a file desk."""

    def __init__(self, folder: Path, *formats: FileFormat) -> None:
        self.folder = folder
        self.clock = SetClock(NOW)
        self.log = MemoryLog()
        self.account = MemoryAccounts().kept["sandbox", "account-1"]
        self.shelves = MemoryShelves()
        minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), self.clock, random.Random(5))
        intake = Intake(self.log, shelves=self.shelves, minter=minter)
        self.desk = FileDesk(intake, {"sandbox": formats or (Daily(), Other())}, self.clock)

    def take(self, content: bytes, name: str = "daily.csv", **how: object) -> Imported:
        path = self.folder / "upload"
        path.write_bytes(content)
        return self.take_path(path, name, **how)

    def take_path(self, path: Path, name: str = "daily.csv", **how: object) -> Imported:
        return self.desk.take(path, self.account, name=name, **how)  # type: ignore[arg-type]

    def cells(self) -> list[Event]:
        return [event for event in self.log.kept if event.kind is Kind.REPORT_CELL]

    def notes(self) -> list[str]:
        return [event.note or "" for event in self.cells()]


HEADERS = ["日期", "笔记ID", "行业商品GMV（30日)"]


def text(*rows: Sequence[str], headers: Sequence[str] = HEADERS) -> str:
    return "".join(",".join(row) + "\r\n" for row in (headers, *rows))


def sheet(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("日报")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path
