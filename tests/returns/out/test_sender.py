"""Sending on, in stories: every delivery ends once, on record, and nothing is lost on the way. On both engines."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from hongmao.events.api import LogFull, check
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.calls import Call, Failure
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, SECOND_MS, Window
from hongmao.returns.out.contracts import Answered, DeliveryState, Outgoing, Rate, TargetAccount, TargetLimits, Verdict
from hongmao.returns.out.errors import RatioBeyond, TargetUnknown
from hongmao.returns.out.rules import UNREACHABLE_MS, delivery_id
from hongmao.returns.out.sender import LEASE_MS
from returns.out.stage import ENGINES, NOW, FakeTarget, Stage, account, click, pay, record_of, staged, visit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

EVER = Window(0, 2**50)
BATCHED = FakeTarget(limits=TargetLimits(deadline_ms=HOUR_MS, batch_max=3, rate=Rate(per_minute=60_000, burst=1_000)))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stage(engine: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(engine, tmp_path) as opened:
        yield opened


def says(answered: Answered, **facts: object) -> Verdict:
    return Verdict(answered=answered, **facts)  # type: ignore[arg-type]


def out(name: str, account: str = "a1") -> str:
    return delivery_id(account, f"ret:{name}")


def sent_on(stage: Stage) -> list[Event]:
    return [event for event in stage.log.kept if event.kind is Kind.SENT_ON]


def test_a_payment_is_sent_on_once_and_its_end_is_on_the_log(stage: Stage) -> None:
    stage.happen(click(), pay("p1"))
    assert stage.step() == 1
    assert stage.step(after_ms=HOUR_MS) == 0
    assert stage.far.got() == [out("p1")]
    assert stage.far.bodies[0]["test"] is False
    (event,) = sent_on(stage)
    assert check(event, now_ms=NOW) == ()
    assert event.event_id == out("p1")
    assert (event.outcome, event.ref, event.tenant, event.platform) == ("delivered", "a1", "t1", "taobao")
    assert (event.merchant, event.shop, event.click_id, event.line) == ("m1", "s1", "c1", "cid")
    assert (event.order_id, event.sub_order_id) == ("o-p1", "s-p1")
    record = record_of(event)
    assert (record.target, record.event_id, record.event_type, record.attempts) == ("juguang", "ret:p1", "404", 1)
    assert record.due_ms == NOW + HOUR_MS
    assert record.ratio_millionths == 1_000_000


def test_a_refusal_ends_it_and_a_retry_comes_back_later_with_the_same_id(stage: Stage) -> None:
    answers = {
        out("p1"): [says(Answered.REFUSED, reason="click_too_old", answer="点击已过期")],
        out("p2"): [says(Answered.RETRY, reason="throttled")] * 2 + [says(Answered.DELIVERED)],
    }
    stage.far.answer = lambda item: answers[item].pop(0)
    stage.happen(click(1), click(2), pay("p1"), pay("p2", of=2))
    for _ in range(60):
        stage.step(after_ms=SECOND_MS)
    assert stage.ends() == {"ret:p1": ("refused", "click_too_old"), "ret:p2": ("delivered", "")}
    assert stage.far.got() == [out("p1"), out("p2"), out("p2"), out("p2")]
    ends = {record_of(event).event_id: record_of(event) for event in sent_on(stage)}
    assert ends["ret:p1"].answer == "点击已过期"
    assert (ends["ret:p2"].attempts, ends["ret:p2"].last_reason) == (3, "throttled")


def test_events_of_one_click_go_in_order_and_the_next_waits_for_the_end_of_the_former(stage: Stage) -> None:
    # 10:00: she visits, orders, pays. The visit is not taken yet; another reader's payment does not wait for it.
    answers = {out("v1"): [says(Answered.RETRY), says(Answered.DELIVERED)]}
    stage.far.answer = lambda item: answers[item].pop(0) if answers.get(item) else says(Answered.DELIVERED)
    stage.happen(
        click(1),
        click(2),
        pay("p1", at_ms=NOW + 2),  # the log need not have them in the order in which they happened
        pay("o1", at_ms=NOW + 1, kind=Kind.ORDER),
        visit("v1"),
        pay("p2", of=2, at_ms=NOW + 3),
    )
    stage.step()
    assert stage.far.got() == [out("v1"), out("p2")]
    for _ in range(10):
        stage.step(after_ms=SECOND_MS)
    assert stage.far.got() == [out("v1"), out("p2"), out("v1"), out("o1"), out("p1")]


def test_many_go_in_one_request_but_of_one_click_only_the_first(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path, target=BATCHED) as stage:
        stage.happen(*(click(n) for n in range(1, 5)), *(pay(f"p{n}", of=n, at_ms=NOW + n) for n in range(1, 5)))
        stage.happen(pay("q1", of=1, at_ms=NOW + 9))
        stage.step()
        assert [len(body["items"]) for body in stage.far.bodies] == [3, 2]  # type: ignore[arg-type]
        assert stage.far.got() == [out("p1"), out("p2"), out("p3"), out("p4"), out("q1")]


def test_what_is_refused_as_a_whole_goes_again_one_by_one_so_that_only_the_guilty_is_refused(
    engine: str, tmp_path: Path
) -> None:
    with staged(engine, tmp_path, target=BATCHED) as stage:

        def answer(_item: str) -> Verdict:
            together = [item["id"] for item in stage.far.bodies[-1]["items"]]  # type: ignore[attr-defined]
            return says(Answered.REFUSED, reason="bad") if out("p2") in together else says(Answered.DELIVERED)

        stage.far.answer = answer
        stage.happen(*(click(n) for n in range(1, 5)), *(pay(f"p{n}", of=n, at_ms=NOW + n) for n in range(1, 5)))
        stage.step()
        assert stage.ends() == {
            "ret:p1": ("delivered", ""),
            "ret:p2": ("refused", "bad"),
            "ret:p3": ("delivered", ""),
            "ret:p4": ("delivered", ""),
        }
        assert {record_of(event).attempts for event in sent_on(stage)} == {1}


class Brittle(FakeTarget):
    """A target that stumbles over one item."""

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        if any(item.event.amount_fen == 666 for item in items):
            raise ZeroDivisionError
        return super().call(account, items, now_ms=now_ms)


def test_a_plugin_that_stumbles_over_one_item_loses_that_item_only(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path, target=Brittle(limits=BATCHED.limits)) as stage:
        stage.happen(click(1), click(2), click(3))
        stage.happen(pay("p1"), pay("p2", of=2, amount_fen=666), pay("p3", of=3))
        stage.step()
        assert stage.ends() == {
            "ret:p1": ("delivered", "ok"),
            "ret:p2": ("dead", "unwritable"),
            "ret:p3": ("delivered", "ok"),
        }


def test_an_answer_that_nobody_can_read_is_asked_for_again(stage: Stage) -> None:
    stage.far.garbage = b"<html>maintenance</html>"
    stage.happen(click(), pay("p1"))
    stage.step()
    assert stage.ends() == {}
    (waiting,) = stage.outbox.pending(None, limit=9)
    assert (waiting.reason, waiting.attempts) == ("unreadable", 1)
    stage.far.garbage = None
    stage.step(after_ms=10 * SECOND_MS)
    assert stage.ends() == {"ret:p1": ("delivered", "ok")}


def test_a_crash_after_sending_and_before_settling_sends_again_with_the_same_id(stage: Stage) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    stage.happen(click(), pay("p1"))
    stage.far.after = crash
    with pytest.raises(KeyboardInterrupt):
        stage.sender.run_due(NOW)
    stage.far.after = lambda: None
    # While the lease runs nobody touches it; then it is sent again, never lost.
    assert stage.step(after_ms=LEASE_MS - 1) == 0
    assert stage.step(after_ms=1) == 1
    assert stage.far.got() == [out("p1"), out("p1")]
    assert stage.ends() == {"ret:p1": ("delivered", "ok")}
    assert record_of(sent_on(stage)[0]).attempts == 2


def test_a_crash_after_the_log_and_before_the_queue_sends_nothing_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    stage.happen(click(), pay("p1"))
    with monkeypatch.context() as broken:
        broken.setattr("hongmao.storage.outgoing_lease.SqlAccountWork.settle", crash)
        with pytest.raises(KeyboardInterrupt):
            stage.sender.run_due(NOW)
    assert [event.outcome for event in sent_on(stage)] == ["delivered"]
    # Another worker finds it after the lease, sees that the log knows its end, and leaves it to the follower.
    stage.clock.advance(LEASE_MS)
    stage.sender.run_due(stage.clock.now_ms())
    assert stage.far.got() == [out("p1")]
    stage.follow()
    assert stage.outbox.pending(None, limit=9) == []
    (tally,) = stage.outbox.tallies(None)
    assert (tally.state, tally.deliveries) == (DeliveryState.DELIVERED, 1)


def test_a_log_that_is_full_closes_nothing(stage: Stage) -> None:
    stage.happen(click(), pay("p1"))
    stage.log.full = True
    with pytest.raises(LogFull):
        stage.sender.run_due(NOW)
    assert len(stage.outbox.pending(None, limit=9)) == 1
    stage.log.full = False
    stage.step(after_ms=LEASE_MS)
    assert stage.ends() == {"ret:p1": ("delivered", "ok")}
    assert stage.far.got() == [out("p1"), out("p1")]


def test_a_queue_that_is_lost_is_made_again_from_the_log_and_sends_nothing_twice(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path) as before:
        before.happen(click(1), click(2), pay("p1"))
        before.step()
        before.log.append([pay("p2", of=2)]).result()
        kept = before.log
    with staged(engine, tmp_path) as after:
        after.log = kept
        after.sender = after.another_sender(after.outbox)
        after.dispatcher.absorb(kept.read(after=0, limit=3))  # the follower has not come to the end of p1 yet
        after.sender.run_due(NOW)
        assert after.far.got() == []
        after.follow()
        after.step(after_ms=LEASE_MS)
        assert after.far.got() == [out("p2")]


def test_a_dead_target_burns_few_attempts_and_one_probe_finds_it_alive(stage: Stage) -> None:
    stage.far.down = Failure.UNREACHABLE
    stage.happen(*(click(n) for n in range(40)), *(pay(f"p{n}", of=n, at_ms=NOW + n) for n in range(40)))
    for _ in range(120):
        stage.step(after_ms=5 * SECOND_MS)
    # Ten minutes of silence: three requests shut the gate, then at most one probe in half a minute.
    assert 10 < stage.far.calls < 40
    attempts = [one.attempts for one in stage.outbox.pending(None, limit=99)]
    assert sum(attempts) == stage.far.calls
    assert attempts.count(0) > 20
    (alarm,) = stage.watch.alarms(None)
    assert (alarm.kind, alarm.account, alarm.target) == ("unreachable", "a1", "juguang")
    assert UNREACHABLE_MS < alarm.since_ms - NOW < UNREACHABLE_MS + 15 * SECOND_MS
    # It comes back: within a minute everything is through, and the alarm is cleared but kept.
    stage.far.down = None
    for _ in range(14):
        stage.step(after_ms=5 * SECOND_MS)
    assert {outcome for outcome, _ in stage.ends().values()} == {"delivered"}
    assert len(stage.ends()) == 40
    assert stage.watch.alarms(None) == []
    (kept,) = stage.watch.alarms(None, standing=False)
    assert kept.cleared_at_ms is not None


def test_one_account_that_is_down_does_not_hold_up_anothers(stage: Stage) -> None:
    class Half:
        """Down for a1 alone."""

        def call(self, call: Call) -> object:
            stage.far.down = Failure.TIMEOUT if json.loads(call.body)["account"] == "a1" else None
            return stage.far.call(call)

    stage.accounts.add(account("a2"))
    stage.sender._caller = Half()  # type: ignore[assignment]
    stage.happen(click(), pay("p1"))
    stage.step()
    assert [(event.ref, event.outcome) for event in sent_on(stage)] == [("a2", "delivered")]


def test_the_throttle_is_each_accounts_own_and_shared_by_all_workers(engine: str, tmp_path: Path) -> None:
    slow = FakeTarget(limits=TargetLimits(deadline_ms=HOUR_MS, rate=Rate(per_minute=60, burst=2)))
    with staged(engine, tmp_path, target=slow) as stage:
        workers = [stage.sender, stage.another_sender(stage.outbox, seed=8)]
        stage.happen(*(click(n) for n in range(9)), *(pay(f"p{n}", of=n) for n in range(9)))
        per_second = []
        for _ in range(8):
            before = stage.far.calls
            for worker in workers:
                while worker.run_due(stage.clock.now_ms()):
                    pass
            per_second.append(stage.far.calls - before)
            stage.clock.advance(SECOND_MS)
        assert per_second == [2, 1, 1, 1, 1, 1, 1, 1]


def test_ABUSE_7_a_declared_ratio_samples_whole_sub_orders_and_puts_those_left_out_on_record(
    engine: str, tmp_path: Path
) -> None:
    wide = FakeTarget(limits=replace(BATCHED.limits, batch_max=200))
    with staged(engine, tmp_path, target=wide) as stage:
        _sample(stage)


def _sample(stage: Stage) -> None:
    stage.accounts.add(account(ratio_millionths=300_000))
    names = [f"p{n}" for n in range(400)]
    payments = [pay(name, of=n) for n, name in enumerate(names)]
    refunds = [
        pay(f"r-{name}", of=n, kind=Kind.REFUND, sub_order_id=f"s-{name}", ref="r1", at_ms=NOW + 1)
        for n, name in enumerate(names)
    ]
    stage.happen(*(click(n) for n in range(400)), *payments, *refunds)
    stage.step()
    ends = stage.ends()
    assert len(ends) == 800
    kept = {name for name in names if ends[f"ret:{name}"] == ("delivered", "ok")}
    left_out = {name for name in names if ends[f"ret:{name}"] == ("sampled_out", "ratio")}
    assert kept | left_out == set(names)
    assert 90 < len(kept) < 150  # 30 % of 400, within four standard errors
    # A refund shares the fate of its payment.
    assert {name for name in names if ends[f"ret:r-{name}"][0] == "delivered"} == kept
    assert {record_of(event).ratio_millionths for event in sent_on(stage)} == {300_000}
    assert set(stage.far.got()) == {out(name) for name in kept} | {out(f"r-{name}") for name in kept}


@pytest.mark.parametrize("whose", ["a test account", "a click of the media's test environment"])
def test_a_test_is_sent_with_the_targets_own_flag_and_ends_as_a_test(stage: Stage, whose: str) -> None:
    of_account = whose == "a test account"
    stage.accounts.add(account(test=of_account, ratio_millionths=1))
    stage.happen(click() if of_account else click(media="juguang", media_click="atest0001"), pay("p1"))
    stage.step()
    assert [body["test"] for body in stage.far.bodies] == [True]
    assert stage.ends() == {"ret:p1": ("test", "ok")}
    assert stage.returning.replay("juguang", EVER, force=True).revived == 0


def test_tests_and_real_returns_never_share_a_request(engine: str, tmp_path: Path) -> None:
    with staged(engine, tmp_path, target=BATCHED) as stage:
        stage.happen(click(1), click(2, media="juguang", media_click="atest1"), click(3))
        stage.happen(pay("p1"), pay("p2", of=2), pay("p3", of=3))
        stage.step()
        assert [(body["test"], len(body["items"])) for body in stage.far.bodies] == [(False, 2), (True, 1)]  # type: ignore[arg-type]


def test_a_revoked_account_takes_nothing_new_and_what_waited_dies_with_the_reason(stage: Stage) -> None:
    stage.far.down = Failure.TIMEOUT
    stage.happen(click(), pay("p1"))
    stage.step()
    stage.accounts.revoke(account().tenant, "a1")
    stage.happen(pay("p2"))
    stage.step()
    assert stage.ends() == {"ret:p1": ("dead", "inactive")}
    # It is declared anew, and its dead letter is replayed.
    stage.far.down = None
    stage.returning.declare(account())
    assert stage.returning.replay("juguang", EVER, reason="inactive").revived == 1
    stage.step(after_ms=MINUTE_MS)
    assert stage.ends() == {"ret:p1": ("delivered", "ok")}


def test_dead_letters_are_replayed_with_a_new_budget_and_beyond_the_deadline_only_by_force(stage: Stage) -> None:
    # 10:00: two are refused for a wrong token, one is never answered and dies at 11:00.
    refused = says(Answered.REFUSED, reason="bad_token")
    stage.far.answer = lambda item: refused if item in {out("p1"), out("p2")} else says(Answered.RETRY)
    stage.happen(click(1), click(2), click(3))
    stage.happen(pay("p1"), pay("p2", of=2, at_ms=NOW - 50 * MINUTE_MS), pay("p3", of=3, at_ms=NOW - 50 * MINUTE_MS))
    for _ in range(11):
        stage.step(after_ms=MINUTE_MS)
    assert stage.ends()["ret:p3"] == ("dead", "deadline")
    assert record_of(next(e for e in sent_on(stage) if e.outcome == "dead")).last_reason == "retry"

    # 10:11: the token is mended. p1 has time; p2 and p3 are beyond their deadline and stay.
    stage.far.answer = lambda _item: says(Answered.DELIVERED)
    replayed = stage.returning.replay("juguang", EVER, reason="bad_token")
    assert (replayed.revived, replayed.beyond) == (1, 1)
    stage.step()
    assert stage.ends()["ret:p1"] == ("delivered", "")
    assert stage.ends()["ret:p2"] == ("refused", "bad_token")

    # By force they get the target's hour once more, and its own word decides.
    stage.far.answer = lambda item: (
        says(Answered.REFUSED, reason="too_late") if item == out("p2") else says(Answered.DELIVERED)
    )
    forced = stage.returning.replay("juguang", Window(NOW - HOUR_MS, NOW), force=True)
    assert (forced.revived, forced.beyond) == (2, 0)
    stage.step()
    assert stage.ends() == {
        "ret:p1": ("delivered", ""),
        "ret:p2": ("refused", "too_late"),
        "ret:p3": ("delivered", ""),
    }
    # The target saw the same id every time; the log has an end for each life.
    assert stage.far.got().count(out("p2")) == 2
    versions = [event.version for event in sent_on(stage) if record_of(event).event_id == "ret:p2"]
    assert versions == [1, 2]
    assert record_of(sent_on(stage)[-1]).attempts == 1


def test_a_target_that_wants_us_back_too_late_is_asked_once_more_just_before(stage: Stage) -> None:
    stage.far.answer = lambda _item: says(Answered.RETRY, reason="throttled", wait_ms=10 * MINUTE_MS)
    stage.happen(click(), pay("p1", at_ms=NOW - 55 * MINUTE_MS))
    stage.step()
    (waiting,) = stage.outbox.pending(None, limit=9)
    assert waiting.due_ms - 6 * SECOND_MS < waiting.next_at_ms < waiting.due_ms


def test_PRIV_8_no_answer_keeps_a_secret_that_the_target_repeats(stage: Stage) -> None:
    told = "token token-of-the-test and secret-of-the-test are wrong " + "x" * 900
    stage.far.answer = lambda _item: says(Answered.REFUSED, reason="bad_token", answer=told)
    stage.happen(click(), pay("p1"))
    stage.step()
    answer = record_of(sent_on(stage)[0]).answer
    assert answer.startswith("token *** and *** are wrong ")
    assert len(answer) == 300
    assert "of-the-test" not in repr(stage.accounts.find("a1"))


def test_PRIV_2_a_target_is_handed_no_reader(stage: Stage) -> None:
    seen: list[Event | None] = []

    class Nosy(FakeTarget):
        def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
            seen.extend(item.click for item in items)
            return super().call(account, items, now_ms=now_ms)

    stage.target = Nosy()
    stage.sender = stage.another_sender(stage.outbox)
    stage.happen(click(reader="reader-1", impression="i-1", agent="wechat"), pay("p1"))
    stage.step()
    (told,) = seen
    assert told == msgspec.structs.replace(click(), reader=None)


def test_the_catalogues_facts_go_with_a_delivery(engine: str, tmp_path: Path) -> None:
    class Shelf:
        def of(self, event: Event) -> Mapping[str, str]:
            return {"product_name": f"item of {event.order_id}"}

    with staged(engine, tmp_path, facts=Shelf()) as stage:
        stage.happen(click(), pay("p1"))
        stage.step()
        assert stage.far.bodies[0]["items"][0]["facts"] == {"product_name": "item of o-p1"}  # type: ignore[index]


def test_what_is_too_large_together_goes_in_parts_and_alone_is_refused(engine: str, tmp_path: Path) -> None:
    class Long(FakeTarget):
        def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
            call = super().call(account, items, now_ms=now_ms)
            return replace(call, body=call.body + b" " * sum(item.event.amount_fen or 0 for item in items))

    limits = replace(BATCHED.limits, batch_max=4, body_bytes_max=1_500)
    with staged(engine, tmp_path, target=Long(limits=limits)) as stage:
        stage.happen(*(click(n) for n in range(1, 5)))
        stage.happen(*(pay(f"p{n}", of=n, at_ms=NOW + n, amount_fen=500 if n < 4 else 5_000) for n in range(1, 5)))
        stage.step()
        assert stage.ends() == {
            "ret:p1": ("delivered", "ok"),
            "ret:p2": ("delivered", "ok"),
            "ret:p3": ("delivered", "ok"),
            "ret:p4": ("refused", "too_large"),
        }
        assert [len(body["items"]) for body in stage.far.bodies] == [2, 1]  # type: ignore[arg-type]


@pytest.mark.parametrize("ratio", [0, -1, 1_000_001])
def test_ABUSE_7_a_ratio_that_is_no_share_is_refused_and_so_is_a_target_that_nobody_brings(
    tmp_path: Path, ratio: int
) -> None:
    with staged("sqlite", tmp_path) as stage:
        with pytest.raises(RatioBeyond):
            stage.returning.declare(account(ratio_millionths=ratio))
        with pytest.raises(TargetUnknown, match="juguang"):
            stage.returning.declare(account(target="juguan"))
        stage.returning.declare(account(ratio_millionths=1))
        assert [one.ratio_millionths for one in stage.accounts.every()] == [1]
