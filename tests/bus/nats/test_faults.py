"""Servers die, are cut off and come back while batches are on their way. What was acked stays, once, for every reader."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import PATIENCE_S, everything, ids
from bus.nats.streams import new_stream, open_log
from events.strategies import read_note
from hongmao.bus.nats.cluster import SERVERS, Cluster
from hongmao.events.api import Event, pack
from hongmao.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hongmao.bus.nats.log import NatsLog
    from hongmao.events.api import Kept

BATCH = 5


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path / "cluster") as servers:
        servers.start()
        servers.wait_ready()
        yield servers


class Sender:
    """A client that sends batches one after the other, and each again until it is acked, as a browser or a shop would."""

    def __init__(self, log: NatsLog, name: str) -> None:
        self.acked: list[str] = []
        self._moved = threading.Condition()
        self._stop = threading.Event()
        self._log, self._name = log, name
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for(self, more: int) -> None:
        with self._moved:
            due = len(self.acked) + more
            assert self._moved.wait_for(lambda: len(self.acked) >= due, PATIENCE_S), f"stuck at {len(self.acked)}"

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        turn = 0
        while not self._stop.is_set():
            batch = [named(f"{self._name}-{turn}-{one}") for one in range(BATCH)]
            assert len(kept_for_sure(self._log, batch)) == BATCH
            turn += 1
            with self._moved:
                self.acked.extend(event.event_id for event in batch)
                self._moved.notify_all()


def kept_for_sure(log: NatsLog, batch: list[Event]) -> tuple[Kept, ...]:
    """Send a batch until it is acked: where nobody knows whether it was kept, the same goes again."""
    while True:
        try:
            return log.append(batch).result(PATIENCE_S)
        except Unavailable:
            continue


def named(event_id: str) -> Event:
    return Event(event_id=event_id, kind=read_note(1).kind, occurred_at_ms=1_746_590_400_000, reader="r-1", note="n-1")


def check(cluster: Cluster, folder: Path, stream: str, acked: list[str], *, lived: list[bytes] | None = None) -> None:
    """Hold what was acked against a replica that is made anew from the stream, and the one that lived through it all."""
    with open_log(cluster, folder, stream=stream) as fresh:
        logged = everything(fresh)
    assert [entry.offset for entry in logged] == list(range(1, len(logged) + 1))
    assert set(acked) <= set(ids(logged)), "acked and lost"
    assert len(set(ids(logged))) == len(logged), "kept twice"
    if lived is not None:
        assert [pack(entry.event) for entry in logged] == lived


def bytes_of(log: NatsLog) -> list[bytes]:
    return [pack(entry.event) for entry in everything(log)]


def _leader(cluster: Cluster) -> int:
    leader = cluster.leader()
    return 0 if leader is None else leader


def _kill(cluster: Cluster, sender: Sender, one: int) -> None:
    cluster.kill(one)
    sender.wait_for(10 * BATCH)
    cluster.start(one)


def _cut(cluster: Cluster, sender: Sender, one: int) -> None:
    cluster.cut_off(one)
    sender.wait_for(10 * BATCH)
    cluster.heal()


def _restart(cluster: Cluster, sender: Sender, one: int) -> None:
    cluster.kill(one)
    cluster.start(one)
    sender.wait_for(10 * BATCH)


def _restart_all(cluster: Cluster, sender: Sender, one: int) -> None:
    for other in range(SERVERS):
        cluster.kill((one + other) % SERVERS)
    cluster.start()
    sender.wait_for(10 * BATCH)


FAULTS = [_kill, _cut, _restart, _restart_all]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_leader_mid_batch_loses_and_doubles_nothing_acked(
    cluster: Cluster, tmp_path: Path, fault: Callable[[Cluster, Sender, int], None]
) -> None:
    stream = new_stream()
    with open_log(cluster, tmp_path / "a", stream=stream) as log:
        sender = Sender(log, "s")
        sender.wait_for(5 * BATCH)
        fault(cluster, sender, _leader(cluster))
        sender.wait_for(5 * BATCH)
        sender.stop()
        cluster.wait_ready()
        lived = bytes_of(log)
    check(cluster, tmp_path / "b", stream, sender.acked, lived=lived)


def test_without_a_majority_nothing_is_acked_and_the_same_batch_counts_once_when_it_is_back(
    cluster: Cluster, tmp_path: Path
) -> None:
    stream = new_stream()
    with open_log(cluster, tmp_path / "a", stream=stream, answer_s=1.0) as log:
        assert kept_for_sure(log, [read_note(1)])[0].offset == 1
        cluster.kill(0)
        cluster.kill(1)
        with pytest.raises(Unavailable, match="may have been kept or not") as caught:
            log.append([read_note(2)]).result(PATIENCE_S)
        assert caught.value.status == 503
        assert log.end() == 1
        cluster.start()
        cluster.wait_ready()
        kept_for_sure(log, [read_note(2), read_note(3)])
        assert sorted(ids(everything(log))) == [read_note(number).event_id for number in (1, 2, 3)]


@pytest.mark.slow
def test_twenty_seeded_faults_with_two_writers_lose_and_double_nothing(cluster: Cluster, tmp_path: Path) -> None:
    stream, luck = new_stream(), random.Random(7)
    with (
        open_log(cluster, tmp_path / "a", stream=stream, answer_s=5.0) as first,
        open_log(cluster, tmp_path / "b", stream=stream, answer_s=5.0) as second,
    ):
        senders = [Sender(first, "s"), Sender(second, "t")]
        for _ in range(20):
            luck.choice(FAULTS)(cluster, senders[luck.randrange(2)], luck.randrange(SERVERS))
            cluster.wait_ready()
        for sender in senders:
            sender.wait_for(BATCH)
            sender.stop()
        longest = max(first.end(), second.end())
        for log in (first, second):
            assert log.wait(after=longest - 1, timeout_s=PATIENCE_S)
        lived = bytes_of(first)
        assert bytes_of(second) == lived
    check(cluster, tmp_path / "c", stream, senders[0].acked + senders[1].acked, lived=lived)
