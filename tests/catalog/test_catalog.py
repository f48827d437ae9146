"""Merchants, shops, items, creators, notes and readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog import community
from hongmao.catalog.api import (
    AlreadyDifferent,
    IdTaken,
    Item,
    NotAllowed,
    NothingThere,
    PlatformIdTaken,
    Principal,
    Role,
    Shop,
)
from hongmao.catalog.community import READERS_WAITING_MAX
from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import CreatorId, ItemId, MerchantId, NoteId, ReaderId, ShopId
from hongmao.storage.catalog import SqlCatalogStore
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.catalog.api import Reader


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened:
        yield opened


def found_shop(city: House, who: Principal, name: str) -> Shop:
    city.catalog.add_merchant(who, name=f"商家 {name}", id=f"merchant-{name}")
    return city.catalog.add_shop(
        who,
        merchant=f"merchant-{name}",
        platform="sandbox",
        platform_shop_id=f"outside-{name}",
        name="旗舰店",
        home_url="https://shop.example/",
        id=f"shop-{name}",
    )


def found_item(city: House, who: Principal, name: str, **instead: object) -> Item:
    facts: dict[str, object] = {
        "shop": f"shop-{name}",
        "spu": "spu-1",
        "platform_item_id": "outside-item",
        "title": "水杯",
        "price_fen": 29_900,
        "url": "https://shop.example/item/1",
        "id": f"item-{name}",
    }
    return city.catalog.add_item(who, **{**facts, **instead})  # type: ignore[arg-type]


def publish(city: House, name: str, at_ms: int | None = None) -> None:
    city.catalog.add_creator(ROOT, name="达人", id="creator-1")
    city.catalog.add_note(
        ROOT,
        creator="creator-1",
        type="picture",
        title="好物",
        body="真实使用",
        topic="家居",
        cover="cover-1",
        published_at_ms=at_ms,
        id=name,
    )


def test_a_seeding_program_may_run_twice_and_change_nothing(city: House) -> None:
    who = city.tenant("t1")
    for _ in range(2):
        shop = found_shop(city, who, "a")
        item = found_item(city, who, "a")
        publish(city, "note-1")
        city.clock.advance(1_000)
    assert city.catalog.shops(who) == [shop]
    assert city.catalog.items(who, shop.id) == [item]
    assert city.catalog.note(NoteId("note-1")).published_at_ms == ALLIANCE_DAY


def test_other_content_under_the_same_id_is_refused_with_the_fields_that_differ(city: House) -> None:
    who = city.tenant("t1")
    found_shop(city, who, "a")
    found_item(city, who, "a")
    with pytest.raises(AlreadyDifferent) as caught:
        found_item(city, who, "a", price_fen=1, title="茶杯")
    assert caught.value.params["fields"] == "title, price_fen"


def test_an_id_of_another_tenant_is_taken_and_tells_nothing_more(city: House) -> None:
    one, two = city.tenant("t1"), city.tenant("t2")
    found_shop(city, one, "a")
    with pytest.raises(IdTaken):
        city.catalog.add_merchant(two, name="商家 a", id="merchant-a")
    with pytest.raises(NothingThere):
        city.catalog.add_shop(
            two,
            merchant="merchant-a",
            platform="sandbox",
            platform_shop_id="x",
            name="x",
            home_url="https://x.example/",
        )


def test_an_outside_shop_or_item_is_registered_once(city: House) -> None:
    one, two = city.tenant("t1"), city.tenant("t2")
    found_shop(city, one, "a")
    found_item(city, one, "a")
    city.catalog.add_merchant(two, name="b", id="merchant-b")
    with pytest.raises(PlatformIdTaken):
        city.catalog.add_shop(
            two,
            merchant="merchant-b",
            platform="sandbox",
            platform_shop_id="outside-a",
            name="冒名",
            home_url="https://x.example/",
        )
    with pytest.raises(PlatformIdTaken):
        found_item(city, one, "a", id="item-b")


def test_a_shop_and_an_item_are_looked_up_by_id_within_ones_own(city: House) -> None:
    one, two = city.tenant("t1"), city.tenant("t2")
    shop, item = found_shop(city, one, "a"), found_item(city, one, "a")
    assert city.catalog.shop(one, ShopId("shop-a")) == shop
    assert city.catalog.item(ROOT, ItemId("item-a")) == item  # the administrator at home sees every tenant
    for look in (
        lambda: city.catalog.shop(two, ShopId("shop-a")),
        lambda: city.catalog.item(two, ItemId("item-a")),
        lambda: city.catalog.merchant(two, MerchantId("merchant-a")),
        lambda: city.catalog.shop(one, ShopId("shop-none")),
    ):
        with pytest.raises(NothingThere):
            look()


def test_ids_are_minted_where_none_is_given_and_sort_by_time(city: House) -> None:
    who = city.tenant("t1")
    made = []
    for name in "abc":
        made.append(city.catalog.add_merchant(who, name=name).id)
        city.clock.advance(1)
    assert [merchant.id for merchant in city.catalog.merchants(who)] == made == sorted(made)
    assert [m.id for m in city.catalog.merchants(who, after=made[0], limit=1)] == [made[1]]


@pytest.mark.parametrize("bad", ["", "-a", "a b", "a/b", "名", "a" * 65, "a\n", "a\x00", "'--", "<b>"])
def test_a_malformed_id_is_refused_before_it_reaches_a_query(city: House, bad: str) -> None:
    with pytest.raises(BadInput) as caught:
        city.catalog.add_creator(ROOT, name="x", id=bad)
    assert caught.value.params["place"] == "id"


def test_notes_come_newest_first_page_by_page_without_gap_or_repeat(city: House) -> None:
    for number in range(7):
        publish(city, f"note-{number}", at_ms=1_000 * (number // 2))  # two in the same millisecond
    seen = []
    page = city.catalog.notes(limit=2)
    while page:
        seen += [note.id for note in page]
        page = city.catalog.notes(limit=2, before=page[-1])
    assert seen == [f"note-{number}" for number in reversed(range(7))]
    assert len(city.catalog.notes(creator=CreatorId("creator-1"))) == 7


def test_texts_come_back_to_the_character(city: House) -> None:
    ugly = "'; DROP TABLE notes; -- <script>alert(1)</script> \" {{7*7}} %s \\ 🐈\u200d⬛\u202e"
    city.catalog.add_creator(ROOT, name=ugly[:64], bio=ugly, id="creator-1")
    note = city.catalog.add_note(
        ROOT, creator="creator-1", type="video", title=ugly, body=ugly, topic=ugly[:64], cover="c"
    )
    assert city.catalog.note(note.id) == note
    assert (note.title, note.body) == (ugly, ugly)
    assert city.catalog.creator(CreatorId("creator-1")).bio == ugly


def test_event_enrichment_is_answered_from_memory_and_sees_what_is_new(city: House) -> None:
    assert not city.catalog.note_exists("note-1")
    publish(city, "note-1")
    assert city.catalog.note_exists("note-1")
    assert city.catalog.note_creators(["note-1", "note-2", "'--"]) == {"note-1": "creator-1"}
    assert city.catalog.creators_known(["creator-1", "nobody"]) == {"creator-1"}
    who = city.tenant("t1")
    shop = found_shop(city, who, "a")
    assert city.catalog.shops_known(["shop-a", "x"]) == {"shop-a": shop}
    assert city.catalog.items_known([f"i{n}" for n in range(2_000)]) == {}


def test_only_the_house_writes_for_the_community_and_only_people_of_a_tenant_for_it(city: House) -> None:
    optimiser = city.tenant("t1")
    with pytest.raises(NotAllowed):
        city.catalog.add_creator(optimiser, name="x")
    analyst = city.tenant("t1", Role.ANALYST)
    assert city.catalog.merchants(analyst) == []
    with pytest.raises(NotAllowed):
        city.catalog.add_merchant(analyst, name="x")
    with pytest.raises(NotAllowed):
        city.catalog.shops(city.tenant("t1", Role.OPS))


def test_PRIV_2_a_reader_is_a_pseudonym_and_keeps_its_first_moment(city: House) -> None:
    city.catalog.remember_reader(ReaderId("r-1"), 1_000)
    first = city.catalog.reader(ReaderId("r-1"))
    assert first is not None
    city.catalog.flush_readers()
    city.catalog.remember_reader(ReaderId("r-1"), 2_000)
    city.catalog.flush_readers()
    assert city.catalog.reader(ReaderId("r-1")) == first
    assert city.catalog.reader(ReaderId("r-2")) is None


def test_readers_are_kept_many_at_a_time(city: House, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    remember = SqlCatalogStore.remember

    def count(self: SqlCatalogStore, readers: Sequence[Reader]) -> None:
        writes.append(len(readers))
        remember(self, readers)

    monkeypatch.setattr(SqlCatalogStore, "remember", count)
    for number in range(2 * READERS_WAITING_MAX + 5):
        city.catalog.remember_reader(ReaderId(f"r-{number}"), number)
        city.catalog.remember_reader(ReaderId(f"r-{number}"), number + 1)
    city.catalog.flush_readers()
    assert writes == [READERS_WAITING_MAX, READERS_WAITING_MAX, 5]


def test_a_reader_who_stays_is_kept_once_however_many_come_and_go(city: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(community, "READERS_KNOWN_MAX", 10)
    kept: list[str] = []
    monkeypatch.setattr(SqlCatalogStore, "remember", lambda _, readers: kept.extend(one.id for one in readers))
    for number in range(1_000):
        city.catalog.remember_reader(ReaderId("r-stays"), number)
        city.catalog.remember_reader(ReaderId(f"r-{number}"), number)
        assert len(city.catalog._known) <= 5  # the older half has as many
    city.catalog.flush_readers()
    assert sorted(kept) == sorted({"r-stays", *(f"r-{number}" for number in range(1_000))})
