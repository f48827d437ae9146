"""The desk: what is decided is seen by whoever looks, its states and differences are told, and what was there comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from definitions.deployment import draft, second_version
from definitions.test_foresight import MemoryStore
from hongmao.definitions.api import (
    AddVersion,
    DefinitionDesk,
    DefinitionUnknown,
    KeepReport,
    LiveRegistry,
    Outlook,
    Restore,
    State,
    Supersede,
    Withdraw,
    load_registry,
)
from hongmao.definitions.errors import NothingChanges, PinUnknown, RevertRefused, TomlRefused
from hongmao.definitions.loader import shipped
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import instant

if TYPE_CHECKING:
    from hongmao.definitions.api import AnyDefinition, Plan, Registry, Source

V2 = draft(second_version(default_window='"30d"'))
V3 = draft(
    second_version(default_window='"7d"', from_day="2025-07-01")
    .replace("version = 2", "version = 3")
    .replace("last_click.v1", "last_click.v2")
)


class Nothing:
    """A foresight for events that never were."""

    def look(self, before: Registry, after: Registry) -> Outlook:
        assert before.all() != after.all()
        return Outlook()


class Office:
    """Two processes of one deployment: each with its own registry over the same decisions."""

    def __init__(self, now: str = "2025-06-10T10:00") -> None:
        self.clock = SetClock(instant(now))
        self.store = MemoryStore()
        self.desk = self._open()
        self.other = self._open()

    def _open(self) -> DefinitionDesk:
        registry = LiveRegistry(self.store, self.clock)
        return DefinitionDesk(registry, self.store, Nothing(), self.clock, credited_by=("last_click",))

    def apply(self, *drafts: Source, who: str = "林") -> Plan:
        plan = self.desk.plan(drafts)
        self.desk.carry_out(plan, who=who, why="试行")
        return plan


def test_another_process_sees_a_decision_within_a_second_and_never_half_of_it() -> None:
    office = Office()
    before = office.other.registry.all()
    office.apply(V2, V3)
    assert office.other.registry.all() == before
    office.clock.advance(1_000)
    assert {one.key for one in office.other.registry.all()} - {one.key for one in before} == {
        "last_click.v2",
        "last_click.v3",
    }
    # A clock that was set back must not keep it from looking.
    office.desk.carry_out(office.desk.plan_revert(["last_click.v3"]), who="林", why="撤")
    office.clock.advance(-86_400_000)
    assert "last_click.v3" not in {one.key for one in office.other.registry.all()}


def test_states_follow_the_day() -> None:
    office = Office()
    office.apply(V2, V3)

    def states(on: str) -> dict[int, State]:
        told = office.desk.history("last_click", on=date.fromisoformat(on))
        return {one.definition.version: one.state for one in told}

    assert states("2024-12-31") == {1: State.DRAFT, 2: State.DRAFT, 3: State.DRAFT}
    assert states("2025-05-31") == {1: State.IN_FORCE, 2: State.DRAFT, 3: State.DRAFT}
    assert states("2025-06-01") == {1: State.SUPERSEDED, 2: State.IN_FORCE, 3: State.DRAFT}
    assert states("2025-07-01") == {1: State.SUPERSEDED, 2: State.SUPERSEDED, 3: State.IN_FORCE}
    spans = [(one.from_day, one.to_day) for one in office.desk.history("last_click")]
    assert spans == [
        (date(2025, 1, 1), date(2025, 5, 31)),
        (date(2025, 6, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), None),
    ]


def test_a_plan_names_what_comes_what_it_supersedes_and_what_keeps() -> None:
    plan = Office().desk.plan([V3, V2])
    v1 = load_registry().attribution("last_click", 1).fingerprint
    assert plan.steps == (
        AddVersion(
            definition="last_click.v2",
            fingerprint=V2.definition.fingerprint,
            effective=date(2025, 6, 1),
            state=State.IN_FORCE,
        ),
        AddVersion(
            definition="last_click.v3",
            fingerprint=V3.definition.fingerprint,
            effective=date(2025, 7, 1),
            state=State.DRAFT,
        ),
        Supersede(definition="last_click.v1", by="last_click.v2", on=date(2025, 6, 1)),
        Supersede(definition="last_click.v2", by="last_click.v3", on=date(2025, 7, 1)),
        KeepReport(definition="last_click.v1", fingerprint=v1, until=date(2025, 5, 31)),
        KeepReport(definition="last_click.v2", fingerprint=V2.definition.fingerprint, until=date(2025, 6, 30)),
    )


def test_only_the_last_own_version_is_taken_back_or_several_together() -> None:
    office = Office()
    office.apply(V2, V3)
    for key, error in (
        ("last_click.v1", RevertRefused),
        ("last_click.v2", RevertRefused),
        ("last_click.v4", DefinitionUnknown),
    ):
        with pytest.raises(error):
            office.desk.plan_revert([key])
    plan = office.desk.plan_revert(["last_click.v2", "last_click.v3"])
    assert [(type(step), getattr(step, "definition")) for step in plan.steps] == [  # noqa: B009 - steps of two kinds
        (Withdraw, "last_click.v3"),
        (Withdraw, "last_click.v2"),
        (Restore, "last_click.v1"),
    ]
    office.desk.carry_out(plan, who="周", why="撤")
    assert office.desk.registry.all() == load_registry().all()


def test_the_record_keeps_what_was_taken_back_and_a_number_may_be_used_again() -> None:
    office = Office()
    office.apply(V2)
    office.clock.advance(1_000)
    office.desk.carry_out(office.desk.plan_revert(["last_click.v2"]), who="周", why="先观察")
    office.clock.advance(1_000)
    other = draft(second_version(default_window='"7d"', from_day="2025-06-05"))
    office.apply(other, who="王")
    told = [(one.key, one.state, one.who, one.from_day) for one in office.desk.history("last_click")]
    assert told == [
        ("last_click.v1", State.SUPERSEDED, None, date(2025, 1, 1)),
        ("last_click.v2", State.REVERTED, "林", date(2025, 6, 1)),
        ("last_click.v2", State.IN_FORCE, "王", date(2025, 6, 5)),
    ]
    # A report that was made by the version that went prints by it still; what never was here is refused.
    pins = {"last_click.v2": V2.definition.fingerprint}
    assert office.desk.registry.pinned(pins).all() == (V2.definition,)
    with pytest.raises(PinUnknown):
        office.desk.registry.pinned({"last_click.v2": "0" * 16})
    # And what was decided by an instant is told for that instant.
    opened = instant("2025-06-10T10:00")
    decided = [office.desk.as_decided(opened + after).attribution("last_click") for after in (0, 1, 1_001, 2_001)]
    assert [(one.version, one.default_window) for one in decided] == [(1, "15d"), (2, "30d"), (1, "15d"), (2, "7d")]


def test_what_a_release_ships_word_for_word_is_no_longer_the_deployments_own() -> None:
    office = Office()
    office.apply(V2)
    released = LiveRegistry(office.store, office.clock, ship=(*shipped(), V2))
    assert [one.key for one in released.all() if one.id == "last_click"] == ["last_click.v1", "last_click.v2"]
    with pytest.raises(TomlRefused, match="already defined"):
        LiveRegistry(office.store, office.clock, ship=(*shipped(), replace(V2, definition=_renamed())))


def _renamed() -> AnyDefinition:
    return draft(second_version(default_window='"24h"')).definition


def test_what_is_there_already_is_no_change() -> None:
    office = Office()
    office.apply(V2)
    with pytest.raises(NothingChanges):
        office.desk.plan([V2])


def test_a_difference_names_fields_and_the_figures_that_follow() -> None:
    office = Office()
    office.apply(V2)
    (change,) = office.desk.difference_of_days(date(2025, 5, 20), date(2025, 6, 1))
    assert [(one.field, one.before, one.after, one.sort) for one in change.fields] == [
        ("default_window", "15d", "30d", "meaning")
    ]
    assert {"gmv_gross", "gmv_net", "purchases", "roi_net"} <= {*change.figures}
    assert not {"impressions", "visit_uv", "cpuv"} & {*change.figures}
    (alone,) = office.desk.difference(change.before, change.after) if change.before and change.after else ()
    assert alone.fields == change.fields
    assert office.desk.difference_of_days(date(2025, 6, 1), date(2025, 6, 30)) == ()


def test_prose_is_told_apart_and_moves_no_figure() -> None:
    office = Office()
    office.apply(draft(second_version(why='"Said better."')))
    (change,) = office.desk.difference_of_days(date(2025, 5, 20), date(2025, 6, 1))
    assert [(one.field, one.sort) for one in change.fields] == [("why", "prose")]
    assert (change.meaning, change.figures) == (False, ())
    assert next(one.fingerprint for one in (change.before, change.after) if one) != ""


def test_an_attribution_whose_credit_no_figure_shows_moves_none() -> None:
    office = Office()
    office.apply(draft(second_version("first_click", default_window='"30d"')))
    (change,) = office.desk.difference_of_days(date(2025, 5, 20), date(2025, 6, 1))
    assert change.meaning
    assert change.figures == ()
