"""A run over everything, in slices by day: each is kept on disk when it is done, so that a run that was cut short goes on.

<root>/.spill/credits/RUN                what is being made, from the log up to where
<root>/.spill/credits/0003.parquet       the rows of the fourth slice, by definition and day
"""

from __future__ import annotations

import shutil
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow.parquet as pq

from hongmao.events.disk import make_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER: Final = ".spill/credits"
_RECORD: Final = "RUN"
_ROW_GROUP_ROWS: Final = 50_000
_ORDER: Final = [(name, "ascending") for name in ("definition_id", "definition_version", "event_day")]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What is being made."""

    epoch: str
    position: int
    made: str
    """Fingerprint of the definitions and of the code that makes their credits."""


class Slices:
    """The slices of one run that are done."""

    def __init__(self, root: Path) -> None:
        """Keep them below the lake's root, beside what else is spilled."""
        self._folder = root / FOLDER

    def begin(self, wanted: Run) -> Run:
        """Give the run to do: one that was begun and makes the same of an earlier part of the same log goes on."""
        begun = self._begun()
        same = begun is not None and (begun.epoch, begun.made) == (wanted.epoch, wanted.made)
        if begun is not None and same and begun.position <= wanted.position:
            return begun
        self.end()
        make_folder(self._folder)
        write_whole(self._folder / _RECORD, msgspec.json.encode(wanted))
        return wanted

    def has(self, number: int) -> bool:
        """Tell whether a slice is done."""
        return self._path(number).exists()

    def put(self, number: int, table: Any) -> None:
        """Keep the rows of a slice. Sorted by definition and day, so that one day of one definition is read by itself."""
        buffer = BytesIO()
        pq.write_table(table.sort_by(_ORDER), buffer, compression="zstd", row_group_size=_ROW_GROUP_ROWS)
        write_whole(self._path(number), buffer.getvalue())

    def paths(self, count: int) -> list[Path]:
        """Name the files of all slices."""
        return [self._path(number) for number in range(count)]

    def end(self) -> None:
        """Throw everything away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begun(self) -> Run | None:
        try:
            return msgspec.json.decode((self._folder / _RECORD).read_bytes(), type=Run)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:04d}.parquet"


def slices_of(homes: Sequence[tuple[str, int]], *, sub_orders_max: int) -> list[tuple[str, str]]:
    """Cut days into stretches, first and last included, of at most so many sub-orders or of a single day.

    >>> slices_of([("2025-05-07", 3), ("2025-05-08", 4), ("2025-05-09", 9)], sub_orders_max=8)
    [('2025-05-07', '2025-05-08'), ('2025-05-09', '2025-05-09')]
    """
    slices: list[tuple[str, str]] = []
    held = 0
    for day, count in homes:
        if slices and held + count <= sub_orders_max:
            slices[-1] = (slices[-1][0], day)
            held += count
        else:
            slices.append((day, day))
            held = count
    return slices
