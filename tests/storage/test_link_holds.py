"""Holds where they are kept: what is paused is decided in the transaction that places or lifts, on every engine."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from hongmao.kernel.ids import LinkId, TenantId
from hongmao.links.api import HoldSource, LinkHold, LinkUnknown, Review
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.scope import PlatformScope
from storage.opened import ALLIANCE_DAY, house
from storage.test_link_changes import ad_link, found, told, write

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgres"])
OURS = TenantId("t1")
LOOK = PlatformScope("a test looks at what is kept")


def hold(link: str, source: HoldSource, reason: str = "x", since_ms: int = ALLIANCE_DAY) -> LinkHold:
    return LinkHold(link=LinkId(link), source=source, reason=reason, since_ms=since_ms)


@ENGINES
def test_a_link_rests_while_anybody_holds_it_and_every_edge_is_told(engine: str) -> None:
    with house(engine) as city:
        store = found(city, map(ad_link, range(2)))
        before = store.revision()
        assert store.hold(OURS, hold("l-0", HoldSource.CARE)).paused
        assert told(store.changes(before)) == ({before + 1}, {"l-0": ad_link(0, paused=True)}, set())
        # A second hold changes nothing that an edge serves by, so nothing is read again.
        assert store.hold(OURS, hold("l-0", HoldSource.MERCHANT)).paused
        assert store.hold(OURS, hold("l-0", HoldSource.CARE, "y", ALLIANCE_DAY + 5)).paused
        assert store.revision() == before + 1
        assert store.holds(OURS, LinkId("l-0")) == [hold("l-0", HoldSource.CARE, "y"), hold("l-0", HoldSource.MERCHANT)]
        assert store.lift(OURS, LinkId("l-0"), HoldSource.CARE).paused
        assert not store.lift(OURS, LinkId("l-0"), HoldSource.MERCHANT).paused
        assert not store.lift(OURS, LinkId("l-0"), HoldSource.MERCHANT).paused
        assert store.get(OURS, LinkId("l-0")) == ad_link(0)
        city.tenant("t2")
        acts: tuple[Callable[[], object], ...] = (
            lambda: store.hold(TenantId("t2"), hold("l-0", HoldSource.CARE)),
            lambda: store.lift(TenantId("t2"), LinkId("l-0"), HoldSource.CARE),
        )
        for act in acts:
            with pytest.raises(LinkUnknown):
                act()
        assert store.holds(TenantId("t2"), LinkId("l-0")) == []


@ENGINES
def test_a_source_that_is_worked_out_anew_sets_all_its_holds_or_none(engine: str) -> None:
    with house(engine) as city:
        store = found(city, map(ad_link, range(1_200)))  # more than one statement takes
        store.hold(OURS, hold("l-7", HoldSource.MERCHANT))
        everything = {LinkId(f"l-{n}"): "switched off" for n in range(1_200)}
        assert store.set_holds(HoldSource.ADMISSION, {**everything, LinkId("gone"): "x"}, ALLIANCE_DAY) == 1_200
        assert all(link.paused for link in store.table())
        assert store.set_holds(HoldSource.ADMISSION, everything, ALLIANCE_DAY + 1) == 0
        assert store.set_holds(HoldSource.POLICY, {LinkId("l-3"): "closed"}, ALLIANCE_DAY) == 1
        assert store.set_holds(HoldSource.ADMISSION, {LinkId("l-5"): "score"}, ALLIANCE_DAY + 2) == 1_200
        assert {link.id for link in store.table() if link.paused} == {"l-3", "l-5", "l-7"}
        assert store.holds(OURS, LinkId("l-5")) == [hold("l-5", HoldSource.ADMISSION, "score")]
        # Forgotten and worked out again, everything is as it was; the merchant's own is not among what may be.
        write(city.database, "DELETE FROM link_holds WHERE source <> 'merchant'")
        assert store.set_holds(HoldSource.ADMISSION, {LinkId("l-5"): "score"}, ALLIANCE_DAY + 3) == 1
        assert store.set_holds(HoldSource.POLICY, {LinkId("l-3"): "closed"}, ALLIANCE_DAY + 3) == 1
        assert {link.id for link in store.table() if link.paused} == {"l-3", "l-5", "l-7"}


@ENGINES
def test_a_link_that_is_no_more_takes_its_holds_with_it(engine: str) -> None:
    with house(engine) as city:
        store = found(city, map(ad_link, range(2)))
        store.set_holds(HoldSource.CAMPAIGN, {LinkId("l-0"): "x", LinkId("l-1"): "x"}, ALLIANCE_DAY)
        write(city.database, "DELETE FROM links WHERE id = 'l-0'")
        assert store.set_holds(HoldSource.CAMPAIGN, {}, ALLIANCE_DAY) == 1
        assert [link.paused for link in store.table()] == [False]


def test_what_was_paused_before_holds_were_kept_is_its_merchants_own_pause() -> None:
    with house() as city:
        database = city.database
        found(city, map(ad_link, range(2)))
        database.downgrade("v0011")
        write(database, "UPDATE links SET paused = true WHERE id = 'l-1'")
        database.migrate()
        store = SqlLinkStore(database)
        [was] = store.holds(OURS, LinkId("l-1"))
        assert (was.source, was.since_ms) == (HoldSource.MERCHANT, ALLIANCE_DAY)
        assert store.holds(OURS, LinkId("l-0")) == []
        assert not store.lift(OURS, LinkId("l-1"), HoldSource.MERCHANT).paused
        # And back: whoever was held stays paused.
        store.hold(OURS, hold("l-0", HoldSource.CARE))
        database.downgrade("v0011")
        with database.session(LOOK) as session:
            assert session.scalar(text("SELECT paused FROM links WHERE id = 'l-0'"))


@ENGINES
def test_verdicts_and_holds_that_meet_lose_neither(engine: str) -> None:
    with house(engine) as city:
        store = found(city, [ad_link(0, fallback_review=Review.PENDING)])
        both = threading.Barrier(2)

        def reviewing() -> None:
            both.wait()
            store.change(OURS, LinkId("l-0"), lambda link: replace(link, fallback_review=Review.APPROVED))

        def holding() -> None:
            both.wait()
            store.hold(OURS, hold("l-0", HoldSource.POLICY))

        threads = [threading.Thread(target=act) for act in (reviewing, holding)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.get(OURS, LinkId("l-0")) == ad_link(0, paused=True)
