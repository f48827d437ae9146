"""What the log tells of its commits is what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bus.log_conformance import keep
from bus.segments.disks import SmallDisk
from events.strategies import read_note
from hongmao.bus import committer
from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import DiskFull, LogFull
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.parts import LogMeter

if TYPE_CHECKING:
    from pathlib import Path


def told(meter: LiveMeter, metric: names.Metric) -> dict[tuple[str, ...], Any]:
    return {labels: value for one in meter.readings() if one.metric is metric for labels, value in one.series}


def test_commits_and_refusals_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meter = LiveMeter()
    disk = SmallDisk(2**20)
    with EmbeddedLog(tmp_path / "log", meter=LogMeter(meter), files=disk) as log:
        keep(log, read_note(1), read_note(2))
        keep(log, read_note(3))
        commits = told(meter, names.LOG_COMMIT_EVENTS)[()]
        assert (sum(commits.counts), commits.sum) == (2, 3)
        assert told(meter, names.LOG_COMMIT_BYTES)[()].sum > 3 * len("evt-000001")
        assert sum(told(meter, names.LOG_COMMIT_SECONDS)[()].counts) == 2
        assert told(meter, names.LOG_FULL) == {("disk",): 0, ("queue",): 0}

        with pytest.raises(DiskFull):
            keep(log, *(read_note(number, detail="x" * 40_000) for number in range(4, 50)))
        monkeypatch.setattr(committer, "QUEUE_ROWS_MAX", 0)
        with pytest.raises(LogFull):
            keep(log, read_note(4))
        assert told(meter, names.LOG_FULL) == {("disk",): 1, ("queue",): 1}
        assert sum(told(meter, names.LOG_COMMIT_EVENTS)[()].counts) == 2
