"""A log on servers tells of its commits, and says that it is in use, as the embedded one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import keep
from bus.nats.streams import new_stream
from bus.test_told import told
from events.strategies import read_note
from hongmao.bootstrap.foundations import check_idle
from hongmao.bootstrap.settings import Settings
from hongmao.bus.nats import publishing
from hongmao.bus.opening import open_log
from hongmao.events.api import LogBusy, LogFull
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.parts import LogMeter

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.bus.nats.cluster import Cluster


def test_groups_that_most_servers_have_synced_are_counted(
    shared_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter, url = LiveMeter(), f"{shared_cluster.address}/{new_stream()}"
    log = open_log(url, tmp_path / "log", read_only=False, new_writer=lambda: "told-1", meter=LogMeter(meter))
    keep(log, read_note(1), read_note(2))
    keep(log, read_note(2), read_note(3))
    commits = told(meter, names.LOG_COMMIT_EVENTS)[()]
    assert (sum(commits.counts), commits.sum) == (2, 4)
    assert told(meter, names.LOG_COMMIT_SECONDS)[()].sum > 0
    assert told(meter, names.LOG_COMMIT_BYTES)[()].sum > 4 * len("evt-000001")

    monkeypatch.setattr(publishing, "QUEUE_ROWS_MAX", 0)
    with pytest.raises(LogFull):
        keep(log, read_note(4))
    assert told(meter, names.LOG_FULL)["queue",] == 1
    log.close()


def test_a_home_whose_replica_is_fed_is_not_idle(shared_cluster: Cluster, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), log=f"{shared_cluster.address}/{new_stream()}")
    check_idle(settings)  # nothing is there yet
    log = open_log(settings.log, tmp_path / "log", read_only=False, new_writer=lambda: "idle-1")

    with pytest.raises(LogBusy, match=r"is being written by pid \d+"):
        check_idle(settings)
    log.close()
    check_idle(settings)
