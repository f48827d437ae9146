"""What others may ask of this context: the feed and the note's page, as data."""

from hongmao.community.contracts import (
    FEED_LIMIT_DEFAULT,
    FEED_LIMIT_MAX,
    AdComponent,
    Card,
    FeedPage,
    NotePage,
)
from hongmao.community.errors import CursorMalformed, LabelMissing, LimitOutOfRange
from hongmao.community.service import AD_EVERY, Community
from hongmao.community.store import Shelf

__all__ = [
    "AD_EVERY",
    "FEED_LIMIT_DEFAULT",
    "FEED_LIMIT_MAX",
    "AdComponent",
    "Card",
    "Community",
    "CursorMalformed",
    "FeedPage",
    "LabelMissing",
    "LimitOutOfRange",
    "NotePage",
    "Shelf",
]
