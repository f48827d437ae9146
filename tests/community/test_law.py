"""What law and fairness ask of a feed, beside the label: zones that speak for their cards, and how much may be bought."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.test_feed import LIN, NOW, TOPICS, House, note
from hongmao.community.api import Card, CursorMalformed, Surface, SurfaceUnknown, is_identified, read_surface
from hongmao.community.load import AdLoad, LoadLimits, read_load
from hongmao.community.marks import NoteKind, NoteMark
from hongmao.community.rules import lay_out, load_after
from hongmao.kernel.ids import CreatorId, LinkId, NoteId
from links.factories import link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.catalog.contracts import Note
    from hongmao.links.api import AdLink

LIMITS = LoadLimits(share=(1, 5), creator_cards=10)
CARD_LABELS = (None, "", "推广", "推广位", "合作", "Ad", "广 告", "广告位")


@pytest.mark.parametrize("label", CARD_LABELS)
def test_LABEL_3_a_zone_under_the_label_speaks_for_its_cards_and_no_other_heading_does(label: str | None) -> None:
    assert is_identified(label, zone="广告")
    assert not is_identified(label)
    for heading in (None, "", "推广", "精选广告", "广告与推荐", "广告 ", "AD", "赞助内容"):
        assert not is_identified(label, zone=heading)
        assert is_identified("广告", zone=heading)


def session(house: House, sizes: Sequence[int], surface: Surface = Surface.GENERAL) -> list[Card]:
    """Read a feed page by page, as many cards at a time as asked, until it ends."""
    cards: list[Card] = []
    cursor = None
    for limit in itertools.cycle(sizes):
        page = house.community.feed(LIN, cursor=cursor, limit=limit, surface=surface)
        cards += page.cards
        cursor = page.cursor
        if cursor is None:
            return cards
    raise AssertionError


@given(
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=5),
    every=st.integers(2, 8),
    creators=st.integers(1, 6),
    selling=st.integers(0, 60),
)
def test_CREAT_5_no_session_is_bought_beyond_the_cap_and_no_creator_twice_in_ten_cards(
    sizes: list[int], every: int, creators: int, selling: int
) -> None:
    house = House(60, range(selling), ad_every=every)
    house.shelf.kept = [
        replace(one, creator=CreatorId(f"creator-{number % creators}")) for number, one in enumerate(house.shelf.kept)
    ]
    cards = session(house, sizes)
    bought = [card.bought for card in cards]
    for seen in range(1, len(cards) + 1):
        assert sum(bought[:seen]) * 5 <= seen
    for window in (cards[start : start + 10] for start in range(len(cards))):
        owners = [card.creator.id for card in window if card.bought]
        assert len(owners) == len(set(owners))
    # And all that was cut from the ads went to the organic order, whole and in its own order.
    assert [card.note.id for card in cards if not card.bought] == house.organic(limit=50)


def test_CREAT_5_the_cap_is_used_and_not_just_kept() -> None:
    cards = session(House(100, range(100)), [20])
    assert [place for place, card in enumerate(cards, 1) if card.bought] == list(range(5, len(cards) + 1, 5))
    # A house that is told to show one in two still shows one in five.
    cards = session(House(100, range(100), ad_every=2), [20])
    assert 0 < sum(card.bought for card in cards) * 5 <= len(cards)


def test_CREAT_5_a_creator_who_stands_too_near_keeps_the_turn() -> None:
    notes = [note(n) for n in range(40)]
    near, far = CreatorId("near"), CreatorId("far")
    ads: list[tuple[AdLink, Note]] = [
        (link(id=LinkId(f"l-{n}")), replace(note(100 + n), creator=far if n == 3 else near)) for n in range(4)
    ]
    slots, _ = lay_out(notes, ads, limit=20, every=5, limits=LIMITS)
    assert [slot.bought_by.id for slot in slots if slot.bought_by is not None] == ["l-0", "l-3", "l-1"]
    assert [place for place, slot in enumerate(slots, 1) if slot.bought_by is not None] == [5, 10, 15]


@given(st.lists(st.sampled_from([None, 0, 7, 2**32 - 1]), max_size=40), st.integers(1, 99))
def test_a_load_comes_back_from_its_cursor_as_it_was(cards: list[int | None], creator_cards: int) -> None:
    limits = LoadLimits(share=(1, 5), creator_cards=creator_cards)
    load = AdLoad()
    for creator in cards:
        load = load.after(creator, limits)
    shown, bought, *near = load.written().split(".")
    assert read_load(shown, bought, "".join(f".{one}" for one in near)) == load
    assert (load.shown, load.bought) == (len(cards), sum(one is not None for one in cards))
    assert load_after(load, [], limits) == load


def test_a_cursor_from_before_loads_were_counted_still_goes_on_and_a_strange_one_is_refused() -> None:
    house = House(60, range(60))
    first = house.community.feed(LIN, limit=20)
    assert first.cursor is not None
    old = ".".join(first.cursor.split(".")[:2])
    assert old == f"{NOW}.{len([card for card in first.cards if not card.bought])}"
    assert len(house.community.feed(LIN, cursor=old, limit=20).cards) == 20
    for strange in (
        f"{old}.1",
        f"{old}.1.x",
        f"{old}.1.1.1-xyz",
        f"{old}.1.1.",
        f"{old}.1.1.1-0000000g",
        f"{old}.-1.0",
    ):
        with pytest.raises(CursorMalformed):
            house.community.feed(LIN, cursor=strange)


@given(topic=st.sampled_from(TOPICS), selling=st.integers(0, 60))
def test_LABEL_10_what_was_found_in_a_topic_stands_as_if_nothing_were_bought(topic: str, selling: int) -> None:
    with_ads, without = House(60, range(selling)), House(60)
    assert with_ads.organic(topic=topic, limit=7) == without.organic(topic=topic, limit=50)
    for card in with_ads.community.feed(LIN, topic=topic).cards:
        assert card.note.topic == topic
        assert not card.bought or card.ad is not None


class Said:
    """Marks that a test sets."""

    def __init__(self, *marks: NoteMark) -> None:
        self.kept = {mark.note: mark for mark in marks}

    def marks(self) -> dict[NoteId, NoteMark]:
        return self.kept


def mark(number: int, kind: NoteKind = NoteKind.OTHER, *, ai: bool = False) -> NoteMark:
    return NoteMark(note=NoteId(f"note-{number}"), kind=kind, ai=ai, by="admin", at_ms=NOW)


def test_LABEL_7_under_a_note_that_teaches_about_health_stands_no_link_bought_or_found() -> None:
    house = House(30, range(30), marks=Said(mark(0, NoteKind.HEALTH), *(mark(n, NoteKind.REVIEW) for n in range(1, 9))))
    cards = session(house, [30])
    assert {card.note.id for card in cards if card.ad is None} == {"note-0"}
    assert house.community.note_page(NoteId("note-0"), LIN).ad is None
    assert house.community.note_page(NoteId("note-1"), LIN).ad is not None


def test_LABEL_9_what_a_machine_made_is_told_on_its_card_and_page_from_the_next_look_on() -> None:
    said = Said()
    house = House(30, marks=said)
    assert not any(card.ai for card in session(house, [30]))
    said.kept = {NoteId("note-3"): mark(3, ai=True)}
    house.shelf.changes += 1
    assert [card.note.id for card in session(house, [30]) if card.ai] == ["note-3"]
    assert house.community.note_page(NoteId("note-3"), LIN).ai
    assert not house.community.note_page(NoteId("note-4"), LIN).ai


@given(closed=st.sets(st.integers(0, 59)), selling=st.integers(0, 60), sizes=st.lists(st.integers(1, 50), min_size=1))
def test_LABEL_8_a_surface_for_minors_shows_no_closed_link_bought_or_found_and_its_order_is_everybodys(
    closed: set[int], selling: int, sizes: list[int]
) -> None:
    def suits(surface: Surface) -> Callable[[AdLink], bool]:
        return lambda one: surface is Surface.GENERAL or int(one.id.removeprefix("link-")) not in closed

    house = House(60, range(selling), suits=suits)
    for_all, for_minors = session(house, sizes), session(house, sizes, Surface.MINOR)
    assert {card.ad.link for card in for_all if card.ad} == {f"link-{n}" for n in range(selling)}
    open_links = {f"link-{n}" for n in set(range(selling)) - closed}
    assert {card.ad.link for card in for_minors if card.ad} <= open_links
    assert {card.note.id for card in for_minors if card.ad} == {link.replace("link", "note") for link in open_links}
    assert [card.note.id for card in for_minors if not card.bought] == house.organic(limit=50)
    for number in range(selling):
        page = house.community.note_page(NoteId(f"note-{number}"), LIN, surface=Surface.MINOR)
        assert (page.ad is None) == (number in closed)


def test_LABEL_8_where_nobody_knows_of_categories_minors_are_shown_no_link_at_all() -> None:
    house = House(30, range(30))
    assert not any(card.ad or card.bought for card in session(house, [30], Surface.MINOR))
    assert all(card.ad for card in session(house, [30]))


@pytest.mark.parametrize("word", ["", "minors", "Minor", " minor", "未成年人", "child"])
def test_LABEL_8_a_surface_that_is_misspelt_is_refused_and_never_taken_for_the_general_one(word: str) -> None:
    assert (read_surface(None), read_surface("minor")) == (Surface.GENERAL, Surface.MINOR)
    with pytest.raises(SurfaceUnknown):
        read_surface(word)
