"""`hongmao chaos`: a drill on this machine, and whether every acknowledged event is in the lake exactly once."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.bootstrap.clocks import SystemClock
from hongmao.chaos.drill import Wanted, drill
from hongmao.chaos.schedule import Log
from hongmao.cli.main import EXIT_REFUSED
from hongmao.cli.options import JSON
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from hongmao.chaos.report import Report


@click.command()
@click.option(
    "--minutes", type=click.FloatRange(0.1, 24 * 60), default=5.0, show_default=True, help="How long faults come."
)
@click.option(
    "--log",
    type=click.Choice([log.value for log in Log]),
    default=Log.EMBEDDED.value,
    show_default=True,
    help="The log on this machine, or on three NATS servers of the drill's own.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which drill: one seed is one plan of faults.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="An empty folder that keeps everything; a temporary one otherwise, kept only where the drill fails.",
)
@JSON
def chaos(*, minutes: float, log: str, seed: int, home: Path | None, as_json: bool) -> None:
    """Run a house of three processes on loopback, hurt it, and prove that it kept its word.

    Processes (and log servers) are killed by SIGKILL, clocks step both ways, the disk is slow, writes in parts, fails and
    is full, clients repeat, reorder and hang up. Their book of what was acknowledged is held against the lake's files and
    the charges. Exit code 1 unless something was acknowledged, nothing of it was lost, nothing is there twice, every
    click has its one charge, every planned fault really happened, and every process ended in order.
    """
    wanted = Wanted(minutes=minutes, log=Log(log), seed=seed)

    def say(words: str) -> None:
        click.echo(words, err=True)

    kept = tempfile.mkdtemp(prefix="hongmao-chaos-") if home is None else str(home)
    try:
        report = drill(wanted, Path(kept), SystemClock(), say)
    except KeyboardInterrupt:
        if home is None:
            shutil.rmtree(kept)
        raise
    except HongmaoError:
        say(f"what there is of it is kept in {kept}")
        raise
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(report), "sound": report.sound}))
    else:
        _print(report)
    if home is None and report.sound:
        shutil.rmtree(kept)
    if not report.sound:
        click.echo(f"everything is kept in {kept}", err=True)
        sys.exit(EXIT_REFUSED)


def _print(report: Report) -> None:
    for name, value in msgspec.to_builtins(report).items():
        if name == "findings":
            continue
        shown = " ".join(f"{key}={count}" for key, count in value.items()) if isinstance(value, dict) else value
        shown = (" ".join(value) or "-") if isinstance(value, (list, tuple)) else shown
        click.echo(f"{name:<14}{shown}")
    for finding in report.findings:
        click.echo(f"  {finding}")
    click.echo("the house kept its word" if report.sound else "the house did NOT keep its word, or the drill was none")
