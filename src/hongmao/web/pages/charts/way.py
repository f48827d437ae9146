"""A way: a reader's touches in order on one line, each dot as large as its part of the order, the order at the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from hongmao.web.pages.covers.pen import num

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP, HEIGHT = 26, 26
LEAST, MOST = 2.5, 9.5
TOUCHES_MAX = 24
"""Of longer ways the last touches are drawn; the table beside it holds them all."""
_MILLION = 1_000_000


def draw(parts: Sequence[int | None]) -> Markup:
    """Draw parts in millionths, first touch first; None is a touch that could not earn anything, and is crossed out.

    It repeats what a table on the same page says, so it is hidden from screen readers.
    """
    shown = parts[-TOUCHES_MAX:]
    width = STEP * (len(shown) + 1)
    middle = HEIGHT / 2
    marks = "".join(_mark(STEP / 2 + STEP * n, middle, part) for n, part in enumerate(shown))
    end = width - STEP / 2
    order = f"M{num(end - 5)} {num(middle)}l5 -5l5 5l-5 5z"
    # The numbers are ours and already plain digits: nothing in this text came from outside.
    return Markup(  # noqa: S704
        f'<svg class="way-line" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"'
        f' aria-hidden="true" focusable="false">'
        f'<path class="rail" d="M{num(STEP / 2)} {num(middle)}H{num(end)}"/>{marks}<path class="goal" d="{order}"/></svg>'
    )


def _mark(x: float, y: float, part: int | None) -> str:
    if part is None:
        return f'<path class="out" d="M{num(x - 3)} {num(y - 3)}l6 6M{num(x + 3)} {num(y - 3)}l-6 6"/>'
    if part <= 0:
        return f'<circle class="none" cx="{num(x)}" cy="{num(y)}" r="3.500"/>'
    # Areas, not radii, are compared by the eye.
    radius = LEAST + (MOST - LEAST) * math.sqrt(min(1.0, part / _MILLION))
    return f'<circle class="part" cx="{num(x)}" cy="{num(y)}" r="{num(radius)}"/>'
