"""Still lifes of 运动户外. Every thing stands on (0, 0), about 130 high and 100 wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.pages.covers.pen import disc, group, line, oval, rect, shape

if TYPE_CHECKING:
    from hongmao.web.pages.covers.palettes import Palette


def running_shoe(p: Palette) -> list[str]:
    """Draw a trail shoe on a stone."""
    shoe = [
        shape(
            "M-66 -18 C-72 -50 -62 -66 -54 -70 C-44 -62 -34 -60 -24 -66 L-12 -74 C4 -48 34 -42 58 -36 C70 -32 72 -24 72 -18 Z",
            p.main,
        ),
        shape(
            "M-66 -18 C-72 -50 -62 -66 -54 -70 C-50 -66 -46 -64 -42 -62 C-52 -48 -50 -30 -46 -18 Z", p.ink, opacity=0.2
        ),
        line("M-6 -64 L-20 -54 M4 -54 L-10 -44 M16 -47 L4 -36", p.soft, 4),
        shape("M-40 -18 C-20 -40 20 -32 40 -18 Z", p.pop),
        shape("M-72 -20 H74 C78 -8 70 -2 60 -2 H-60 C-72 -2 -74 -10 -72 -20 Z", p.soft),
        line("M-60 -2 v4 M-44 -2 v4 M-28 -2 v4 M-12 -2 v4 M4 -2 v4 M20 -2 v4 M36 -2 v4 M52 -2 v4", p.ink, 6),
    ]
    stone = [shape("M-84 0 C-84 -26 -50 -34 -20 -30 C20 -40 78 -30 84 0 Z", p.ink, opacity=0.28)]
    return [*stone, group(shoe, y=-30, turn=-7)]


def shirt(p: Palette) -> list[str]:
    """Draw a shirt on a hanger."""
    return [
        line("M0 -128 C0 -142 14 -140 12 -132 C10 -126 0 -126 0 -118", p.ink, 4),
        line("M-44 -100 L0 -118 L44 -100", p.ink, 4),
        shape(
            "M-22 -112 L-62 -92 L-76 -54 L-52 -44 L-46 -58 V-2 H46"
            " V-58 L52 -44 L76 -54 L62 -92 L22 -112 C12 -98 -12 -98 -22 -112 Z",
            p.main,
        ),
        shape("M-46 -58 V-2 H-24 C-34 -30 -34 -60 -30 -108 L-62 -92 L-76 -54 L-52 -44 Z", p.ink, opacity=0.14),
        line("M-22 -112 C-12 -96 12 -96 22 -112", p.soft, 5),
        shape("M-46 -52 L46 -70 V-54 L-46 -36 Z", p.soft),
        shape("M-46 -32 L46 -50 V-44 L-46 -26 Z", p.pop),
    ]


def tent(p: Palette) -> list[str]:
    """Draw a tent under the hills, its door open."""
    return [
        shape("M-120 -6 L-70 -92 L-34 -40 L6 -112 L74 -20 L100 -52 L130 -6 Z", p.leaf, opacity=0.45),
        shape("M-6 -98 L-82 0 H70 Z", p.main),
        shape("M-6 -98 L70 0 H96 Z", p.ink, opacity=0.75),
        shape("M-6 -98 L-30 0 H20 Z", p.ink, opacity=0.55),
        shape("M-6 -98 L-30 0 H-44 Z", p.pop),
        line("M-82 0 L-98 8 M96 0 L110 8", p.ink, 2.5),
        shape("M-6 -98 V-116 L14 -109 L-6 -103", p.pop),
    ]


def flask(p: Palette) -> list[str]:
    """Draw a big water bottle with marks, and a towel."""
    return [
        shape("M20 0 C20 -22 30 -34 56 -32 C76 -30 84 -14 82 0 Z", p.pop),
        line("M34 -4 C34 -16 44 -22 58 -20", p.soft, 4),
        line("M-38 -112 C-66 -110 -66 -76 -40 -76", p.ink, 6),
        rect(-40, -104, 62, 104, p.main, 13),
        rect(-40, -56, 62, 56, p.ink, 13, opacity=0.15),
        rect(-33, -96, 8, 78, p.soft, 4, opacity=0.35),
        line("M10 -84 H18 M6 -70 H18 M10 -56 H18 M6 -42 H18 M10 -28 H18", p.soft, 3),
        rect(-34, -122, 50, 20, p.ink, 6),
        rect(-20, -134, 22, 14, p.pop, 4),
    ]


def mountains(p: Palette) -> list[str]:
    """Draw a range with snow, and somebody's path."""
    return [
        shape("M-140 0 L-86 -70 L-52 -30 L0 -132 L58 -36 L88 -74 L140 0 Z", p.main, opacity=0.85),
        shape("M0 -132 L-26 -82 L-10 -90 L2 -76 L14 -90 L26 -88 Z", p.soft),
        shape("M0 -132 L58 -36 L36 0 H4 Z", p.ink, opacity=0.2),
        shape("M-150 0 C-90 -34 -40 -30 0 -16 C50 -34 100 -30 150 0 Z", p.leaf),
        line("M-4 0 C-16 -8 22 -12 6 -22 C-4 -28 8 -34 4 -40", p.soft, 4),
        *(
            shape("M0 0 L-9 0 L0 -30 L9 0 Z", p.ink, opacity=0.6, transform=f"translate({x} {y})")
            for x, y in ((-70, -6), (-56, -2), (74, -8))
        ),
    ]


def bicycle(p: Palette) -> list[str]:
    """Draw a bicycle with a basket."""
    wheels = [disc(x, -34, 33, "none", stroke=p.ink, stroke_width=5) for x in (-52, 56)]
    spokes = [line(f"M{x} -66 V-2 M{x - 32} -34 H{x + 32}", p.ink, 1, opacity=0.5) for x in (-52, 56)]
    frame = line("M-52 -34 L-24 -86 H34 L0 -34 Z L-30 -98 M56 -34 L32 -98 L18 -104 M-52 -34 H0", p.main, 6)
    return [
        *spokes,
        *wheels,
        frame,
        line("M-42 -100 H-18", p.ink, 7),
        line("M32 -100 L46 -106", p.ink, 5),
        shape("M38 -104 H76 L70 -74 H44 Z", p.pop),
        oval(50, -110, 8, 8, p.leaf),
        oval(63, -112, 9, 9, p.soft),
    ]
