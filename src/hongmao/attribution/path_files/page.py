"""What a report on paths shows, as text in rows and columns and as charts: Markdown and HTML are two spellings of it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from hongmao.attribution.charts import Grid
from hongmao.attribution.files.faults import fault_in_words
from hongmao.attribution.files.page import RAW_SHOWN_CHARS, UNKNOWN
from hongmao.attribution.path_files.figures import (
    charts_of_models,
    conversions_grid,
    estimates_grid,
    formulas_grid,
    left_over,
    stability_grid,
    value_grid,
)
from hongmao.attribution.path_files.manifest import path_counts
from hongmao.attribution.path_files.shape import lengths_chart, top_chart
from hongmao.attribution.path_files.words import say

if TYPE_CHECKING:
    from hongmao.attribution.charts import Chart
    from hongmao.attribution.files.contracts import Read
    from hongmao.attribution.path_files.contracts import PathsAnswer
    from hongmao.kernel.errors import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsPage:
    """A report, ready to be spelt. What a chart draws also stands in a table."""

    lang: Lang
    title: str
    source: str
    inputs: Grid
    notes: tuple[str, ...]
    conversions: Grid
    value: Grid | None
    value_title: str
    results_notes: tuple[str, ...]
    charts: tuple[Chart, ...]
    """Conversions by channel, one chart per model on one scale; the tables above say the same."""
    estimates: Grid | None
    stability: Grid | None
    formulas: Grid
    lengths: Chart
    top: Chart
    faults: Grid
    samples: Grid
    made_by: str

    def say(self, name: str) -> str:
        """Give one of the report's words."""
        return say(name, self.lang)


def paths_page_of(answer: PathsAnswer, lang: Lang) -> PathsPage:
    """Lay an answer out for people."""
    name, title = answer.read.name, say("paths_title", lang)
    unit = say(f"unit_{answer.read.unit}", lang)
    made_by = say(
        "made_by", lang, code=f"hongmao {version('hongmao')}", engine=f"{answer.engine} {answer.engine_version}"
    )
    return PathsPage(
        lang=lang,
        title=f"{title}{'：' if lang == 'zh' else ': '}{name}" if name else title,
        source=answer.read.source,
        inputs=_inputs(answer, lang),
        notes=tuple(_notes(answer, lang)),
        conversions=conversions_grid(answer, lang),
        value=value_grid(answer, lang),
        value_title=say("value_table", lang, unit=unit),
        results_notes=tuple(_results_notes(answer, lang)),
        charts=charts_of_models(answer),
        estimates=estimates_grid(answer, lang),
        stability=stability_grid(answer, lang),
        formulas=formulas_grid(answer, lang),
        lengths=lengths_chart(answer.read.paths, lang),
        top=top_chart(answer.read.paths, lang),
        faults=_faults(answer, lang),
        samples=_samples(answer, lang),
        made_by=made_by,
    )


def _inputs(answer: PathsAnswer, lang: Lang) -> Grid:
    names = ("role", "file", "unused", "rows", "good", "not_selected", "quarantined", "blank_lines")

    def row(read: Read) -> tuple[str, ...]:
        numbers = (read.rows, read.good, read.not_selected, read.quarantined, read.blank_lines)
        unused = ", ".join(read.unused_columns) or UNKNOWN
        return (say(read.role, lang), read.file, unused, *(f"{number:,}" for number in numbers))

    return Grid(
        headings=tuple(say(name, lang) for name in names),
        rows=tuple(row(read) for read in answer.read.reads),
        numeric_from=3,
    )


def _notes(answer: PathsAnswer, lang: Lang) -> list[str]:
    counts = {name: count for name, count in path_counts(answer).items() if count is not None}
    facts = {name: f"{counts.get(name, 0):,}" for name in ("paths", "channels", "journeys", "conversions", "nulls")}
    notes = [say("reconciled", lang), say("counted", lang, **facts)]
    if answer.read.absent:
        notes.append(say("absent", lang, columns=", ".join(answer.read.absent)))
    if refunds := counts.get("refunds"):
        notes.append(say("net", lang, count=f"{refunds:,}"))
    if untouched := counts.get("conversions_without_touch"):
        notes.append(say("untouched", lang, count=f"{untouched:,}", label=answer.asked.none_label))
    if unknown := counts.get("conversions_without_value"):
        notes.append(say("without_value", lang, count=f"{unknown:,}"))
    touches, conversions = counts.get("touches_left_out", 0), counts.get("conversions_left_out", 0)
    if touches or conversions:
        notes.append(say("left_out", lang, touches=f"{touches:,}", conversions=f"{conversions:,}"))
    return notes


def _results_notes(answer: PathsAnswer, lang: Lang) -> list[str]:
    notes = [say("rounded", lang)]
    if (more := left_over(answer)) > 0:
        notes.append(say("more_channels", lang, count=f"{more:,}"))
    return notes


def _faults(answer: PathsAnswer, lang: Lang) -> Grid:
    headings = tuple(say(name, lang) for name in ("role", "code", "reason", "count"))
    rows = tuple(
        (say(role, lang), code, fault_in_words(code, lang), f"{count:,}")
        for (role, code), count in answer.faults.items()
    )
    return Grid(headings=headings, rows=rows, numeric_from=3)


def _samples(answer: PathsAnswer, lang: Lang) -> Grid:
    headings = tuple(say(name, lang) for name in ("file", "row", "field", "reason", "raw"))
    rows = tuple(
        (one.file, str(one.row), one.field or UNKNOWN, fault_in_words(one.code, lang), one.raw[:RAW_SHOWN_CHARS])
        for one in answer.samples
    )
    return Grid(headings=headings, rows=rows, numeric_from=5)
