"""Packed links: whatever happens to them, they are what a plain dict of them would be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import CreatorId, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.links import packed as packing
from hongmao.links.api import LinkTable, is_live
from hongmao.links.contracts import AdLink, Review, TargetKind
from hongmao.links.packed import PackedLinks, changed
from hongmao.links.rows import Texts, from_row, to_row
from links.factories import MemoryLinks, link

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = 1_746_583_200_000
IDS = [f"link-{n}" for n in range(12)]
FEW = st.sampled_from(["a", "b", "c"])
WORDS = st.one_of(FEW, st.text(max_size=8))
REVIEWS = st.sampled_from(Review)
FALLBACKS = st.one_of(
    st.builds("https://shop.example/item/{}".format, st.integers(0, 3)),
    st.builds("https://s.click.example/t?e={}&union={}".format, st.text("ab", min_size=1), st.integers(0, 9)),
    st.text(max_size=20),
)
APPS = st.one_of(
    st.none(),
    st.builds("shop://open?h5url={}&from=ad".format, FALLBACKS),
    st.just("shop://open?h5url=https%3A%2F%2Fshop.example%2Fitem%2F1&from=ad"),
    st.just("https://shop.example/item/1"),
)


@st.composite
def links(draw: st.DrawFn) -> AdLink:
    return AdLink(
        id=LinkId(draw(st.sampled_from(IDS))),
        tenant=TenantId(draw(FEW)),
        merchant=MerchantId(draw(WORDS)),
        note=NoteId(draw(FEW)),
        creator=CreatorId(draw(WORDS)),
        shop=ShopId(draw(WORDS)),
        platform=draw(FEW),
        target=draw(st.sampled_from(TargetKind)),
        item=draw(st.none() | WORDS.map(ItemId)),
        deeplink=draw(APPS),
        universal_link=draw(APPS),
        fallback_url=draw(FALLBACKS),
        deeplink_review=draw(REVIEWS),
        universal_link_review=draw(REVIEWS),
        fallback_review=draw(REVIEWS),
        review_note=draw(WORDS),
        button=draw(WORDS),
        title=draw(WORDS),
        line=draw(FEW),
        price_fen=draw(st.integers(0, 100_000)),
        paused=draw(st.booleans()),
        created_at_ms=draw(st.integers(0, 2**53)),
    )


@given(several=st.lists(links(), max_size=30), at_most=st.integers(0, 20))
def test_a_row_says_all_that_the_link_said_however_many_texts_have_numbers(several: list[AdLink], at_most: int) -> None:
    texts = Texts(at_most=at_most)
    rows = [to_row(one, texts) for one in several]
    assert [from_row(memoryview(row), texts) for row in rows] == several
    assert len(texts) <= at_most


def test_a_link_like_a_thousand_others_takes_a_few_bytes_beside_its_own_ids() -> None:
    texts = Texts()
    for n in range(3):
        page = f"http://127.0.0.1:8090/item/item-{n}"
        app = f"sandboxshop://open?h5url={quote(page, safe='')}"
        one = link(id=LinkId(f"link-{n}"), fallback_url=page, universal_link=page, deeplink=app)
        row = to_row(one, texts)
    # Its own id and its note's, a price, an instant, and the ends of two addresses.
    assert len(row) < len(one.id + one.note + "item-2" + app.partition("=")[2]) + 40


# Every step is one look of the table: links that are new or changed, and links that are gone.
STEPS = st.lists(st.tuples(st.lists(links(), max_size=4), st.sets(st.sampled_from(IDS), max_size=2)), max_size=25)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what happens at thousands of links happen at a few."""
    monkeypatch.setattr(packing, "OVERLAY_MAX", 3)
    monkeypatch.setattr(packing, "ARENA_ROWS", 4)
    monkeypatch.setattr(packing, "_FULL_ENOUGH", 3)
    monkeypatch.setattr(packing, "POURED_TOGETHER", 2)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("bits", [0, 1, 32])
def test_after_any_changes_the_packed_links_are_those_of_a_plain_dict(
    bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With few bits all ids meet in one hash or two, and only the id in the row tells them apart.
    monkeypatch.setattr(packing, "hashed", lambda text: hash(text) % 2**bits)

    @settings(deadline=None)
    @given(steps=STEPS)
    def hold(steps: Sequence[tuple[list[AdLink], set[str]]]) -> None:
        packed, plain = PackedLinks(Texts()), dict[str, AdLink]()
        for new, gone in steps:
            kept = {one.id: one for one in new if one.id not in gone}
            before, packed_before = dict(plain), packed
            plain = {id_: one for id_, one in plain.items() if id_ not in gone} | kept
            packed, _ = changed(packed, tuple(kept.values()), gone)
            assert found(packed) == plain
            assert packed.size == len(plain)
            assert sorted(packed.at(place).id for place in packed.places()) == sorted(plain)
            assert found(packed_before) == before  # whoever still holds the one before reads it as it was

    hold()


def found(packed: PackedLinks) -> dict[str, AdLink]:
    return {id_: one[1] for id_ in IDS if (one := packed.find(id_)) is not None}


@pytest.mark.usefixtures("small")
@settings(deadline=None)
@given(steps=STEPS, asked=st.sets(st.integers(0, 24)))
def test_after_any_changes_the_table_answers_as_the_store_would(
    steps: Sequence[tuple[list[AdLink], set[str]]], asked: set[int]
) -> None:
    clock, store = SetClock(NOW), MemoryLinks()
    table = LinkTable(store, clock)
    for number, (new, gone) in enumerate(steps):
        for one in new:
            store.update(one)
        for id_ in gone & store.kept.keys():
            store.remove(id_)
        clock.advance(1_000)
        if (
            number not in asked
        ):  # some of the time nobody asks, and the lists are made anew, or follow several steps at once
            continue
        live = sorted((one for one in store.kept.values() if is_live(one)), key=lambda one: one.id)
        assert {id_: table.find(id_) for id_ in IDS} == {id_: store.kept.get(id_) for id_ in IDS}
        assert list(table.live()) == live
        assert list(table.live()[1:3]) == live[1:3]
        for note in ("a", "b", "c"):
            assert table.live_under(NoteId(note)) == [one for one in live if one.note == note]
        assert table.size() == len(store.kept)


@pytest.mark.usefixtures("small")
def test_links_that_change_over_and_over_leave_no_more_behind_than_a_few_half_full_arenas() -> None:
    many = [link(id=LinkId(f"link-{n}")) for n in range(40)]
    packed, _ = changed(PackedLinks(Texts()), many)
    least = packed.size_bytes
    for turn in range(400):
        one = replace(many[turn % 40], price_fen=turn)
        packed, _ = changed(packed, [one])
        assert packed.find(one.id) is not None
    assert packed.size == 40
    assert packed.size_bytes < 2 * least
    assert len(packed.arenas) < 60


def test_what_is_asked_for_often_is_read_once_and_what_has_changed_is_read_again() -> None:
    clock, store = SetClock(NOW), MemoryLinks(link(), link(id=LinkId("link-2")))
    table = LinkTable(store, clock)
    first, other = table.find("link-1"), table.find("link-2")
    assert table.find("link-1") is first
    assert table.live()[0] is first
    store.update(link(paused=True))
    clock.advance(1_000)
    assert table.find("link-1") == link(paused=True)
    assert table.find("link-2") is other


def test_a_store_that_was_set_back_is_read_as_a_whole() -> None:
    clock, store = SetClock(NOW), MemoryLinks(link(), link(id=LinkId("link-2")))
    table = LinkTable(store, clock)
    store.update(link(paused=True))
    store.update(link(id=LinkId("link-3")))
    clock.advance(1_000)
    assert (table.find("link-3") is not None, table.size()) == (True, 3)
    back = MemoryLinks(link())
    back.note("link-1")
    table._store = back  # the same database, from a copy of yesterday
    clock.advance(1_000)
    assert (table.find("link-1"), table.find("link-3"), table.size()) == (link(), None, 1)
