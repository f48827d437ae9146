"""小红盟 reports: the daily export of 京准通, one row a task, note and day, imported as cells.

The figures are JD's and stay aggregates. Of the export only the number of its columns is known; their names here follow the
trade's, and an export with other names is met by an alias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import Cells, FieldFault, ReportCell, RowProblem, made_id, read_cells, snapshot_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import FileHead, PlatformAccount

REPORT: Final = "jzt_daily"
WINDOW_DAYS: Final = 15
"""The window that 小红盟's visits are counted in unless the importer is told another (`window_days`)."""
_WINDOWS: Final = frozenset({"7", "15", "30"})
_COUNTS: Final = (
    "impressions",
    "reads",
    "clicks",
    "engagements",
    "likes",
    "collects",
    "comments",
    "page_views",
    "visits",
    "cart_visitors",
    "carts",
    "buyers",
    "orders",
    "new_buyers",
)
_AMOUNTS: Final = ("spend", "gmv")


class JztDaily:
    """The 25 daily columns of 小红盟."""

    name = REPORT
    aliases: Mapping[str, Sequence[str]] = {
        "day": ("日期", "时间", "统计日期"),
        "account": ("账户名称", "下载账户"),
        "account_id": ("账户ID",),
        "task_name": ("任务名称", "小红盟任务名称"),
        "task": ("任务ID", "小红盟任务ID"),
        "note_title": ("笔记标题",),
        "note": ("笔记ID", "笔记id"),
        "creator": ("达人昵称", "博主昵称"),
        "spend": ("消费", "消耗", "花费", "小红盟任务期消费"),
        "impressions": ("展现量", "曝光量"),
        "reads": ("阅读量",),
        "clicks": ("点击量",),
        "engagements": ("互动量",),
        "likes": ("点赞量", "点赞"),
        "collects": ("收藏量", "收藏"),
        "comments": ("评论量", "评论"),
        "page_views": ("站外店铺访问量", "店铺访问量(15日)", "进店PV"),
        "visits": ("站外店铺访问人数", "小红盟站外活跃UV(15日归因)", "小红盟站外活跃UV(30日归因)", "进店UV"),
        "cart_visitors": ("加购人数",),
        "carts": ("加购件数", "加购量"),
        "buyers": ("成交人数",),
        "orders": ("成交订单数", "成交订单量"),
        "gmv": ("成交金额", "行业商品GMV(30日)", "GMV"),
        "new_buyers": ("新客成交人数", "店铺新客数"),
        "roi": ("投产比", "店铺成交ROI(30日)", "ROI"),
    }
    required: Sequence[str] = ("day", "note", "spend")

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> Sequence[ReportCell | RowProblem]:
        """Read one row as one cell. A blank figure is unknown and left out, never zero; a total row is nothing."""
        return read_cells(row, lambda cells: (_cell(cells, head, account),), place=place)


JZT_DAILY: Final = JztDaily()


def _cell(cells: Cells, head: FileHead, account: PlatformAccount) -> ReportCell:
    day, note, task = cells.day("day"), cells.id("note"), cells.id("task")
    if note is None:
        raise FieldFault("missing_field", "note")
    window = head.facts.get("window_days", str(WINDOW_DAYS))
    if window not in _WINDOWS:
        raise FieldFault("bad_value", "window_days")
    key = made_id(":".join(part for part in (day, note, task, f"{window}d") if part), "task")
    values, marks = cells.figures(_COUNTS, _AMOUNTS)
    return ReportCell(
        report=REPORT,
        key=key,
        day=day,
        version=snapshot_version(head.snapshot_ms),
        values=values,
        raw=cells.raw,
        platform_shop_id=head.facts.get("shop") or account.settings.get("shop") or None,
        note=note,
        window_days=int(window),
        marks=marks,
    )
