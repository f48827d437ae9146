"""Still lifes of 母婴亲子 and of the home. Every thing stands on (0, 0), about 130 high and 100 wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.pages.covers.pen import disc, group, line, oval, rect, shape

if TYPE_CHECKING:
    from hongmao.web.pages.covers.palettes import Palette


def kettle(p: Palette) -> list[str]:
    """Draw a kettle on its base, with a little steam."""
    return [
        line("M-6 -128 c-6 -8 6 -12 0 -20 M10 -126 c-6 -8 6 -12 0 -20", p.soft, 4, opacity=0.8),
        line("M40 -86 C72 -86 72 -26 38 -24", p.ink, 9),
        shape("M-40 -84 L-66 -98 L-58 -66 L-41 -54 Z", p.main),
        shape("M-36 -100 H36 C42 -60 48 -30 46 -12 H-46 C-48 -30 -42 -60 -36 -100 Z", p.main),
        shape("M-36 -100 H-18 C-26 -60 -28 -30 -28 -12 H-46 C-48 -30 -42 -60 -36 -100 Z", p.soft, opacity=0.18),
        rect(-38, -108, 76, 11, p.soft, 5),
        disc(0, -113, 7, p.pop),
        rect(14, -70, 9, 40, p.soft, 4, opacity=0.85),
        rect(16, -50, 5, 18, p.pop, 2),
        rect(-52, -12, 104, 12, p.ink, 5),
    ]


def stroller(p: Palette) -> list[str]:
    """Draw a pram with its hood up."""
    return [
        line("M46 -74 L76 -106 H86", p.ink, 5),
        line("M-30 -34 L26 -14 M34 -36 L-30 -14", p.ink, 4),
        shape("M-56 -78 H54 C54 -44 34 -30 4 -30 H-12 C-40 -30 -56 -50 -56 -78 Z", p.main),
        shape("M-56 -78 A56 56 0 0 1 0 -134 V-78 Z", p.soft),
        line("M0 -78 L-40 -118 M0 -78 L-20 -130 M0 -78 L-54 -92", p.table, 2),
        rect(-58, -82, 114, 8, p.pop, 4),
        *(disc(x, -16, 16, p.ink) for x in (-34, 34)),
        *(disc(x, -16, 7, p.glow) for x in (-34, 34)),
    ]


def bowls(p: Palette) -> list[str]:
    """Draw a stack of children's bowls with a spoon and a carrot."""
    ears = [disc(-34, -104, 11, p.soft), disc(34, -104, 11, p.soft)]
    stack = [
        shape("M-54 -44 H54 C52 -14 34 0 0 0 C-34 0 -52 -14 -54 -44 Z", p.main),
        shape("M-48 -74 H48 C46 -50 32 -40 0 -40 C-32 -40 -46 -50 -48 -74 Z", p.pop),
        shape("M-46 -102 H46 C44 -80 30 -70 0 -70 C-30 -70 -44 -80 -46 -102 Z", p.soft),
        disc(-13, -89, 3.4, p.ink),
        disc(13, -89, 3.4, p.ink),
        line("M-4 -83 Q0 -79 4 -83", p.ink, 2.4),
    ]
    spoon = [line("M0 0 L14 -66", p.ink, 5), oval(17, -78, 10, 15, p.ink, transform="rotate(12 17 -78)")]
    return [*ears, *stack, group(spoon, x=66)]


def small_shoes(p: Palette) -> list[str]:
    """Draw a pair of first shoes."""

    def shoe(main: str) -> list[str]:
        return [
            shape("M-40 -10 V-48 C-40 -58 -12 -58 -8 -48 C0 -36 30 -36 38 -18 V-10 Z", main),
            shape("M-40 -48 C-40 -58 -12 -58 -8 -48 L-12 -42 C-20 -48 -34 -48 -40 -42 Z", p.soft),
            line("M-2 -40 L8 -46 M8 -34 L18 -40", p.soft, 4),
            rect(-44, -12, 86, 12, p.soft, 6),
            disc(-26, -30, 6, p.pop),
        ]

    return [group(shoe(p.main), x=26, y=-22, scale=1.02), group(shoe(p.pop), x=-22, scale=1.12)]


def lamp(p: Palette) -> list[str]:
    """Draw a reading lamp, books and a cup."""
    return [
        shape("M-70 -104 L-26 -104 L-10 -40 H-86 Z", p.glow, opacity=0.6),
        line("M-48 0 V-104", p.ink, 4),
        shape("M-64 -138 H-32 L-20 -102 H-76 Z", p.main),
        oval(-48, -2, 22, 5, p.ink),
        rect(-8, -14, 78, 14, p.main, 2),
        rect(-2, -28, 66, 14, p.soft, 2),
        rect(2, -40, 70, 12, p.pop, 2),
        rect(16, -68, 30, 28, p.soft, 5),
        line("M46 -62 c12 -2 12 16 0 14", p.soft, 4),
        line("M26 -74 c-4 -6 4 -8 0 -14 M36 -74 c-4 -6 4 -8 0 -14", p.soft, 3),
    ]


def bear(p: Palette) -> list[str]:
    """Draw a toy bear with its blocks."""
    return [
        *(disc(x, -112, 14, p.main) for x in (-26, 26)),
        *(disc(x, -112, 7, p.pop) for x in (-26, 26)),
        oval(0, -34, 36, 38, p.main),
        oval(0, -30, 20, 22, p.soft),
        oval(0, -88, 36, 31, p.main),
        oval(0, -78, 15, 11, p.soft),
        *(disc(x, -94, 4, p.ink) for x in (-14, 14)),
        oval(0, -82, 5, 3.6, p.ink),
        *(oval(x, -4, 17, 11, p.main) for x in (-25, 25)),
        rect(44, -30, 30, 30, p.pop, 4),
        line("M52 -15 H66", p.soft, 4),
        rect(50, -58, 28, 28, p.soft, 4),
        disc(64, -44, 7, p.main),
    ]
