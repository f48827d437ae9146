"""A lake that is made anew keeps what only it has, and refuses where it cannot."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from events.strategies import NOON, read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.engines.lake import ParquetLake, manifest
from hongmao.engines.lake.past import LakePast
from hongmao.events.api import LakeIrreplaceable, LogBehind, Logged, Sink, rebuild
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVENTS = 120


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    """A log of three days, every fifth event a day late, and its lake in six batches."""
    with EmbeddedLog(tmp_path / "log", segment_bytes=2_048) as log, ParquetLake(tmp_path / "lake") as lake:
        for start in range(0, EVENTS, 20):
            log.append([_event(number) for number in range(start + 1, start + 21)]).result(300)
            Sink(log, lake).drain()
    return tmp_path / "log"


@pytest.fixture
def root(log_path: Path) -> Path:
    return log_path.parent / "lake"


def _event(number: int) -> Any:
    day = (number - 1) // 40 - (number % 5 == 0)
    return read_note(number, at_ms=NOON + day * DAY_MS, received_at_ms=NOON + (number - 1) // 40 * DAY_MS)


def history(root: Path) -> list[Logged]:
    with LakePast(root) as past:
        return past.read(after=0, limit=EVENTS * 2)


def bytes_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("merged", [False, True])
def test_a_rebuild_keeps_what_the_log_has_let_go_of(log_path: Path, root: Path, *, merged: bool) -> None:
    before = history(root)
    with EmbeddedLog(log_path, segment_bytes=2_048) as log, ParquetLake(root) as lake:
        if merged:  # then the files of a day have events from both sides of the border
            lake.compact(whole=True)
        first = log.trim(70)
        assert 40 < first <= 70
        assert rebuild(log, lake) == EVENTS - first + 1
        assert lake.verify() == ()
        assert lake.position() == EVENTS
        assert history(root) == before == [Logged(number, _event(number)) for number in range(1, EVENTS + 1)]
        # And again, from what is there now: nothing wears off.
        assert rebuild(log, lake) == EVENTS - first + 1
        lake.compact(whole=True)
        assert lake.verify() == ()
    assert history(root) == before


def test_files_that_hold_nothing_else_stay_as_they_are_and_the_others_go(log_path: Path, root: Path) -> None:
    before = {file.path: file for file in manifest.load(root).files}
    with EmbeddedLog(log_path, segment_bytes=2_048) as log, ParquetLake(root) as lake:
        first = log.trim(70)
        lake.wipe(keep_to=first - 1)
    after = manifest.load(root)
    assert after.position == first - 1
    assert {file.path: before.get(file.path) for file in after.files if file.last_offset <= 40} == {
        path: file for path, file in before.items() if file.last_offset <= 40
    }
    assert {path for path in bytes_of(root) if path.endswith(".parquet")} == {file.path for file in after.files}


def test_a_log_that_holds_everything_needs_nothing_kept(log_path: Path, root: Path) -> None:
    (root / manifest.NAME).write_bytes(b"not a manifest")
    with EmbeddedLog(log_path, segment_bytes=2_048) as log, ParquetLake(root) as lake:
        assert rebuild(log, lake) == EVENTS
        assert lake.verify() == ()


def test_a_log_that_is_not_the_one_the_lake_was_made_from_makes_nothing_anew(
    tmp_path: Path, log_path: Path, root: Path
) -> None:
    assert log_path.exists()
    with EmbeddedLog(tmp_path / "another") as log, ParquetLake(root) as lake:
        log.append([_event(1)]).result(300)
        before = bytes_of(root)
        with pytest.raises(LogBehind, match=f"ends at offset 1 and the lake at {EVENTS}"):
            rebuild(log, lake)
        assert bytes_of(root) == before


def _flip(root: Path) -> None:
    path = root / min(manifest.load(root).files, key=lambda file: file.first_offset).path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _lose(root: Path) -> None:
    (root / min(manifest.load(root).files, key=lambda file: file.first_offset).path).unlink()


def _forget(root: Path) -> None:
    lake = manifest.load(root)
    manifest.store(root, replace(lake, files=lake.files[1:]))


def _scribble(root: Path) -> None:
    (root / manifest.NAME).write_bytes(b"not a manifest")


def _shorten(root: Path) -> None:
    with ParquetLake(root) as lake:
        lake.wipe()
        lake.absorb([Logged(1, _event(1))])


def _estrange(root: Path) -> None:
    _rewrite(root, lambda table: table.append_column("mood", pa.array(["good"] * table.num_rows)))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_flip, "its checksum does not match"),
        (_lose, "it is missing"),
        (_forget, "events stand where"),
        (_scribble, "manifest.json is damaged"),
        (_shorten, "it ends at offset 1"),
        (_estrange, "this program has no column mood of string"),
    ],
)
def test_where_it_cannot_be_kept_the_rebuild_refuses_and_changes_nothing(
    log_path: Path, root: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(root)
    with EmbeddedLog(log_path, segment_bytes=2_048) as log:
        log.trim(70)
        with ParquetLake(root) as lake:
            before = bytes_of(root)
            with pytest.raises(LakeIrreplaceable) as refused:
                rebuild(log, lake)
    assert why in refused.value.message()
    assert "from a backup" in refused.value.hint()
    assert bytes_of(root) == before


def test_a_lake_with_fewer_columns_is_carried_over_to_those_of_today(log_path: Path, root: Path) -> None:
    before = history(root)
    _rewrite(root, lambda table: table.drop_columns(["async_click_id", "new_visitor"]))
    with EmbeddedLog(log_path, segment_bytes=2_048) as log, ParquetLake(root) as lake:
        first = log.trim(70)
        assert rebuild(log, lake) == EVENTS - first + 1
        assert lake.verify() == ()
    assert history(root) == before


def _rewrite(root: Path, change: Callable[[Any], Any]) -> None:
    """Turn a lake into one of another program, whose files have other columns."""
    lake, files = manifest.load(root), []
    for file in lake.files:
        buffer = BytesIO()
        pq.write_table(change(pq.read_table(BytesIO((root / file.path).read_bytes()))), buffer)
        (root / file.path).write_bytes(buffer.getvalue())
        digest = hashlib.sha256(buffer.getvalue()).hexdigest()
        files.append(replace(file, size_bytes=len(buffer.getvalue()), sha256=digest))
    other = replace(lake, files=tuple(files), columns="those of another program")
    (root / manifest.NAME).write_bytes(msgspec.json.encode(other))
