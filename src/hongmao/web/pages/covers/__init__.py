"""Covers of notes: drawn by us from the note's own words, so that the feed is lovely and nothing comes from outside."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.web.pages.covers import beauty, family, health, outdoors
from hongmao.web.pages.covers.palettes import PALETTES
from hongmao.web.pages.covers.pen import group, oval, rect
from hongmao.web.pages.covers.scene import BACKDROPS, WIDTH, dust, hills, plant, table, vase

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.web.pages.covers.palettes import Palette

MOTIFS: dict[str, Callable[[Palette], list[str]]] = {
    "tube": beauty.tube,
    "lipstick": beauty.lipstick,
    "dropper": beauty.dropper,
    "pump": beauty.pump,
    "vanity": beauty.vanity,
    "kettle": family.kettle,
    "stroller": family.stroller,
    "bowls": family.bowls,
    "small-shoes": family.small_shoes,
    "lamp": family.lamp,
    "bear": family.bear,
    "running-shoe": outdoors.running_shoe,
    "shirt": outdoors.shirt,
    "tent": outdoors.tent,
    "flask": outdoors.flask,
    "mountains": outdoors.mountains,
    "bicycle": outdoors.bicycle,
    "massager": health.massager,
    "oats": health.oats,
    "eye-mask": health.eye_mask,
    "scales": health.scales,
    "tea": health.tea,
    "fruit": health.fruit,
    "cat": health.cat,
}
# First word found in the title wins; more telling words stand first.
WORDS = (
    ("防晒", "tube"), ("面霜", "tube"), ("乳液", "tube"), ("口红", "lipstick"), ("唇", "lipstick"), ("精华", "dropper"),
    ("精油", "dropper"), ("洁面", "pump"), ("洗发", "pump"), ("沐浴", "pump"), ("粉底", "vanity"), ("眼影", "vanity"),
    ("水壶", "kettle"), ("咖啡", "tea"), ("推车", "stroller"), ("辅食", "bowls"), ("碗", "bowls"), ("学步", "small-shoes"),
    ("玩具", "bear"), ("绘本", "lamp"), ("台灯", "lamp"), ("跑鞋", "running-shoe"), ("鞋", "running-shoe"),
    ("短袖", "shirt"), ("衬衫", "shirt"), ("连衣裙", "shirt"), ("帐篷", "tent"), ("露营", "tent"), ("水杯", "flask"),
    ("骑行", "bicycle"), ("徒步", "mountains"), ("按摩", "massager"), ("燕麦", "oats"), ("早餐", "oats"),
    ("眼罩", "eye-mask"), ("睡", "eye-mask"), ("体脂", "scales"), ("茶", "tea"), ("水果", "fruit"),
)  # fmt: skip
BY_TOPIC = (
    ("美妆", ("vanity", "tube", "dropper", "lipstick", "pump")),
    ("母婴", ("bear", "bowls", "small-shoes", "stroller", "lamp")),
    ("运动", ("mountains", "bicycle", "running-shoe", "flask", "tent")),
    ("户外", ("mountains", "tent", "flask")),
    ("健康", ("tea", "fruit", "oats", "eye-mask")),
    ("美食", ("oats", "fruit", "tea")),
    ("家居", ("lamp", "tea", "kettle")),
    ("穿搭", ("shirt", "small-shoes")),
)
ANYTHING = ("cat", "lamp", "tea", "fruit", "mountains")
_OUTDOORS = frozenset({"tent", "mountains", "bicycle", "running-shoe"})
_WIDE = frozenset({"mountains", "tent"})
SHAPES = {"tall": 400, "middle": 360, "square": 300}


@dataclass(frozen=True, slots=True)
class Cover:
    """Which picture a note gets. `shape` says how high it stands beside its width of 300."""

    motif: str
    seed: str
    shape: str

    @property
    def name(self) -> str:
        """Name the file: everything that the picture depends on, so it may be kept for ever."""
        return f"{self.motif}.{self.shape}.{self.seed}"

    @property
    def height(self) -> int:
        """Give its height."""
        return SHAPES[self.shape]


def choose(*, cover: str, topic: str, title: str) -> Cover:
    """Pick a picture by what the note says it is about."""
    digest = hashlib.sha256(f"{cover}\n{topic}".encode()).hexdigest()
    number = int(digest[:8], 16)
    motif = next((motif for word, motif in WORDS if word in title), None)
    if motif is None:
        choices = next((motifs for word, motifs in BY_TOPIC if word in topic), ANYTHING)
        motif = choices[number % len(choices)]
    return Cover(motif, digest[:10], tuple(SHAPES)[number // 7 % len(SHAPES)])


def read_name(name: str) -> Cover | None:
    """Read a cover back from its file's name; None where we draw no such thing."""
    match name.split("."):
        case [motif, shape, seed] if motif in MOTIFS and shape in SHAPES and len(seed) == 10 and seed.isalnum():  # noqa: PLR2004
            return Cover(motif, seed, shape)
        case _:
            return None


def draw(cover: Cover) -> str:
    """Draw a cover: the same one always has the same strokes."""
    rng = random.Random(f"cover/{cover.motif}/{cover.seed}")  # noqa: S311 - a drawing, not a secret
    palette = rng.choice(PALETTES)
    height = cover.height
    ground = height * rng.uniform(0.74, 0.79)
    backdrop = hills if cover.motif in _OUTDOORS else rng.choice(BACKDROPS)
    wide = cover.motif in _WIDE
    side = rng.choice((-1, 1))
    x = WIDTH / 2 if wide else WIDTH / 2 - side * rng.uniform(4, 20)
    scale = rng.uniform(1.14, 1.28) if height > SHAPES["square"] else rng.uniform(1.0, 1.1)
    foot = ground + (4 if wide else rng.uniform(16, 26))
    parts = [
        rect(0, 0, WIDTH, height, palette.sky),
        *backdrop(palette, rng, ground),
        *table(palette, ground, height),
        *dust(palette, rng, ground),
    ]
    if not wide:
        corner = WIDTH / 2 + side * rng.uniform(112, 128)
        dressing = rng.choice((vase, None, plant))
        if dressing is vase:
            parts.append(vase(palette, rng, x=corner, ground=ground))
        elif dressing is plant:
            parts.append(plant(palette, rng, x=corner, ground=ground, side=-side))
        parts.append(oval(x + 6, foot, 74 * scale, 8, palette.ink, opacity=0.16))
    parts.append(group(MOTIFS[cover.motif](palette), x=x, y=foot, scale=scale))
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
