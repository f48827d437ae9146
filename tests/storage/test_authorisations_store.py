"""Authorisations and bindings in SQL: each tenant its own, each change kept, nothing lost between two writers. On every engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from hongmao.campaigns.authorising import Authorisation, TaskAuth
from hongmao.campaigns.errors import ChangedMeanwhile
from hongmao.kernel.ids import CreatorId, NoteId, TenantId
from hongmao.storage.authorisations import SqlAuthorisationStore
from hongmao.storage.models import AuthorisationChangeRow
from hongmao.storage.scope import PlatformScope
from storage.opened import ALLIANCE_DAY, ROOT, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.opened import House

T1: Final = TenantId("t1")
ASKED: Final = Authorisation(
    number=0,
    tenant=T1,
    note=NoteId("note-1"),
    creator=CreatorId("creator-1"),
    state=TaskAuth.ASKED,
    paid=True,
    registered=False,
    from_ms=ALLIANCE_DAY,
    to_ms=None,
    version=1,
)


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as made:
        for tenant in ("t1", "t2"):
            made.tenant(tenant)
        made.catalog.add_creator(ROOT, name="阿橙", bio="", id="creator-1")
        made.catalog.add_note(
            ROOT,
            creator=CreatorId("creator-1"),
            type="picture",
            title="说点实话",
            body="。",
            topic="美妆",
            cover="note-1",
            id="note-1",
        )
        yield made


def test_what_stands_and_each_change_of_it_come_back(opened: House) -> None:
    store = SqlAuthorisationStore(opened.database)
    first = store.keep(ASKED, by="user-1", why="618", at_ms=ALLIANCE_DAY)
    assert replace(first, number=0) == ASKED
    granted = replace(first, state=TaskAuth.GRANTED, registered=True, to_ms=ALLIANCE_DAY + 9, version=2)
    assert store.keep(granted, by="root", why="", at_ms=ALLIANCE_DAY + 1) == granted
    assert store.of_note(T1, NoteId("note-1")) == granted
    assert store.of(T1) == store.every() == [granted]
    one, two = store.changes(T1, first.number)
    assert (one.version, one.state, one.by, one.why, one.at_ms) == (1, TaskAuth.ASKED, "user-1", "618", ALLIANCE_DAY)
    assert (two.version, two.state, two.registered, two.to_ms) == (2, TaskAuth.GRANTED, True, ALLIANCE_DAY + 9)
    assert store.of(TenantId("t2")) == []
    assert store.changes(TenantId("t2"), first.number) == []
    assert store.of_note(TenantId("t2"), NoteId("note-1")) is None


def test_of_two_writers_the_second_is_told_and_nothing_of_it_stays(opened: House) -> None:
    store = SqlAuthorisationStore(opened.database)
    first = store.keep(ASKED, by="user-1", why="", at_ms=ALLIANCE_DAY)
    with pytest.raises(ChangedMeanwhile):
        store.keep(ASKED, by="user-2", why="", at_ms=ALLIANCE_DAY)  # both found nothing and asked
    store.keep(replace(first, state=TaskAuth.GRANTED, version=2), by="root", why="", at_ms=ALLIANCE_DAY)
    with pytest.raises(ChangedMeanwhile):
        store.keep(replace(first, state=TaskAuth.CANCELLED, version=2), by="user-1", why="", at_ms=ALLIANCE_DAY)
    stolen = replace(first, tenant=TenantId("t2"), version=3)
    with pytest.raises(ChangedMeanwhile):
        store.keep(stolen, by="user-3", why="", at_ms=ALLIANCE_DAY)
    assert [one.by for one in store.changes(T1, first.number)] == ["user-1", "root"]


def test_the_history_cannot_be_changed_by_anybody(opened: House) -> None:
    SqlAuthorisationStore(opened.database).keep(ASKED, by="user-1", why="", at_ms=ALLIANCE_DAY)
    for statement in (update(AuthorisationChangeRow).values(by="nobody"), delete(AuthorisationChangeRow)):
        session = opened.database.session(PlatformScope("a test that tries"), write=True)
        with pytest.raises(DBAPIError, match="append-only"), session as opened_session:
            opened_session.execute(statement)
