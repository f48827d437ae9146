"""聚光 down for fifty minutes, and for seventy: what is lost, and who was warned before it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.events.contracts import Kind
from hongmao.kernel.calls import Failure
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, SECOND_MS, instant
from hongmao.returns.out.contracts import AlarmKind
from returns.out.stage import ENGINES, NOW, Stage, click, pay, record_of, staged

if TYPE_CHECKING:
    from pathlib import Path

TICK_MS = 20 * SECOND_MS
ORDERS = 90  # one a minute, for half an hour before the target goes down until an hour after


def an_afternoon(stage: Stage, *, down_minutes: int) -> dict[int, int]:
    """Play two hours and twenty minutes: an order a minute from 9:30 on, the target down from 10:00. Give who ended when."""
    stage.clock.set(instant("2025-05-07T09:30:00+08:00"))
    stage.happen(*(click(n, occurred_at_ms=stage.clock.now_ms()) for n in range(ORDERS)))
    ended: dict[int, int] = {}
    for tick in range(140 * MINUTE_MS // TICK_MS):
        now_ms = stage.clock.now_ms()
        if tick % (MINUTE_MS // TICK_MS) == 0 and tick * TICK_MS // MINUTE_MS < ORDERS:
            number = tick * TICK_MS // MINUTE_MS
            stage.happen(pay(str(number), of=number, at_ms=now_ms))
        stage.far.down = Failure.UNREACHABLE if NOW <= now_ms < NOW + down_minutes * MINUTE_MS else None
        known = len(stage.log.kept)
        stage.step()
        for event in stage.log.kept[known:]:
            if event.kind is Kind.SENT_ON:
                ended[int(record_of(event).event_id.removeprefix("ret:"))] = now_ms
        stage.clock.advance(TICK_MS)
    return ended


@pytest.mark.parametrize("engine", ENGINES)
def test_down_for_fifty_minutes_loses_no_return(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path) as stage:
        ended = an_afternoon(stage, down_minutes=50)
        assert stage.ends() == {f"ret:{number}": ("delivered", "ok") for number in range(ORDERS)}
        # Each within the hour of its own order, and with every repeat the target saw each of them once.
        assert sorted(stage.far.got()) == sorted(set(stage.far.got()))
        for number, at_ms in ended.items():
            assert at_ms < instant("2025-05-07T09:30:00+08:00") + number * MINUTE_MS + HOUR_MS
        assert stage.outbox.pending(None, limit=1) == []
        assert stage.watch.alarms(None) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_down_for_seventy_minutes_loses_exactly_what_expired_and_an_alarm_stood_before(
    engine: str, tmp_path: Path
) -> None:
    with staged(engine, tmp_path) as stage:
        ended = an_afternoon(stage, down_minutes=70)
        ends = stage.ends()
        assert set(ends) == {f"ret:{number}" for number in range(ORDERS)}
        # Orders from 10:00 (number 30) to 10:10 (number 40) were due from 11:00 to 11:10, when it answers again.
        dead = {number for number in range(ORDERS) if ends[f"ret:{number}"] == ("dead", "deadline")}
        assert dead == set(range(30, 41))
        assert all(ends[f"ret:{number}"] == ("delivered", "ok") for number in set(range(ORDERS)) - dead)
        for number in dead:
            due_ms = instant("2025-05-07T09:30:00+08:00") + number * MINUTE_MS + HOUR_MS
            assert due_ms <= ended[number] < due_ms + TICK_MS
        # Whoever looked at the alarms had known for a fifth of the hour before the first loss, and until it was over.
        near = [one for one in stage.watch.alarms(None, standing=False) if one.kind is AlarmKind.DEADLINE_NEAR]
        first_loss_ms = min(ended[number] for number in dead)
        assert near[0].due_ms == NOW + HOUR_MS
        assert NOW + 48 * MINUTE_MS <= near[0].since_ms <= NOW + 48 * MINUTE_MS + TICK_MS
        for number in dead:
            assert any(one.since_ms < ended[number] <= (one.cleared_at_ms or 2**50) for one in near)
        assert near[0].since_ms < first_loss_ms
        away = [one for one in stage.watch.alarms(None, standing=False) if one.kind is AlarmKind.UNREACHABLE]
        assert [NOW + 5 * MINUTE_MS < one.since_ms < NOW + 7 * MINUTE_MS for one in away] == [True]
        assert stage.watch.alarms(None) == []
