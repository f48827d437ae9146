"""How sending on stands, told from the queue itself: accounts, dead letters, what a replay takes, what stands alarmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.calls import Failure
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, Window
from hongmao.returns.out.contracts import AlarmKind, Answered, Verdict
from hongmao.returns.out.health import AccountHealth, DeadLetters, NotSent, OutHealth, OutWatch
from returns.out.stage import ENGINES, NOW, Stage, account, click, pay, staged

if TYPE_CHECKING:
    from pathlib import Path


def looked_at(stage: Stage, tenant: TenantId | None = None) -> OutHealth:
    return OutWatch(stage.outbox, stage.accounts, stage.watch, stage.clock).read(tenant)


def refused(_item: str) -> Verdict:
    return Verdict(answered=Answered.REFUSED, reason="bad_token")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_account_shows_what_waits_what_ended_and_its_declared_ratio(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path) as stage:
        stage.accounts.add(account("a2", ratio_millionths=1))  # next to nothing gets through
        stage.accounts.add(account("a3", test=True))
        stage.happen(click(), pay("1"))
        stage.step()
        stage.far.down = Failure.UNREACHABLE
        stage.happen(pay("2", at_ms=NOW + MINUTE_MS))
        stage.step(after_ms=2 * MINUTE_MS)
        first, second, third = looked_at(stage).accounts
        assert first == AccountHealth(
            account="a1",
            target="juguang",
            tenant="t1",
            ratio_millionths=1_000_000,
            test=False,
            active=True,
            pending=1,
            soonest_ms=NOW + MINUTE_MS + HOUR_MS,
            unreachable_since_ms=NOW + 2 * MINUTE_MS,
            delivered=1,
            dead=0,
            refused=0,
            sampled_out=0,
            tests=0,
        )
        assert (second.whole, second.pending, second.soonest_ms, second.sampled_out) == (False, 0, None, 2)
        assert (third.test, third.delivered, third.tests, third.pending) == (True, 0, 1, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_dead_letters_say_how_many_a_replay_takes_and_how_many_only_by_force(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path) as stage:
        stage.far.answer = refused
        stage.happen(click(), pay("old", at_ms=NOW - 50 * MINUTE_MS), pay("new"), pay("newer", at_ms=NOW + MINUTE_MS))
        stage.step(after_ms=2 * MINUTE_MS)
        stage.clock.advance(10 * MINUTE_MS)  # beyond the first one's hour
        (letters,) = looked_at(stage).dead_letters
        assert letters == DeadLetters(target="juguang", reason="bad_token", dead=0, refused=3, beyond=1)
        # What was said of a replay is what it does.
        replayed = stage.returning.replay("juguang", Window(0, 2**53), reason="bad_token")
        assert (replayed.revived, replayed.beyond) == (letters.deliveries - letters.beyond, letters.beyond)
        (rest,) = looked_at(stage).dead_letters
        assert (rest.deliveries, rest.beyond) == (1, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_alarm_that_is_nearest_to_its_loss_stands_first(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path) as stage:
        stage.accounts.add(account("a2", tenant=TenantId("t2")))
        stage.far.down = Failure.UNREACHABLE
        stage.happen(click(), click(2, tenant="t2"), pay("1", at_ms=NOW + MINUTE_MS), pay("2", of=2, tenant="t2"))
        for _ in range(55):
            stage.step(after_ms=MINUTE_MS)
        alarms = looked_at(stage).alarms
        assert [(one.account, one.kind) for one in alarms] == [
            ("a2", AlarmKind.DEADLINE_NEAR),
            ("a2", AlarmKind.UNREACHABLE),
            ("a1", AlarmKind.DEADLINE_NEAR),
            ("a1", AlarmKind.UNREACHABLE),
        ]
        assert alarms[0].due_ms < alarms[-1].due_ms
        # A tenant sees its own and nothing else.
        ours = looked_at(stage, TenantId("t1"))
        assert {one.account for one in ours.alarms} == {"a1"}
        assert [one.account for one in ours.accounts] == ["a1"]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_never_sent_is_summed_over_accounts_and_days(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path) as stage:
        stage.accounts.add(account("a2"))
        lost = click(2, media="juguang", media_problem="macro_unresolved")
        stage.happen(click(), lost, pay("1", of=9), pay("2", click_id=None), pay("3", of=2), pay("4", of=2))
        assert looked_at(stage).not_sent == (
            NotSent(target="juguang", kind="pay", reason="macro_unresolved", events=4),
            NotSent(target="juguang", kind="pay", reason="click_unknown", events=2),
            NotSent(target="juguang", kind="pay", reason="no_click_id", events=2),
        )


def test_where_nothing_is_declared_there_is_nothing_to_tell(tmp_path: Path) -> None:
    with staged("sqlite", tmp_path) as stage:
        assert looked_at(stage, TenantId("t2")) == OutHealth(alarms=(), accounts=(), dead_letters=(), not_sent=())
