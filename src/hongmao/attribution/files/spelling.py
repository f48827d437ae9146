"""A report page as Markdown and as one HTML file that needs nothing from anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from hongmao.attribution.charts import Grid
    from hongmao.attribution.files.page import ReportPage
    from hongmao.attribution.path_files.page import PathsPage

_ENVIRONMENT = Environment(
    loader=PackageLoader("hongmao.attribution.files"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# What Markdown or the HTML inside it would read as markup; a cell is one line of plain text.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_BREAKS = re.compile(r"[\r\n\t\v\f\x00\x1f]+")


def html(page: ReportPage) -> str:
    """Write one self-contained file: styles and charts inside, no script, no outside address."""
    return _ENVIRONMENT.get_template("report.html.jinja").render(page=page)


def paths_html(page: PathsPage) -> str:
    """Write a report on paths as one self-contained file."""
    return _ENVIRONMENT.get_template("paths.html.jinja").render(page=page)


def markdown(page: ReportPage) -> str:
    """Write GitHub-flavoured Markdown; keys and texts of the data are escaped, whatever they hold."""
    parts = _beginning(page)
    parts += [f"## {page.say('results')}", _table(page.results), *map(_text, page.results_notes)]
    parts += [f"## {page.say('definitions')}", _table(page.definitions)]
    return _put_together([*parts, *_end(page)])


def paths_markdown(page: PathsPage) -> str:
    """Write a report on paths as Markdown: the tables that its charts draw."""
    parts = _beginning(page)
    parts += [f"## {page.say('conversions_table')}", _table(page.conversions), *map(_text, page.results_notes)]
    if page.value is not None:
        parts += [f"## {_text(page.value_title)}", _table(page.value)]
    parts += [f"## {page.say('models')}", _table(page.formulas)]
    if page.estimates is not None:
        parts += [f"## {page.say('estimates')}", _table(page.estimates)]
    if page.stability is not None:
        parts += [f"## {page.say('stability')}", _table(page.stability)]
    for chart in (page.lengths, page.top):
        if chart.table is not None:
            parts += [f"## {_text(chart.title)}", _table(chart.table)]
    return _put_together([*parts, *_end(page)])


def _beginning(page: ReportPage | PathsPage) -> list[str]:
    parts = [f"# {_text(page.title)}"]
    if page.source:
        parts.append(f"{page.say('source')}: {_text(page.source)}")
    return [*parts, f"## {page.say('inputs')}", _table(page.inputs), *map(_text, page.notes)]


def _end(page: ReportPage | PathsPage) -> list[str]:
    parts = [f"## {page.say('quarantine')}"]
    if page.faults.rows:
        parts += [_table(page.faults), _table(page.samples), page.say("quarantine_all")]
    else:
        parts.append(page.say("quarantine_none"))
    return [*parts, page.made_by]


def _put_together(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _table(grid: Grid) -> str:
    rule = " | ".join("---:" if place >= grid.numeric_from else "---" for place in range(len(grid.headings)))
    rows = [" | ".join(map(_text, row)) for row in (grid.headings, *grid.rows)]
    return "\n".join(f"| {row} |" for row in (rows[0], rule, *rows[1:]))


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", text))
