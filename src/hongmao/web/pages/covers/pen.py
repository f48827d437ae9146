"""A small pen for SVG: shapes as text, in whole tenths of a unit, with nothing in them that came from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def num(value: float) -> str:
    """Write a length shortly: one decimal, no trailing zero.

    >>> num(12.0), num(3.14159), num(-0.04)
    ('12', '3.1', '0')
    """
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _extra(fill: str, more: dict[str, str | float]) -> str:
    written = "".join(
        f' {key.replace("_", "-")}="{num(value) if isinstance(value, int | float) else value}"'
        for key, value in more.items()
    )
    return f' fill="{fill}"{written}'


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0, **more: str | float) -> str:
    """Draw a box, rounded by `r`."""
    rounded = f' rx="{num(r)}"' if r else ""
    return f'<rect x="{num(x)}" y="{num(y)}" width="{num(w)}" height="{num(h)}"{rounded}{_extra(fill, more)}/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str, **more: str | float) -> str:
    """Draw an ellipse around a middle."""
    return f'<ellipse cx="{num(x)}" cy="{num(y)}" rx="{num(rx)}" ry="{num(ry)}"{_extra(fill, more)}/>'


def disc(x: float, y: float, r: float, fill: str, **more: str | float) -> str:
    """Draw a circle around a middle."""
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(r)}"{_extra(fill, more)}/>'


def shape(d: str, fill: str, **more: str | float) -> str:
    """Draw a filled path."""
    return f'<path d="{d}"{_extra(fill, more)}/>'


def line(d: str, stroke: str, width: float = 3, **more: str | float) -> str:
    """Draw a stroke with round ends."""
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{d}" stroke="{stroke}" stroke-width="{num(width)}" {ends}{_extra("none", more)}/>'


def group(parts: Sequence[str], *, x: float = 0, y: float = 0, scale: float = 1, turn: float = 0) -> str:
    """Move, turn and size what was drawn."""
    moves = f"translate({num(x)} {num(y)})"
    if turn:
        moves += f" rotate({num(turn)})"
    if scale != 1:
        moves += f" scale({scale:.2f})"
    return f'<g transform="{moves}">{"".join(parts)}</g>'
