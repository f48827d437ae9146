"""Text is readable in light and dark: every pair of ink and ground that the pages use has AA contrast (4.5 to 1)."""

from __future__ import annotations

import re

import pytest

from shared import ROOT

TOKENS = ROOT / "src" / "hongmao" / "web" / "assets" / "css" / "tokens.css"
PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface", "sunken")),
    ("ink", "red-soft"),
    ("ink-3", "red-soft"),
    ("red", "paper"),
    ("red", "surface"),
    ("red", "red-soft"),
    ("on-red", "red-fill"),
    ("on-red", "red-fill-hover"),
    ("good", "surface"),
    ("good", "good-soft"),
    ("warn", "surface"),
    ("warn", "paper"),
    ("warn", "warn-soft"),
    ("paper", "ink"),
]
# Lines, edges of controls and focus rings need 3 to 1.
EDGES = [
    ("line-strong", "surface"),
    ("line-strong", "paper"),
    ("focus", "surface"),
    ("chart-1", "surface"),
    ("chart-2", "surface"),
]


def tokens(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", light))
    return found if scheme == "light" else found | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", dark))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"), [*((*pair, 4.5) for pair in PAIRS), *((*pair, 3.0) for pair in EDGES)]
)
def test_ink_stands_out_from_its_ground(scheme: str, ink: str, ground: str, least: float) -> None:
    found = tokens(scheme)
    assert contrast(found[ink], found[ground]) >= least
