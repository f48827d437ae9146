"""`hongmao lake`: the proof that the lake is whole, merging by hand, and events into a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.bootstrap.lakes import lake_files
from hongmao.bootstrap.settings import Settings
from hongmao.cli.main import EXIT_REFUSED, lang_of_terminal
from hongmao.cli.options import JSON
from hongmao.cli.wanting import out_of, wanted_options
from hongmao.engines.lake import ParquetLake
from hongmao.engines.lake.exporting import export as write_file
from hongmao.engines.lake.manifest import load, require
from hongmao.engines.lake.replay import replay
from hongmao.engines.lake.verify import prove

if TYPE_CHECKING:
    from hongmao.engines.lake.replay import Wanted
    from hongmao.engines.lake.verify import Proof

MIB = 2**20


@click.group()
def lake() -> None:
    """Prove the Parquet lake, merge its files, or take events out of it."""


@lake.command()
@JSON
def verify(*, as_json: bool) -> None:
    """Read every file of the lake and of the derived tables, and hold it against its checksum and place.

    Works while the platform is serving. Exit code 1 where a file is missing, changed or misplaced, or events are missing or
    doubled; each is named.
    """
    proof = prove(lake_files(Settings.read()))
    lang = lang_of_terminal()
    faults = [fault.message(lang) for fault in proof.faults]
    if as_json:
        click.echo(msgspec.json.encode({**_facts(proof), "faults": faults, "sound": not faults}, order="sorted"))
    else:
        click.echo("lake sound" if not faults else "lake NOT sound")
        for name, value in _facts(proof).items():
            click.echo(f"  {name:<12}{value}")
        for fault in faults:
            click.echo(f"  {fault}")
    if faults:
        click.echo(proof.faults[0].hint(lang), err=True)
        sys.exit(EXIT_REFUSED)


@lake.command()
@JSON
def compact(*, as_json: bool) -> None:
    """Make one sorted file of each day and kind, of at most two million events.

    The platform must not be serving meanwhile: a lake has one writer, and on a store the newest one takes the lake over
    from a writer on another machine. The old files stay until the next merge, for whoever is still reading them. Files
    that no manifest names, such as a crash leaves between their upload and the manifest's, are removed.
    """
    files = lake_files(Settings.read())
    require(files)
    with ParquetLake(files) as opened:
        before = load(files)
        opened.compact(whole=True)
        after = load(files)
    done = {
        "files_before": len(before.files),
        "files": len(after.files),
        "bytes_before": before.size_bytes,
        "bytes": after.size_bytes,
        "events": after.rows,
    }
    if as_json:
        click.echo(msgspec.json.encode(done, order="sorted"))
    else:
        click.echo(
            f"{done['events']} events: {done['files_before']} files of {before.size_bytes / MIB:.1f} MiB"
            f" -> {done['files']} files of {after.size_bytes / MIB:.1f} MiB"
        )


@lake.command()
@wanted_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    callback=out_of,
    help="File to write; its name ends with .parquet, .csv or .jsonl.",
)
@JSON
def export(*, wanted: Wanted, out: Path, as_json: bool) -> None:
    """Write events to a file, by day and kind; works while the platform is serving, and shows one moment of it."""
    rows = write_file(replay(lake_files(Settings.read()), wanted), wanted.schema, out)
    size = out.stat().st_size
    if as_json:
        click.echo(msgspec.json.encode({"events": rows, "bytes": size, "out": str(out)}, order="sorted"))
    else:
        click.echo(f"{rows} events, {size} bytes: {out}")


def _facts(proof: Proof) -> dict[str, object]:
    return {
        "position": proof.position,
        "files": proof.files,
        "events": proof.rows,
        "bytes": proof.size_bytes,
        "tables": proof.tables,
    }
