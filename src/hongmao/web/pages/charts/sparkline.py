"""A sparkline: the shape of a row of numbers, with gaps where a number is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from hongmao.web.pages.covers.pen import num

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 120, 36, 3


def draw(values: Sequence[float | None]) -> Markup:
    """Draw the line from left to right; nothing where fewer than two numbers are known.

    It repeats what a table on the same page says, so it is hidden from screen readers.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - one point has no shape
        return Markup("")
    top = max(known) or 1
    step = WIDTH / (len(values) - 1)
    points = [
        None if value is None else (n * step, HEIGHT - EDGE - value / top * (HEIGHT - 2 * EDGE))
        for n, value in enumerate(values)
    ]
    parts = []
    for run in _runs(points):
        line = " ".join(f"{num(x)},{num(y)}" for x, y in run)
        parts.append(
            f'<polygon class="spark-area" points="{num(run[0][0])},{HEIGHT} {line} {num(run[-1][0])},{HEIGHT}"/>'
        )
        parts.append(f'<polyline class="spark-line" points="{line}"/>')
    # The numbers are ours and already plain digits: nothing in this text came from outside.
    return Markup(  # noqa: S704
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(parts)}</svg>"
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
