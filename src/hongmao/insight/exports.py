"""A merchant's report as plain data and as Markdown: the same bytes whenever it is written from the same log.

So it tells when a figure is complete, and not whether it is by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.insight.contracts import DASH
from hongmao.kernel.money import Money
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hongmao.insight.contracts import CostSheet, DayPoint, DefinitionRef, Figure, LeftOut, NoteRow, Overview, Words

_NOTE_COLUMNS = (
    "impressions",
    "component_clicks",
    "visits",
    "purchases",
    "spend",
    "gmv_gross",
    "gmv_net",
    "cpuv",
    "roi_net",
)
_MARKUP = str.maketrans({char: f"\\{char}" for char in r"\`*_{}[]()<>#+-!|~"})


def merchant_report(
    merchant: str, name: str, overview: Overview, notes: Iterable[NoteRow], costs: CostSheet
) -> dict[str, object]:
    """Write overview, notes, costs and return of one merchant as plain data."""
    query = overview.query
    steps = {
        step.name: {
            "count": _figure(step.count),
            "people": _figure(step.people) if step.people else None,
            "rate": _figure(step.rate) if step.rate else None,
            "cost": _figure(step.cost) if step.cost else None,
        }
        for step in overview.steps
    }
    return {
        "merchant": merchant,
        "name": name,
        "from_day": query.from_day.isoformat(),
        "to_day": query.to_day.isoformat(),
        "window": query.window,
        "clock": query.clock.value,
        "scope": query.scope,
        "credited_by": _definition(overview.credited_by),
        "funnel": steps,
        "figures": {figure.name: _figure(figure) for figure in overview.figures()},
        "series": [_point(point) for point in overview.series],
        "notes": [
            {
                "note": row.note,
                "title": row.title,
                "creator": row.creator,
                "links": list(row.links),
                "figures": {figure.name: _figure(figure) for figure in row.figures()},
            }
            for row in notes
        ],
        "invalid": _left_out(overview.invalid),
        "unmatched": _left_out(overview.unmatched),
        "costs": plain_costs(costs),
    }


def plain_costs(sheet: CostSheet) -> dict[str, object]:
    """Write costs and return as plain data: both ratios, their parts, notes, days, and the sentences."""
    return {
        "scope": sheet.query.scope,
        "figures": {figure.name: _figure(figure) for figure in sheet.figures()},
        "funded": None
        if sheet.funded is None
        else [
            {"funder": one.funder, "amount_fen": one.amount_fen, "coinvested_fen": one.coinvested_fen}
            for one in sheet.funded
        ],
        "own_fen": sheet.own_fen,
        "coinvested_fen": sheet.coinvested_fen,
        "credited_fen": sheet.credited_fen,
        "words": [{"zh": one.zh, "en": one.en} for one in sheet.words],
        "notes": [
            {
                "note": row.note,
                "title": row.title,
                "credited_fen": row.credited_fen,
                "figures": {figure.name: _figure(figure) for figure in row.figures()},
            }
            for row in sheet.notes
        ],
        "days": [
            {"day": row.day.isoformat(), "figures": {figure.name: _figure(figure) for figure in row.figures()}}
            for row in sheet.days
        ],
    }


def costs_of(report: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """List what a report tells of costs and return: name, value, definition; none where it was printed without."""
    costs = cast("Mapping[str, Mapping[str, Mapping[str, object]]] | None", report.get("costs"))
    if costs is None:
        return []
    return [(_label(one), _text(one), str(one["definition"])) for one in costs["figures"].values()]


def cost_words(report: Mapping[str, object]) -> list[str]:
    """List the sentences of a report's costs and return, each in both languages."""
    costs = cast("Mapping[str, list[Mapping[str, str]]] | None", report.get("costs"))
    return [] if costs is None else [text for one in costs["words"] for text in (one["zh"], one["en"])]


def _cost_lines(report: Mapping[str, object]) -> list[str]:
    """Write the costs for people who read files: the whole, what stands beside it, notes, days, sentences."""
    if "costs" not in report:
        return []
    costs = cast("Mapping[str, object]", report["costs"])
    notes = cast("list[Mapping[str, object]]", costs["notes"])
    days = cast("list[Mapping[str, object]]", costs["days"])
    beside = (
        ("自有资金 own money", costs["own_fen"]),
        ("联投 co-invested", costs["coinvested_fen"]),
        ("冲正 given back", costs["credited_fen"]),
    )
    return [
        "## 成本与回报 Costs and return",
        "",
        *_table(("", "数值 value", "口径 definition"), costs_of(report)),
        "",
        *_table(("", "元 yuan"), ((name, _yuan(cast("int | None", fen))) for name, fen in beside)),
        "",
        *_figured("笔记 note", ((_plain(one["title"]), one) for one in notes)),
        *_figured("日期 day", ((str(one["day"]), one) for one in days)),
        *(f"- {_plain(text)}" for text in cost_words(report)),
        "",
    ]


def _figured(head: str, rows: Iterable[tuple[str, Mapping[str, object]]]) -> list[str]:
    """Write rows whose columns are their figures."""
    told = [(name, cast("Mapping[str, Mapping[str, object]]", row["figures"])) for name, row in rows]
    if not told:
        return []
    heads = (head, *(_label(one) for one in told[0][1].values()))
    return [*_table(heads, ((name, *(_text(one) for one in figures.values())) for name, figures in told)), ""]


def markdown_of(report: Mapping[str, object]) -> str:
    """Write a merchant's report for people who read files."""
    funnel = cast("Mapping[str, Mapping[str, Mapping[str, object] | None]]", report["funnel"])
    figures = cast("Mapping[str, Mapping[str, object]]", report["figures"])
    notes = cast("list[Mapping[str, object]]", report["notes"])
    lines = [
        f"# {_plain(report['name'])}: {report['from_day']} – {report['to_day']}",
        "",
        f"{report['credited_by']} · {report['window']} · {report['clock']} · {report['scope']}",
        "",
        "## 漏斗 Funnel",
        "",
        *_table(
            ("", "次数 count", "人数 people", "转化 rate", "成本 cost (yuan)"),
            (
                (_label(step["count"]), *(_text(step[key]) for key in ("count", "people", "rate", "cost")))
                for step in funnel.values()
            ),
        ),
        "",
        "## 指标 Figures",
        "",
        *_table(
            ("", "数值 value", "口径 definition", "完整于 complete on"),
            ((_label(one), _text(one), str(one["definition"]), str(one["complete_on"])) for one in figures.values()),
        ),
        "",
        "## 笔记 Notes",
        "",
        *_table(("", *_NOTE_COLUMNS), (_note_line(note) for note in notes)),
        "",
        *_cost_lines(report),
    ]
    return "\n".join(lines)


def _figure(figure: Figure) -> dict[str, object]:
    complete_at_ms = figure.maturity.complete_at_ms
    return {
        "label": _both(figure.definition.name),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "text": figure.text,
        "partial": figure.partial,
        "definition": _definition(figure.definition),
        "window": figure.window,
        "clock": figure.clock.value if figure.clock else None,
        "complete_on": None if complete_at_ms is None else day_of(complete_at_ms).isoformat(),
    }


def _both(name: Words) -> str:
    """Write a name in both languages, once where they are the same word."""
    return name.en if name.en.startswith(name.zh) else f"{name.zh} {name.en}"


def _definition(reference: DefinitionRef) -> str:
    return f"{reference.id}.v{reference.version}#{reference.fingerprint}"


def _point(point: DayPoint) -> dict[str, object]:
    return {
        "day": point.day.isoformat(),
        "impressions": point.impressions,
        "component_clicks": point.component_clicks,
        "visits": point.visits,
        "purchases": point.purchases,
        "spend_fen": point.spend_fen,
        "gmv_gross_fen": point.gmv_gross_fen,
        "gmv_net_fen": point.gmv_net_fen,
    }


def _left_out(rows: Iterable[LeftOut]) -> list[dict[str, object]]:
    return [{"kind": row.kind, "reason": row.reason, "count": row.count} for row in rows]


def _note_line(note: Mapping[str, object]) -> tuple[str, ...]:
    figures = cast("Mapping[str, Mapping[str, object]]", note["figures"])
    return (_plain(note["title"]), *(_text(figures[name]) for name in _NOTE_COLUMNS))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    rule = "|" + "|".join([":--", *("--:" for _ in head[1:])]) + "|"
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]


def _label(figure: Mapping[str, object] | None) -> str:
    return str(figure["label"]) if figure else ""


def _text(figure: Mapping[str, object] | None) -> str:
    if figure is None:
        return ""
    return f"{figure['text']}*" if figure["partial"] else str(figure["text"])


def _yuan(fen: int | None) -> str:
    return DASH if fen is None else str(Money(fen))


def _plain(text: object) -> str:
    """Write what somebody else has named so that it is text and no markup."""
    return "".join(char if char.isprintable() else " " for char in str(text)).translate(_MARKUP)
