"""Whoever follows the log is named, and what nobody has taken yet is not let go of."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from events.strategies import read_note
from hongmao.bootstrap.consumers import CONSUMERS, Standings
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.cli.doctor import doctor
from hongmao.jobs.worker import Step, Workers
from hongmao.storage.consumers import SqlConsumerGroups
from hongmao.storage.database import open_database
from house.reading import dotted, modules, tree
from jobs.test_workers import _Log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Who reads on from an offset, outside the log's own rooms, and as which consumer.
READS_ON = {
    "hongmao.events.sink": "sink",
    "hongmao.bootstrap.derive": "billing",
    "hongmao.bootstrap.outgoing": "outgoing",
    "hongmao.bootstrap.readers": "readers",
    "hongmao.bootstrap.fronts": None,  # hands on what others ask
    "hongmao.bootstrap.metered": None,  # looks at the oldest event that waits
    "hongmao.billing.statements.service": None,  # looks at what billing has yet to charge, behind billing's own position
    "hongmao.events.retention": None,  # compares what is let go of with the lake
}


def _reads_on(path: Path) -> Iterator[int]:
    """Find the calls that read a log, or what stands for one, after an offset."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = {word.arg for word in node.keywords}
            if node.func.attr in {"read", "read_packed"} and {"after", "limit"} <= asked:
                yield node.lineno


def test_whoever_reads_on_from_an_offset_is_named_as_a_consumer() -> None:
    outside = [path for path in modules() if not dotted(path).startswith("hongmao.bus.")]
    found = {dotted(path): lines for path in outside if (lines := list(_reads_on(path)))}
    unnamed = {module: lines for module, lines in found.items() if module not in READS_ON}
    assert unnamed == {}, "name them in bootstrap/consumers.py, so that retention waits for them, and here"
    assert {name for name in READS_ON.values() if name} <= CONSUMERS.keys()


def test_every_worker_of_a_house_that_was_driven_is_named_and_nobody_else_keeps_a_position(home: Path) -> None:
    with open_house(Settings.read()) as house:
        house.services.log.append([read_note(number) for number in range(1, 8)]).result(30)
        house.services.settle()
        assert house.workers.positions() == dict.fromkeys(CONSUMERS, 7)
        health = house.services.health()
        assert (health.log_first, dict(health.strangers)) == (1, {})
    database = open_database(f"sqlite:///{home / 'state.sqlite'}")
    kept = SqlConsumerGroups(database, lambda: 7).positions()
    database.close()
    assert kept == {name: 7 for name, one in CONSUMERS.items() if one.keeps.startswith("positions")}


def test_the_floor_is_the_lowest_of_those_who_read_the_log_whoever_they_are() -> None:
    at = {"billing": 9, "sink": 12, "outgoing": 7, "readers": 8, "attribution": -1}
    workers = Workers(_Log(12), [Step(name, lambda name=name: at[name], lambda: 0) for name in at])  # type: ignore[misc]
    kept = {"billing": 9, "outgoing": 7, "readers": 8}
    standings = Standings(workers, lambda: kept)
    assert (standings.floor(), standings.strangers()) == (7, {})
    at["outgoing"] = kept["outgoing"] = 12
    assert standings.floor() == 8
    kept["a later program"] = 3
    assert (standings.floor(), standings.strangers()) == (3, {"a later program": 3})
    assert standings.positions() == {**at, "a later program": 3}


@pytest.mark.parametrize("missing", ["billing", "outgoing", "readers"])
def test_who_is_named_and_has_yet_to_begin_holds_everything(missing: str) -> None:
    at = dict.fromkeys(CONSUMERS, 5) | {missing: 0}
    workers = Workers(_Log(5), [Step(name, lambda name=name: at[name], lambda: 0) for name in at])  # type: ignore[misc]
    assert Standings(workers, dict).floor() == 0


def test_the_doctor_names_a_position_that_belongs_to_nobody(home: Path) -> None:
    with open_house(Settings.read()) as house:
        house.services.log.append([read_note(1)]).result(30)
        house.services.settle()
    database = open_database(f"sqlite:///{home / 'state.sqlite'}")
    with SqlConsumerGroups(database, lambda: 1).begin("exporter") as work:
        work.move_to(1)
    database.close()
    told = CliRunner().invoke(doctor, ["--json"])
    found = json.loads(told.stdout)
    assert told.exit_code == 1
    assert found["consumer exporter"]["seen"].startswith("stands at 1;")
    assert not found["consumer exporter"]["well"]
    assert found["worker readers"]["well"]
