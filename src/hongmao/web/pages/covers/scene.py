"""The room around a still life: wall, light, table, shadow and a plant, so that no two covers are quite alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.pages.covers.pen import disc, group, line, num, oval, rect, shape

if TYPE_CHECKING:
    import random

    from hongmao.web.pages.covers.palettes import Palette

WIDTH = 300


def arch(p: Palette, rng: random.Random, ground: float) -> list[str]:
    """Put a niche behind the thing."""
    half = rng.uniform(78, 100)
    top = ground - rng.uniform(200, 225)
    x = WIDTH / 2 + rng.uniform(-14, 14)
    left, right, shoulder, foot, r = map(num, (x - half, x + half, top + half, ground, half))
    return [shape(f"M{left} {foot} V{shoulder} A{r} {r} 0 0 1 {right} {shoulder} V{foot} Z", p.glow)]


def sun(p: Palette, rng: random.Random, ground: float) -> list[str]:
    """Hang a great disc behind the thing."""
    x, r = WIDTH / 2 + rng.uniform(-50, 50), rng.uniform(78, 104)
    return [disc(x, ground - rng.uniform(110, 150), r, p.glow)]


def window(p: Palette, rng: random.Random, ground: float) -> list[str]:
    """Let light fall through panes onto the wall."""
    x, y = rng.uniform(20, 110), ground - rng.uniform(220, 245)
    lean = rng.uniform(14, 26)
    return [
        shape(f"M{px:.1f} {py:.1f} h66 l{lean:.1f} 88 h-66 Z", p.glow, opacity=0.9)
        for px, py in ((x, y), (x + 74, y), (x + lean + 2, y + 96), (x + 76 + lean, y + 96))
    ]


def hills(p: Palette, rng: random.Random, ground: float) -> list[str]:
    """Open the wall onto hills and a low sun."""
    x = rng.uniform(60, 240)
    far = ground - rng.uniform(40, 60)
    ridge = f"M0 {far:.1f} c60 -46 120 -6 170 -30 c50 -22 90 10 130 -6 V{ground:.1f} H0 Z"
    slope = f"M0 {far + 20:.1f} c80 -30 180 14 300 -20 V{ground:.1f} H0 Z"
    return [
        disc(x, far - 40, 40, p.glow),
        shape(ridge, p.leaf, opacity=0.28),
        shape(slope, p.leaf, opacity=0.34),
    ]


def tiles(p: Palette, rng: random.Random, ground: float) -> list[str]:
    """Tile the wall."""
    step = rng.choice((38, 46, 54))
    rows = [f"M0 {y:.0f} H300" for y in range(round(ground) % step, round(ground), step)]
    columns = [f"M{x} 0 V{ground:.0f}" for x in range(step // 2, 300, step)]
    return [line(" ".join(rows + columns), p.glow, 2.5)]


BACKDROPS = (arch, sun, window, hills, tiles)


def plant(p: Palette, rng: random.Random, *, x: float, ground: float, side: int) -> str:
    """Let a branch lean into the picture from one side."""
    stem = rng.uniform(70, 120)
    leaves = [
        oval(
            0,
            0,
            15,
            6.5,
            p.leaf,
            transform=f"translate({k % 2 * 10 - 5} {-stem * (k + 2) / 7:.1f}) rotate({(-38 if k % 2 else 218)})",
        )
        for k in range(6)
    ]
    return group([line(f"M0 0 V{-stem:.1f}", p.leaf, 3), *leaves], x=x, y=ground + 6, turn=side * rng.uniform(4, 14))


def vase(p: Palette, rng: random.Random, *, x: float, ground: float) -> str:
    """Put a small vase with dry grass beside the thing."""
    grass = [
        line(f"M0 -40 Q{lean / 2:.1f} -78 {lean:.1f} {-104 - rng.uniform(0, 18):.1f}", p.leaf, 2.4)
        for lean in (-20, -4, 14)
    ]
    tips = [oval(lean, -108, 4, 11, p.leaf, transform=f"rotate({lean / 2:.0f} {lean} -108)") for lean in (-20, -4, 14)]
    pot = shape("M-15 0 C-24 -20 -8 -34 -8 -46 H8 C8 -34 24 -20 15 0 Z", p.soft)
    return group([*grass, *tips, pot], x=x, y=ground + 10, scale=rng.uniform(0.85, 1.05))


def dust(p: Palette, rng: random.Random, ground: float) -> list[str]:
    """Let a little dust dance in the light."""
    return [
        disc(rng.uniform(12, 288), rng.uniform(14, ground - 90), rng.uniform(1.2, 2.6), p.soft, opacity=0.85)
        for _ in range(9)
    ]


def table(p: Palette, ground: float, height: float) -> list[str]:
    """Lay the table."""
    return [rect(0, ground, WIDTH, height - ground, p.table), rect(0, ground, WIDTH, 4, p.soft, opacity=0.35)]
