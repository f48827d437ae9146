"""Touches read from a typed Parquet file where it lies, against the same rows as text."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from hongmao.attribution.api import ColumnMap, Job
from hongmao.attribution.files.column_map import Conversions, Touches
from hongmao.attribution.files.errors import FileBroken
from hongmao.engines.attribution.files import strewing
from hongmao.engines.attribution.files.engine import DuckDbFiles

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.attribution.path_files.contracts import Cut, Journeys

FROM_MS = 1_746_547_200_000


def tables(*, unit: int = 1, text_readers: bool = False) -> dict[str, Any]:
    """Draw 3,000 touches and 300 conversions of 200 readers; two files whose readers are whole numbers with wide gaps."""
    luck = np.random.default_rng(11)
    found = {}
    for name, count in (("touches", 3_000), ("conversions", 300)):
        reader = luck.integers(0, 200, count) * 1_000_003
        columns = {
            "reader": pa.array(reader.astype(str) if text_readers else reader),
            "time": pa.array((FROM_MS + luck.integers(0, 5_000, count)) // unit),
        }
        if name == "touches":
            columns["key"] = pa.array(np.array(["b", "a", "ad", "c"])[luck.integers(0, 4, count)])
        else:
            columns["value"] = pa.array(luck.integers(0, 90, count))
        found[name] = pa.table(columns)
    return found


def cut_of(folder: Path, ending: str, cut: Cut, length_ms: int | None) -> tuple[Journeys, strewing.TouchesFile | None]:
    """Read both files and cut; tells too whether touches were read where they lie."""
    job = Job(
        touches=folder / f"touches.{ending}",
        conversions=folder / f"conversions.{ending}",
        column_map=ColumnMap(touches=Touches(time="time"), conversions=Conversions(time="time", value="value")),
        models=(),
        count_readers=False,
    )
    with closing(DuckDbFiles()) as engine:
        engine.read(job, lambda *_: None)
        return engine.journeys(cut, length_ms), strewing.touches_file(engine._reading.connection)


@pytest.mark.parametrize(("cut", "length_ms"), [("every", None), ("first", 900), ("window", 900)])
@pytest.mark.parametrize(("unit", "text_readers"), [(1, False), (1, True), (1000, False)])
def test_a_file_read_where_it_lies_gives_the_bits_of_its_text(
    tmp_path: Path, cut: Cut, length_ms: int | None, unit: int, *, text_readers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 64 rows a group and 200 a chunk: many chunks, and dictionaries that differ from group to group.
    monkeypatch.setattr(strewing, "CHUNK_TOUCHES", 200)
    for name, table in tables(unit=unit, text_readers=text_readers).items():
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=64)
        pyarrow.csv.write_csv(table, tmp_path / f"{name}.csv")
    packed, lies = cut_of(tmp_path, "parquet", cut, length_ms)
    plain, _ = cut_of(tmp_path, "csv", cut, length_ms)
    assert (lies is not None) == (unit == 1 and not text_readers)
    assert packed.paths.channels == plain.paths.channels
    for name in ("flat", "starts", "conversions", "nulls", "value"):
        np.testing.assert_array_equal(getattr(packed.paths, name), getattr(plain.paths, name))
    assert packed.touches_on_paths == plain.touches_on_paths
    assert packed.touches_left_out == plain.touches_left_out
    assert packed.conversions_left_out == plain.conversions_left_out


def test_a_file_that_breaks_off_while_it_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "touches.parquet").write_bytes(b"PAR1 and no more")
    file = strewing.TouchesFile(str(tmp_path / "touches.parquet"), "reader", "time", "key", 0, 1)
    with pytest.raises(FileBroken):
        strewing.strewn_from_file(file)
