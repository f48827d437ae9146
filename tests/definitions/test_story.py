"""Article row 22: 口径 changes on 1 June, and nothing that was said before is said otherwise."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from definitions.deployment import deployment, draft, second_version
from definitions.judging import counted, moved_by, told_by
from hongmao.definitions.api import (
    AddVersion,
    DropCredits,
    KeepReport,
    MoveFigure,
    RecomputeCredits,
    Restore,
    State,
    Supersede,
    Withdraw,
)
from insight.stage import click, impression, pay, refund

if TYPE_CHECKING:
    from pathlib import Path

    from definitions.deployment import Deployment
    from hongmao.definitions.api import Plan, Reading
    from hongmao.insight.readings import Place

MAY = (
    impression("2025-05-01T09:59"),
    # 1 May: reader 1 taps, and buys on 19 May: 18 days later.
    click("2025-05-01T10:00", "c-1"),
    pay("2025-05-19T10:00", "o-1-1", 30_000, "c-1"),
    # 10 May: reader 2 taps under another note, and buys the same day.
    click("2025-05-10T09:00", "c-2", reader="reader-2", note="note-2", link="link-2"),
    pay("2025-05-10T12:00", "o-2-1", 10_000, "c-2"),
)
LATER = (
    refund("2025-05-25T12:00", "o-2-1", 4_000),
    # 3 June: reader 3 taps and buys. 2 June: reader 4 taps, and buys on 20 June: 18 days later.
    click("2025-06-03T08:00", "c-3", reader="reader-3"),
    pay("2025-06-03T08:30", "o-3-1", 5_000, "c-3"),
    click("2025-06-02T22:00", "c-4", reader="reader-4"),
    pay("2025-06-20T10:00", "o-4-1", 20_000, "c-4"),
)
V2 = second_version(default_window='"30d"')


def test_a_report_reprints_and_a_change_is_planned_shown_applied_and_taken_back(tmp_path: Path) -> None:
    with deployment(tmp_path) as house:
        # 20 May: the report of the day is printed, and its pin kept.
        house.hear(*MAY)
        pins = {one.key: one.fingerprint for one in house.desk.registry.in_force(date(2025, 5, 20))}
        until = house.house.services.glass.position()
        printed = house.report("2025-05-20")
        assert b'"window": "15d"' in printed
        assert b'"gmv_fen": 10000' in printed
        assert house.then(house.desk.registry.pinned(pins), until, "2025-05-20") == printed

        # 22 June: refunds and orders have come; v2 is to hold from 1 June, 30 d in place of 15 d.
        house.at("2025-06-22T10:00")
        house.hear(*LATER)
        before = house.credits(), figures(house), house.report()
        plan = house.desk.plan([draft(V2)])
        assert (house.credits(), figures(house), house.report()) == before
        assert house.desk.registry.get("last_click").version == 1

        # The plan: one version, what it supersedes, whose credits are computed, what moves, what stays.
        assert sorts(plan)[AddVersion] == sorts(plan)[Supersede] == sorts(plan)[RecomputeCredits] == 1
        (kept,) = (step for step in plan.steps if isinstance(step, KeepReport))
        assert (kept.definition, kept.until) == ("last_click.v1", date(2025, 5, 31))
        moved = [step for step in plan.steps if isinstance(step, MoveFigure)]
        # Days before 1 June keep their figures; of June only the day of reader 4's tap gains an order.
        assert {step.day for step in moved} == {None, date(2025, 6, 2)}
        (gmv,) = (step for step in moved if (step.metric, step.day) == ("gmv_gross", date(2025, 6, 2)))
        assert (gmv.before.numerator, gmv.after.numerator, gmv.after.text) == (0, 20_000, "200.00")
        (total,) = (step for step in moved if (step.metric, step.day, step.note) == ("gmv_gross", None, None))
        assert (total.before.numerator, total.after.numerator) == (15_000, 65_000)

        # It is applied, and what it said is what has changed.
        done = house.desk.carry_out(plan, who="林", why="618 的转化周期变长")
        assert done.recompute
        house.settle()
        assert figures(house) == moved_by(plan, before[1])
        added = [row for row in house.credits() if row not in before[0]]
        assert [row for row in house.credits() if row in before[0]] == before[0]
        assert told_by(plan) == counted(added)
        assert b'"window": "30d"' in house.report()

        # The diff lists one thing.
        (change,) = house.desk.difference_of_days(date(2025, 5, 20), date(2025, 6, 1))
        assert [one.key for one in (change.before, change.after) if one] == ["last_click.v1", "last_click.v2"]
        (field,) = change.fields
        assert (field.field, field.before, field.after) == ("default_window", "15d", "30d")
        assert {"gmv_gross", "gmv_net", "roi_net", "cpuv"} - {*change.figures} == {"cpuv"}

        # The report of 20 May reprints: from its pin, and as it was known and decided at the end of that day.
        assert house.then(house.desk.registry.pinned(pins), until, "2025-05-20") == printed
        end_ms = 1_747_756_800_000  # 21 May 00:00 in Shanghai
        glass = house.house.services.glass
        assert glass.position_at(end_ms) == until
        assert house.then(house.desk.as_decided(end_ms), glass.position_at(end_ms), "2025-05-20") == printed

        # Taken back: registry, credits and reports are what they were.
        back = house.desk.plan_revert(["last_click.v2"])
        assert {type(step) for step in back.steps} == {Withdraw, Restore, DropCredits, MoveFigure}
        house.desk.carry_out(back, who="周", why="先观察一周")
        house.settle()
        assert (house.credits(), figures(house), house.report()) == before
        told = house.desk.history("last_click")
        assert [(one.key, one.state, one.who) for one in told] == [
            ("last_click.v1", State.IN_FORCE, None),
            ("last_click.v2", State.REVERTED, "林"),
        ]
        assert told[1].reverted_by is not None
        assert told[1].reverted_by.why == "先观察一周"


def figures(house: Deployment) -> dict[Place, Reading]:
    """Read every figure that reports print."""
    return house.house.services.insight.readings()


def sorts(plan: Plan) -> Counter[type]:
    return Counter(map(type, plan.steps))
