"""The city report as people read it: a plain text table, one column for the whole and one for each platform."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, cast

from hongmao.insight.contracts import DASH
from hongmao.insight.exports import cost_words, costs_of
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LINES: tuple[tuple[str, str], ...] = (
    ("impressions", "曝光 impressions"),
    ("clicks", "点击 clicks"),
    ("component_clicks", "组件点击 component clicks"),
    ("visits", "进店 visits"),
    ("new_visitors", "新访客 new visitors"),
    ("carts", "加购 carts"),
    ("orders", "拍下 orders placed"),
    ("purchases", "成交 purchases"),
    ("refunds", "退款 refunds"),
    ("spend_fen", "消费 spend (yuan)"),
    ("gmv_fen", "GMV 含退款 gross (yuan)"),
    ("gmv_net_fen", "净GMV net (yuan)"),
    ("roi_gross", "ROI gross"),
    ("roi_net", "净ROI net"),
    ("gmv_all_returned_fen", "全部回传成交额 all returned (yuan)"),
)
_LINE_HEADS = ("jumps", "visits", "orders", "refunds", "returned", "sent / lost", "reconciled")
_LABEL_WIDTH = 36
_VALUE_WIDTH = 16


def render_report(report: Mapping[str, object]) -> str:
    """Write the report for a terminal; unknown is —, and what a figure means stands below."""
    platforms = cast("Mapping[str, Mapping[str, object]]", report["platforms"])
    columns: list[tuple[str, Mapping[str, object]]] = [("all", report), *platforms.items()]
    definitions = cast("Mapping[str, object]", report["definitions"])
    returns = cast("Mapping[str, int]", report["returns"])
    lines = [
        f"{report['from_day']} .. {report['to_day']}",
        _line("", [name for name, _ in columns]),
        *(_line(label, [_cell(key, column.get(key)) for _, column in columns]) for key, label in LINES),
        "",
        f"{_padded('回传 returns')}{', '.join(f'{name} {count:,}' for name, count in returns.items()) or DASH}",
        f"{_padded('账本 ledger')}{'balanced' if report['ledger_balanced'] else 'NOT BALANCED'}",
        f"{_padded('口径 definition')}last click, {definitions['window']}, by {definitions['clock']} time",
        "",
        *_lines_of(cast("Sequence[Mapping[str, object]]", report["lines"])),
        *_costs_of(report),
    ]
    return "\n".join(line.rstrip() for line in lines)


def _lines_of(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Write one line for each platform and line; what only a platform's report says is marked so."""
    yield _padded("平台与线路 platform and line") + "".join(f"{name:>{_VALUE_WIDTH}}" for name in _LINE_HEADS)
    for row in rows:
        reported = cast("Mapping[str, object] | None", row.get("reported"))
        said = [_cell("jumps", row["jumps"]), *_came_back(row, reported)]
        returned = _cell("facts", row.get("facts"))
        sent = f"{row['sent_delivered']} / {row['sent_dead']}"
        yield _line(f"{row['platform']} {str(row['line']).upper()}", [*said, returned, sent, _agreed(row)])
    if any(row.get("reported") is not None for row in rows):
        yield "* by the platform's own report, not counted from events"


def _costs_of(report: Mapping[str, object]) -> Iterator[str]:
    """Write both ROIs beside each other, what they are made of, by which definition, and how they are worked out."""
    for at, (label, value, definition) in enumerate(costs_of(report)):
        if not at:
            yield ""
            yield "成本与回报 costs and return (CID + UD)"
        yield _line(label, [value]) + f"  {definition}"
    yield from cost_words(report)


def _came_back(row: Mapping[str, object], reported: Mapping[str, object] | None) -> Iterator[str]:
    """Write visits, orders and refunds; a report gives refunds as an amount, and nothing it says was counted here."""
    for name, in_report in (("visits", "visits"), ("orders", "orders"), ("refunds", "refund_fen")):
        if reported is None:
            yield _cell(name, row[name])
        else:
            said = _cell(in_report, reported.get(in_report))
            amount = "¥" if in_report.endswith("_fen") else ""
            yield said if said == DASH else f"{amount}{said}*"


def _agreed(row: Mapping[str, object]) -> str:
    """Say which share of facts both sides agree on: facts where there are any, else the clicks of a report."""
    share = row.get("reconciled_percent")
    if share is not None:
        return f"{share}%"
    clicks = cast("Mapping[str, int | None] | None", row.get("reported_clicks"))
    if not clicks or not clicks["theirs"] or not clicks["ours"]:
        return DASH
    return f"{min(clicks['theirs'], clicks['ours']) * 100 / max(clicks['theirs'], clicks['ours']):.2f}%*"


def _cell(key: str, value: object) -> str:
    match value:
        case int() if key.endswith("_fen"):
            return _grouped(str(Money(value)))
        case int():
            return f"{value:,}"
        case str():
            return value
        case _:
            return DASH


def _grouped(yuan: str) -> str:
    whole, fen = yuan.split(".")
    return f"{'-' if whole.startswith('-') else ''}{int(whole.lstrip('-')):,}.{fen}"


def _line(label: str, values: list[str]) -> str:
    return _padded(label) + "".join(f"{value:>{_VALUE_WIDTH}}" for value in values)


def _padded(label: str) -> str:
    """Fill up to the column's width; a Chinese character takes two places on a terminal."""
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in label)
    return label + " " * max(1, _LABEL_WIDTH - width)
