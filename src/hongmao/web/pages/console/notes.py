"""笔记: which note earns, one line each, sorted by any figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.views import NoteLine, NotesPage, SortHead, value_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import NoteRow
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame

DEFAULT_SORT = "-spend"
_SHAPED = ("impressions", "clicks", "component_clicks", "visits", "carts", "purchases")


def notes(request: Request) -> Response:
    """Answer `GET /console/notes`."""
    frame = frame_of(request, "notes")
    filters = filters_of(request)
    rows = services_of(request).insight.notes(frame.tenant, filters.query)
    return render(request, "console/notes.html", view(frame, filters, rows))


def view(frame: Frame, filters: Filters, rows: Sequence[NoteRow]) -> NotesPage:
    """Lay the table out; a sort that names no column falls back to spend."""
    columns = [figure.name for figure in rows[0].figures()] if rows else []
    sort = filters.sort if filters.sort and filters.sort.removeprefix("-") in columns else DEFAULT_SORT
    return NotesPage(frame=frame, filters=filters, heads=_heads(rows, filters, sort), rows=_lines(rows, sort))


def _heads(rows: Sequence[NoteRow], filters: Filters, sort: str) -> tuple[SortHead, ...]:
    if not rows:
        return ()
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    heads = []
    for figure in rows[0].figures():
        chosen = figure.name == column
        turned = figure.name if chosen and descending else f"-{figure.name}"
        order = ("descending" if descending else "ascending") if chosen else None
        heads.append(
            SortHead(definition=figure.definition, href=filters.keep(filters.action, sort=turned), sorted=order)
        )
    return tuple(heads)


def _lines(rows: Sequence[NoteRow], sort: str) -> tuple[NoteLine, ...]:
    """Sort by one figure; unknown stands last whichever way it is sorted, and equal ones by note id."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")

    def key(row: NoteRow) -> tuple[bool, float, str]:
        value = value_of(next(figure for figure in row.figures() if figure.name == column))
        return value is None, -(value or 0.0) if descending else (value or 0.0), row.note

    return tuple(NoteLine(note=row, figures=row.figures(), shape=_shape(row)) for row in sorted(rows, key=key))


def _shape(row: NoteRow) -> tuple[float | None, ...]:
    counts = [figure.numerator for figure in row.figures() if figure.name in _SHAPED]
    return tuple(None if count is None else math.log1p(count) for count in counts)
