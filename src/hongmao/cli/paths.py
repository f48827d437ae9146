"""`hongmao paths`: paths from anybody's file, or touches and conversions made into paths, under every model side by side.

Exit codes: 0 done, however many single rows were set aside; 1 there is no journey at all (the report is written all the
same); 2 the command, the map or a file as a whole cannot be understood.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hongmao.attribution.api import (
    NONE_LABEL,
    PLAIN,
    PLAIN_PATHS,
    Asked,
    EventsJob,
    GroupedJob,
    Job,
    PathMap,
    Settings,
    check_paths_usable,
    load_either_map,
    model_events,
    model_paths,
    paths_answer,
    paths_page_of,
    read_groups,
    write_path_outputs,
)
from hongmao.bootstrap.attribution import open_file_engine, open_path_engine
from hongmao.cli.attribute_map import FLAGS as MAP_FLAGS
from hongmao.cli.attribute_map import map_options, overridden
from hongmao.cli.main import lang_of_terminal
from hongmao.cli.paths_map import FLAGS as PATH_FLAGS
from hongmao.cli.paths_map import overridden_paths, path_map_options, used
from hongmao.cli.speaking import names_of, print_table, progress_bar, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.attribution.api import ColumnMap, Cut, FileEngine, PathFileEngine, PathsAnswer
    from hongmao.kernel.errors import Lang

# What a file of paths has as well; every other flag of a map of events says something that it cannot have.
_SHARED = frozenset({"--organic", "--encoding", "--delimiter"})
EVENT_FLAGS = tuple(flag for flag in MAP_FLAGS if flag not in _SHARED)
MODELS_ASKED = ("first", "last", "linear", "position", "shapley", "markov:1")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE | TOUCHES CONVERSIONS | DIR")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="A TOML file that says which column is what.")
@click.option(
    "--models",
    callback=names_of,
    help="By comma: first, last, linear, position[:40-20-40], decay[:position:1], last_non_organic, custom:EXPRESSION, "
    f"markov:1..4, shapley[:GAME], data_driven. Default: {','.join(MODELS_ASKED)}.",
)
@click.option("--window", metavar="24h|15d|...", help="Events: only touches at most this old. Default: no limit.")
@click.option(
    "--cut",
    type=click.Choice(["every", "first", "window"]),
    default="every",
    show_default=True,
    help="Events: a journey ends at every conversion, at a reader's first, or has all touches of its window.",
)
@click.option("--replicates", type=click.IntRange(0, 10_000), default=0, help="Bootstrap replicates for intervals.")
@click.option("--stability", is_flag=True, help="Run each model again on journeys that were seen less well.")
@click.option(
    "--groups", "groups_file", type=click.Path(path_type=Path), help="CSV of channel,group: Markov runs on groups."
)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Of intervals.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything that is drawn.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write report, quarantine, paths and manifest there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print inputs, models, details and manifest as one JSON object.")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of report and messages."
)
@click.option("--none-label", default=NONE_LABEL, show_default=True, help="What no channel earned is listed under.")
@path_map_options
@map_options
def paths(
    *,
    files: tuple[Path, ...],
    map_file: Path | None,
    models: tuple[str, ...],
    window: str | None,
    cut: Cut,
    replicates: int,
    stability: bool,
    groups_file: Path | None,
    level: float,
    seed: int,
    out: Path | None,
    as_json: bool,
    lang: Lang,
    none_label: str,
    **columns: object,
) -> None:
    """Run every model on the paths of FILE, or on those that TOUCHES and CONVERSIONS (one file or two) are cut into.

    FILE has one row per path: path;total_conversions;total_conversion_value;total_null, or other names by flag or map.
    With a map of events, or with two files, paths are made first. Files are CSV, TSV or Parquet, plain, gzip or zstd.
    """
    with spoken(lang):
        column_map = _map_of(map_file, files, columns)
        organic = (column_map.paths if isinstance(column_map, PathMap) else column_map.touches).organic
        asked = Asked(
            models=tuple(dict.fromkeys(models or MODELS_ASKED)),
            settings=Settings(
                seed=seed,
                replicates=replicates,
                level=level,
                organic=frozenset(organic),
                groups={} if groups_file is None else read_groups(groups_file),
            ),
            none_label=none_label,
            stability=stability,
        )
        shown = not as_json and sys.stderr.isatty()
        if isinstance(column_map, PathMap):
            grouped = GroupedJob(file=_file(files, column_map), path_map=column_map, asked=asked)
            with closing(open_path_engine()) as reader:
                with progress_bar(shown=shown) as progress:
                    answer = model_paths(grouped, reader, progress=progress)
                _leave(answer, reader, out, as_json=as_json, lang=lang)
        else:
            touches, conversions = _pair(files, column_map)
            job = Job(
                touches=touches, conversions=conversions, column_map=column_map, window=window, none_label=none_label
            )
            events = EventsJob(files=job, cut=cut, asked=asked)
            with closing(open_file_engine("duckdb")) as engine:
                with progress_bar(shown=shown) as progress:
                    answer = model_events(events, engine, progress=progress)
                _leave(answer, engine, out, as_json=as_json, lang=lang)
        check_paths_usable(answer)


def _map_of(map_file: Path | None, files: tuple[Path, ...], given: Mapping[str, object]) -> PathMap | ColumnMap:
    """Tell paths from events: by the map, else by how many files there are; flags of the other kind are a slip."""
    of_events, of_paths = used(EVENT_FLAGS, given), used(PATH_FLAGS, given)
    plain: PathMap | ColumnMap = PLAIN if of_events or len(files) > 1 else PLAIN_PATHS
    column_map = plain if map_file is None else load_either_map(map_file)
    if isinstance(column_map, PathMap):
        if of_events:
            raise click.UsageError(f"{of_events[0]} is about events, and the map is one of paths")
        return overridden_paths(column_map, given)
    if of_paths:
        raise click.UsageError(f"{of_paths[0]} is about a file of paths, and these are events")
    return overridden(column_map, given)


def _file(files: tuple[Path, ...], path_map: PathMap) -> Path:
    match files:
        case (path,) if path.is_dir() and path_map.paths.file is not None:
            return path / path_map.paths.file
        case (path,):
            return path
        case _:
            raise click.UsageError("give one FILE of paths, TOUCHES and CONVERSIONS, or --map FILE.toml and DIR")


def _pair(files: tuple[Path, ...], column_map: ColumnMap) -> tuple[Path, Path]:
    """Find the files of touches and of conversions: two, one that holds both, or the map's below a folder."""
    names = (column_map.touches.file, column_map.conversions.file)
    match files:
        case (touches, conversions):
            return touches, conversions
        case (folder,) if folder.is_dir() and names[0] is not None and names[1] is not None:
            return folder / names[0], folder / names[1]
        case (both,) if not both.is_dir():
            return both, both
        case _:
            raise click.UsageError("give TOUCHES and CONVERSIONS, one FILE of both, or --map FILE.toml and DIR")


def _leave(
    answer: PathsAnswer, engine: FileEngine | PathFileEngine, out: Path | None, *, as_json: bool, lang: Lang
) -> None:
    """Write what was asked for into the folder, and print the rest."""
    if out is not None:
        write_path_outputs(answer, engine, out, lang=lang)
    if as_json:
        click.echo(paths_answer(answer))
        return
    if out is not None:
        click.echo(str(out / "report.html"))
        return
    page = paths_page_of(answer, lang)
    for grid in (page.conversions, page.value):
        if grid is not None:
            print_table(grid.headings, grid.rows, numeric_from=grid.numeric_from)
            click.echo()
    for note in (*page.notes, *page.results_notes):
        click.echo(note, err=True)
    for role, code, reason, count in page.faults.rows:
        click.echo(f"{role}: {count} × {code} ({reason})", err=True)
