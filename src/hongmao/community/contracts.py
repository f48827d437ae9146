"""What a reader is shown: cards in a feed, a note's page, and the one component through which a note may sell.

A component cannot be made without its label, and a card or page carries a link only inside a component: there is no way
to write an unlabelled ad down (LABEL-1, promise 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hongmao.community.errors import LabelMissing
from hongmao.links.contracts import AD_LABEL

if TYPE_CHECKING:
    from hongmao.catalog.contracts import Creator, Note
    from hongmao.kernel.ids import LinkId, ShopId

FEED_LIMIT_DEFAULT = 20
FEED_LIMIT_MAX = 50
FEED_NOTES_MAX = 1_000  # the newest that a feed chooses from; what is older is found by search and by its author


@dataclass(frozen=True, slots=True, kw_only=True)
class AdComponent:
    """组件: the button under a note that leads into a shop. `label` is shown beside it in the same viewport (LABEL-2)."""

    link: LinkId
    label: Literal["广告"]
    title: str
    button: str
    shop: ShopId
    platform: str
    impression: str
    """The served slot: what the tap will be tied to."""
    jump_url: str
    """Where the tap goes, with the seal that proves the label was rendered."""

    def __post_init__(self) -> None:
        """Refuse any other label, 推广 and 合作 included."""
        if self.label != AD_LABEL:
            raise LabelMissing(link=self.link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """卡片: a note in a feed. `bought` is True where an ad slot put it there; its order is the rotation's, not the feed's."""

    note: Note
    creator: Creator
    impression: str
    ad: AdComponent | None
    bought: bool
    ai: bool = False
    """Whether a machine made the note: said in plain words wherever it is shown (LABEL-9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """One page of a feed. `cursor` asks for the next; None at the end."""

    cards: tuple[Card, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePage:
    """笔记页: the note, who wrote it, and its component if it sells."""

    note: Note
    creator: Creator
    impression: str
    ad: AdComponent | None
    ai: bool = False
