"""What changed since a revision: noted by the engine whoever writes, and never overtaken by a later number."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import CreatorId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.links.api import HoldSource, LinkHold, LinkTable
from hongmao.links.contracts import AdLink, Review, TargetKind
from hongmao.storage import links as sql_links
from hongmao.storage.database import Database, open_database
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.scope import PlatformScope
from storage.opened import ALLIANCE_DAY, ROOT, House, house
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.links.contracts import LinkChanges

TEST = PlatformScope("a test writes what no act of the house writes")
ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgres"])


def ad_link(number: int, **changes: object) -> AdLink:
    one = AdLink(
        id=LinkId(f"l-{number}"),
        tenant=TenantId("t1"),
        merchant=MerchantId("m"),
        note=NoteId("n"),
        creator=CreatorId("c"),
        shop=ShopId("s"),
        platform="sandbox",
        target=TargetKind.SHOP,
        item=None,
        deeplink=None,
        universal_link=None,
        fallback_url=f"https://x.example/{number}",
        deeplink_review=Review.PENDING,
        universal_link_review=Review.PENDING,
        fallback_review=Review.APPROVED,
        review_note="",
        button="购买同款",
        title="",
        line="cid",
        price_fen=100,
        paused=False,
        created_at_ms=ALLIANCE_DAY,
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def found(city: House, links: Iterable[AdLink]) -> SqlLinkStore:
    """Give the links a tenant, a shop and a note to stand under, and keep them."""
    catalog, store = city.catalog, SqlLinkStore(city.database)
    who = city.tenant("t1")
    catalog.add_creator(ROOT, name="达人", id="c")
    catalog.add_note(ROOT, creator="c", type="picture", title="x", body="", topic="x", cover="c", id="n")
    catalog.add_merchant(replace(ROOT, tenant=who.tenant), name="m", id="m")
    where = {"platform": "sandbox", "platform_shop_id": "s", "home_url": "https://x.example/"}
    catalog.add_shop(replace(ROOT, tenant=who.tenant), merchant="m", name="s", id="s", **where)
    for link in links:
        store.add(link)
    return store


def write(database: Database, *statements: str) -> None:
    """Write by SQL, past the store, as an operator with a console would."""
    with database.session(TEST, write=True) as session:
        for statement in statements:
            session.execute(text(statement))


def told(pages: Iterable[LinkChanges]) -> tuple[set[int], dict[str, AdLink], set[str]]:
    """Put pages together: their revisions, what changed, what is gone."""
    pages = list(pages)
    links: dict[str, AdLink] = {link.id: link for page in pages for link in page.links}
    return {page.revision for page in pages}, links, {id_ for page in pages for id_ in page.gone}


@ENGINES
def test_what_changed_after_a_revision_is_told_once_and_in_pages_of_that_one_revision(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_links, "PAGE_ROWS", 2)
    with house(engine) as city:
        links = {f"l-{n}": ad_link(n) for n in range(5)}
        store = found(city, links.values())
        assert [len(page.links) for page in store.changes(-1)] == [2, 2, 1]
        before = store.revision()
        assert told(store.changes(-1)) == ({before}, links, set())
        assert told(store.changes(before)) == ({before}, {}, set())
        paused = ad_link(3, paused=True)
        store.hold(paused.tenant, LinkHold(link=paused.id, source=HoldSource.CARE, reason="price", since_ms=0))
        assert store.revision() == before + 1
        assert told(store.changes(before)) == ({before + 1}, {"l-3": paused}, set())
        # Whoever knows more than there is, is told by the number that the store was set back.
        assert told(store.changes(before + 9)) == ({before + 1}, {}, set())


@ENGINES
def test_a_change_past_the_store_is_noted_as_well_and_so_is_a_link_that_is_no_more(engine: str) -> None:
    with house(engine) as city:
        store = found(city, map(ad_link, range(4)))
        clock = SetClock(ALLIANCE_DAY)
        table = LinkTable(store, clock)
        write(city.database, "UPDATE links SET paused = true WHERE id IN ('l-0', 'l-1')")
        write(city.database, "DELETE FROM links WHERE id = 'l-2'", "UPDATE links SET id = 'l-9' WHERE id = 'l-3'")
        clock.advance(1_000)
        found_now = {id_: table.find(id_) for id_ in ("l-0", "l-1", "l-2", "l-3", "l-9")}
        assert found_now == {
            "l-0": ad_link(0, paused=True),
            "l-1": ad_link(1, paused=True),
            "l-2": None,
            "l-3": None,
            "l-9": ad_link(3, id="l-9"),
        }
        assert table.size() == 3
        assert list(table.live()) == [ad_link(3, id="l-9")]
        store.add(ad_link(2))  # a number of an id that was gone
        clock.advance(1_000)
        assert table.find("l-2") == ad_link(2)


def test_on_postgres_a_table_that_was_emptied_is_empty() -> None:
    with house("postgres") as city:
        store = found(city, map(ad_link, range(3)))
        before = store.revision()
        write(city.database, "TRUNCATE links CASCADE")
        assert told(store.changes(before))[1:] == ({}, {"l-0", "l-1", "l-2"})


@ENGINES
def test_what_was_taken_back_was_never_noted(engine: str) -> None:
    with house(engine) as city:
        store = found(city, map(ad_link, range(2)))
        before = store.revision()
        with pytest.raises(DBAPIError):
            write(city.database, "UPDATE links SET paused = true", "UPDATE links SET note_id = NULL")
        assert told(store.changes(before)) == ({before}, {}, set())


@ENGINES
def test_links_of_a_database_from_before_are_all_read_at_the_first_look(engine: str) -> None:
    with house(engine) as city:
        store = found(city, map(ad_link, range(3)))
        city.database.downgrade("v0009")
        write(city.database, "UPDATE links SET paused = true WHERE id = 'l-1'")  # nobody counted this one
        city.database.migrate()
        expected = {f"l-{n}": ad_link(n, paused=n == 1) for n in range(3)}
        assert told(store.changes(-1))[1] == expected
        before = store.revision()
        write(city.database, "UPDATE links SET paused = false WHERE id = 'l-1'")
        assert told(store.changes(before)) == ({before + 1}, {"l-1": ad_link(1)}, set())


def test_on_postgres_the_later_of_two_numbers_waits_until_the_earlier_is_decided_so_that_no_reader_skips_it() -> None:
    """Two writers who take no turns, as two consoles would not; a reader looks at every step between.

    With numbers of a sequence the second, committed first, would be seen first, and the first never.
    """
    with database_url() as url:
        one, two, looking = (open_database(url) for _ in range(3))
        store = found(House(one), map(ad_link, range(2)))
        clock = SetClock(ALLIANCE_DAY)
        table = LinkTable(SqlLinkStore(looking), clock)
        seen: list[tuple[bool, bool]] = []

        def look() -> None:
            clock.advance(1_000)
            seen.append(tuple(bool((link := table.find(f"l-{n}")) and link.paused) for n in range(2)))  # type: ignore[arg-type]

        begun, over = threading.Event(), threading.Event()

        def second() -> None:
            with two.session(TEST, write=True, alone=False) as session:
                session.execute(text("SELECT 1"))
                begun.set()
                session.execute(text("UPDATE links SET paused = true WHERE id = 'l-1'"))
            over.set()

        later = threading.Thread(target=second)
        with one.session(TEST, write=True, alone=False) as first:
            first.execute(text("UPDATE links SET paused = true WHERE id = 'l-0'"))
            first_number = first.scalar(text("SELECT number FROM revisions WHERE name = 'links'"))
            look()
            later.start()
            begun.wait(120)
            _until_somebody_waits(looking)
            assert not over.is_set()
            look()
        later.join(120)
        look()
        assert seen == [(False, False), (False, False), (True, True)]
        notes = "SELECT link_id, revision FROM link_changes"
        with looking.session(TEST) as session:
            assert dict(session.execute(text(notes)).all()) == {"l-0": first_number, "l-1": first_number + 1}
        assert store.revision() == first_number + 1
        for database in (one, two, looking):
            database.close()


def _until_somebody_waits(database: Database) -> None:
    """Return when a statement waits for another transaction, which the server knows; for ten seconds at most."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(1_000):
        with database.session(TEST) as session:
            if session.scalar(text(waiting)):
                return
        threading.Event().wait(0.01)
    raise AssertionError("the second writer waits for nobody")


def test_the_notes_are_still_taken_at_the_newest_version_of_the_tables() -> None:
    """A later migration that copies the table of links on SQLite would lose them without a word."""
    with house() as city, city.database.session(TEST) as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'links'"))
        assert set(names) == {"links_noted_insert", "links_noted_update", "links_noted_delete"}
        assert "link_changes" in inspect(session.connection()).get_table_names()
