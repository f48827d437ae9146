"""The queue's store, asked the same on both engines: nobody gets what another holds, and of one click only the first."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from hongmao.catalog.contracts import TenantKind
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import HOUR_MS
from hongmao.returns.out.contracts import Alarm, AlarmKind, Delivery, DeliveryState, Gate
from hongmao.returns.out.errors import TargetAccountTaken, TargetAccountUnknown
from hongmao.returns.out.rules import delivery_id
from hongmao.returns.out.store import Lease, Wanted
from hongmao.storage.database import Database, open_database
from hongmao.storage.models import TenantRow
from hongmao.storage.outgoing import SqlOutbox
from hongmao.storage.scope import PlatformScope
from hongmao.storage.target_accounts import SqlTargetAccountStore
from hongmao.storage.vault import Vault
from returns.out.stage import NOW, account, click, pay
from storage.opened import opened
from storage.postgres import database_url, opened_on_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUSE = PlatformScope("a test founds tenants")
ENGINES = {"sqlite": opened, "postgres": opened_on_postgres}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def outbox(engine: str) -> Iterator[SqlOutbox]:
    with ENGINES[engine]() as database:
        found(database)
        yield SqlOutbox(database)


def found(database: Database) -> None:
    with database.session(HOUSE, write=True) as session:
        session.add_all(TenantRow(id=name, name=name, kind=TenantKind.MERCHANT) for name in ("t1", "t2"))


@contextmanager
def address(engine: str, folder: Path) -> Iterator[str]:
    """Give the address of a founded database that several may open."""
    if engine == "postgres":
        with database_url() as url:
            database = open_database(url)
            found(database)
            database.close()
            yield url
    else:
        with opened(folder / "state.sqlite") as database:
            found(database)
            yield f"sqlite:///{folder / 'state.sqlite'}"


def delivery(name: str, *, lane: str = "", due_ms: int = NOW + HOUR_MS, **changes: object) -> Delivery:
    facts = {
        "account": "a1",
        "target": "juguang",
        "tenant": "t1",
        "fact": name,
        "event": pay(name),
        "click": click(),
        "event_type": "404",
        "due_ms": due_ms,
        "next_at_ms": NOW,
        "ratio_millionths": 1_000_000,
        **changes,
    }
    facts["lane"] = f"{facts['account']} {lane or name}"
    return Delivery(id=delivery_id(str(facts["account"]), name), **facts)  # type: ignore[arg-type]


def enqueue(outbox: SqlOutbox, *deliveries: Delivery) -> None:
    with outbox.begin() as work:
        work.enqueue(deliveries)


def lease(worker: str = "w1", now_ms: int = NOW, for_ms: int = 1_000) -> Lease:
    return Lease(token=worker, now_ms=now_ms, until_ms=now_ms + for_ms)


def take(outbox: SqlOutbox, by: Lease, *, most: int = 99, account: str = "a1") -> list[Delivery]:
    with outbox.at(account, patient=True) as work:
        return list(work.lease(by, most=most)) if work is not None else []


def settle(outbox: SqlOutbox, by: Lease, *deliveries: Delivery) -> None:
    with outbox.at("a1", patient=True) as work:
        assert work is not None
        work.settle(by, deliveries)


def names(deliveries: list[Delivery]) -> list[str]:
    return [one.fact for one in deliveries]


def test_a_delivery_comes_back_as_it_was_put(outbox: SqlOutbox) -> None:
    kept = delivery("p1", lane="c1", test=True, alone=True, reason="throttled", answer="稍后再试")
    enqueue(outbox, kept)
    assert outbox.pending(TenantId("t1"), limit=9) == [kept]
    assert outbox.pending(TenantId("t2"), limit=9) == []
    (taken,) = take(outbox, lease())
    assert taken == replace(kept, attempts=1)


def test_one_event_is_there_once_for_an_account(outbox: SqlOutbox) -> None:
    enqueue(outbox, delivery("p1"))
    enqueue(outbox, delivery("p1", due_ms=NOW), delivery("p1", account="a2"))
    assert [(one.account, one.due_ms) for one in outbox.pending(None, limit=9)] == [
        ("a1", NOW + HOUR_MS),
        ("a2", NOW + HOUR_MS),
    ]


def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out_and_late_settling_changes_nothing(
    outbox: SqlOutbox,
) -> None:
    enqueue(outbox, delivery("p1"), delivery("p2", due_ms=NOW + 1_000_000))
    first = lease("w1")
    assert names(take(outbox, first, most=1)) == ["p2"]
    assert names(take(outbox, lease("w2"))) == ["p1"]
    assert take(outbox, lease("w3", NOW + 999)) == []
    (again,) = take(outbox, lease("w3", NOW + 1_000), most=1)
    assert (again.fact, again.attempts) == ("p2", 2)
    # The first worker wakes up and settles what it no longer holds.
    settle(outbox, first, replace(again, state=DeliveryState.REFUSED, ended_at_ms=NOW))
    assert len(outbox.pending(None, limit=9)) == 2
    settle(outbox, lease("w3", NOW + 1_000), replace(again, state=DeliveryState.DELIVERED, ended_at_ms=NOW))
    assert names(list(outbox.pending(None, limit=9))) == ["p1"]


def test_of_one_click_the_first_goes_and_the_next_waits_even_when_an_earlier_one_comes_late(outbox: SqlOutbox) -> None:
    enqueue(outbox, delivery("pay", lane="c1", due_ms=NOW + 30_000), delivery("order", lane="c1", due_ms=NOW + 20_000))
    by = lease()
    (order,) = take(outbox, by)
    assert order.fact == "order"
    # The visit is told late. The order is on its way already, so nothing else of the click may go.
    enqueue(outbox, delivery("visit", lane="c1", due_ms=NOW + 10_000))
    assert take(outbox, lease("w2")) == []
    settle(outbox, by, replace(order, state=DeliveryState.DELIVERED, ended_at_ms=NOW))
    assert names(take(outbox, lease("w2"))) == ["visit"]


def test_the_same_click_on_another_account_is_another_lane(outbox: SqlOutbox) -> None:
    enqueue(outbox, delivery("visit", lane="c1"), delivery("pay", lane="c1", account="a2"))
    assert names(take(outbox, lease())) == ["visit"]
    assert names(take(outbox, lease(), account="a2")) == ["pay"]


def test_while_one_worker_holds_an_account_an_impatient_one_goes_away(engine: str, tmp_path: Path) -> None:
    with address(engine, tmp_path) as url:
        one, two = SqlOutbox(open_database(url)), SqlOutbox(open_database(url))
        enqueue(one, delivery("p1"), delivery("p2", account="a2"))
        if engine == "postgres":  # SQLite has one writer at a time, who is waited for
            with one.at("a1", patient=True) as held:
                assert held is not None
                with two.at("a1", patient=False) as mine:
                    assert mine is None
                with two.at("a2", patient=False) as other:
                    assert other is not None
        with two.at("a1", patient=False) as mine:
            assert mine is not None
        with two.at("nobody", patient=True) as none:
            assert none is None
        for store in (one, two):
            store._database.close()


def test_several_workers_never_hold_one_delivery_or_two_of_a_click_at_once(engine: str, tmp_path: Path) -> None:
    """Four workers with a connection of their own each; the books are kept outside of the database."""
    with address(engine, tmp_path) as url:
        first = open_database(url)
        lanes = [f"c{number}" for number in range(12)]
        enqueue(
            SqlOutbox(first),
            *(
                delivery(f"{lane}-{step}", lane=lane, due_ms=NOW + HOUR_MS + step)
                for lane in lanes
                for step in range(6)
            ),
        )
        book, held, faults = threading.Lock(), dict[str, str](), list[str]()
        ended: list[str] = []

        def work(number: int) -> None:
            database, luck = open_database(url), random.Random(number)
            outbox, idle = SqlOutbox(database), 0
            while idle < 200 and len(ended) < 72:
                by = lease(f"w{number}-{luck.random()}", for_ms=HOUR_MS)
                with outbox.at("a1", patient=luck.random() < 0.5) as mine:
                    got = list(mine.lease(by, most=luck.randint(1, 4))) if mine is not None else []
                idle = 0 if got else idle + 1
                with book:
                    faults.extend(f"{one.lane} twice" for one in got if one.lane in held)
                    held.update({one.lane: one.fact for one in got})
                done = [replace(one, state=DeliveryState.DELIVERED, ended_at_ms=NOW) for one in got]
                with book:
                    for one in got:
                        del held[one.lane]
                    ended.extend(one.fact for one in got)
                settle(outbox, by, *done)
            database.close()

        workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert faults == []
        assert len(ended) == 72
        assert len(set(ended)) == 72
        for lane in lanes:
            assert [fact for fact in ended if fact.startswith(f"{lane}-")] == [f"{lane}-{step}" for step in range(6)]
        first.close()


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "lane": st.sampled_from("abc"),
            "due_ms": st.integers(NOW - 2, NOW + 8),
            "next_at_ms": st.integers(NOW - 1, NOW + 3),
            "test": st.booleans(),
            "alone": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40)
@given(rows=ROWS, looks=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4), st.booleans()), max_size=6))
def test_leasing_does_what_ten_plain_lines_would(
    rows: list[dict[str, object]], looks: list[tuple[int, int, bool]]
) -> None:
    with opened() as database:
        outbox = SqlOutbox(database)
        found(database)
        waiting = [delivery(f"p{number}", **row) for number, row in enumerate(rows)]  # type: ignore[arg-type]
        enqueue(outbox, *waiting)
        leased_until: dict[str, int] = {}
        for number, (later, most, ends) in enumerate(looks):
            by = lease(f"w{number}", NOW + later, for_ms=2)
            expected = _oracle(waiting, leased_until, by.now_ms, most)
            got = take(outbox, by, most=most)
            assert names(got) == names(expected)
            leased_until.update({one.id: by.until_ms for one in got})
            if ends:
                settle(outbox, by, *(replace(one, state=DeliveryState.DELIVERED, ended_at_ms=NOW) for one in got))
                waiting = [one for one in waiting if one.id not in {done.id for done in got}]


def _oracle(waiting: list[Delivery], leased_until: dict[str, int], now_ms: int, most: int) -> list[Delivery]:
    line = sorted(waiting, key=lambda one: (one.due_ms, int(one.fact[1:])))
    busy = {one.lane for one in line if leased_until.get(one.id, 0) > now_ms}
    heads = {lane: next(one for one in line if one.lane == lane) for lane in {one.lane for one in line}}
    ready = [
        one
        for one in line
        if one is heads[one.lane] and one.lane not in busy and one.due_ms > now_ms and one.next_at_ms <= now_ms
    ][:most]
    if ready and ready[0].alone:
        return ready[:1]
    return [one for one in ready if one.test == ready[0].test and not one.alone]


def test_the_gate_is_kept_with_what_is_leased_or_not_at_all(outbox: SqlOutbox) -> None:
    enqueue(outbox, delivery("p1"))
    gate = Gate(tat_us=NOW * 1000, failures=2, open_at_ms=NOW + 5, unreachable_since_ms=NOW)
    with pytest.raises(ZeroDivisionError):
        _lease_and_fail(outbox, gate)
    (waiting,) = outbox.waiting()
    assert waiting.gate == Gate()
    assert names(take(outbox, lease("w2"))) == ["p1"]
    with outbox.at("a1", patient=True) as work:
        assert work is not None
        work.keep(gate)
    (waiting,) = outbox.waiting()
    assert (waiting.gate, waiting.soonest_ms, waiting.passed_over) == (gate, NOW + HOUR_MS, False)


def _lease_and_fail(outbox: SqlOutbox, gate: Gate) -> None:
    with outbox.at("a1", patient=True) as work:
        assert work is not None
        work.lease(lease(), most=1)
        work.keep(gate)
        raise ZeroDivisionError


def test_what_is_overdue_or_left_out_is_taken_to_be_ended_and_nothing_else(outbox: SqlOutbox) -> None:
    enqueue(
        outbox,
        delivery("left out", state=DeliveryState.PASSED_OVER),
        delivery("overdue", due_ms=NOW),
        delivery("on its way", due_ms=NOW + 1),
        delivery("waiting", due_ms=NOW + 2),
    )
    assert names(take(outbox, lease("w1", for_ms=1_000), most=1)) == ["on its way"]
    with outbox.at("a1", patient=True) as work:
        assert work is not None
        ending = work.lease_ending(lease("w2", NOW + 1, 10), most=9, all_of_it=False)
        assert names(list(ending)) == ["left out", "overdue"]
        assert [one.attempts for one in ending] == [0, 0]
        assert names(list(work.lease_ending(lease("w3", NOW + 1), most=9, all_of_it=True))) == ["waiting"]


def test_an_alarm_of_a_kind_stands_once_and_is_kept_when_it_is_over(outbox: SqlOutbox) -> None:
    alarm = Alarm(
        account="a1", target="juguang", tenant="t1", kind=AlarmKind.DEADLINE_NEAR, since_ms=NOW, due_ms=NOW + 9
    )
    outbox.ring([alarm], [], now_ms=NOW)
    outbox.ring([replace(alarm, since_ms=NOW + 1)], [], now_ms=NOW + 1)  # another worker saw the same
    assert outbox.alarms(None, standing=True) == [alarm]
    outbox.ring([], [alarm], now_ms=NOW + 5)
    outbox.ring([replace(alarm, since_ms=NOW + 7)], [], now_ms=NOW + 7)
    assert outbox.alarms(TenantId("t1"), standing=False) == [
        replace(alarm, cleared_at_ms=NOW + 5),
        replace(alarm, since_ms=NOW + 7),
    ]
    assert outbox.alarms(TenantId("t2"), standing=False) == []


def dead(name: str, *, due_ms: int = NOW + HOUR_MS, **changes: object) -> Delivery:
    ended = {"state": DeliveryState.DEAD, "ended_at_ms": NOW, "attempts": 7, "reason": "deadline", "alone": True}
    return replace(delivery(name, due_ms=due_ms), **ended, **changes)  # type: ignore[arg-type]


def test_only_the_dead_that_are_meant_are_revived(outbox: SqlOutbox) -> None:
    enqueue(
        outbox,
        dead("overdue", due_ms=NOW - 1),
        replace(dead("in time"), reason="bad_token", state=DeliveryState.REFUSED),
        replace(dead("of another account"), id="out:other", account="a2"),
        delivery("delivered", state=DeliveryState.DELIVERED, ended_at_ms=NOW),
        dead("old", event=pay("old", at_ms=NOW - HOUR_MS)),
    )
    wanted = Wanted(accounts=["a1"], from_ms=NOW, to_ms=NOW + 1)
    assert outbox.overdue(wanted, now_ms=NOW) == 1
    assert outbox.revive(replace(wanted, reason="unheard of"), now_ms=NOW, deadline_ms=None) == 0
    assert outbox.revive(wanted, now_ms=NOW, deadline_ms=None) == 1
    (revived,) = outbox.pending(None, limit=9)
    assert (revived.fact, revived.attempts, revived.replays, revived.alone, revived.reason) == (
        "in time",
        0,
        1,
        False,
        "",
    )
    assert outbox.revive(wanted, now_ms=NOW, deadline_ms=HOUR_MS) == 1
    assert {one.fact: one.due_ms for one in outbox.pending(None, limit=9)} == {
        "in time": NOW + HOUR_MS,
        "overdue": NOW + HOUR_MS,
    }


def test_PRIV_8_an_accounts_secret_and_settings_are_sealed_and_gone_when_it_is_revoked(tmp_path: Path) -> None:
    with opened(tmp_path / "state.sqlite") as database:
        found(database)
        accounts = SqlTargetAccountStore(database, Vault(tmp_path / "vault.key"))
        mine = account(ratio_millionths=500_000, test=True)
        accounts.add(mine)
        assert accounts.find("a1") == mine
        assert accounts.of_tenant(TenantId("t1")) == accounts.every() == [mine]
        assert accounts.of_tenant(TenantId("t2")) == []
        files = b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite*"))
        assert b"juguang" in files
        assert b"of-the-test" not in files

        for taken in (account(tenant=TenantId("t2")), account(target="meta")):
            with pytest.raises(TargetAccountTaken):
                accounts.add(taken)
        with pytest.raises(TargetAccountUnknown):
            accounts.revoke(TenantId("t2"), "a1")
        accounts.revoke(TenantId("t1"), "a1")
        assert accounts.find("a1") == replace(mine, active=False, secret=b"", settings={})


def test_a_claim_looks_its_lanes_up_by_their_index_even_where_the_engine_has_no_statistics(engine: str) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "NOT (EXISTS" in statement:
            seen.append((statement, parameters))

    with ENGINES[engine]() as database:
        found(database)
        outbox = SqlOutbox(database)
        enqueue(outbox, *(delivery(f"p{number}") for number in range(500)))
        event.listen(database._engine, "before_cursor_execute", note)
        assert len(take(outbox, lease(), most=50)) == 50
        ((statement, parameters),) = seen
        explain = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
        with database._engine.connect() as connection:
            plan = " ".join(map(str, connection.exec_driver_sql(explain + statement, parameters).all()))
        assert "ix_outgoing_lane_state" in plan
        assert "ix_outgoing_account_id_state_due_ms_number" in plan
