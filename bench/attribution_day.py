"""A day of sixty against all sixty: what it costs to keep the credits up to date, and that nothing is lost by it.

`HONGMAO_BENCH_EVENTS` is the number of touches, ten million unless it says so. `python bench/attribution_day.py` tells, a
line of JSON each, what a new day, late conversions, late touches and a day's refunds cost, each held against a full run.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.lake_engine import LakeCredits
from hongmao.engines.attribution.rows import CREDITS_SCHEMA
from hongmao.engines.lake.derived import Derived
from hongmao.engines.tables import DuckTables
from hongmao.kernel.time import day_of

sys.path.append(str(Path(__file__).parents[1]))
from bench._sixty_days import DAYS, DELTAS, FROM_MS, SixtyDays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.attribution.runs import RunManifest

BASELINE = "the same credits made anew from all sixty days, two definitions over four windows each, published"
UNIT = "touches/s"
MEMORY: Final = os.environ.get("HONGMAO_MEMORY", "4GiB")
TOUCHES: Final = int(float(os.environ.get("HONGMAO_BENCH_EVENTS", "1e7")))
# Clicks for thirty days, and showings for the twenty-four hours in which they count.
DEFINITIONS: Final = tuple(load_registry().attribution(name, 1) for name in ("last_click", "view_through"))
ON: Final = day_of(FROM_MS)


class Cost(NamedTuple):
    """Seconds by the clock, and of processor time, which other work on the machine disturbs less."""

    wall: float
    cpu: float

    @classmethod
    def since(cls, began: tuple[float, float]) -> Self:
        """Tell what has passed on both clocks."""
        return cls(time.perf_counter() - began[0], time.process_time() - began[1])


class Desk:
    """The lake, the credits that are kept up to date, and beside them those that are always made anew."""

    def __init__(self, folder: Path) -> None:
        """Write the sixty days and show all but what the deltas bring."""
        self.lake = SixtyDays(folder, TOUCHES)
        self.lake.write()
        self.tables = DuckTables(folder, empty={"credits": CREDITS_SCHEMA}, warm_rows_max=0, memory=MEMORY)
        self.kept, self.anew = Derived(folder), Derived(folder / "anew")
        self.keeping = LakeCredits(self.tables, self.kept, folder)
        self.making = LakeCredits(self.tables, self.anew, folder / "anew")

    def advance(self) -> tuple[Cost, RunManifest]:
        """Bring the credits up to what the lake shows."""
        began = time.perf_counter(), time.process_time()
        told = self.keeping.advance(DEFINITIONS, on=ON)
        return Cost.since(began), told

    def make(self) -> tuple[Cost, RunManifest]:
        """Make everything anew."""
        began = time.perf_counter(), time.process_time()
        told = self.making.advance(DEFINITIONS, on=ON, whole=True)
        return Cost.since(began), told

    def check(self) -> None:
        """Hold the parts against each other; each is named by its bytes."""
        if self.kept.current("credits").parts != self.anew.current("credits").parts:
            raise AssertionError("kept up to date, the credits are not what a full run makes")


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure a new day and a full run in turn; every round begins with fifty-nine days credited."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.lake.show("base")
        desk.advance()
        saved = shutil.copytree(desk.kept.folder("credits"), Path(folder) / "saved")
        desk.lake.show("new_day")
        for _ in range(count):
            shutil.rmtree(desk.kept.folder("credits"))
            shutil.copytree(saved, desk.kept.folder("credits"))
            ours, (full, _told) = desk.advance()[0], desk.make()
            desk.check()
            yield TOUCHES / ours.wall, TOUCHES / full.wall
        desk.tables.close()


def told() -> Iterator[dict[str, Any]]:
    """Tell what every delta costs, one after the other, and what making everything anew does."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("HONGMAO_BENCH_FOLDER")) as folder:
        began = time.perf_counter()
        desk = Desk(Path(folder))
        size = sum(file.size_bytes for files in desk.lake.files.values() for file in files)
        yield {"written": round(time.perf_counter() - began, 1), "touches": TOUCHES, "days": DAYS, "bytes": size}
        desk.lake.show("base")
        whole, run = desk.advance()
        yield _line("base", whole, desk.lake.rows("base"), run)
        every = os.environ.get("HONGMAO_BENCH_CHECK", "each") == "each"
        for delta in DELTAS[1:]:
            desk.lake.show(delta)
            cost, run = desk.advance()
            yield _line(delta, cost, desk.lake.rows(delta), run) | _of(cost, whole)
            if every or delta == DELTAS[-1]:
                whole, made = desk.make()
                desk.check()
                yield _line("full", whole, desk.lake.position, made) | {"after": delta} | _of(cost, whole)
        desk.tables.close()


def _of(cost: Cost, whole: Cost) -> dict[str, float]:
    return {"of_all": round(cost.wall / whole.wall, 4), "of_all_cpu": round(cost.cpu / whole.cpu, 4)}


def _line(name: str, cost: Cost, events: int, run: RunManifest) -> dict[str, Any]:
    work = run.work
    return {
        "name": name,
        "seconds": round(cost.wall, 2),
        "cpu_seconds": round(cost.cpu, 2),
        "events": events,
        "sub_orders": work.sub_orders,
        "parts_written": work.parts_written,
        "rows": run.rows,
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "checksum": run.checksum[:16],
    }


if __name__ == "__main__":
    for line in told():
        print(json.dumps(line), flush=True)
