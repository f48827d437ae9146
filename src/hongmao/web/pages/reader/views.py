"""View models of the reader's pages, made from what the community serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hongmao.links.api import host_of
from hongmao.web.pages.covers import choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.community.api import AdComponent, Card, FeedPage, NotePage
    from hongmao.web.pages.covers import Cover
    from hongmao.web.pages.reader.place import Place
    from hongmao.web.services import Services

FACES = 5
EAGER = 6
"""Covers that are loaded at once; the rest wait until they are near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A card of the feed."""

    note: str
    title: str
    creator_name: str
    topic: str
    cover: Cover
    href: str
    """The note's page; it knows the impression that led there and the place to come back to."""
    ad: AdComponent | None
    ai: bool
    """Whether a machine made the note (LABEL-9)."""
    placed: bool
    """Whether its place among what was asked for was bought: results of a topic say so, beside the label (LABEL-10)."""
    first: bool
    """Whether it stands among the first, whose covers are loaded at once."""
    opens: int | None
    """Number of the page that begins with this card; None within a page and for the first."""
    seen: dict[str, str]
    """What the browser says when the card was seen: everything of the 曝光 but its id and its instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """发现页."""

    cards: tuple[CardView, ...]
    now_ms: int
    """Our clock when this was made: a browser's own may stand elsewhere."""
    more: str | None
    """The feed with one page more, at the first card that is new; None at the end."""
    more_part: str
    """The same for a browser that only wants what is new."""
    more_url: str
    """What the address bar reads then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """组件 on the note's page: label, where it goes, the button."""

    title: str
    button: str
    jump_url: str
    shop_name: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """笔记页."""

    note: str
    title: str
    body: str
    topic: str
    cover: Cover
    creator_name: str
    face: int
    """Which colour stands behind the creator's first character."""
    published_at_ms: int
    ai: bool
    ad: Component | None
    done: frozenset[str]
    """Acts of this reader on this note that are in the log."""
    said: str | None
    """The act that was just done; None where none was."""
    act_url: str
    address: str
    """The note's own address, to be shared: it carries nobody's impression."""
    back: str


def card_views(pages: Sequence[FeedPage], place: Place, *, before: int) -> tuple[CardView, ...]:
    """Lay cards out; `before` says how many pages stand above them already."""
    views: list[CardView] = []
    for number, page in enumerate(pages, start=before + 1):
        for n, card in enumerate(page.cards):
            opens = number if n == 0 and number > 1 else None
            views.append(_card_view(card, place, first=number == 1 and n < EAGER, opens=opens))
    return tuple(views)


def _card_view(card: Card, place: Place, *, first: bool, opens: int | None) -> CardView:
    note = card.note
    seen = {"note": str(note.id), "impression": card.impression, "placement": "feed"}
    if card.ad is not None:
        seen["link"] = str(card.ad.link)
    return CardView(
        note=note.id,
        title=note.title,
        creator_name=card.creator.name,
        topic=note.topic,
        cover=choose(cover=note.cover, topic=note.topic, title=note.title),
        href=place.url(note_path(note.id), i=card.impression),
        ad=card.ad,
        ai=card.ai,
        placed=card.bought and place.topic is not None,
        first=first,
        opens=opens,
        seen=seen,
    )


def component_of(services: Services, page: NotePage) -> Component | None:
    """Say where a note's component leads: the shop by its name, and the host that will open."""
    ad = page.ad
    if ad is None:
        return None
    shop = services.catalog.shops_known((ad.shop,)).get(ad.shop)
    if shop is None:
        return None
    link = services.links.get(shop.tenant, ad.link)
    return Component(
        title=ad.title,
        button=ad.button,
        jump_url=ad.jump_url,
        shop_name=shop.name,
        host=host_of(link.fallback_url),
    )


def note_view(
    services: Services, page: NotePage, *, place: Place | None, done: frozenset[str], said: str | None
) -> NoteView:
    """Lay a note's page out. `place` is where in the feed the reader came from, None where from elsewhere."""
    note = page.note
    path = note_path(note.id)
    here = f"#note-{note.id}"
    return NoteView(
        note=note.id,
        title=note.title,
        body=note.body,
        topic=note.topic,
        cover=choose(cover=note.cover, topic=note.topic, title=note.title),
        creator_name=page.creator.name,
        face=sum(page.creator.id.encode()) % FACES,
        published_at_ms=note.published_at_ms,
        ai=page.ai,
        ad=component_of(services, page),
        done=done,
        said=said,
        act_url=(place.url if place else _plain)(f"{path}/act", i=page.impression),
        address=path,
        back=f"{place.url()}{here}" if place else f"/feed{here}",
    )


def _plain(path: str, **asked: str) -> str:
    return f"{path}?{urlencode(asked)}"


def note_path(note: str) -> str:
    """Address a note's page."""
    return f"/n/{quote(note, safe='')}"
