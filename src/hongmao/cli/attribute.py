"""`hongmao attribute`: touches and conversions from anybody's files in, credits and a report out.

Exit codes: 0 done, however many single rows were set aside; 1 no conversion could be used (the report is written all the
same), or two engines that were held against each other differ; 2 the command, the map or a file as a whole cannot be
understood; 3 an engine is not installed or does not start.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hongmao.attribution.api import (
    MODELS,
    NONE_LABEL,
    PLAIN,
    ColumnMap,
    Job,
    answer,
    attribute_files,
    check_usable,
    load_map,
    page_of,
    write_outputs,
)
from hongmao.bootstrap.attribution import check_engines, engines_of, open_file_engine
from hongmao.bootstrap.engines import DUCKDB
from hongmao.cli.attribute_check import print_checked
from hongmao.cli.attribute_map import map_options, overridden
from hongmao.cli.main import lang_of_terminal
from hongmao.cli.speaking import names_of, print_table, progress_bar, spoken
from hongmao.definitions.api import load_registry
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from hongmao.attribution.api import By, ReportPage, Result
    from hongmao.bootstrap.attribution import Checked
    from hongmao.kernel.errors import Lang


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="TOUCHES CONVERSIONS | DIR")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="A TOML file that says which column is what.")
@click.option(
    "--models", callback=names_of, help=f"Models without a window, by comma: {', '.join(MODELS)}. Default: last."
)
@click.option(
    "--definition", "definitions", multiple=True, metavar="ID[.vN]", help="A dated definition, in each of its windows."
)
@click.option("--window", metavar="24h|15d|...", help="Only touches at most this old count. Default: no limit.")
@click.option(
    "--by",
    type=click.Choice(["key", "touch_day"]),
    default="key",
    show_default=True,
    help="What results are added up by.",
)
@click.option(
    "--engine",
    default=DUCKDB,
    show_default=True,
    envvar="HONGMAO_ENGINE",
    metavar="duckdb|spark|spark://HOST:PORT|both",
    help="What computes. Several with commas between, or both, run one after the other.",
)
@click.option(
    "--check", is_flag=True, help="Print checksums of the credits, and make sure that all engines gave the same."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write credits, report, quarantine and manifest there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print inputs, models and manifest as one JSON object.")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of report and messages."
)
@click.option(
    "--none-label", default=NONE_LABEL, show_default=True, help="What conversions without a touch are listed under."
)
@map_options
def attribute(
    *,
    paths: tuple[Path, ...],
    map_file: Path | None,
    models: tuple[str, ...],
    definitions: tuple[str, ...],
    window: str | None,
    by: By,
    engine: str,
    check: bool,
    out: Path | None,
    as_json: bool,
    lang: Lang,
    none_label: str,
    **columns: object,
) -> None:
    """Attribute the CONVERSIONS of one file to the TOUCHES of another, or both below DIR as a map names them.

    Files are CSV, TSV or Parquet, plain, gzip or zstd. Single bad rows are set aside with their number and reason and
    never stop the good ones. Without --json or --out the results are printed as a table. Without a map, columns are
    taken by the names reader, time and key; flags and maps name others.
    """
    with spoken(lang):
        column_map = overridden(load_map(map_file) if map_file else PLAIN, columns)
        touches, conversions = _files(paths, column_map, with_map=map_file is not None)
        if window is not None:
            span_ms(window)
        job = Job(
            touches=touches,
            conversions=conversions,
            column_map=column_map,
            models=models or (() if definitions else ("last",)),
            definitions=definitions,
            window=window,
            by=by,
            none_label=none_label,
        )
        result, checked = _computed(job, engines_of(engine), check=check, out=out, lang=lang, quiet=as_json)
        _print(result, page_of(result, lang), as_json=as_json, written=out)
        if checked is not None:
            print_checked(checked, err=as_json)
        check_usable(result.inputs)


def _computed(
    job: Job, engines: tuple[str, ...], *, check: bool, out: Path | None, lang: Lang, quiet: bool
) -> tuple[Result, Checked | None]:
    """Run the job and write what is wanted; with `check` on every engine, held against each other."""
    if len(engines) > 1 and not check:
        raise click.UsageError("several engines are for --check: one result is enough")
    registry, checked = load_registry(), None
    with ExitStack() as stack, progress_bar(shown=not quiet and sys.stderr.isatty()) as progress:
        if check:
            checked, result, opened, opening = check_engines(job, engines, registry, progress=progress)
            stack.enter_context(opening)
        else:
            opened = stack.enter_context(closing(open_file_engine(engines[0])))
            result = attribute_files(job, opened, registry, progress=progress, keep=out is not None)
        if out is not None:
            write_outputs(result, opened, out, lang=lang)
    return result, checked


def _files(paths: tuple[Path, ...], column_map: ColumnMap, *, with_map: bool) -> tuple[Path, Path]:
    """Find the two files: named one by one, or below a folder under the names that the map gives."""
    names = (column_map.touches.file, column_map.conversions.file)
    match paths:
        case (touches, conversions):
            return touches, conversions
        case (folder,) if with_map and names[0] is not None and names[1] is not None:
            return folder / names[0], folder / names[1]
        case (_,) if with_map:
            raise click.UsageError(
                "the map names no files: give TOUCHES and CONVERSIONS, or touches.file and conversions.file in the map"
            )
        case _:
            raise click.UsageError("give TOUCHES and CONVERSIONS, or --map FILE.toml and DIR")


def _print(result: Result, page: ReportPage, *, as_json: bool, written: Path | None) -> None:
    if as_json:
        click.echo(answer(result))
        return
    if written is not None:
        click.echo(str(written / "report.html"))
        return
    grid = page.results
    print_table(grid.headings, grid.rows, numeric_from=grid.numeric_from)
    for note in (*page.notes, *page.results_notes):
        click.echo(note, err=True)
    for role, code, reason, count in page.faults.rows:
        click.echo(f"{role}: {count} × {code} ({reason})", err=True)
