"""One job in a process of its own: load journeys, run one program on them, say how long and how much memory it took.

Run by the interpreter that has the program: ours by the project's, peers by that of a virtual environment outside of it.
What is loaded or turned into a program's own input is not timed; grouping of rows into paths is not either.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
import warnings
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Job = Callable[[], dict[str, float] | None]


AGAIN, AGAIN_BELOW_S = 2, 10.0
"""A job that takes less than ten seconds is run twice more, and its best run counts: machines have other work."""


class Journeys:
    """What was drawn, in the shapes programs want."""

    def __init__(self, file: str) -> None:
        """Load the arrays."""
        self.folder = Path(file).parent
        held = np.load(file)
        self.flat, self.lengths, self.converted = held["flat"], held["lengths"], held["converted"]
        self.names = [f"c{code:04}" for code in range(int(self.flat.max()) + 1)]

    def rows(self) -> list[list[str]]:
        """Give every journey as names."""
        touches = np.array(self.names)[self.flat].tolist()
        ends = np.cumsum(self.lengths).tolist()
        return [touches[end - long : end] for end, long in zip(ends, self.lengths.tolist(), strict=True)]

    def grouped(self) -> Any:
        """Give distinct paths with conversions and nulls, as a pandas table."""
        frame = peer("pandas").DataFrame(
            {"path": [" > ".join(row) for row in self.rows()], "total_conversions": self.converted}
        )
        frame["total_null"] = 1 - frame.total_conversions
        return frame.groupby("path", as_index=False).sum()


def peer(module: str) -> Any:
    """Import what only the peers' interpreter has."""
    return importlib.import_module(module)


def ours(journeys: Journeys, model: str) -> Job:
    """Prepare ours on raw journeys: a row each, nothing grouped."""
    from hongmao.attribution.paths import building  # noqa: PLC0415 - only our interpreter has it
    from hongmao.attribution.paths.api import path_spec_named, solve  # noqa: PLC0415 - same

    paths = building.paths_of_codes(
        channels=journeys.names,
        flat=journeys.flat,
        lengths=journeys.lengths,
        conversions=journeys.converted,
        nulls=1 - journeys.converted,
    )
    spec = path_spec_named(model)
    # Loops are compiled once a machine and kept; a first small run loads them.
    solve(building.some(paths, np.arange(100)), spec)
    return lambda: {one.channel: float(one.conversions) for one in solve(paths, spec).credits}


def ours_from_events(journeys: Journeys, model: str) -> Job:
    """Prepare ours on Parquet files of events beside the journeys: read, checked, cut, grouped and solved, all of it timed."""
    from hongmao.attribution.api import ColumnMap, Job  # noqa: PLC0415 - as above
    from hongmao.attribution.files.column_map import Conversions, Touches  # noqa: PLC0415 - same
    from hongmao.attribution.paths.api import path_spec_named, solve  # noqa: PLC0415 - same
    from hongmao.engines.attribution.files.engine import DuckDbFiles  # noqa: PLC0415 - same

    def solved(folder: Path) -> dict[str, float]:
        job = Job(
            touches=folder / "touches.parquet",
            conversions=folder / "conversions.parquet",
            column_map=ColumnMap(touches=Touches(time="time"), conversions=Conversions(time="time")),
            models=(),
            count_readers=False,
        )
        with closing(DuckDbFiles()) as engine:
            engine.read(job, lambda *_: None)
            paths = engine.journeys("every", None).paths
        return {one.channel: float(one.conversions) for one in solve(paths, path_spec_named(model)).credits}

    # As above: a first small run loads what is compiled.
    solved(journeys.folder / "small")
    return lambda: solved(journeys.folder)


def channelattribution(journeys: Journeys, order: str) -> Job:
    """Prepare ChannelAttribution at its defaults, on grouped paths."""
    module, table = peer("ChannelAttribution"), journeys.grouped()

    def run() -> dict[str, float]:
        if order == "rules":
            found = module.heuristic_models(table, "path", "total_conversions", flg_pro=False)
            return dict(zip(found["channel_name"], found["linear_touch"], strict=True))
        found = module.markov_model(
            table, "path", "total_conversions", var_null="total_null", order=int(order), verbose=False, flg_pro=False
        )
        return dict(zip(found.iloc[:, 0], found.iloc[:, 1], strict=True))

    return run


def mta(journeys: Journeys, model: str) -> Job:
    """Prepare mta on grouped paths, its loops allowed and its exact solve chosen."""
    model_of = peer("mta").MTA(journeys.grouped(), allow_loops=True, add_timepoints=False, normalize_by_default=False)
    return lambda: dict(getattr(model_of, model)(**({"sim": False} if model == "markov" else {})).attribution[model])


def mam(journeys: Journeys, model: str) -> Job:
    """Prepare marketing-attribution-models, the paths that converted and those that did not as rows with occurrences."""
    pd, table = peer("pandas"), journeys.grouped()
    parts = [
        pd.DataFrame({"path": table.path, "converted": flag, "times": table[column]})
        for flag, column in ((True, "total_conversions"), (False, "total_null"))
    ]
    frame = pd.concat(parts)
    frame = frame[frame.times > 0].reset_index(drop=True)

    def run() -> None:
        held = peer("mam").MAM(
            frame,
            format_type="grouped_journey",
            channels_colname="path",
            journey_with_conv_colname="converted",
            occurrences_colname="times",
        )
        getattr(held, f"run_{model}")()

    return run


def do_attribution(journeys: Journeys, order: str) -> Job:
    """Prepare do-attribution on journeys as texts, its strategy the one that means what ours does."""
    module = peer("do_attribution")
    texts = [" > ".join(row) for row in journeys.rows()]
    if order == "shapley":
        return lambda: module.ShapleyAttribution().fit(texts, journeys.converted)["attribution"]
    model = module.MarkovAttribution(order=int(order), removal_strategy="redirect_to_null")
    whole = float(journeys.converted.sum())
    return lambda: {name: whole * share for name, share in model.fit(texts, journeys.converted)["attribution"].items()}


def shapley_attribution(journeys: Journeys, _: str) -> Job:
    """Prepare shapley-attribution's exact set Shapley on journeys as lists."""
    module, rows = peer("shapley_attribution"), journeys.rows()
    return lambda: dict(module.SimplifiedShapleyAttribution(normalize=False).fit(rows, journeys.converted).attribution_)


def mta_audit(journeys: Journeys, _: str) -> Job:
    """Prepare mta-audit on its own Journey objects, the building of which is not timed."""
    kinds = peer("mta_audit.journeys")
    at = peer("pandas").Timestamp("2025-05-01")
    made = [
        kinds.Journey(number, tuple(kinds.Touchpoint(name, at) for name in row), bool(won), at if won else None)
        for number, (row, won) in enumerate(zip(journeys.rows(), journeys.converted.tolist(), strict=True))
    ]
    model = peer("mta_audit").MarkovAttribution(removal_strategy="redirect_to_null")

    def run() -> None:
        model.attribute(made)

    return run


def inverse(_: Journeys, size: str) -> Job:
    """Prepare one dense inverse of a size: what any exact answer of as many notes is held against."""
    from scipy.linalg import inv  # noqa: PLC0415 - as above

    matrix = np.eye(int(size)) - np.random.default_rng(1).dirichlet(np.ones(int(size)), int(size)) * 0.8

    def run() -> None:
        inv(matrix, overwrite_a=True, check_finite=False)

    return run


JOBS = {
    job.__name__: job
    for job in (
        ours,
        ours_from_events,
        channelattribution,
        mta,
        mam,
        do_attribution,
        shapley_attribution,
        mta_audit,
        inverse,
    )
}


def main() -> None:
    """Run `PROGRAM ARGUMENT FILE` and print seconds, memory at its highest and the credit found, if it is told."""
    warnings.simplefilter("ignore")
    program, argument, file = sys.argv[1:]
    run = JOBS[program](Journeys(file), argument)
    credit, seconds, cpu = _timed(run)
    for _ in range(AGAIN):
        if seconds < AGAIN_BELOW_S:
            credit, again, again_cpu = _timed(run)
            seconds, cpu = min(seconds, again), min(cpu, again_cpu)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n" + json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": peak_mib, "credit": credit}))


def _timed(run: Job) -> tuple[dict[str, float] | None, float, float]:
    began, worked = time.perf_counter(), time.process_time()
    credit = run()
    return credit, time.perf_counter() - began, time.process_time() - worked


if __name__ == "__main__":
    main()
