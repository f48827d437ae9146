"""What a process tells of itself while it serves: figures, traces and lines. Tools that run beside it tell nothing."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.logs import write_lines
from hongmao.telemetry.metrics import NO_METER
from hongmao.telemetry.process import watch_process
from hongmao.telemetry.scraping import Scraping, read_address
from hongmao.telemetry.tracing import NO_TRACER, read_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.bootstrap.settings import Settings
    from hongmao.telemetry.metrics import Meter
    from hongmao.telemetry.tracing import Tracer


@dataclass(frozen=True, slots=True)
class Telling:
    """Where the parts of one process put what they tell. `figures` is the meter where somebody may read it."""

    meter: Meter = NO_METER
    tracer: Tracer = NO_TRACER
    figures: LiveMeter | None = None


SILENT: Final = Telling()


@contextmanager
def open_telling(settings: Settings, *, role: str = "all", number: int = 0) -> Iterator[Telling]:
    """Begin to tell, and stop; the door for figures is `number` ports above the one that the settings name.

    Raises `MetricsAddressTaken` or `TracingMissing` before anything else is opened.
    """
    with ExitStack() as stack:
        write_lines(sys.stderr, role=role)
        meter = LiveMeter()
        stack.callback(watch_process(meter, time.perf_counter))
        address = read_address(settings.metrics) if settings.metrics else None
        if address is not None:
            stack.callback(Scraping(meter, address[0], address[1] + number if address[1] else 0).close)
        tracer = _tracer(settings, role)
        stack.callback(tracer.close)
        yield Telling(meter=meter, tracer=tracer, figures=meter)


def _tracer(settings: Settings, role: str) -> Tracer:
    target = read_target(settings.trace) if settings.trace else None
    if target is None:
        return NO_TRACER
    from hongmao.telemetry.otel import open_tracer  # noqa: PLC0415 - an extra, and slow to load

    return open_tracer(target, role=role, version=version("hongmao"))
