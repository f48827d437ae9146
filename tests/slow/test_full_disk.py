"""A real disk of 24 MiB that fills up and is freed again, under a log that goes on."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import PATIENCE_S, everything
from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount or os.geteuid():
        pytest.skip("only root may mount a small disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m", "none", folder], check=False).returncode:
        pytest.skip("this root may not mount a small disk")
    yield folder
    subprocess.run([umount, folder], check=True)


def test_filling_a_disk_and_freeing_it_loses_nothing_that_was_acknowledged(disk: Path) -> None:
    acknowledged: set[str] = set()
    refused = 0
    ballast = disk / "ballast"

    def send(log: EmbeddedLog, first: int, count: int) -> None:
        nonlocal refused
        batches = [
            [read_note(number, detail="x" * 900) for number in range(at, at + 20)]
            for at in range(first, first + count, 20)
        ]
        for batch, answer in [(batch, log.append(batch)) for batch in batches]:
            error = answer.exception(PATIENCE_S)
            if error is None:
                acknowledged.update(event.event_id for event in batch)
            else:
                assert isinstance(error, DiskFull), error
                refused += 1

    with EmbeddedLog(disk / "home" / "log") as log:
        # 7 May: others fill the disk while events come in.
        send(log, 0, 4_000)
        ballast.write_bytes(bytes(12 * 2**20))
        send(log, 4_000, 12_000)
        assert refused
        # 8 May: they tidy up, and the same events are sent again.
        ballast.unlink()
        before = refused
        send(log, 0, 9_000)
        assert refused == before
        assert len({logged.event.event_id for logged in everything(log)} & acknowledged) == len(acknowledged)
    # The disk is full again when the service is started anew.
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(2**16)):
            pass
    with EmbeddedLog(disk / "home" / "log") as log:
        kept = [logged.event.event_id for logged in everything(log)]
        assert log.end() == len(kept) == len(set(kept))
        assert acknowledged <= set(kept)
