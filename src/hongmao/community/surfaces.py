"""版面: whom a page is for, and which links may stand on it by law (LABEL-8)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from hongmao.community.errors import SurfaceUnknown
from hongmao.links.api import AdLink


class Surface(StrEnum):
    """Whom a page is made for."""

    GENERAL = "general"
    MINOR = "minor"  # 未成年人模式


Suits = Callable[[Surface], Callable[[AdLink], bool]]
"""Gives, for one page of a surface, what says of a link whether it may stand there."""


def unproven(surface: Surface) -> Callable[[AdLink], bool]:
    """Show minors no link at all: where nobody knows of categories, nothing is proven harmless to them."""
    return lambda _: surface is Surface.GENERAL


def read_surface(word: str | None) -> Surface:
    """Read a surface; nothing is the general one, `SurfaceUnknown` another word.

    A word that is misspelt may have meant minors, so it is never read as the general surface.
    """
    if word is None:
        return Surface.GENERAL
    try:
        return Surface(word)
    except ValueError:
        raise SurfaceUnknown(place="surface", known=", ".join(Surface)) from None
