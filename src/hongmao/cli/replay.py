"""`hongmao replay`: events once more, out of the lake, for whoever wants to hear them again."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from hongmao.bootstrap.settings import Settings
from hongmao.cli.options import JSON
from hongmao.cli.wanting import out_of, wanted_options
from hongmao.engines.lake.exporting import JsonLines, export
from hongmao.engines.lake.replay import replay as again

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.engines.lake.replay import Wanted


@click.command()
@wanted_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    callback=out_of,
    help="File to write: .parquet, .csv or .jsonl [standard output, one JSON object a line].",
)
@JSON
def replay(*, wanted: Wanted, out: Path | None, as_json: bool) -> None:
    """Give events once more, by day and kind: to a program that reads standard output, or to a file.

    Each event comes once, with its offset in the log and its event id; a program that is told the same days again tells
    repeats by either. What is given is one moment of the lake, also while the platform is serving. --json prints how many
    there were, to standard error where standard output has the events.
    """
    batches = again(Settings.read().lake_path, wanted)
    rows = _spoken(batches) if out is None else export(batches, wanted.schema, out)
    if as_json:
        click.echo(msgspec.json.encode({"events": rows}, order="sorted"), err=out is None)


def _spoken(batches: Iterable[Any]) -> int:
    """Write events to standard output; give how many there were."""
    stream, rows = sys.stdout.buffer, 0
    lines = JsonLines(stream)
    try:
        for batch in batches:
            lines.write_batch(batch)
            rows += batch.num_rows
        stream.flush()
    except BrokenPipeError:
        # Whoever was listening has heard enough. What is still in the buffer would be complained of once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return rows
