"""Whatever happened and whatever is decided: a plan says exactly what becomes of every figure, and a revert restores it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.deployment import draft, second_version
from definitions.judging import counted, moved_by, told_by
from hongmao.attribution.api import Attribution
from hongmao.bootstrap.definitions import CREDITED_BY, known
from hongmao.bootstrap.outlooks import Outlooks
from hongmao.definitions.api import Act, DefinitionDesk, DefinitionsMovedOn, LiveRegistry, MoveFigure, Registry
from hongmao.engines.attribution.duckdb_engine import DuckDbCredits
from hongmao.insight.api import Insight
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant
from insight.stage import FakeBilling, FakeCatalog, FakeLinks, MemoryTables, charge, click, impression, pay, refund

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.events.contracts import Event
    from hongmao.insight.readings import Place

START_MS = instant("2025-05-01T08:00")
DAYS = 75


class MemoryStore:
    """A `DefinitionStore` in memory."""

    def __init__(self) -> None:
        self.kept: list[Act] = []
        self.decisions = 0

    def acts(self) -> Sequence[Act]:
        return tuple(self.kept)

    def revision(self) -> int:
        return self.decisions

    def keep(self, acts: Sequence[Act], *, revision: int) -> Sequence[Act]:
        if revision != self.decisions:
            raise DefinitionsMovedOn
        first = len(self.kept) + 1
        self.kept += [replace(act, number=first + place, batch=first) for place, act in enumerate(acts)]
        self.decisions += 1
        return self.kept[first - 1 :]


class MemoryHouse:
    """Definitions, credits and reports over events in memory; wired as the house is."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.clock = SetClock(START_MS + DAYS * DAY_MS)
        self.tables = MemoryTables(events)
        store = MemoryStore()
        self.registry = LiveRegistry(store, self.clock, known=known())
        self.attribution = Attribution(DuckDbCredits(self.tables, self.tables), self.registry)
        outlooks = Outlooks(self.attribution, cast("Any", self))
        self.desk = DefinitionDesk(self.registry, store, outlooks, self.clock, credited_by=CREDITED_BY)
        self.attribution.run()

    def insight_over(self, tables: MemoryTables, registry: Registry) -> Insight:
        charges = [charge(event) for event in self.events if event.kind == "component_click"]
        return Insight(
            tables,
            cast("Any", FakeCatalog()),
            cast("Any", FakeLinks()),
            cast("Any", FakeBilling(charges)),
            cast("Any", None),
            registry,
            self.attribution,
            self.clock,
        )

    @contextmanager
    def insight(self, registry: Registry, *, credited: object) -> Iterator[Insight]:
        """Stand in for the glass."""
        tables = MemoryTables(self.events)
        tables.publish("credits", credited)
        yield self.insight_over(tables, registry)

    def figures(self) -> dict[Place, Any]:
        return self.insight_over(self.tables, self.registry).readings()

    def credits(self) -> list[dict[str, object]]:
        return self.tables.rows("select * from credits order by all")


@st.composite
def journeys(draw: st.DrawFn) -> list[Event]:
    """Draw taps of three readers under two notes, some of which lead to an order, some of which is sent back."""
    found = [impression(START_MS)]
    for number in range(draw(st.integers(1, 6))):
        at_ms = START_MS + draw(st.integers(0, DAYS - 50)) * DAY_MS + draw(st.integers(0, 12)) * HOUR_MS
        where = draw(st.sampled_from([("note-1", "link-1"), ("note-2", "link-2")]))
        reader = f"reader-{draw(st.integers(1, 3))}"
        found.append(click(at_ms, f"c-{number}", reader=reader, note=where[0], link=where[1]))
        if (days := draw(st.none() | st.integers(0, 46))) is not None:
            paid_ms = at_ms + days * DAY_MS + HOUR_MS
            found.append(pay(paid_ms, f"o-{number}-1", draw(st.integers(1, 99_999)), f"c-{number}"))
            if draw(st.booleans()):
                found.append(refund(paid_ms + DAY_MS, f"o-{number}-1", 1, ref=f"r-{number}"))
    return found


DRAFTS = st.builds(
    lambda windows, pick, model, day: second_version(
        from_day=day,
        windows="[" + ", ".join(f'"{one}"' for one in windows) + "]",
        default_window=f'"{windows[pick % len(windows)]}"',
        model=f'"{model}"',
    ),
    windows=st.sets(st.sampled_from(["24h", "7d", "15d", "30d", "45d"]), min_size=1).map(sorted),
    pick=st.integers(0, 4),
    model=st.sampled_from(["last", "first", "linear", "position", "decay"]),
    day=st.sampled_from(["2025-01-02", "2025-05-01", "2025-05-10", "2025-06-01", "2025-07-30"]),
)


@settings(max_examples=4)
@given(events=journeys(), text=DRAFTS)
def test_a_plan_is_right_to_the_last_figure_and_a_revert_restores_them_all(events: list[Event], text: str) -> None:
    judge(events, text)


@pytest.mark.slow
@settings(max_examples=40)
@given(events=journeys(), text=DRAFTS)
def test_many_plans_are_right_to_the_last_figure(events: list[Event], text: str) -> None:
    judge(events, text)


def judge(events: Sequence[Event], text: str) -> None:
    """Plan a change, do it and take it back; nothing but what was planned may be otherwise, and nothing afterwards."""
    house = MemoryHouse(events)
    figures, credits_before = house.figures(), house.credits()
    plan = house.desk.plan([draft(text)])
    assert (house.figures(), house.credits()) == (figures, credits_before)

    house.desk.carry_out(plan, who="林", why="试")
    house.attribution.run()
    assert house.figures() == moved_by(plan, figures)
    added = [row for row in house.credits() if row not in credits_before]
    assert len(house.credits()) == len(credits_before) + len(added)
    assert told_by(plan) == counted(added)

    back = house.desk.plan_revert(["last_click.v2"])
    assert {move.metric for move in back.steps if isinstance(move, MoveFigure)} == {
        move.metric for move in plan.steps if isinstance(move, MoveFigure)
    }
    house.desk.carry_out(back, who="林", why="撤")
    house.attribution.run()
    assert (house.figures(), house.credits()) == (figures, credits_before)


def test_a_metric_that_is_defined_anew_moves_what_is_made_of_it() -> None:
    # 净GMV stops counting refunds from 1 June: figures of June that have one move, and the ROI with them.
    day = instant("2025-06-03T08:00")
    sold = (click(day, "c-1"), pay(day + HOUR_MS, "o-1-1", 10_000, "c-1"), refund(day + DAY_MS, "o-1-1", 4_000))
    house = MemoryHouse([impression(START_MS), *sold])
    figures = house.figures()
    text = second_version("gmv_net", kinds='["pay"]', refunds='"ignored"')
    plan = house.desk.plan([draft(text)])
    moved = {(move.metric, move.day): (move.before.text, move.after.text) for move in _moves(plan)}
    assert moved["gmv_net", date(2025, 6, 3)] == ("60.00", "100.00")
    assert {metric for metric, _ in moved} >= {"gmv_net", "roi_net"}
    house.desk.carry_out(plan, who="林", why="与平台一致")
    house.attribution.run()
    assert house.figures() == moved_by(plan, figures)


def _moves(plan: Any) -> list[MoveFigure]:
    return [step for step in plan.steps if isinstance(step, MoveFigure)]


@pytest.mark.parametrize("day", ["2025-06-01", "2025-07-30"])
def test_a_definition_whose_day_has_not_come_moves_nothing_before(day: str) -> None:
    house = MemoryHouse([click("2025-05-02T10:00", "c-1"), pay("2025-05-20T10:00", "o-1-1", 100, "c-1")])
    plan = house.desk.plan([draft(second_version(from_day=day, default_window='"30d"'))])
    assert _moves(plan) == []
    figures = house.figures()
    house.desk.carry_out(plan, who="林", why="预告")
    house.attribution.run()
    assert house.figures() == figures
