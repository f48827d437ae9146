"""Following the log: each wanted event is enqueued once for each account, whatever is repeated, reordered or corrected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.returns.out.contracts import DeliveryState
from hongmao.returns.out.rules import delivery_id, fact_of, is_kept
from hongmao.returns.out.service import DEAD_DAYS, ENDS_DAYS
from returns.out.stage import ENGINES, NOW, FakeTarget, Stage, account, click, logged, pay, staged, visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=ENGINES)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with staged(str(request.param), tmp_path) as opened:
        yield opened


def waiting(stage: Stage) -> list[tuple[str, str]]:
    return [(one.account, one.event.event_id) for one in stage.outbox.pending(None, limit=999)]


def not_sent(stage: Stage) -> dict[tuple[str, str, str], int]:
    return {(one.account, one.kind, one.reason): count for one, count in stage.outbox.unsent(None)}


def test_each_account_of_the_events_tenant_gets_its_own_delivery(stage: Stage) -> None:
    stage.accounts.add(account("a2"))
    stage.accounts.add(account("a3", active=False))
    stage.accounts.add(account("b1", tenant=TenantId("t2")))
    stage.happen(click(), click(2, tenant="t2"), pay("p1"), pay("p2", of=2, tenant="t2"))
    assert sorted(waiting(stage)) == [("a1", "ret:p1"), ("a2", "ret:p1"), ("b1", "ret:p2")]


def test_what_was_absorbed_may_come_again_and_nothing_comes_of_it(stage: Stage) -> None:
    stage.happen(click(), visit("v1"), pay("p1"), pay("p9", of=9))
    before = (waiting(stage), not_sent(stage), stage.dispatcher.position())
    stage.dispatcher.absorb(stage.log.read(after=0, limit=99))
    stage.dispatcher.absorb(stage.log.read(after=2, limit=99))
    stage.dispatcher.absorb([])
    assert (waiting(stage), not_sent(stage), stage.dispatcher.position()) == before
    assert before == ([("a1", "ret:v1"), ("a1", "ret:p1")], {("a1", "pay", "click_unknown"): 1}, 4)


def test_what_fails_halfway_leaves_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("hongmao.storage.outgoing_follow.SqlFollowerWork.move_to", fail)
        with pytest.raises(ZeroDivisionError):
            stage.happen(click(), pay("p1"))
    assert (waiting(stage), stage.dispatcher.position()) == ([], 0)
    stage.follow()
    assert waiting(stage) == [("a1", "ret:p1")]


def test_why_something_is_not_sent_is_counted_by_day_kind_and_reason(stage: Stage) -> None:
    lost = click(3, media="juguang", media_problem="macro_unresolved")
    elsewhere = click(4, media="meta", media_click="fb.1")
    stage.happen(click(1), click(2, tenant="t2"), lost, elsewhere)
    stage.happen(
        pay("organic", click_id=None),
        pay("strange", of=77),
        pay("of another tenant's click", of=2),
        pay("macro", of=3),
        pay("meta's", of=4),  # that is Meta's to hear of, so nothing is amiss here
        visit("v", of=77),
        pay("next day", of=77, at_ms=NOW + DAY_MS),
    )
    assert waiting(stage) == []
    assert not_sent(stage) == {
        ("a1", "pay", "no_click_id"): 1,
        ("a1", "pay", "click_unknown"): 1,
        ("a1", "pay", "macro_unresolved"): 1,
        ("a1", "visit", "click_unknown"): 1,
    }
    by_day = Counter((one.day, one.reason) for one, _ in stage.outbox.unsent(None))
    assert by_day["2025-05-08", "click_unknown"] == 1
    assert sum(count for one, count in stage.outbox.unsent(None) if one.reason == "click_unknown") == 4
    assert stage.outbox.unsent(TenantId("t2")) == []


def test_a_plugin_that_stumbles_does_not_hold_up_the_log(stage: Stage) -> None:
    class Broken(FakeTarget):
        def wants(self, event: Event, click: Event | None) -> str | None:
            return "x" * 65 if event.event_id == "ret:p1" else super().wants(event, click)

    stage.target = Broken()
    stage.dispatcher._targets = {"juguang": stage.target}
    stage.accounts.add(account("a2", target="uninstalled"))
    stage.happen(click(), pay("p1"), pay("p2"))
    assert waiting(stage) == [("a1", "ret:p2")]
    assert not_sent(stage) == {("a1", "pay", "target_failed"): 1, ("a2", "pay", "target_unknown"): 2}


def test_a_correction_takes_the_place_of_what_is_pending_and_is_not_sent_after_it(stage: Stage) -> None:
    first = pay("p1-v1", sub_order_id="s1", version=1, amount_fen=9_900)
    second = msgspec.structs.replace(first, event_id="ret:p1-v2", version=2, amount_fen=8_800)
    third = msgspec.structs.replace(first, event_id="ret:p1-v3", version=3, amount_fen=7_700)
    # 10:00: paid, and corrected before anything is sent: one delivery, of the later version, under the first one's id.
    stage.happen(click(), first)
    stage.happen(second)
    (delivery,) = stage.outbox.pending(None, limit=9)
    assert (delivery.event.amount_fen, delivery.id) == (8_800, delivery_id("a1", "ret:p1-v1"))
    stage.step()
    assert stage.ends() == {"ret:p1-v2": ("delivered", "ok")}
    # Corrected once more: no target takes back what it has, and a second delivery would be a second sale over there.
    stage.happen(third)
    stage.happen(msgspec.structs.replace(first, event_id="ret:late", version=1))
    assert waiting(stage) == []
    assert not_sent(stage) == {("a1", "pay", "superseded"): 3}
    # A refund and another sub-order are facts of their own.
    stage.happen(
        msgspec.structs.replace(first, event_id="ret:r1", kind=Kind.REFUND, ref="r1"),
        msgspec.structs.replace(first, event_id="ret:r2", kind=Kind.REFUND, ref="r2"),
        msgspec.structs.replace(first, event_id="ret:p2", sub_order_id="s2"),
    )
    assert len(waiting(stage)) == 3


VERSIONS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=8, unique=True)


@settings(max_examples=20)
@given(rows=VERSIONS, cuts=st.lists(st.integers(0, 8), max_size=3))
def test_however_the_log_is_cut_into_pieces_each_fact_is_enqueued_once_at_its_latest_version(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]], cuts: list[int]
) -> None:
    events = [click()] + [pay(f"{name}{version}", sub_order_id=name, version=version) for name, version in rows]
    with staged("sqlite", tmp_path_factory.mktemp("vault")) as stage:
        numbered = logged(events)
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(numbered)], strict=True):
            stage.dispatcher.absorb(numbered[start:end])
        found = {one.fact: one.event.version for one in stage.outbox.pending(None, limit=99)}
        latest: dict[str, int] = {}
        for event in events[1:]:
            latest[fact_of(event)] = max(latest.get(fact_of(event), 0), event.version or 0)
        assert found == latest
        # Every other version is counted, whichever piece it came in.
        assert sum(not_sent(stage).values()) == len(rows) - len(latest)


def test_clicks_and_ends_are_forgotten_when_nobody_can_ask_for_them_any_more(stage: Stage) -> None:
    stage.happen(click(1), click(2), pay("p1"), pay("p2", of=2, at_ms=NOW - 2 * HOUR_MS))
    stage.step()
    assert {tally.state for tally in stage.outbox.tallies(None)} == {DeliveryState.DELIVERED, DeliveryState.DEAD}
    # Sixty days on the click is known; a day later an order of it comes too late to be anybody's (PRIV-6).
    stage.clock.advance(59 * DAY_MS)
    stage.happen(pay("p3", at_ms=stage.clock.now_ms()))
    assert ("a1", "ret:p3") in waiting(stage)
    stage.clock.advance(2 * DAY_MS)
    stage.happen(click(9, occurred_at_ms=stage.clock.now_ms()))
    stage.happen(pay("p4", at_ms=stage.clock.now_ms()))
    assert not_sent(stage) == {("a1", "pay", "click_unknown"): 1}
    # What was delivered is forgotten after a month, a dead letter when the event itself is too old to be taken.
    states = {tally.state for tally in stage.outbox.tallies(None)}
    assert DeliveryState.DELIVERED not in states
    assert DeliveryState.DEAD in states
    assert ENDS_DAYS < 61 < DEAD_DAYS
    stage.clock.advance(DEAD_DAYS * DAY_MS)
    stage.happen(click(10, occurred_at_ms=stage.clock.now_ms()))
    assert not {tally.state for tally in stage.outbox.tallies(None)} & {DeliveryState.DEAD}


@given(ratio=st.integers(1, 1_000_000), name=st.text("abc123", min_size=1, max_size=12))
def test_ABUSE_7_the_draw_is_stable_grows_with_the_ratio_and_does_not_look_at_the_amount(ratio: int, name: str) -> None:
    event = pay(name)
    kept = is_kept(account(ratio_millionths=ratio), event)
    assert kept == is_kept(account(ratio_millionths=ratio), msgspec.structs.replace(event, amount_fen=10**9))
    assert kept <= is_kept(account(ratio_millionths=min(1_000_000, ratio * 2)), event)
    assert is_kept(account(), event)


def test_ABUSE_7_the_draw_keeps_the_declared_share_and_two_accounts_draw_for_themselves() -> None:
    events = [pay(str(number)) for number in range(20_000)]
    one = {event.event_id for event in events if is_kept(account("a1", ratio_millionths=250_000), event)}
    two = {event.event_id for event in events if is_kept(account("a2", ratio_millionths=250_000), event)}
    assert abs(len(one) - 5_000) < 250  # four standard errors
    assert abs(len(one & two) - 1_250) < 140
