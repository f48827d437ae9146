"""Journeys that an engine cut out of events, as something that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.attribution.files.manifest import counts
from hongmao.attribution.path_files.contracts import PathsRead

if TYPE_CHECKING:
    from hongmao.attribution.files.contracts import Inputs
    from hongmao.attribution.path_files.contracts import EventsJob, Journeys


def read_of_events(job: EventsJob, inputs: Inputs, journeys: Journeys) -> PathsRead:
    """Put what was read and what was cut of it together."""
    column_map = job.files.column_map
    told = {
        "touches_on_paths": journeys.touches_on_paths,
        "touches_left_out": journeys.touches_left_out,
        "conversions_left_out": journeys.conversions_left_out,
    }
    return PathsRead(
        kind="events",
        name=column_map.name,
        source=column_map.source,
        reads=inputs.reads,
        paths=journeys.paths,
        counts={**counts(inputs), **told},
        unit="yuan",
        options={
            "cut": job.cut,
            "window": job.files.window,
            "time_kind": inputs.time_kind,
            "map": msgspec.to_builtins(column_map),
        },
        conversions_without_value=inputs.without_value,
    )
