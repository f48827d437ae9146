"""Still lifes of 大健康 and of the table. Every thing stands on (0, 0), about 130 high and 100 wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.pages.covers.pen import disc, group, line, oval, rect, shape

if TYPE_CHECKING:
    from hongmao.web.pages.covers.palettes import Palette


def massager(p: Palette) -> list[str]:
    """Draw a neck massager with its two heads and a wave on each side."""
    return [
        line("M-50 -28 C-78 -130 78 -130 50 -28", p.soft, 26),
        line("M-50 -28 C-78 -130 78 -130 50 -28", p.main, 5, opacity=0.45),
        *(rect(x - 17, -48, 34, 42, p.main, 15) for x in (-48, 48)),
        *(disc(x, -27, 7, p.pop) for x in (-48, 48)),
        line("M-84 -50 c-6 8 -6 20 0 28 M-94 -56 c-9 12 -9 28 0 40", p.main, 3, opacity=0.6),
        line("M84 -50 c6 8 6 20 0 28 M94 -56 c9 12 9 28 0 40", p.main, 3, opacity=0.6),
        rect(-8, -110, 16, 8, p.ink, 4),
    ]


def oats(p: Palette) -> list[str]:
    """Draw a bowl of oats with berries, and a spoon."""
    berries = ((-26, -62, 9), (-8, -69, 10), (12, -64, 9), (28, -60, 8))
    return [
        line("M36 -58 L78 -112", p.ink, 6),
        oval(0, -54, 62, 17, p.soft),
        oval(0, -55, 54, 13, "#ecd9ae"),
        *(disc(x, y, r, p.main if n % 2 else p.pop) for n, (x, y, r) in enumerate(berries)),
        shape("M-34 -60 q-14 -14 -24 -4 q10 10 24 4", p.leaf),
        shape("M-62 -54 C-60 -18 -36 0 0 0 C36 0 60 -18 62 -54 C50 -38 -50 -38 -62 -54 Z", p.soft),
        line("M-46 -26 C-28 -12 28 -12 46 -26", p.main, 4),
        line("M-40 -17 C-26 -6 26 -6 40 -17", p.pop, 3),
    ]


def eye_mask(p: Palette) -> list[str]:
    """Draw a sleeping mask under a moon."""
    return [
        shape("M36 -140 A30 30 0 1 0 62 -98 A24 24 0 1 1 36 -140 Z", p.pop),
        line("M-64 -44 C-90 -70 -60 -92 0 -88 C60 -92 90 -70 64 -44", p.ink, 3, opacity=0.5),
        shape(
            "M-70 -48 C-70 -74 -34 -72 0 -70 C34 -72 70 -74 70 -48 C70 -18 34 -8 14 -30 C6 -38 -6 -38 -14 -30"
            " C-34 -8 -70 -18 -70 -48 Z",
            p.main,
        ),
        line("M-52 -46 q14 14 28 0 M24 -46 q14 14 28 0", p.soft, 4),
        line("M-49 -39 l-4 6 M-38 -36 v7 M-27 -39 l4 6 M27 -39 l-4 6 M38 -36 v7 M49 -39 l4 6", p.soft, 3),
        *(disc(x, y, r, p.soft) for x, y, r in ((-40, -120, 3), (-10, -134, 2), (-62, -104, 2))),
    ]


def scales(p: Palette) -> list[str]:
    """Draw a body scale seen from above its edge, with its reading."""
    return [
        shape("M-60 -92 H60 C68 -92 72 -88 74 -80 L84 -14 H-84 L-74 -80 C-72 -88 -68 -92 -60 -92 Z", p.soft),
        shape("M-84 -14 H84 V-8 C84 -2 80 0 74 0 H-74 C-80 0 -84 -2 -84 -8 Z", p.main),
        rect(-30, -84, 60, 22, p.ink, 5),
        line("M-14 -78 V-68 M-4 -78 H4 V-73 H-4 V-68 H4 M16 -78 V-68", p.pop, 3),
        oval(-34, -36, 15, 11, p.table, opacity=0.7),
        oval(34, -36, 15, 11, p.table, opacity=0.7),
    ]


def tea(p: Palette) -> list[str]:
    """Draw a pot and a cup of tea."""
    return [
        line("M-20 -110 c-6 -8 6 -12 0 -20 M0 -112 c-6 -8 6 -12 0 -20", p.soft, 4, opacity=0.85),
        line("M-62 -74 C-90 -72 -86 -28 -56 -26", p.ink, 6),
        shape("M40 -70 C58 -66 62 -90 78 -92 L84 -84 C70 -76 70 -42 38 -34 Z", p.main),
        shape("M-60 -52 C-60 -96 44 -96 44 -52 C44 -16 30 0 -8 0 C-46 0 -60 -16 -60 -52 Z", p.main),
        shape(
            "M-60 -52 C-60 -84 -40 -86 -30 -86 C-44 -60 -44 -20 -28 -3 C-52 -8 -60 -24 -60 -52 Z", p.soft, opacity=0.18
        ),
        oval(-8, -86, 30, 6, p.ink),
        disc(-8, -94, 7, p.pop),
        shape("M54 -30 H98 C98 -8 88 0 76 0 C64 0 54 -8 54 -30 Z", p.soft),
        oval(76, -30, 22, 5, p.pop),
    ]


def fruit(p: Palette) -> list[str]:
    """Draw a plate of oranges, one of them cut."""

    def cut() -> list[str]:
        wedge = "M0 0 L-5 -17 A18 18 0 0 1 5 -17 Z"
        return [
            disc(0, 0, 26, p.pop),
            disc(0, 0, 22, p.soft),
            *(shape(wedge, p.pop, transform=f"rotate({turn})") for turn in range(0, 360, 45)),
        ]

    return [
        disc(-34, -38, 29, p.pop),
        disc(6, -60, 29, p.main),
        disc(-42, -46, 7, p.soft, opacity=0.35),
        disc(-2, -70, 7, p.soft, opacity=0.35),
        shape("M6 -88 q18 -20 34 -8 q-14 16 -34 8", p.leaf),
        group(cut(), x=40, y=-34),
        oval(0, -6, 82, 8, p.soft),
        oval(0, -3, 50, 4, p.table),
    ]


def cat(p: Palette) -> list[str]:
    """Draw a red cat that has sat down to look: for notes that are about none of the rest."""
    return [
        line("M44 -10 C84 -10 82 -56 62 -60", "#c8372b", 14),
        shape("M-44 0 C-52 -50 -30 -78 0 -80 C30 -78 52 -50 44 0 Z", "#d8432f"),
        shape("M-18 0 C-22 -34 -12 -52 0 -54 C12 -52 22 -34 18 0 Z", p.soft),
        shape(
            "M-40 -104 L-38 -142 L-12 -124 H12 L38 -142 L40 -104 C40 -78 24 -66 0 -66 C-24 -66 -40 -78 -40 -104 Z",
            "#d8432f",
        ),
        *(shape("M0 -5 C6 0 6 8 0 12 C-6 8 -6 0 0 -5 Z", p.ink, transform=f"translate({x} -104)") for x in (-17, 17)),
        shape("M-5 -88 H5 L0 -82 Z", p.ink),
        line("M0 -82 V-78 M-6 -75 Q0 -72 6 -75", p.ink, 2.4),
        line("M-26 -86 L-48 -90 M-26 -80 L-48 -78 M26 -86 L48 -90 M26 -80 L48 -78", p.ink, 1.6, opacity=0.6),
    ]
