"""Several workers on one queue and one durable log: everything goes once, in order, on either engine."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.contracts import Kind
from hongmao.kernel.time import HOUR_MS
from hongmao.returns.out.contracts import Rate, TargetLimits
from hongmao.returns.out.rules import delivery_id
from hongmao.storage.database import open_database
from hongmao.storage.outgoing import SqlOutbox
from returns.out.stage import NOW, FakeTarget, Stage, account, click, pay
from storage.opened import opened
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS, CLICKS, STEPS = 3, 8, 4
LIMITS = TargetLimits(deadline_ms=HOUR_MS, batch_max=3, rate=Rate(per_minute=60_000, burst=1_000))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgres":
        with database_url() as found:
            yield found
    else:
        with opened(tmp_path / "state.sqlite"):
            yield f"sqlite:///{tmp_path / 'state.sqlite'}"


def test_workers_side_by_side_send_everything_once_and_each_click_in_order(url: str, tmp_path: Path) -> None:
    database, log = open_database(url), EmbeddedLog(tmp_path / "log.sqlite")
    stage = Stage(database, tmp_path, target=FakeTarget(limits=LIMITS))
    stage.log = log  # type: ignore[assignment]
    stage.accounts.add(account())
    stage.accounts.add(account("a2"))
    payments = [pay(f"{of}-{step}", of=of, at_ms=NOW + step) for step in range(STEPS) for of in range(CLICKS)]
    stage.happen(*(click(of) for of in range(CLICKS)), *payments)
    wanted = 2 * len(payments)
    start, faults = threading.Barrier(WORKERS), list[BaseException]()

    def work(seed: int) -> None:
        mine = open_database(url)
        try:
            sender = stage.another_sender(SqlOutbox(mine), seed=seed)
            start.wait()
            for _ in range(20 * wanted):
                if not sender.run_due(NOW + STEPS) and not stage.outbox.waiting():
                    break
        except BaseException as fault:  # noqa: BLE001 - a thread's fault is the test's
            faults.append(fault)
        finally:
            mine.close()

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert len(stage.far.got()) == len(set(stage.far.got())) == wanted
    for owner in ("a1", "a2"):
        sent = [item["id"] for body in stage.far.bodies if body["account"] == owner for item in body["items"]]  # type: ignore[attr-defined]
        for of in range(CLICKS):
            in_order = [delivery_id(owner, f"ret:{of}-{step}") for step in range(STEPS)]
            assert [name for name in sent if name in in_order] == in_order
    ends = [one.event for one in log.read(after=0, limit=10_000) if one.event.kind is Kind.SENT_ON]
    assert len(ends) == wanted
    assert {end.outcome for end in ends} == {"delivered"}
    log.close()
    database.close()
