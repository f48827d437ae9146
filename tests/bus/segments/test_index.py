from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.log_conformance import keep
from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.segments import index
from hongmao.bus.segments.bloom import Blooms
from hongmao.bus.segments.hashes import hashed
from hongmao.bus.segments.index import IdIndex
from hongmao.bus.segments.runs import FileRun, MemoryRun, Span, write
from hongmao.events.api import Kept, LogDamaged

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=70)


@pytest.fixture(autouse=True)
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "RECENT_MAX", 4)


@given(st.lists(NAMES, min_size=1, max_size=30, unique=True))
def test_an_id_has_the_same_numbers_in_whatever_company(names: list[str]) -> None:
    first, second = hashed(names)

    alone = [hashed([name]) for name in names]
    assert [(int(one[0]), int(other[0])) for one, other in alone] == list(
        zip(first.tolist(), second.tolist(), strict=True)
    )
    assert len(set(first.tolist())) == len(set(second.tolist())) == len(names)


def test_ids_that_differ_in_any_one_place_have_other_numbers() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    names = {"x" * place + letter + "x" * (63 - place) for place in range(64) for letter in letters}
    pairs = {f"{'x' * 7}{one}{'x' * 7}{other}" for one in letters for other in letters}

    for some in (sorted(names), sorted(pairs)):
        first, second = hashed(some)
        assert len(np.unique(first)) == len(np.unique(second)) == len(some)
        # Each half is as good as the whole at the sizes of a filter: no pattern in the high bits or the low ones.
        for bits in (first >> np.uint64(32), first & np.uint64(2**32 - 1), second >> np.uint64(32)):
            assert len(np.unique(bits)) == len(some)


def test_the_filter_denies_no_id_it_has_and_few_it_has_not() -> None:
    blooms = Blooms()
    have = hashed([f"evt-{number}" for number in range(400_000)])
    for start in range(0, 400_000, 50_000):
        blooms.add(have[0][start : start + 50_000], have[1][start : start + 50_000])

    assert blooms.maybe(*have).all()
    others = hashed([f"other-{number}" for number in range(100_000)])
    assert blooms.maybe(*others).mean() < 0.002


@given(st.lists(st.lists(st.integers(0, 60), max_size=9), max_size=12), st.integers(1, 5))
def test_it_says_what_a_dict_says_after_any_restart(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], reopen: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    there: dict[str, int] = {}
    held = IdIndex(folder, write=True)
    for turn, batch in enumerate(batches):
        new = [f"evt-{number}" for number in dict.fromkeys(batch) if f"evt-{number}" not in there]
        if new:
            held.add(hashed(new))
            held.durable(held.end)
            there.update({name: len(there) + place for place, name in enumerate(new, 1)})
        if turn % reopen == 0:
            held.close()
            held = IdIndex(folder, write=True)
            names = list(there)
            missing = names[held.end :]
            if missing:  # the log gives those that were in no file yet
                held.add(hashed(missing))
                held.durable(held.end)
        asked = [f"evt-{number}" for number in range(61)]
        assert held.places(asked, hashed(asked)) == there
        assert held.known(asked, len(there)) == there.keys()
    held.close()


def test_what_was_not_kept_after_all_is_forgotten(tmp_path: Path) -> None:
    held = IdIndex(tmp_path, write=True)
    names = [f"evt-{number}" for number in range(9)]
    held.add(hashed(names[:3]))
    held.add(hashed(names[3:]))  # made ready while the first three are written
    assert held.known(names, 3) == set(names[:3])
    held.forget(3)
    held.durable(3)

    assert held.places(names, hashed(names)) == {name: place for place, name in enumerate(names[:3], 1)}
    held.add(hashed(names[6:]))
    held.durable(6)
    assert held.places(names, hashed(names))["evt-6"] == 4
    held.close()


def test_runs_of_one_size_are_merged_so_that_few_are_asked(tmp_path: Path) -> None:
    held = IdIndex(tmp_path, write=True)
    names = [f"evt-{number}" for number in range(400)]
    for start in range(0, 400, 4):
        held.add(hashed(names[start : start + 4]))
        held.durable(held.end)
        held.settle()

    files = sorted((tmp_path / "ids").glob("*.ids"))
    assert len(files) == 1 + 4 + 4  # 256 ids, four of 32, four of 4
    assert held.filed == 400
    assert held.places(names, hashed(names)) == {name: place for place, name in enumerate(names, 1)}
    held.close()


def test_a_merged_run_has_every_entry_in_order_however_it_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hongmao.bus.segments.runs._PIECE", 300)
    parts: list[MemoryRun | FileRun] = []
    for start in range(0, 5_000, 1_000):
        numbers = hashed([f"evt-{number}" for number in range(start, start + 1_000)])
        part = MemoryRun(Span(start + 1, start + 1_000), *numbers)
        parts.append(part if start % 2_000 else write(tmp_path, [part]))

    merged = write(tmp_path, parts)

    entries = np.concatenate(list(merged.pieces()))
    assert sorted(entries["offset"].tolist()) == list(range(1, 5_001))
    assert (np.diff(entries["first"].astype(object)) >= 0).all()
    first, second = hashed([f"evt-{number}" for number in range(5_000)])
    assert [merged.find(int(a), int(b)) for a, b in zip(first, second, strict=True)] == list(range(1, 5_001))
    assert merged.find(int(first[0]), int(second[1])) == 0
    for run in (merged, *parts):
        run.close()


def test_ids_that_share_one_number_are_told_apart_by_the_other(tmp_path: Path) -> None:
    # No two real ids are known that do: so five hundred are made to.
    first = np.full(500, 7, dtype=np.uint64)
    second = np.arange(500, dtype=np.uint64)
    run = write(tmp_path, [MemoryRun(Span(1, 500), first, second)])

    assert [run.find(7, number) for number in (0, 127, 128, 499)] == [1, 128, 129, 500]
    assert run.find(7, 500) == run.find(6, 0) == run.find(8, 0) == 0
    run.close()


class TestDamage:
    """7 May: forty events are kept; on 8 May a bit of the index has flipped."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "log"
        with EmbeddedLog(path, segment_bytes=1_024) as log:
            for number in range(0, 40, 4):
                keep(log, *(read_note(number) for number in range(number, number + 4)))
            assert len(log.sealed()) > 2
        return path

    @pytest.mark.parametrize("place", [0, 9, 25, 45, -1, -9])
    def test_of_a_run_is_mended_from_the_log(self, path: Path, place: int) -> None:
        run = min((path / "ids").glob("*.ids"))
        _flip(run, place)

        with EmbeddedLog(path, segment_bytes=1_024) as log:
            assert keep(log, read_note(3), read_note(39), read_note(40)) == (
                Kept(4, duplicate=True),
                Kept(40, duplicate=True),
                Kept(41, duplicate=False),
            )

    def test_of_a_run_whose_events_are_gone_is_named(self, path: Path) -> None:
        with EmbeddedLog(path, segment_bytes=1_024) as log:
            assert log.trim(30) > 8
        _flip(min((path / "ids").glob("*.ids")), 45)

        with pytest.raises(LogDamaged, match=r"index is not as it was written"):
            EmbeddedLog(path, segment_bytes=1_024)

    def test_a_run_that_is_missing_is_made_again(self, path: Path) -> None:
        min((path / "ids").glob("*.ids")).unlink()

        with EmbeddedLog(path, segment_bytes=1_024) as log:
            assert log.known([read_note(number).event_id for number in range(50)]) == {
                read_note(number).event_id for number in range(40)
            }


def _flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x10
    path.write_bytes(data)


def test_a_run_that_is_spoilt_while_it_is_open_is_told_of_and_holds_up_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = IdIndex(tmp_path, write=True)
    for start in range(0, 32, 4):
        if start == 28:
            _flip(min((tmp_path / "ids").glob("*.ids")), 45)
        held.add(hashed([f"evt-{number}" for number in range(start, start + 4)]))
        held.durable(held.end)
        held.settle()

    # The eight runs could not be merged; each of them is there, and those that are whole still answer.
    assert len(list((tmp_path / "ids").glob("*.ids"))) == 8
    assert held.filed == 32
    assert held.known(["evt-31"], 32) == {"evt-31"}
    assert "not as it was written" in caplog.text
    held.close()
