"""UD效果 reports: one row a note and day, imported as cells, because a UD line has no interface of its own.

The figures are Alibaba's and stay aggregates. A row that gives no GMV but a ROI and a spend gives an approximate GMV, and
says so by the mark `approximate` (ATTR-11).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from hongmao.platforms.api import SECOND_MS, Call, ReportCell, RowProblem, instant
from hongmao.platforms.taobao.client import ROUTE, TopKey
from hongmao.platforms.taobao.signing import timestamp_text, top_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import FileHead, PlatformAccount

REPORT: Final = "ud_daily"
LINE: Final = "ud"
APPROXIMATE: Final = "approximate"

_DAY: Final = re.compile(r"(?P<y>[0-9]{4})([-/.]?)(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})")
_COUNT: Final = re.compile(r"[0-9]{1,12}(\.0+)?")
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_TOTAL: Final = re.compile(r"合计|总计|汇总|共[0-9]+条")
_COUNTS: Final = ("impressions", "clicks", "visits", "orders", "carts", "favourites", "new_visitors")
_AMOUNTS: Final = ("spend", "gmv", "refund")
_YEAR_2020_S: Final = instant("2020-01-01T00:00:00+08:00") // SECOND_MS
_KEY_CHARS_MAX = 64


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
        if _TOTAL.match(row.get("day", "")):
            return ()
        raw = "\t".join(f"{name}={value}" for name, value in row.items())
        try:
            return (_cell(row, head, account, raw),)
        except _Wrong as wrong:
            return (RowProblem(code=wrong.code, place=f"{place}.{wrong.field}", raw=raw),)


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


class _Wrong(Exception):
    def __init__(self, code: str, field: str) -> None:
        super().__init__(code, field)
        self.code = code
        self.field = field


def _cell(row: Mapping[str, str], head: FileHead, account: PlatformAccount, raw: str) -> ReportCell:
    day, note = _day(row.get("day", "")), row.get("note", "")
    shop = row.get("shop", "") or head.facts.get("shop", "") or account.settings.get("shop", "")
    if _ID.fullmatch(note) is None:
        raise _Wrong("bad_value" if note else "missing_field", "note")
    if shop and _ID.fullmatch(shop) is None:
        raise _Wrong("bad_value", "shop")
    key = f"{day}:{note}:{shop}" if shop else f"{day}:{note}"
    if len(key) > _KEY_CHARS_MAX:
        raise _Wrong("bad_value", "shop")
    values, marks = _values(row)
    return ReportCell(
        report=REPORT,
        key=key,
        day=day,
        version=max(1, head.snapshot_ms // SECOND_MS - _YEAR_2020_S),
        values=values,
        raw=raw,
        platform_shop_id=shop or None,
        note=note,
        line=LINE,
        marks=marks,
    )


def _values(row: Mapping[str, str]) -> tuple[dict[str, int], tuple[str, ...]]:
    counts = {name: _count(row[name], name) for name in _COUNTS if row.get(name)}
    amounts = {f"{name}_fen": _fen(row[name], name) for name in _AMOUNTS if row.get(name)}
    roi = row.get("roi", "")
    if "gmv_fen" in amounts or not roi or "spend_fen" not in amounts:
        return counts | amounts, ()
    gmv = Decimal(amounts["spend_fen"]) * _decimal(roi, "roi")
    approximate = {"gmv_fen": int(gmv.quantize(Decimal(1), rounding=ROUND_HALF_UP))}
    return counts | amounts | approximate, (APPROXIMATE,)


def _day(text: str) -> str:
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise _Wrong("bad_time" if text else "missing_field", "day")
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
    except ValueError:
        raise _Wrong("bad_time", "day") from None


def _plain(text: str, field: str) -> str:
    plain = text.strip().removeprefix("¥").removeprefix("￥").replace(",", "")
    if plain.startswith("-"):
        raise _Wrong("below_zero", field)
    return plain


def _count(text: str, field: str) -> int:
    plain = _plain(text, field)
    if _COUNT.fullmatch(plain) is None:
        raise _Wrong("bad_value", field)
    return int(plain.partition(".")[0])


def _fen(text: str, field: str) -> int:
    fen = _decimal(text, field) * 100
    if fen != fen.to_integral_value():
        raise _Wrong("not_whole_fen", field)
    return int(fen)


def _decimal(text: str, field: str) -> Decimal:
    plain = _plain(text, field)
    if _DECIMAL.fullmatch(plain) is None:
        raise _Wrong("bad_value", field)
    return Decimal(plain)
