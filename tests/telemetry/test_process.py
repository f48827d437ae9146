"""A process tells of its memory and of its pauses."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest

from hongmao.telemetry import names, process
from hongmao.telemetry.live import LiveMeter, Spread
from hongmao.telemetry.process import resident_bytes, watch_process

if TYPE_CHECKING:
    from pathlib import Path


def test_pauses_are_told_until_it_is_enough() -> None:
    meter, ticks = LiveMeter(), iter((10.0, 10.004, 20.0, 20.2))
    stop = watch_process(meter, lambda: next(ticks))
    was_on = gc.isenabled()
    gc.disable()  # none but ours, so that the ticks are ours too
    try:
        gc.collect()
        gc.collect()
        stop()
        gc.collect()
    finally:
        if was_on:
            gc.enable()
    (spread,) = [one.series[0][1] for one in meter.readings() if one.metric is names.GC_PAUSE]
    assert isinstance(spread, Spread)
    assert sum(spread.counts) == 2
    assert spread.sum == pytest.approx(0.204)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_memory_is_what_the_machine_holds() -> None:
    before = resident_bytes()
    held = bytearray(b"x" * 50_000_000)
    after = resident_bytes()
    assert before is not None
    assert after is not None
    assert 40_000_000 < after - before < 80_000_000
    assert len(held) == 50_000_000


def test_what_is_not_told_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "_STATM", tmp_path / "none")
    assert resident_bytes() is None
    meter = LiveMeter()
    watch_process(meter, lambda: 0.0)()
    assert [one for one in meter.readings() if one.metric is names.RESIDENT] == []
