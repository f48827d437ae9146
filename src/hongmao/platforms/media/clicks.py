"""Which click id a media may be told, and why it may not. Pure; the same for every media, for it is our word that is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hongmao.platforms.api import Event

NO_CLICK_ID: Final = "no_click_id"
MACRO_UNRESOLVED: Final = "macro_unresolved"
CLICK_ID_EMPTY: Final = "click_id_empty"
_MACRO: Final = re.compile(r"__[A-Za-z0-9_]+__|\$?\{[A-Za-z0-9_.]+\}")
_ZEROS: Final = re.compile(r"[0-]+")
_EMPTY_MD5: Final = "d41d8cd98f00b204e9800998ecf8427e"


def is_theirs(click: Event, media: str, *, ours: bool = False) -> bool:
    """Tell whether a click came from this media's ad. `ours`: our own community's clicks count too, for it speaks 聚光."""
    return click.media == media or (ours and click.media is None)


def click_id_of(click: Event) -> str | None:
    """Give the id by which the media knows the click: its own, or ours where our community showed the ad."""
    return click.media_click if click.media is not None else click.click_id


def click_problem(click: Event | None) -> str | None:
    """Say why there is no click id to tell; None where there is one."""
    if click is None:
        return NO_CLICK_ID
    click_id = click_id_of(click)
    if not click_id:
        return click.media_problem or NO_CLICK_ID
    if _MACRO.fullmatch(click_id):
        return MACRO_UNRESOLVED
    return CLICK_ID_EMPTY if _ZEROS.fullmatch(click_id) or click_id.lower() == _EMPTY_MD5 else None


def callback_of(click: Event | None) -> str:
    """Give what the media wants to see again. It may be empty and is never the text "0" (LINK-4)."""
    value = (click.callback_param if click is not None else None) or ""
    return "" if value == "0" or _MACRO.fullmatch(value) else value
