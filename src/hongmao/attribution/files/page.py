"""What a report shows, as text in rows and columns: Markdown and HTML are two spellings of this page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from hongmao.attribution.charts import Bar, Chart, Grid, Scale, bars
from hongmao.attribution.files.faults import fault_in_words
from hongmao.attribution.files.manifest import conversions
from hongmao.attribution.files.words import say
from hongmao.attribution.models import CREDIT_MILLIONTHS
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.files.contracts import Read, Result, Share
    from hongmao.kernel.errors import Lang

KEYS_SHOWN_MAX = 200
BARS_SHOWN_MAX = 40
RAW_SHOWN_CHARS = 200
UNKNOWN = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """A report, ready to be spelt. `charts` has one per rule, all on one scale; each is also in `results`."""

    lang: Lang
    title: str
    source: str
    inputs: Grid
    notes: tuple[str, ...]
    results: Grid
    results_notes: tuple[str, ...]
    charts: tuple[Chart, ...]
    definitions: Grid
    faults: Grid
    samples: Grid
    made_by: str

    def say(self, name: str) -> str:
        """Give one of the report's words."""
        return say(name, self.lang)


def page_of(result: Result, lang: Lang) -> ReportPage:
    """Lay a result out for people."""
    name = result.job.column_map.name
    return ReportPage(
        lang=lang,
        title=f"{say('title', lang)}{'：' if lang == 'zh' else ': '}{name}" if name else say("title", lang),
        source=result.job.column_map.source,
        inputs=_inputs(result, lang),
        notes=tuple(_notes(result, lang)),
        results=_results(result, lang),
        results_notes=tuple(_results_notes(result, lang)),
        charts=_charts(result),
        definitions=_definitions(result, lang),
        faults=_faults(result, lang),
        samples=_samples(result, lang),
        made_by=say(
            "made_by", lang, code=f"hongmao {version('hongmao')}", engine=f"{result.engine} {result.engine_version}"
        ),
    )


def _inputs(result: Result, lang: Lang) -> Grid:
    names = ("role", "file", "unused", "rows", "good", "not_selected", "quarantined", "blank_lines")

    def row(read: Read) -> tuple[str, ...]:
        numbers = (read.rows, read.good, read.not_selected, read.quarantined, read.blank_lines)
        unused = ", ".join(read.unused_columns) or UNKNOWN
        return (say(read.role, lang), read.file, unused, *(f"{number:,}" for number in numbers))

    rows = tuple(map(row, result.inputs.reads))
    return Grid(headings=tuple(say(name, lang) for name in names), rows=rows, numeric_from=3)


def _notes(result: Result, lang: Lang) -> list[str]:
    notes = [say("reconciled", lang)]
    if result.inputs.refunds:
        notes.append(say("net", lang, count=f"{result.inputs.refunds.good:,}"))
    if result.inputs.without_time:
        notes.append(say("at_last_touch", lang, count=f"{result.inputs.without_time:,}"))
    if result.inputs.without_value:
        notes.append(say("without_value", lang, count=f"{result.inputs.without_value:,}"))
    return notes


def _results(result: Result, lang: Lang) -> Grid:
    """Set all rules side by side: one row per key, two columns per rule, the totals last."""
    by_key = {label: {share.key: share for share in shares} for label, shares in result.shares.items()}
    keys = _keys(result)
    headings = [say(f"by_{result.job.by}", lang)]
    for label in by_key:
        headings += [say("conversions_of", lang, label=label), say("value_of", lang, label=label)]
    rows = [
        (_shown(key, result.job.none_label), *(cell for shares in by_key.values() for cell in _cells(shares.get(key))))
        for key in keys[:KEYS_SHOWN_MAX]
    ]
    totals = [cell for shares in result.shares.values() for cell in _total(shares)]
    return Grid(headings=tuple(headings), rows=(*rows, (say("total", lang), *totals)), numeric_from=1)


def _keys(result: Result) -> list[str | None]:
    keys = dict.fromkeys(share.key for shares in result.shares.values() for share in shares)
    return sorted(keys, key=lambda key: key is None)


def _results_notes(result: Result, lang: Lang) -> list[str]:
    notes = []
    if any(
        share.value_partial and share.value_fen is not None for shares in result.shares.values() for share in shares
    ):
        notes.append(say("partial", lang))
    if (more := len(_keys(result)) - KEYS_SHOWN_MAX) > 0:
        notes.append(say("more", lang, count=f"{more:,}"))
    return notes


def _cells(share: Share | None) -> tuple[str, str]:
    if share is None:
        return "0", UNKNOWN
    return f"{conversions(share.credit_millionths):,}", _yuan(share.value_fen, partial=share.value_partial)


def _total(shares: Sequence[Share]) -> tuple[str, str]:
    known = [share.value_fen for share in shares if share.value_fen is not None]
    value = _yuan(sum(known) if known else None, partial=any(share.value_partial for share in shares))
    return f"{conversions(sum(share.credit_millionths for share in shares)):,}", value


def _yuan(fen: int | None, *, partial: bool) -> str:
    return UNKNOWN if fen is None else f"{Money(fen)}{'*' if partial else ''}"


def _charts(result: Result) -> tuple[Chart, ...]:
    groups = {label: _bars(shares, result.job.none_label) for label, shares in result.shares.items()}
    scale = Scale.of(*groups.values())
    return tuple(Chart(title=label, svg=bars(listed, title=label, scale=scale)) for label, listed in groups.items())


def _bars(shares: Sequence[Share], none_label: str) -> list[Bar]:
    return [
        Bar(
            label=_shown(share.key, none_label),
            text=f"{conversions(share.credit_millionths):,}",
            value=share.credit_millionths / CREDIT_MILLIONTHS,
        )
        for share in shares[:BARS_SHOWN_MAX]
    ]


def _shown(key: str | None, none_label: str) -> str:
    return none_label if key is None else key


def _definitions(result: Result, lang: Lang) -> Grid:
    headings = tuple(say(name, lang) for name in ("label", "definition", "window", "fingerprint"))
    rows = tuple(
        (
            rule.label,
            f"{rule.definition_id}.v{rule.definition_version}",
            rule.window or say("no_window", lang),
            rule.fingerprint,
        )
        for rule in result.rules
    )
    return Grid(headings=headings, rows=rows, numeric_from=4)


def _faults(result: Result, lang: Lang) -> Grid:
    headings = tuple(say(name, lang) for name in ("role", "code", "reason", "count"))
    rows = tuple(
        (say(role, lang), code, fault_in_words(code, lang), f"{count:,}")
        for (role, code), count in result.faults.items()
    )
    return Grid(headings=headings, rows=rows, numeric_from=3)


def _samples(result: Result, lang: Lang) -> Grid:
    headings = tuple(say(name, lang) for name in ("file", "row", "field", "reason", "raw"))
    rows = tuple(
        (one.file, str(one.row), one.field or UNKNOWN, fault_in_words(one.code, lang), one.raw[:RAW_SHOWN_CHARS])
        for one in result.samples
    )
    return Grid(headings=headings, rows=rows, numeric_from=5)
