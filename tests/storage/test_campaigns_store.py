"""What advertisers decide, in SQL: each tenant its own, each change kept, nothing lost between two writers. On every engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from hongmao.campaigns.contracts import CampaignTerms, Noun, Placed, State, TimePeriod, UnitTerms
from hongmao.campaigns.errors import AdvertiserExists, ChangedMeanwhile, NameTaken
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.storage.campaigns import SqlCampaignStore
from hongmao.storage.models import PlacedChangeRow
from hongmao.storage.scope import PlatformScope
from storage.opened import ALLIANCE_DAY, house

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_the_history_cannot_be_changed_by_anybody(opened: House, store: SqlCampaignStore) -> None:
    store.add(campaign(), by="key-1", lone_name=True)
    for statement in (update(PlacedChangeRow).values(by="nobody"), delete(PlacedChangeRow)):
        session = opened.database.session(PlatformScope("a test that tries"), write=True)
        with pytest.raises(DBAPIError, match="append-only"), session as opened_session:
            opened_session.execute(statement)
