"""A report page as Markdown and as one HTML file that needs nothing from anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from hongmao.attribution.files.page import Grid, ReportPage

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
    """Write one self-contained file: styles and bars inside, no script, no outside address."""
    return _ENVIRONMENT.get_template("report.html.jinja").render(page=page)


def markdown(page: ReportPage) -> str:
    """Write GitHub-flavoured Markdown; keys and texts of the data are escaped, whatever they hold."""
    parts = [f"# {_text(page.title)}"]
    if page.source:
        parts.append(f"{page.say('source')}: {_text(page.source)}")
    parts += [f"## {page.say('inputs')}", _table(page.inputs), *page.notes]
    parts += [f"## {page.say('results')}", _table(page.results), *map(_text, page.results_notes)]
    parts += [f"## {page.say('definitions')}", _table(page.definitions), f"## {page.say('quarantine')}"]
    if page.faults.rows:
        parts += [_table(page.faults), _table(page.samples), page.say("quarantine_all")]
    else:
        parts.append(page.say("quarantine_none"))
    return "\n\n".join([*parts, page.made_by]) + "\n"


def _table(grid: Grid) -> str:
    rule = " | ".join("---:" if place >= grid.numeric_from else "---" for place in range(len(grid.headings)))
    rows = [" | ".join(map(_text, row)) for row in (grid.headings, *grid.rows)]
    return "\n".join(f"| {row} |" for row in (rows[0], rule, *rows[1:]))


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", text))
