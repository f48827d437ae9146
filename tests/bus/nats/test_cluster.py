from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import PATIENCE_S, keep
from bus.nats.streams import new_stream, open_log
from events.strategies import read_note
from hongmao.bus.errors import ClusterUnfit
from hongmao.bus.nats.address import NatsAddress
from hongmao.bus.nats.cluster import SERVERS, Cluster
from hongmao.bus.nats.log import NatsLog

if TYPE_CHECKING:
    from pathlib import Path


def test_the_servers_sync_always(shared_cluster: Cluster) -> None:
    assert [shared_cluster.settings_of(one).get("sync_always") for one in range(SERVERS)] == [True] * SERVERS


def test_a_stream_with_fewer_copies_than_asked_for_is_refused(shared_cluster: Cluster, tmp_path: Path) -> None:
    stream = new_stream()
    single = NatsAddress.read(f"{shared_cluster.address}/{stream}?replicas=1")
    with NatsLog(single, tmp_path / "a", writer="w-single") as log:
        keep(log, read_note(1))
    with pytest.raises(ClusterUnfit, match="the stream has 1 copies"):
        open_log(shared_cluster, tmp_path / "b", stream=stream)


def test_a_group_is_one_message(shared_cluster: Cluster, tmp_path: Path) -> None:
    with open_log(shared_cluster, tmp_path / "a", stream=new_stream()) as log:
        all_here = threading.Event()
        # Its loop is held up until all batches wait: how many would share a message else is luck.
        log._thread.loop.call_soon_threadsafe(all_here.wait, PATIENCE_S)
        waiting = [log.append([read_note(number)]) for number in range(500)]
        all_here.set()
        assert [future.result(PATIENCE_S)[0].offset for future in waiting] == list(range(1, 501))
        assert log._replica.applied <= 2  # what was on its way into the queue before the loop stood still, and the rest


def test_what_was_kept_is_there_after_a_restart_and_on_another_machine(shared_cluster: Cluster, tmp_path: Path) -> None:
    stream = new_stream()
    with open_log(shared_cluster, tmp_path / "a", stream=stream) as log:
        keep(log, read_note(1), read_note(2))
    for folder in ("a", "b"):
        with open_log(shared_cluster, tmp_path / folder, stream=stream) as log:
            assert log.end() == 2
            assert log.known([read_note(1).event_id, read_note(3).event_id]) == {read_note(1).event_id}
