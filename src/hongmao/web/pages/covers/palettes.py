"""Colours of the covers: each palette is a small room, light enough that a feed of them stays calm."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one cover, from back to front."""

    sky: str
    glow: str
    table: str
    main: str
    soft: str
    pop: str
    ink: str
    leaf: str


PALETTES = (
    Palette("#f6dfd6", "#fbeee6", "#e3b9a6", "#d4553f", "#fff6ef", "#f0a05a", "#5a2a23", "#7f9270"),  # terracotta
    Palette("#dde8e3", "#eef5f0", "#b4cabf", "#3f7f72", "#fbfdf8", "#e8a15b", "#22403b", "#6b9a74"),  # celadon
    Palette("#e3e1f1", "#f3f1fb", "#bdb8dc", "#6a5fb0", "#fdfbff", "#ef8f7b", "#2f2a57", "#7f93a8"),  # wisteria
    Palette("#fbe8c9", "#fff6e2", "#e9c586", "#d98a1f", "#fffaf0", "#c8412f", "#573a12", "#87955b"),  # osmanthus
    Palette("#d9e7f2", "#edf5fb", "#a9c4dc", "#3a75a8", "#fafdff", "#f2b65a", "#1e3d59", "#6f9c93"),  # clear sky
    Palette("#f8dde3", "#fdeef1", "#e7b1be", "#cf4a68", "#fff5f7", "#f4a98b", "#5c2331", "#8f9f7b"),  # peach
    Palette("#e9e4da", "#f7f3ea", "#cdbfa8", "#8a6a4b", "#fffdf7", "#c2452d", "#43311f", "#7c8a63"),  # linen
    Palette("#d6e9e6", "#ecf7f4", "#9fcac3", "#1f8a86", "#f8fffd", "#f08a6a", "#123f40", "#5f9e6e"),  # lagoon
    Palette("#e6ead2", "#f5f7e6", "#c1ca97", "#6d8331", "#fdfff4", "#e2703d", "#363f17", "#6e8f4e"),  # tea field
    Palette("#e8dfe6", "#f6f0f4", "#c9b3c4", "#86496f", "#fff8fc", "#e9a94f", "#41233a", "#86907c"),  # plum
)
