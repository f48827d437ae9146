"""What others may ask of this context: the feed and the note's page, as data."""

from hongmao.community.contracts import (
    FEED_LIMIT_DEFAULT,
    FEED_LIMIT_MAX,
    AdComponent,
    Card,
    FeedPage,
    NotePage,
)
from hongmao.community.errors import CursorMalformed, LabelMissing, LimitOutOfRange, NoteKindUnknown, SurfaceUnknown
from hongmao.community.load import LoadLimits
from hongmao.community.marks import AiCopyGrant, MarkDesk, NoteKind, NoteMark, read_kind
from hongmao.community.rules import is_identified
from hongmao.community.service import AD_EVERY, AD_LOAD, Community
from hongmao.community.store import Shelf
from hongmao.community.surfaces import Suits, Surface, read_surface, unproven

__all__ = [
    "AD_EVERY",
    "AD_LOAD",
    "FEED_LIMIT_DEFAULT",
    "FEED_LIMIT_MAX",
    "AdComponent",
    "AiCopyGrant",
    "Card",
    "Community",
    "CursorMalformed",
    "FeedPage",
    "LabelMissing",
    "LimitOutOfRange",
    "LoadLimits",
    "MarkDesk",
    "NoteKind",
    "NoteKindUnknown",
    "NoteMark",
    "NotePage",
    "Shelf",
    "Suits",
    "Surface",
    "SurfaceUnknown",
    "is_identified",
    "read_kind",
    "read_surface",
    "unproven",
]
