"""Clicks that another media's ad led to (其他媒体): whose they are, its click id, and why that may be missing. Pure.

A merchant may put our jump behind an ad elsewhere. That media's click id then stands in the jump's address, by names that
each media chose; without it nothing can be sent back to them. We price no such click: that media bills it itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.links.macros import is_unresolved

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_CHARS_MAX: Final = 1_024
JUGUANG_CLICK_CHARS_MAX: Final = 30  # LINK-3

# Parameter -> media, in the order in which they are looked for: by what only one media writes, then the general names.
_CLICK_PARAMS: Final = (
    ("qz_gdt", "tencent"),  # landing pages outside WeChat
    ("gdt_vid", "tencent"),  # inside WeChat
    ("fbclid", "meta"),
    ("ttclid", "tiktok"),
    ("clickid", "oceanengine"),
    ("click_id", "juguang"),
)
_CALLBACK_PARAMS: Final = ("callback_param", "callback")
_NOTHING: Final = frozenset({"", "-", "null", "undefined", "none", "d41d8cd98f00b204e9800998ecf8427e"})
_ZEROS: Final = re.compile(r"[0-]+")

MACRO_UNRESOLVED: Final = "macro_unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaClick:
    """What an address says of another media's click. `problem` says why `click_id` is None although it had a place."""

    media: str
    click_id: str | None
    callback: str | None
    problem: str | None = None


def read_media(query: Mapping[str, str]) -> MediaClick | None:
    """Read another media's click from a jump's query; None where the tap is our own community's.

    >>> read_media({"click_id": "__CLICK_ID__", "callback_param": ""})
    MediaClick(media='juguang', click_id=None, callback=None, problem='macro_unresolved')
    """
    named = next(((name, media) for name, media in _CLICK_PARAMS if name in query), None)
    if named is None:
        return None
    name, media = named
    click_id, problem = _click_id(query[name], media)
    return MediaClick(media=media, click_id=click_id, callback=_callback(query), problem=problem)


def _click_id(value: str, media: str) -> tuple[str | None, str | None]:
    if is_unresolved(value):
        return None, MACRO_UNRESOLVED
    if value.lower() in _NOTHING or _ZEROS.fullmatch(value):
        return None, "click_id_empty"
    limit = JUGUANG_CLICK_CHARS_MAX if media == "juguang" else MEDIA_CHARS_MAX
    return (value, None) if len(value) <= limit else (None, "click_id_too_long")


def _callback(query: Mapping[str, str]) -> str | None:
    """Give what the media wants to see again. It may be empty; the text "0" is somebody's default and no answer (LINK-4)."""
    value = next((query[name] for name in _CALLBACK_PARAMS if query.get(name)), "")
    if value in {"", "0"} or is_unresolved(value) or len(value) > MEDIA_CHARS_MAX:
        return None
    return value
