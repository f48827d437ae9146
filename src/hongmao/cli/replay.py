"""`hongmao replay`: events once more, out of the lake, for whoever wants to hear them again."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from hongmao.bootstrap.lakes import lake_files
from hongmao.bootstrap.readers import NAME, open_readers
from hongmao.bootstrap.settings import Settings
from hongmao.cli.options import JSON
from hongmao.cli.wanting import out_of, wanted_options
from hongmao.engines.lake.exporting import JsonLines, export
from hongmao.engines.lake.replay import Wanted
from hongmao.engines.lake.replay import replay as lake_again

if TYPE_CHECKING:
    from collections.abc import Iterable


@click.command()
@wanted_options
@click.option(
    "--into",
    type=click.Choice([NAME]),
    default=None,
    help="Consumer that hears what it has yet to hear, in the order of the log: the lake first, then the log itself.",
)
@click.option("--again", is_flag=True, help="With --into: from the first event once more.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    callback=out_of,
    help="File to write: .parquet, .csv or .jsonl [standard output, one JSON object a line].",
)
@JSON
def replay(*, wanted: Wanted, into: str | None, again: bool, out: Path | None, as_json: bool) -> None:
    """Give events once more, by day and kind: to a program that reads standard output, or to a file.

    Each event comes once, with its offset in the log and its event id; a program that is told the same days again tells
    repeats by either. What is given is one moment of the lake, also while the platform is serving. --json prints how many
    there were, to standard error where standard output has the events.

    With --into they go to a part of the platform that comes late: it ends with exactly what it would have, had it been there
    from the first day. It may be stopped at any moment, and goes on where it was.
    """
    if into is not None:
        _hear(wanted, out, again=again, as_json=as_json)
        return
    if again:
        raise click.UsageError("--again says how --into hears; without it, whoever reads has heard nothing yet")
    batches = lake_again(lake_files(Settings.read()), wanted)
    rows = _spoken(batches) if out is None else export(batches, wanted.schema, out)
    if as_json:
        click.echo(msgspec.json.encode({"events": rows}, order="sorted"), err=out is None)


def _hear(wanted: Wanted, out: Path | None, *, again: bool, as_json: bool) -> None:
    """Let the consumer catch up, and say how many events that took."""
    if out is not None or wanted != Wanted():
        raise click.UsageError(
            "--into hears every event in its order; days, kinds, columns and --out do not go with it"
        )
    with open_readers(Settings.read()) as readers, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Hearing")
        if again:
            readers.restart()
        events = readers.catch_up(lambda at, goal: progress.update(task, completed=at, total=goal))
        position = readers.position()
    if as_json:
        click.echo(msgspec.json.encode({"consumer": NAME, "events": events, "position": position}, order="sorted"))
    else:
        click.echo(f"{NAME}: {events} events heard, up to {position}")


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
