"""The feed: an organic order that no money can move, and ads that are always labelled."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.catalog.contracts import Creator, Note, NoteType
from hongmao.community.api import (
    AdComponent,
    Community,
    CursorMalformed,
    LabelMissing,
    LimitOutOfRange,
)
from hongmao.community.marks import NoMarks
from hongmao.community.rules import lay_out, rank, rotate
from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import NotFound
from hongmao.kernel.ids import CreatorId, IdMaker, LinkId, NoteId, ReaderId, ShopId
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant
from hongmao.links.api import AD_LABEL, AdLink, KeyRing, LinkTable, Review, TokenMinter
from links.factories import MemoryLinks, link

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = instant("2025-05-07T10:00:00+08:00")
LIN, WU = ReaderId("r_lin"), ReaderId("r_wu")
TOPICS = ("美妆个护", "母婴亲子", "运动户外", "大健康")


def note(number: int, *, topic: str | None = None, age_days: int = 0) -> Note:
    return Note(
        id=NoteId(f"note-{number}"),
        creator=CreatorId(f"creator-{number}"),
        type=NoteType.PICTURE,
        title=f"笔记 {number}",
        body="先说结论。",
        topic=topic or TOPICS[number % len(TOPICS)],
        cover=f"note-{number}",
        published_at_ms=NOW - age_days * DAY_MS,
    )


class MemoryShelf:
    """Notes in memory, as the port describes."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self.kept = list(notes)
        self.reads = 0
        self.changes = 0

    def revision(self) -> int:
        return self.changes

    def notes(self, *, limit: int) -> Sequence[Note]:
        self.reads += 1
        return sorted(self.kept, key=lambda one: -one.published_at_ms)[:limit]

    def note(self, id: NoteId, /) -> Note:
        found = next((one for one in self.kept if one.id == id), None)
        if found is None:
            raise NotFound(id=id)
        return found

    def creator(self, id: CreatorId, /) -> Creator:
        return Creator(id=id, name="阿橙", bio="")


class House:
    """A community of notes, some of which sell."""

    def __init__(
        self, notes: int = 30, selling: Sequence[int] = (), *, ad_every: int = 5, marks: Any = None, **more: Any
    ) -> None:
        self.clock = SetClock(NOW)
        self.shelf = MemoryShelf([note(n, age_days=n % 9) for n in range(notes)])
        self.store = MemoryLinks(*(link(id=LinkId(f"link-{n}"), note=NoteId(f"note-{n}")) for n in selling))
        self.minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), self.clock, random.Random(5))
        self.dry: set[str] = set()
        self.community = Community(
            self.shelf,
            LinkTable(self.store, self.clock),
            self.minter,
            clock=self.clock,
            ids=IdMaker(self.clock, random.Random(9)),
            serves=lambda one: one.id not in self.dry,
            ad_every=ad_every,
            marks=marks or NoMarks(),
            **more,
        )

    def organic(self, reader: ReaderId = LIN, pages: int = 99, **asked: Any) -> list[str]:
        """Page through a feed and give the notes that no ad slot put there."""
        found: list[str] = []
        cursor = None
        for _ in range(pages):
            page = self.community.feed(reader, cursor=cursor, **asked)
            found += [card.note.id for card in page.cards if not card.bought]
            cursor = page.cursor
            if cursor is None:
                break
        return found


def test_promise_8_CREAT_4_flipping_the_advertisers_of_a_thousand_notes_moves_no_organic_note() -> None:
    nobody = House(1_000).organic(limit=50)
    everybody = House(1_000, range(1_000)).organic(limit=50)
    some = House(1_000, range(0, 1_000, 3)).organic(limit=50)
    assert len(nobody) == 1_000
    assert nobody == everybody == some


def test_CREAT_4_the_organic_order_is_asked_with_notes_alone() -> None:
    notes = [note(n) for n in range(1_000)]
    assert rank(notes, LIN, NOW) == rank(list(reversed(notes)), LIN, NOW)


@given(seed=st.integers(0, 9), size=st.integers(0, 60), topics=st.integers(1, 4))
def test_a_rank_shows_every_published_note_once(seed: int, size: int, topics: int) -> None:
    notes = [note(n, topic=TOPICS[n % topics]) for n in range(size)]
    future = replace(note(99), published_at_ms=NOW + 1)
    found = rank([*notes, future], ReaderId(f"r_{seed}"), NOW)
    assert sorted(one.id for one in found) == sorted(one.id for one in notes)


def test_no_two_neighbours_share_a_topic_while_another_is_left() -> None:
    found = rank([note(n) for n in range(80)], LIN, NOW)
    pairs = enumerate(itertools.pairwise(note.topic for note in found))
    first_repeat = next((place for place, (one, other) in pairs if one == other), len(found))
    assert first_repeat > 60
    assert len({note.topic for note in found[first_repeat:]}) <= 1
    lonely = rank([note(n, topic=TOPICS[0]) for n in range(5)], LIN, NOW)
    assert len(lonely) == 5


def test_fresh_notes_come_sooner_on_the_whole() -> None:
    notes = [note(n, topic="t", age_days=n % 60) for n in range(600)]
    found = rank(notes, LIN, NOW)
    ages = [(NOW - one.published_at_ms) // DAY_MS for one in found]
    assert sum(ages[:300]) < sum(ages[300:]) * 0.75


def test_two_readers_and_two_hours_see_two_orders_and_the_same_question_has_one_answer() -> None:
    house = House(40)
    first = house.organic(LIN)
    assert house.organic(LIN) == first
    assert house.organic(WU) != first
    house.clock.advance(HOUR_MS)
    assert house.organic(LIN) != first


def test_a_feed_of_one_topic_has_that_topic_alone() -> None:
    page = House(40, selling=range(40)).community.feed(LIN, topic="运动户外", limit=50)
    assert {card.note.topic for card in page.cards} == {"运动户外"}
    assert len({card.note.id for card in page.cards}) == len(page.cards) == 10


def test_a_cursor_goes_on_where_the_page_ended_though_new_notes_come() -> None:
    house = House(40)
    first = house.community.feed(LIN, limit=10)
    # Three minutes later: a new note; the reader scrolls on.
    house.clock.advance(180_000)
    house.shelf.kept.append(replace(note(99), published_at_ms=house.clock.now_ms()))
    house.shelf.changes += 1
    second = house.community.feed(LIN, cursor=first.cursor, limit=10)
    seen = [card.note.id for page in (first, second) for card in page.cards]
    assert len(set(seen)) == 20
    assert "note-99" not in seen


def test_notes_are_read_again_only_when_something_has_changed() -> None:
    house = House(40)
    house.organic(limit=5)
    assert house.shelf.reads == 1


@pytest.mark.parametrize("cursor", ["", "x", "1.2.3", "-1.0", "9" * 30 + ".0", f"{NOW + 1}.0", "1.' or 1=1", "１.0"])
def test_a_cursor_that_is_none_of_ours_is_an_error(cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        House().community.feed(LIN, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 51])
def test_a_page_has_one_to_fifty_cards(limit: int) -> None:
    with pytest.raises(LimitOutOfRange):
        House().community.feed(LIN, limit=limit)


def test_every_fifth_place_is_an_ads_and_no_note_stands_twice_on_a_page() -> None:
    page = House(40, selling=range(40)).community.feed(LIN, limit=20)
    assert [place for place, card in enumerate(page.cards, 1) if card.bought] == [5, 10, 15, 20]
    assert len({card.note.id for card in page.cards}) == 20


def test_links_take_turns_in_the_ad_slots() -> None:
    house = House(40, selling=range(0, 40, 2))
    bought = set()
    for number in range(60):
        page = house.community.feed(ReaderId(f"r_{number}"), limit=20)
        bought |= {card.note.id for card in page.cards if card.bought}
    assert len(bought) == 20


def test_without_ads_the_organic_order_fills_every_place() -> None:
    page = House(40).community.feed(LIN, limit=20)
    assert len(page.cards) == 20
    assert not any(card.bought or card.ad for card in page.cards)


def test_promise_7_LABEL_1_a_thousand_served_ads_are_a_thousand_labelled_with_a_seal_of_ours() -> None:
    house = House(60, selling=range(0, 60, 2))
    served = 0
    reader = 0
    while served < 1_000:
        reader += 1
        page = house.community.feed(ReaderId(f"r_{reader}"), limit=50)
        for card in page.cards:
            selling = int(card.note.id.removeprefix("note-")) % 2 == 0
            assert (card.ad is not None) == selling
            if card.ad is not None:
                served += 1
                assert card.ad.label == "广告"
                assert_sealed(house, card.ad)
    assert served >= 1_000


def assert_sealed(house: House, ad: AdComponent) -> None:
    parts = urlsplit(ad.jump_url)
    asked = parse_qs(parts.query)
    assert parts.path == f"/j/{ad.link}"
    assert asked["i"] == [ad.impression]
    assert house.minter.check_seal(ad.link, ad.impression, asked["s"][0])


def test_LABEL_2_a_component_without_the_label_cannot_be_made() -> None:
    facts = {
        "link": LinkId("l"),
        "title": "t",
        "button": "b",
        "shop": ShopId("s"),
        "platform": "p",
        "impression": "i",
        "jump_url": "/j/l",
    }
    assert AdComponent(label=AD_LABEL, **facts).label == "广告"  # type: ignore[arg-type]
    for other in ("推广", "合作", "赞助", "", "Ad", "广 告"):
        with pytest.raises(LabelMissing):
            AdComponent(label=other, **facts)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        AdComponent(**facts)  # type: ignore[arg-type]


def test_LABEL_1_a_note_shown_organically_carries_the_label_of_its_link_as_well() -> None:
    house = House(4, selling=[0], ad_every=50)
    cards = {card.note.id: card for card in house.community.feed(LIN, limit=4).cards}
    card = cards[NoteId("note-0")]
    assert not card.bought
    assert card.ad is not None
    assert card.ad.label == AD_LABEL


@pytest.mark.parametrize(
    "changes", [{"paused": True}, {"fallback_review": Review.PENDING}, {"fallback_review": Review.REJECTED}]
)
def test_LINK_2_a_link_that_is_not_live_is_on_no_card_and_no_page(changes: dict[str, object]) -> None:
    house = House(10, selling=[0])
    house.store.update(replace(house.store.kept["link-0"], **changes))  # type: ignore[arg-type]
    house.clock.advance(1_000)
    assert all(card.ad is None for card in house.community.feed(LIN, limit=10).cards)
    assert house.community.note_page(NoteId("note-0"), LIN).ad is None


def test_a_merchant_whose_wallet_is_dry_is_not_served() -> None:
    house = House(10, selling=[0, 1])
    house.dry.add("link-0")
    ads = [card.ad for card in house.community.feed(LIN, limit=10).cards if card.ad is not None]
    assert {ad.link for ad in ads} == {"link-1"}
    assert house.community.note_page(NoteId("note-0"), LIN).ad is None


def test_a_note_page_ties_its_component_to_the_card_that_led_there() -> None:
    house = House(10, selling=[3])
    card = next(card for card in house.community.feed(LIN, limit=10).cards if card.ad is not None)
    page = house.community.note_page(NoteId("note-3"), LIN, card.impression)
    assert page.ad is not None
    assert page.impression == page.ad.impression == card.impression
    assert_sealed(house, page.ad)
    assert page.creator.name == "阿橙"


@pytest.mark.parametrize("impression", [None, "", "imp_", "<script>", "imp_" + "g" * 28, "x" * 500])
def test_an_impression_that_is_none_of_ours_is_replaced(impression: str | None) -> None:
    page = House(10, selling=[3]).community.note_page(NoteId("note-3"), LIN, impression)
    assert re.fullmatch(r"imp_[0-9a-f]{28}", page.impression)


def test_two_links_under_one_note_take_turns_by_reader() -> None:
    house = House(4, selling=[0])
    house.store.add(replace(house.store.kept["link-0"], id=LinkId("link-00")))
    house.clock.advance(1_000)
    readers = [ReaderId(f"r_{n}") for n in range(40)]
    shown = [house.community.note_page(NoteId("note-0"), reader).ad for reader in readers]
    assert {ad.link for ad in shown if ad is not None} == {"link-0", "link-00"}


def test_a_note_nobody_published_or_not_yet_is_not_found() -> None:
    house = House(4)
    house.shelf.kept.append(replace(note(9), published_at_ms=NOW + 1))
    for missing in ("note-9", "note-99"):
        with pytest.raises(NotFound):
            house.community.note_page(NoteId(missing), LIN)


def test_an_ad_of_a_note_that_is_not_there_takes_no_place() -> None:
    house = House(4)
    house.store.add(link(id=LinkId("link-9"), note=NoteId("note-99")))
    house.clock.advance(1_000)
    assert len(house.community.feed(LIN, limit=50).cards) == 4


@given(
    organic=st.integers(0, 30),
    ads=st.lists(st.integers(0, 40), max_size=12),
    limit=st.integers(1, 20),
    every=st.integers(2, 6),
)
def test_ads_take_places_and_reorder_nothing(organic: int, ads: list[int], limit: int, every: int) -> None:
    notes = [note(n) for n in range(organic)]
    bought: list[tuple[AdLink, Note]] = [(link(id=LinkId(f"l-{n}")), note(n)) for n in ads]
    slots, used = lay_out(notes, bought, limit=limit, every=every)
    assert len(slots) <= limit
    assert [slot.note for slot in slots if slot.bought_by is None] == notes[:used]
    assert all((place % every == 0) or slot.bought_by is None for place, slot in enumerate(slots, 1))
    assert len({slot.note.id for slot in slots}) == len(slots)


def test_a_rotation_keeps_everybody() -> None:
    links = [link(id=LinkId(f"l-{n}")) for n in range(7)]
    assert sorted(one.id for one in rotate(links, "a")) == [one.id for one in links]
    assert list(rotate([], "a")) == []
