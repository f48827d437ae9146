"""UD效果 reports: one row a note and day, imported as cells, because a UD line has no interface of its own.

The figures are Alibaba's and stay aggregates. A row that gives no GMV but a ROI and a spend gives an approximate GMV, and
says so by the mark `approximate` (ATTR-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from hongmao.platforms.api import Call, Cells, ReportCell, made_id, needed, read_cells, snapshot_version
from hongmao.platforms.taobao.client import ROUTE, TopKey
from hongmao.platforms.taobao.signing import timestamp_text, top_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import FileHead, PlatformAccount, RowProblem

REPORT: Final = "ud_daily"
LINE: Final = "ud"

_COUNTS: Final = ("impressions", "clicks", "visits", "orders", "carts", "favourites", "new_visitors")
_AMOUNTS: Final = ("spend", "gmv", "refund")


class UdDaily:
    """The daily report by note. Its columns are second-hand: see the README."""

    name = REPORT
    aliases: Mapping[str, Sequence[str]] = {
        "day": ("日期", "时间", "统计日期"),
        "note": ("笔记ID", "笔记id", "素材ID"),
        "shop": ("店铺ID", "店铺id"),
        "shop_name": ("店铺", "店铺名称"),
        "spend": ("消费", "消耗", "花费"),
        "impressions": ("展现量", "曝光量", "展现"),
        "clicks": ("点击量", "点击"),
        "visits": ("进店UV", "进店uv", "进店量"),
        "new_visitors": ("新访客", "新访客UV"),
        "carts": ("加购", "加购量"),
        "favourites": ("收藏", "收藏量"),
        "orders": ("订单数", "成交订单数", "成交笔数"),
        "gmv": ("GMV", "成交金额"),
        "refund": ("退款金额", "退款"),
        "roi": ("ROI", "成交ROI"),
    }
    required: Sequence[str] = ("day", "note", "spend")

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> Sequence[ReportCell | RowProblem]:
        """Read one row as one cell. A blank figure is unknown and left out, never zero; a total row is nothing."""
        return read_cells(row, lambda cells: (_cell(cells, head, account),), place=place)


UD_DAILY: Final = UdDaily()


def report_call(account: PlatformAccount, day: str, *, now_ms: int) -> Call:
    """Ask the sandbox for a day's report, by a query signed as TOP's are. Alibaba's own has no such address."""
    key = TopKey.of(account)
    query = {
        "app_key": key.app_key,
        "day": day,
        "sign_method": key.sign_method.value,
        "timestamp": timestamp_text(now_ms),
    }
    query["sign"] = top_signature(query, key.secret, key.sign_method)
    return Call(method="GET", url=f"{key.gateway.removesuffix(ROUTE)}/ud/report.csv?{urlencode(query)}")


def _cell(cells: Cells, head: FileHead, account: PlatformAccount) -> ReportCell:
    day, note = cells.day("day"), needed(cells.id("note"), "note")
    shop = cells.id("shop") or head.facts.get("shop") or account.settings.get("shop") or None
    values, marks = cells.figures(_COUNTS, _AMOUNTS)
    return ReportCell(
        report=REPORT,
        key=made_id(":".join(part for part in (day, note, shop) if part), "shop"),
        day=day,
        version=snapshot_version(head.snapshot_ms),
        values=values,
        raw=cells.raw,
        platform_shop_id=shop,
        note=note,
        line=LINE,
        marks=marks,
    )
