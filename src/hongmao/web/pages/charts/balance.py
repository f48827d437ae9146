"""A balance: one bar from the middle, to the right for more and to the left for less."""

from __future__ import annotations

from markupsafe import Markup

from hongmao.web.pages.covers.pen import num

WIDTH, HEIGHT = 120, 16


def draw(value: int | None, *, most: int) -> Markup:
    """Draw a difference on a scale that `most` fills; nothing where it is unknown or there is none anywhere.

    It repeats the number beside it, so it is hidden from screen readers.
    """
    if value is None or most <= 0:
        return Markup("")
    half = WIDTH / 2
    long = min(1.0, abs(value) / most) * half
    start = half - long if value < 0 else half
    side = "less" if value < 0 else "more"
    # The numbers are ours and already plain digits: nothing in this text came from outside.
    return Markup(  # noqa: S704
        f'<svg class="balance-bar" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="{side}" x="{num(start)}" y="3" width="{num(long)}" height="{HEIGHT - 6}"/>'
        f'<path class="middle" d="M{num(half)} 0V{HEIGHT}"/></svg>'
    )
