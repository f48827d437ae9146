"""What advertisers decide, in SQL: each tenant its own, each change kept, nothing lost between two writers. On every engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from hongmao.campaigns.contracts import (
    Binding,
    CampaignTerms,
    CreativityTerms,
    DirectLinkTerms,
    Noun,
    Placed,
    State,
    TimePeriod,
    UnitTerms,
)
from hongmao.campaigns.errors import AdvertiserExists, ChangedMeanwhile, NameTaken
from hongmao.catalog.api import Principal, Role
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.storage.campaigns import SqlCampaignStore
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.models import PlacedChangeRow
from hongmao.storage.scope import PlatformScope
from links.factories import link
from storage.opened import ALLIANCE_DAY, ROOT, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.opened import House

TERMS = CampaignTerms(campaign_name="618 蓄水", placement=1, time_period=TimePeriod(mon="1" * 24))


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as made:
        for tenant in ("t1", "t2"):
            who = made.tenant(tenant)
            made.catalog.add_merchant(who, name="初晴", id=f"m-{tenant}")
        yield made


@pytest.fixture
def store(opened: House) -> SqlCampaignStore:
    made = SqlCampaignStore(opened.database)
    for tenant in ("t1", "t2"):
        made.open_advertiser(TenantId(tenant), MerchantId(f"m-{tenant}"), "初晴", at_ms=ALLIANCE_DAY)
    return made


def campaign(tenant: str = "t1", advertiser: int = 1, **other: Any) -> Placed:
    draft = Placed(
        number=0,
        tenant=TenantId(tenant),
        noun=Noun.CAMPAIGN,
        advertiser=advertiser,
        parent=None,
        name="618 蓄水",
        state=State.ON,
        terms=TERMS,
        version=1,
        created_at_ms=ALLIANCE_DAY,
        updated_at_ms=ALLIANCE_DAY,
    )
    return replace(draft, **other)


def test_an_account_is_one_per_merchant_and_seen_by_its_tenant(store: SqlCampaignStore) -> None:
    t1, t2 = TenantId("t1"), TenantId("t2")
    with pytest.raises(AdvertiserExists):
        store.open_advertiser(t1, MerchantId("m-t1"), "初晴", at_ms=ALLIANCE_DAY)
    assert [one.merchant for one in store.advertisers(t1)] == ["m-t1"]
    [theirs] = store.advertisers(t2)
    assert store.advertiser(t1, theirs.number) is None
    assert store.advertiser(t2, theirs.number) == theirs


def test_what_was_placed_comes_back_as_it_was_and_only_to_its_tenant(store: SqlCampaignStore) -> None:
    made = store.add(campaign(), by="key-1", lone_name=True)
    assert replace(made, number=0) == campaign()
    t1, t2 = TenantId("t1"), TenantId("t2")
    assert store.get(t1, 1, Noun.CAMPAIGN, made.number) == made
    assert list(store.of(t1, 1, Noun.CAMPAIGN)) == [made]
    assert store.get(t1, 1, Noun.UNIT, made.number) is None
    assert store.get(t1, 2, Noun.CAMPAIGN, made.number) is None
    assert store.get(t2, 1, Noun.CAMPAIGN, made.number) is None
    assert list(store.of(t2, 1, Noun.CAMPAIGN)) == []
    assert list(store.changes(t2, Noun.CAMPAIGN, made.number)) == []
    with pytest.raises(ChangedMeanwhile):
        store.save(replace(made, tenant=t2, version=2), act="update", by="key-2", lone_name=False)


def test_each_change_is_kept_with_who_and_when(store: SqlCampaignStore) -> None:
    made = store.add(campaign(), by="key-1", lone_name=True)
    later = replace(made, state=State.PAUSED, version=2, updated_at_ms=ALLIANCE_DAY + 1)
    store.save(later, act="paused", by="user-2", lone_name=False)
    first, second = store.changes(TenantId("t1"), Noun.CAMPAIGN, made.number)
    assert (first.version, first.act, first.by, first.at_ms, first.state) == (
        1,
        "create",
        "key-1",
        ALLIANCE_DAY,
        State.ON,
    )
    assert (second.version, second.act, second.by, second.at_ms) == (2, "paused", "user-2", ALLIANCE_DAY + 1)
    assert (second.state, second.terms) == (State.PAUSED, TERMS)


def test_of_two_who_read_the_same_version_the_second_is_told(store: SqlCampaignStore) -> None:
    made = store.add(campaign(), by="key-1", lone_name=True)
    store.save(replace(made, state=State.PAUSED, version=2), act="paused", by="key-1", lone_name=False)
    with pytest.raises(ChangedMeanwhile):
        store.save(replace(made, state=State.DELETED, version=2), act="deleted", by="key-2", lone_name=False)
    now = store.get(TenantId("t1"), 1, Noun.CAMPAIGN, made.number)
    assert now is not None
    assert (now.state, now.version) == (State.PAUSED, 2)


def test_a_name_is_taken_among_living_siblings_only(store: SqlCampaignStore) -> None:
    made = store.add(campaign(), by="key-1", lone_name=True)
    with pytest.raises(NameTaken) as wrong:
        store.add(campaign(), by="key-1", lone_name=True)
    assert wrong.value.params["id"] == made.number
    store.add(campaign("t2", 2), by="key-2", lone_name=True)
    unit = campaign(noun=Noun.UNIT, parent=made.number, terms=UnitTerms(unit_name="618 蓄水"))
    store.add(unit, by="key-1", lone_name=True)
    store.save(replace(made, state=State.DELETED, version=2), act="deleted", by="key-1", lone_name=False)
    again = store.add(campaign(), by="key-1", lone_name=True)
    assert again.number != made.number


def test_several_are_kept_whole_or_not_at_all(store: SqlCampaignStore) -> None:
    t1 = TenantId("t1")
    one, two = store.add_all([campaign(name="甲"), campaign(name="乙")], by="key-1", why="一起")
    assert [change.why for change in store.changes(t1, Noun.CAMPAIGN, two.number)] == ["一起"]
    with pytest.raises(DBAPIError):
        store.add_all([campaign(name="丙"), campaign(name="丁", parent=999)], by="key-1")
    with pytest.raises(ChangedMeanwhile):
        store.save_all([replace(one, version=2), replace(two, version=9)], act="paused", by="key-1")
    assert list(store.of(t1, 1, Noun.CAMPAIGN)) == [one, two]
    newest = store.newest_changes(t1, {one.number: Noun.CAMPAIGN, two.number: Noun.CAMPAIGN}, 1)
    assert [change.placed for change in newest] == [two.number]
    assert store.newest_changes(TenantId("t2"), {one.number: Noun.CAMPAIGN}, 9) == []
    assert store.every(Noun.CAMPAIGN) == [one, two]
    assert {number: account.merchant for number, account in store.accounts().items()} == {1: "m-t1", 2: "m-t2"}


def test_a_link_carries_one_creativity_and_of_two_who_bind_it_the_second_is_told(
    opened: House, store: SqlCampaignStore
) -> None:
    made = placed_in(opened, store)
    creatives, binding = made.creatives, made.binding
    one, other = (replace(one, version=2) for one in creatives)
    store.bind(binding, one, None, by="key-1", why="上线")
    with pytest.raises(ChangedMeanwhile):
        store.bind(replace(binding, creativity=other.number), other, None, by="key-2")  # found it free as well
    assert store.bindings(TenantId("t1")) == store.bindings(None) == [binding]
    assert store.bindings(TenantId("t2")) == []
    [carried] = store.carried()
    assert (carried.link, carried.creativity, carried.unit, carried.campaign) == ("link-1", State.ON, State.ON, 1)
    assert list(store.campaigns_carried()) == [1]
    anew = replace(binding, creativity=other.number, at_ms=ALLIANCE_DAY + 1)
    store.bind(anew, other, replace(one, version=3), by="key-1")
    assert store.bindings(None) == [anew]
    with pytest.raises(ChangedMeanwhile):
        store.unbind(TenantId("t1"), binding.link, replace(one, version=4), by="key-1")
    store.unbind(TenantId("t1"), binding.link, replace(other, version=3), by="key-1")
    assert store.bindings(None) == []
    acts = [change.act for change in store.changes(TenantId("t1"), Noun.CREATIVITY, one.number)]
    assert acts == ["create", "bind", "unbind"]
    assert [change.act for change in store.changes(TenantId("t1"), Noun.CREATIVITY, other.number)] == acts


def test_creativities_and_what_they_carry_are_kept_whole_or_not_at_all(opened: House, store: SqlCampaignStore) -> None:
    made, t1 = placed_in(opened, store), TenantId("t1")
    link, first = made.binding.link, replace(made.creatives[0], version=2)
    shown = replace(first, number=0, version=1)
    store.bind(made.binding, first, None, by="key-1", why="上线")
    with pytest.raises(ChangedMeanwhile):  # it was read while the link carried nothing
        store.add_bound([shown, shown], {1: link}, {}, campaign=made.binding.campaign, by="key-2")
    assert len(store.of(t1, 1, Noun.CREATIVITY)) == 2
    assert store.bindings(t1) == [made.binding]
    left = {link: replace(first, version=3)}
    one, two = store.add_bound([shown, shown], {1: link}, left, campaign=made.binding.campaign, by="key-2", why="换")
    assert (one.version, two.version) == (1, 2)
    assert list(store.of(t1, 1, Noun.CREATIVITY))[2:] == [one, two]
    assert [bound.creativity for bound in store.bindings(t1)] == [two.number]
    acts = {
        number: [change.act for change in store.changes(t1, Noun.CREATIVITY, number)]
        for number in (first.number, two.number)
    }
    assert acts == {first.number: ["create", "bind", "unbind"], two.number: ["create", "bind"]}


def test_a_campaign_whose_name_is_taken_leaves_no_direct_link_behind(store: SqlCampaignStore) -> None:
    t1 = TenantId("t1")
    way = campaign(noun=Noun.DIRECT_LINK, name="", terms=DirectLinkTerms(url="app://a", type=1))

    def led(links: Sequence[Placed]) -> Placed:
        return campaign(terms=replace_way(links[0].number))

    made = store.add_led([way], led, by="key-1", why="首投")
    [link] = store.of(t1, 1, Noun.DIRECT_LINK)
    assert made.terms == replace_way(link.number)
    with pytest.raises(NameTaken):
        store.add_led([way], led, by="key-1")
    assert [one.number for one in store.of(t1, 1, Noun.DIRECT_LINK)] == [link.number]
    assert store.of(t1, 1, Noun.CAMPAIGN) == [made]


def replace_way(number: int) -> CampaignTerms:
    """Let the campaign of these tests lead by a direct link."""
    return msgspec.structs.replace(TERMS, deeplink_id=number)


@dataclass(frozen=True, slots=True)
class Bindable:
    """Two creativities of one campaign, and a link that may carry either."""

    creatives: tuple[Placed, Placed]
    binding: Binding


def placed_in(opened: House, store: SqlCampaignStore) -> Bindable:
    """Place a campaign, a unit, two creativities, and a link for them."""
    who = Principal(id="u", tenant=TenantId("t1"), role=Role.OPTIMISER, name="u")
    creator = opened.catalog.add_creator(ROOT, name="阿橙", bio="", id="creator-1").id
    note = opened.catalog.add_note(
        ROOT, creator=creator, type="picture", title="说点实话", body="。", topic="美妆", cover="note-1", id="note-1"
    ).id
    shop = opened.catalog.add_shop(
        who,
        merchant=MerchantId("m-t1"),
        platform="sandbox",
        platform_shop_id="1",
        name="店",
        home_url="http://a.example/",
    ).id
    draft = replace(
        link(), tenant=who.tenant, merchant=MerchantId("m-t1"), note=note, creator=creator, shop=shop, item=None
    )
    SqlLinkStore(opened.database).add(draft)
    parent = store.add(campaign(), by="key-1", lone_name=True)
    unit = store.add(campaign(noun=Noun.UNIT, parent=parent.number, terms=UnitTerms()), by="key-1", lone_name=True)
    shown = campaign(noun=Noun.CREATIVITY, parent=unit.number, terms=CreativityTerms(note_id=note))
    one, two = store.add_all([shown, shown], by="key-1")
    binding = Binding(
        link=draft.id, tenant=who.tenant, creativity=one.number, campaign=parent.number, at_ms=ALLIANCE_DAY
    )
    return Bindable((one, two), binding)


def test_the_history_cannot_be_changed_by_anybody(opened: House, store: SqlCampaignStore) -> None:
    store.add(campaign(), by="key-1", lone_name=True)
    for statement in (update(PlacedChangeRow).values(by="nobody"), delete(PlacedChangeRow)):
        session = opened.database.session(PlatformScope("a test that tries"), write=True)
        with pytest.raises(DBAPIError, match="append-only"), session as opened_session:
            opened_session.execute(statement)
