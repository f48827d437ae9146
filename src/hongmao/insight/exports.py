"""A merchant's report as plain data and as Markdown: the same bytes whenever it is written from the same log.

So it tells when a figure is complete, and not whether it is by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hongmao.insight.contracts import DayPoint, DefinitionRef, Figure, LeftOut, NoteRow, Overview, Words

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


def merchant_report(merchant: str, name: str, overview: Overview, notes: Iterable[NoteRow]) -> dict[str, object]:
    """Write overview and notes of one merchant as plain data."""
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
    }


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


def _plain(text: object) -> str:
    """Write what somebody else has named so that it is text and no markup."""
    return "".join(char if char.isprintable() else " " for char in str(text)).translate(_MARKUP)
