"""Drafting, reviewing and pausing links, and the table that the jump reads."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import CreatorId, IdMaker, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.links.api import (
    AddressRefused,
    FallbackMissing,
    LinkDraft,
    LinkExists,
    LinkFieldWrong,
    Links,
    LinkTable,
    LinkUnknown,
    NothingToReview,
    Review,
    Reviews,
    TargetKind,
    WordsTooLong,
    is_live,
)
from links.factories import ALLOWED, DEEPLINK, ITEM_PAGE, UNIVERSAL, MemoryLinks, link

if TYPE_CHECKING:
    from hongmao.kernel.clock import SetClock

OURS, THEIRS = TenantId("tenant-1"), TenantId("tenant-2")
DRAFT = LinkDraft(
    id=LinkId("link-1"),
    merchant=MerchantId("merchant-1"),
    note=NoteId("note-1"),
    creator=CreatorId("creator-1"),
    shop=ShopId("shop-1"),
    platform="sandbox",
    target=TargetKind.ITEM,
    item=ItemId("item-1"),
    deeplink=DEEPLINK,
    universal_link=UNIVERSAL,
    fallback_url=ITEM_PAGE,
    button="购买同款",
    title="同款好物",
    price_fen=80,
)


@pytest.fixture
def store() -> MemoryLinks:
    return MemoryLinks()


@pytest.fixture
def links(store: MemoryLinks, clock: SetClock) -> Links:
    return Links(store, clock, IdMaker(clock, random.Random(1)), ALLOWED)


def test_LINK_2_a_new_link_waits_for_its_review_and_serves_only_after_it(links: Links) -> None:
    made = links.create(OURS, DRAFT)
    assert {made.deeplink_review, made.universal_link_review, made.fallback_review} == {Review.PENDING}
    assert not is_live(made)
    assert [waiting.id for waiting in links.waiting()] == ["link-1"]
    # The reviewer lets the page pass and refuses the app scheme: the link serves, by H5.
    reviewed = links.review(OURS, made.id, Reviews(deeplink=Review.REJECTED, fallback=Review.APPROVED, note="协议不符"))
    assert is_live(reviewed)
    assert reviewed.review_note == "协议不符"
    assert reviewed.universal_link_review is Review.PENDING
    # A later rejection of the page takes it out again.
    assert not is_live(links.review(OURS, made.id, Reviews(fallback=Review.REJECTED)))


def test_LINK_1_a_link_without_a_fallback_is_refused(links: Links) -> None:
    for missing in (None, ""):
        with pytest.raises(FallbackMissing):
            links.create(OURS, replace(DRAFT, fallback_url=missing))


@pytest.mark.parametrize(
    "changes",
    [
        {"fallback_url": "http://evil.example/"},
        {"universal_link": "http://evil.example/"},
        {"deeplink": "javascript://x"},
        {"deeplink": "sandboxshop://open?h5url=http%3A%2F%2Fevil.example"},
        {"platform": "a-platform-nobody-set-up"},
    ],
)
def test_ABUSE_5_an_address_outside_the_allow_list_is_refused(links: Links, changes: dict[str, str]) -> None:
    with pytest.raises(AddressRefused) as refused:
        links.create(OURS, replace(DRAFT, **changes))  # type: ignore[arg-type]
    assert refused.value.message("zh")
    assert refused.value.message("en")


@pytest.mark.parametrize(
    "changes", [{"button": "立即购买同款好物"}, {"button": " "}, {"title": "十二个字就会超过标题的上限"}]
)
def test_CREAT_3_a_button_has_six_characters_and_a_title_eleven(links: Links, changes: dict[str, str]) -> None:
    with pytest.raises(WordsTooLong):
        links.create(OURS, replace(DRAFT, **changes))  # type: ignore[arg-type]


def test_a_button_of_ones_own_words_is_allowed(links: Links) -> None:
    assert links.create(OURS, replace(DRAFT, button="去看看吧")).button == "去看看吧"


@pytest.mark.parametrize("changes", [{"line": "both"}, {"price_fen": -1}, {"price_fen": True}, {"price_fen": 10**15}])
def test_a_line_and_a_price_that_mean_nothing_are_refused(links: Links, changes: dict[str, object]) -> None:
    with pytest.raises(LinkFieldWrong):
        links.create(OURS, replace(DRAFT, **changes))  # type: ignore[arg-type]


def test_an_id_is_made_where_none_is_given_and_a_bad_or_taken_one_is_refused(links: Links) -> None:
    assert links.create(OURS, replace(DRAFT, id=None)).id.startswith("lnk_")
    links.create(OURS, DRAFT)
    with pytest.raises(LinkExists):
        links.create(OURS, DRAFT)
    with pytest.raises(BadInput):
        links.create(OURS, replace(DRAFT, id=LinkId("<script>")))


def test_what_a_link_does_not_have_cannot_be_reviewed(links: Links) -> None:
    made = links.create(OURS, replace(DRAFT, deeplink=None, universal_link=""))
    with pytest.raises(NothingToReview):
        links.review(OURS, made.id, Reviews(deeplink=Review.APPROVED))
    with pytest.raises(NothingToReview):
        links.review(OURS, made.id, Reviews(universal_link=Review.APPROVED))
    links.review(OURS, made.id, Reviews(fallback=Review.APPROVED))
    assert links.waiting() == []


def test_somebody_elses_link_reads_as_none(links: Links) -> None:
    made = links.create(OURS, DRAFT)
    assert links.of(THEIRS) == []
    for act in (links.get, links.pause, links.resume):
        with pytest.raises(LinkUnknown):
            act(THEIRS, made.id)
    with pytest.raises(LinkUnknown):
        links.review(THEIRS, made.id, Reviews(fallback=Review.APPROVED))


def test_a_paused_link_leaves_the_table_within_a_second_and_comes_back(
    links: Links, store: MemoryLinks, clock: SetClock
) -> None:
    links.create(OURS, DRAFT)
    links.review(OURS, DRAFT.id or LinkId(""), Reviews(fallback=Review.APPROVED))
    table = LinkTable(store, clock)
    assert [found.id for found in table.live()] == ["link-1"]
    # 10:00:00.000: paused.
    links.pause(OURS, LinkId("link-1"))
    clock.advance(999)
    assert table.live()
    # 10:00:01.000: gone from what is served, still found by its id.
    clock.advance(1)
    assert not table.live()
    assert not table.live_under(NoteId("note-1"))
    assert table.find("link-1") is not None
    # Resumed, and asked at once.
    links.resume(OURS, LinkId("link-1"))
    table.refresh()
    assert [found.id for found in table.live_under(NoteId("note-1"))] == ["link-1"]


def test_the_table_is_read_again_only_when_a_link_has_changed(clock: SetClock) -> None:
    store = MemoryLinks(link())
    table = LinkTable(store, clock)
    for _ in range(10):
        clock.advance(60_000)
        assert table.find("link-1") is not None
    assert store.reads == 1
    store.update(link(paused=True))
    clock.set(0)  # a clock set back must not keep us from looking
    assert not table.live()
    assert store.reads == 2


def test_the_table_finds_no_link_that_is_not_there(clock: SetClock) -> None:
    assert LinkTable(MemoryLinks(), clock).find("link-9") is None
