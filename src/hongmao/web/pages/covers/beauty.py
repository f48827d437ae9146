"""Still lifes of 美妆个护. Every thing stands on (0, 0), about 130 high and 100 wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.pages.covers.pen import disc, group, line, oval, rect, shape

if TYPE_CHECKING:
    from hongmao.web.pages.covers.palettes import Palette


def tube(p: Palette) -> list[str]:
    """Draw a sunscreen tube, a smaller one behind it."""
    behind = [
        shape("M-17 -86 H17 L13 -14 H-13 Z", p.pop),
        rect(-14, -16, 28, 16, p.ink, 3),
        rect(-18, -91, 36, 7, p.pop, 2),
    ]
    front = [
        shape("M-27 -128 H27 L21 -20 H-21 Z", p.soft),
        shape("M-27 -128 H-8 L-6 -20 H-21 Z", p.main, opacity=0.1),
        rect(-29, -136, 58, 10, p.soft, 3),
        line("M-29 -131 H29", p.table, 1.5),
        rect(-22, -24, 44, 24, p.main, 4),
        disc(0, -86, 13, p.pop),
        *(line("M0 -106 V-110", p.pop, 3, transform=f"rotate({turn} 0 -86)") for turn in range(0, 360, 45)),
        line("M-10 -56 H10 M-6 -47 H6", p.main, 3),
    ]
    return [group(behind, x=38, turn=0, scale=0.9), group(front, x=-14)]


def lipstick(p: Palette) -> list[str]:
    """Draw a lipstick without its cap, the cap beside it and a stroke of its colour."""
    stroke = [line("M-58 -6 C-40 -22 -34 6 -16 -8", p.main, 9, opacity=0.55)]
    stick = [
        shape("M-14 -82 V-116 C-14 -124 6 -132 14 -122 V-82 Z", p.main),
        shape("M4 -82 V-126 C8 -127 12 -125 14 -122 V-82 Z", p.ink, opacity=0.15),
        rect(-17, -86, 34, 24, p.pop, 2),
        rect(-17, -78, 34, 3, p.soft, 0, opacity=0.7),
        rect(-22, -62, 44, 62, p.ink, 3),
        rect(-15, -56, 5, 50, p.soft, 2, opacity=0.25),
    ]
    cap = [
        rect(-20, -58, 40, 58, p.ink, 5),
        rect(-20, -10, 40, 6, p.pop),
        rect(-13, -50, 5, 36, p.soft, 2, opacity=0.25),
    ]
    return [*stroke, group(stick, x=6), group(cap, x=56, scale=0.92)]


def dropper(p: Palette) -> list[str]:
    """Draw a bottle of serum with its dropper, and two drops on the table."""
    return [
        rect(-34, -88, 68, 88, p.main, 10),
        rect(-34, -52, 68, 52, p.ink, 10, opacity=0.14),
        rect(-22, -62, 44, 40, p.soft, 3),
        line("M-12 -50 H12 M-12 -41 H6 M-12 -32 H9", p.main, 2.5),
        rect(-27, -80, 6, 64, p.soft, 3, opacity=0.35),
        rect(-14, -98, 28, 12, p.main, 2),
        rect(-18, -116, 36, 20, p.soft, 3),
        line("M-18 -109 H18 M-18 -103 H18", p.table, 1.5),
        shape("M-11 -116 V-138 C-11 -150 11 -150 11 -138 V-116 Z", p.pop),
        oval(54, -3, 10, 4, p.main, opacity=0.6),
        oval(70, -2, 5, 2.2, p.main, opacity=0.6),
    ]


def vanity(p: Palette) -> list[str]:
    """Draw a round mirror, a jar and a brush."""
    return [
        disc(-12, -84, 50, p.pop),
        disc(-12, -84, 43, p.soft),
        shape("M-44 -66 L2 -120 L18 -112 L-34 -50 Z", p.glow),
        rect(-17, -36, 10, 30, p.pop),
        oval(-12, -4, 34, 6, p.pop),
        rect(28, -34, 48, 34, p.soft, 6),
        rect(26, -46, 52, 16, p.main, 4),
        line("M38 -14 H66", p.main, 2.5),
    ]


def pump(p: Palette) -> list[str]:
    """Draw a pump bottle of cleanser and a bar of foam."""
    return [
        line("M-10 -122 V-134 H-34", p.ink, 7),
        rect(-22, -122, 26, 12, p.ink, 3),
        shape("M-42 -96 C-42 -108 24 -108 24 -96 V-8 C24 -2 20 0 16 0 H-34 C-40 0 -42 -4 -42 -8 Z", p.soft),
        shape("M-42 -96 C-42 -108 -24 -106 -22 -105 V0 H-34 C-40 0 -42 -4 -42 -8 Z", p.main, opacity=0.12),
        rect(-29, -76, 40, 48, p.main, 20),
        shape("M-9 -68 C-22 -52 -20 -40 -9 -38 C2 -40 4 -52 -9 -68 Z", p.soft),
        *(disc(x, y, r, p.soft, opacity=0.92) for x, y, r in ((44, -9, 9), (56, -12, 12), (70, -8, 8), (56, -25, 7))),
        *(disc(x, y, r, p.glow) for x, y, r in ((53, -15, 3), (42, -11, 2.4))),
    ]
