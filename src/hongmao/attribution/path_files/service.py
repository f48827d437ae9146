"""The acts: a file of paths, or touches and conversions, in; what every model says of them out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from hongmao.attribution.files.column_map import check_map
from hongmao.attribution.files.errors import LabelTaken
from hongmao.attribution.path_files import rules
from hongmao.attribution.path_files.contracts import PathsAnswer
from hongmao.attribution.path_files.events import read_of_events
from hongmao.attribution.paths.api import solve, stability
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from hongmao.attribution.files.ports import FileEngine, Progress
    from hongmao.attribution.path_files.contracts import Asked, EventsJob, GroupedJob, PathsRead
    from hongmao.attribution.path_files.ports import PathFileEngine

SAMPLES_MAX = 20


def model_paths(job: GroupedJob, engine: PathFileEngine, *, progress: Progress) -> PathsAnswer:
    """Read a file of grouped paths and run every model asked for on it.

    Raises a `BadInput` for what is wrong with the job or with the file as a whole. Single bad rows never stop the good
    ones; if no path is left, every sum of the answer is empty (`check_paths_usable` raises on it).
    """
    rules.specs_of(job.asked)
    read = engine.read(job, progress)
    return _answer(job.asked, read, engine, progress)


def model_events(job: EventsJob, engine: FileEngine, *, progress: Progress) -> PathsAnswer:
    """Read touches and conversions, cut them into journeys, and run every model asked for on their paths."""
    rules.specs_of(job.asked)
    check_map(job.files.column_map)
    length_ms = None if job.files.window is None else span_ms(job.files.window)
    inputs = engine.read(job.files, progress)
    journeys = engine.journeys(job.cut, length_ms)
    return _answer(job.asked, read_of_events(job, inputs, journeys), engine, progress)


def _answer(asked: Asked, read: PathsRead, engine: PathFileEngine | FileEngine, progress: Progress) -> PathsAnswer:
    rules.check_reads(read.reads)
    if asked.none_label in read.paths.channels:
        raise LabelTaken(place=asked.none_label)
    results = {}
    specs = rules.specs_of(asked)
    for number, (label, spec) in enumerate(specs.items()):
        progress(label, number, len(specs))
        results[label] = solve(read.paths, spec, asked.settings)
    progress("", len(specs), len(specs))
    asked_again = {
        label: spec for label, spec in specs.items() if asked.stability and results[label].totals.conversions
    }
    return PathsAnswer(
        asked=asked,
        read=read,
        results=results,
        faults=engine.faults(),
        samples=tuple(islice(engine.quarantined(), SAMPLES_MAX)),
        engine=engine.name,
        engine_version=engine.version,
        stability={label: stability(read.paths, spec, asked.settings) for label, spec in asked_again.items()},
    )


def check_paths_usable(answer: PathsAnswer) -> None:
    """Raise `NothingUsable` if there is no journey at all."""
    paths = answer.read.paths
    rules.check_journeys(answer.read.reads, int(paths.conversions.sum() + paths.nulls.sum()))
