"""小红星 by export: rows of 聚光's and 蒲公英's tables as cells, until the interfaces tell all of it.

Columns go by many names, and one export tells the ratio and another does not; then the importer is told it (`sample_ratio`).
What a table says of 行业商品 is another attribution system's and stays in a cell of its own, without a ratio: nobody adds the
two.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.platforms.api import Cells, FieldFault, ReportCell, RowProblem, day_of, read_cells, snapshot_version
from hongmao.platforms.star import rules
from hongmao.platforms.star.mapping import (
    NOT_RETURNED,
    OUT_OF_TASK,
    OVERDUE,
    Told,
    checked_ratio,
    ratio_of,
    split_spend,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from hongmao.platforms.api import FileHead, PlatformAccount

REPORT: Final = "star_task"
_SLICES: Final = ("account", "placement", "campaign")
_BASE: Final = ("read_uv", "impressions", "clicks", "seeded", "deep_seeded")


class StarTask:
    """The table of notes by day, with 15 and 30 days of attribution."""

    name = REPORT
    aliases: Mapping[str, Sequence[str]] = {
        "day": ("时间", "日期", "time", "date_key"),
        "note": ("笔记ID", "noteId", "note_id"),
        "task": ("淘宝任务ID", "星任务ID", "thirdBriefId", "star_event_group_id"),
        "task_start": ("任务开始时间", "星任务开始时间", "event_group_start_time"),
        "task_end": ("任务结束时间", "星任务结束时间", "thirdBriefEndTime", "event_group_end_time"),
        "ratio": ("抽样比例", "数据回传比例", "star_trans_ratio", "dataTransRatio"),
        "spend": ("消费", "消耗", "fee"),
        "task_spend": ("小红星任务期消费", "tbTaskFee", "tb_task_fee"),
        "uv30": (
            "小红星站外活跃UV(30日归因)",
            "小红星站外进店量",
            "outsideShopVisit",
            "outside_shop_visit",
            "outsideSellerPv",
        ),
        "uv15": ("小红星站外活跃UV(15日归因)", "outSideSellerPv15d"),
        "read_uv": ("阅读UV", "star_read_uv"),
        "impressions": ("展现量", "impression"),
        "clicks": ("点击量", "click"),
        "seeded": ("新增种草人群", "iUserNum"),
        "deep_seeded": ("新增深度种草人群", "tiUserNum"),
        "goods_visits": ("行业商品进店量30日", "行业商品进店量(30日)"),
        "gmv": ("行业商品GMV(30日)",),
        "roi": ("店铺成交ROI(30日)",),
        "shop_visits": ("店铺访问量(15日)",),
        "account": ("下载账户", "账户名称"),
        "placement": ("投放类型", "投放位置"),
        "campaign": ("计划名称", "campaignName"),
    }
    required: Sequence[str] = ("day", "note", "spend")

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> Sequence[ReportCell | RowProblem]:
        """Read one row as its cells. A blank figure is unknown and left out, never zero; a total row is nothing."""
        return read_cells(
            row, lambda cells: tuple(_cells(cells, head, account, place)), place=place, totals=("day", "note")
        )


STAR_TASK: Final = StarTask()


def _cells(cells: Cells, head: FileHead, account: PlatformAccount, place: str) -> Iterator[ReportCell | RowProblem]:
    day, today = date.fromisoformat(cells.day("day")), day_of(head.snapshot_ms)
    if rules.is_too_old(day, today):
        raise FieldFault("too_old", "day")
    task = _task(cells, head)
    values, marks = _base(cells, day, task)
    if task is not None and task.is_overdue(today):
        marks = (*marks, OVERDUE)
    seen = {30: cells.count("uv30"), 15: cells.count("uv15")}
    is_early = rules.due_day(day) > today and not any(seen.values())
    told = Told(
        report=REPORT,
        day=day,
        today=today,
        note=_needed_id(cells, "note"),
        raw=cells.raw,
        task=task,
        slice=_slice(cells),
        marks=marks,
        version=snapshot_version(head.snapshot_ms),
    )
    ratio = _ratio(cells, head, account)
    base = told.cell("", values)
    yield msgspec.structs.replace(base, marks=(*base.marks, NOT_RETURNED)) if is_early else base
    for window, count in seen.items():
        yield from told.sampled(count, ratio, window=window, place=f"{place}.ratio")
    yield from _goods(told, cells)


def _base(cells: Cells, day: date, task: rules.Task | None) -> tuple[dict[str, int], tuple[str, ...]]:
    spend = cells.fen("spend")
    if spend is None:
        raise FieldFault("missing_field", "spend")
    values, marks = split_spend(spend, cells.fen("task_spend"), "task_spend")
    if task is not None and not task.covers(day) and OUT_OF_TASK not in marks:
        marks = (*marks, OUT_OF_TASK)
    return values | {name: count for name in _BASE if (count := cells.count(name)) is not None}, marks


def _goods(told: Told, cells: Cells) -> Iterator[ReportCell]:
    """Give what the table says of 行业商品 and of the shop, which 小红星 does not measure."""
    figures, marks = cells.figures(("goods_visits",), ("gmv", "spend"))
    figures.pop("spend_fen", None)
    if figures:
        cell = told.cell("g30", figures, window=30)
        yield msgspec.structs.replace(cell, marks=(*cell.marks, *marks))
    visits = cells.count("shop_visits")
    if visits is not None:
        yield told.cell("g15", {"shop_visits": visits}, window=15)


def _task(cells: Cells, head: FileHead) -> rules.Task | None:
    task_id = cells.id("task") or head.facts.get("task") or None
    if task_id is None:
        return None
    return rules.Task(task_id=task_id, start=_bound(cells, head, "task_start"), end=_bound(cells, head, "task_end"))


def _bound(cells: Cells, head: FileHead, name: str) -> date | None:
    text = cells.text(name) or head.facts.get(name)
    if not text:
        return None
    day = Cells({name: text.partition(" ")[0]}).day(name)
    return date.fromisoformat(day)


def _ratio(cells: Cells, head: FileHead, account: PlatformAccount) -> Decimal | None:
    """Read the ratio: `50%`, 50.00 or 0.5. A bare 1 may be a hundredth or the whole, so it is neither."""
    text = cells.text("ratio") or head.facts.get("sample_ratio") or account.settings.get("sample_ratio")
    if not text:
        return None
    if text.endswith(("%", "％")):
        return ratio_of(text[:-1].strip(), "ratio")
    number = Cells({"ratio": text}).decimal("ratio")
    if number is None or number == 0:
        return None
    if number == 1:
        raise FieldFault("ambiguous", "ratio")
    return ratio_of(number, "ratio") if number > 1 else checked_ratio(number, "ratio")


def _needed_id(cells: Cells, name: str) -> str:
    told = cells.id(name)
    if told is None:
        raise FieldFault("missing_field", name)
    return told


def _slice(cells: Cells) -> str:
    """Tell rows apart that differ in account, placement or campaign only, as an export split by them has them."""
    told = [cells.text(name) or "" for name in _SLICES]
    return hashlib.blake2b("\n".join(told).encode(), digest_size=4).hexdigest() if any(told) else ""
