"""A deployment's decisions on definitions, kept on either engine: whole, in order, for ever, and not past each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from hongmao.definitions.acts import Act, ActKind
from hongmao.definitions.errors import DefinitionsMovedOn
from hongmao.storage.definitions import SqlDefinitionStore
from hongmao.storage.models import DefinitionActRow
from hongmao.storage.scope import PlatformScope
from storage.opened import ALLIANCE_DAY, house

if TYPE_CHECKING:
    from hongmao.storage.database import Database

HOUSE = PlatformScope("a test")
ACT = Act(
    kind=ActKind.APPLY,
    sort="attribution",
    definition="last_click",
    version=2,
    effective=date(2025, 6, 1),
    fingerprint="0123456789abcdef",
    text='# 末次点击\nid = "last_click"\r\n',
    who="林",
    why="618 前统一为 30 天",
    at_ms=ALLIANCE_DAY,
)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_decisions_come_back_to_the_byte_with_their_numbers(engine: str) -> None:
    with house(engine) as city:
        store = SqlDefinitionStore(city.database)
        assert (store.acts(), store.revision()) == ([], 0)
        second = replace(ACT, definition="gmv_net", sort="metrics", text="# 净\n")
        kept = store.keep([ACT, second], revision=0)
        assert [(act.number, act.batch) for act in kept] == [(1, 1), (2, 1)]
        assert store.revision() == 1
        back = replace(ACT, kind=ActKind.REVERT, who="周")
        store.keep([back], revision=1)
        assert store.acts() == [*kept, replace(back, number=3, batch=3)]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_decision_made_on_an_older_state_is_refused_whole(engine: str) -> None:
    with house(engine) as city:
        store = SqlDefinitionStore(city.database)
        store.keep([ACT], revision=0)
        with pytest.raises(DefinitionsMovedOn):
            store.keep([replace(ACT, version=3)], revision=0)
        assert len(store.acts()) == 1
        assert store.revision() == 1


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize(
    "statement", [update(DefinitionActRow).values(why="never"), delete(DefinitionActRow)], ids=["update", "delete"]
)
def test_a_decision_is_never_changed(engine: str, statement: object) -> None:
    with house(engine) as city:
        store = SqlDefinitionStore(city.database)
        store.keep([ACT], revision=0)
        with pytest.raises(DBAPIError, match="append-only"):
            _run(city.database, statement)
        assert [act.why for act in store.acts()] == [ACT.why]


def _run(database: Database, statement: object) -> None:
    with database.session(HOUSE, write=True) as session:
        session.execute(statement)  # type: ignore[call-overload]
