"""Charts of a report as inline SVG, computed here and needing no script: bars with whiskers, columns, long labels.

A chart is as wide as a narrow phone (390 px less its margins) and is never scaled down below its size, so its text is
read where it stands. Every chart comes with the table that says the same.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence


WIDTH = 350
ROW = 22
_LABEL, _TEXT = 104, 84  # room for what is written left and right of the bars
_PLOT = WIDTH - _LABEL - _TEXT
_LABEL_COLUMNS = 15
_LONG_COLUMNS = 48
_COLUMNS_HEIGHT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: a heading per column, cells as text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric_from: int
    """The first column whose cells are numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: what it is called, how its figure is written, how long it is, and how far it may be off."""

    label: str
    text: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Two columns side by side, each as a share of the highest of its kind, 0 to 1."""

    label: str
    share: float
    other: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing, what it is called, and its own table where no other table says the same."""

    title: str
    svg: Markup
    table: Grid | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """From a figure to a place on the paper; zero is always on it."""

    low: float
    high: float

    @classmethod
    def of(cls, *groups: Sequence[Bar]) -> Scale:
        """Take a scale that all bars, and all that they may be off, fit on."""
        ends = [0.0]
        for bar in (bar for bars in groups for bar in bars):
            ends += [bar.value, *(end for end in (bar.low, bar.high) if end is not None)]
        return cls(min(ends), max(ends))

    def place(self, value: float, width: int) -> float:
        """Say how far from the left edge a figure stands."""
        return round((value - self.low) / ((self.high - self.low) or 1.0) * width, 1)


def bars(listed: Sequence[Bar], *, title: str, scale: Scale) -> Markup:
    """Draw a row per bar: label, bar from zero, whisker where one is known, figure."""
    zero = _LABEL + scale.place(0.0, _PLOT)
    rows = [
        part
        for place, bar in enumerate(listed)
        for part in _row(bar, top=ROW * place, at=_LABEL + scale.place(bar.value, _PLOT), zero=zero, scale=scale)
    ]
    return _svg(rows, title=title, height=ROW * len(listed) + 4)


def long_bars(listed: Sequence[Bar], *, title: str) -> Markup:
    """Draw a row per bar with its label above it, for labels that are sentences."""
    scale, rows = Scale.of(listed), []
    width = WIDTH - _TEXT
    for place, bar in enumerate(listed):
        top, length = 2 * ROW * place, scale.place(bar.value, width)
        rows += [
            _text(bar.label, x=0, y=top + 15, columns=_LONG_COLUMNS),
            Markup('<rect class="bar" x="0" y="{}" width="{}" height="12" rx="2"></rect>').format(top + 22, length),
            _text(bar.text, x=length + 6, y=top + 32),
        ]
    return _svg(rows, title=title, height=2 * ROW * len(listed) + 4)


def columns(listed: Sequence[Column], *, title: str, names: tuple[str, str]) -> Markup:
    """Draw two columns per label, the first in the colour of bars, the second in that of text."""
    step = WIDTH / max(len(listed), 1)
    thick = round(min(step * 0.36, 14.0), 1)
    rows = [
        Markup('<rect class="bar" x="0" y="4" width="10" height="10"></rect>'),
        _text(names[0], x=16, y=13),
        Markup('<rect class="soft" x="150" y="4" width="10" height="10"></rect>'),
        _text(names[1], x=166, y=13),
    ]
    base = _COLUMNS_HEIGHT + 26
    for place, column in enumerate(listed):
        middle = round(step * (place + 0.5), 1)
        for kind, share, left in (("bar", column.share, middle - thick), ("soft", column.other, middle)):
            tall = round(share * _COLUMNS_HEIGHT, 1)
            rows.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{}" height="{}"></rect>').format(
                    kind, left, base - tall, thick, tall
                )
            )
        rows.append(_text(column.label, x=middle, y=base + 16, anchor="middle"))
    return _svg(rows, title=title, height=base + 22)


def _row(bar: Bar, *, top: int, at: float, zero: float, scale: Scale) -> list[Markup]:
    left, length = min(zero, at), abs(at - zero)
    parts = [
        _text(bar.label, x=_LABEL - 6, y=top + 15, anchor="end", columns=_LABEL_COLUMNS),
        Markup('<rect class="bar" x="{:.1f}" y="{}" width="{:.1f}" height="14" rx="2"></rect>').format(
            left, top + 4, length
        ),
    ]
    if bar.low is not None and bar.high is not None:
        low, high = (_LABEL + scale.place(end, _PLOT) for end in (bar.low, bar.high))
        middle = top + 11
        parts.append(
            Markup('<path class="whisker" d="M{0:.1f} {1}v8M{0:.1f} {2}H{3:.1f}M{3:.1f} {1}v8"></path>').format(
                low, middle - 4, middle, high
            )
        )
    parts.append(_text(bar.text, x=WIDTH - _TEXT + 6, y=top + 15))
    return parts


def _text(text: str, *, x: float, y: float, anchor: str = "start", columns: int | None = None) -> Markup:
    shown = text if columns is None else _short(text, columns)
    whole = Markup("<title>{}</title>").format(text) if shown != text else ""
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}{}</text>').format(x, y, anchor, whole, shown)


def _short(text: str, columns: int) -> str:
    """Cut a text to so many columns of a terminal: a Chinese character takes two."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > columns:
            return text[: max(place - 1, 0)] + "…"
    return text


def _svg(rows: Sequence[Markup], *, title: str, height: float) -> Markup:
    head = Markup('<svg viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">\n').format(WIDTH, height, escape(title))
    return head + Markup("\n").join(rows) + Markup("\n</svg>")
