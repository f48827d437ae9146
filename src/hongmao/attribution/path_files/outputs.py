"""The files that a job on paths leaves behind: report in two spellings, figures, paths, quarantine, manifest."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hongmao.attribution.files.outputs import write_quarantine
from hongmao.attribution.files.spelling import paths_html, paths_markdown
from hongmao.attribution.path_files.manifest import figures, paths_manifest_file
from hongmao.attribution.path_files.page import paths_page_of
from hongmao.attribution.path_files.path_map import PLAIN_PATHS
from hongmao.attribution.path_files.rules import separator_for
from hongmao.attribution.paths import amounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from pathlib import Path

    from hongmao.attribution.files.ports import FileEngine
    from hongmao.attribution.path_files.contracts import PathsAnswer
    from hongmao.attribution.path_files.ports import PathFileEngine
    from hongmao.attribution.paths.contracts import Paths
    from hongmao.kernel.errors import Lang

MODELS_COLUMNS = ("model", "channel", "conversions", "value", "value_fen")


def write_path_outputs(answer: PathsAnswer, engine: FileEngine | PathFileEngine, folder: Path, *, lang: Lang) -> None:
    """Write everything into a folder, which is made if need be. Two runs of one job write the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    page = paths_page_of(answer, lang)
    write_quarantine(engine.quarantined(), folder / "quarantine.csv")
    _write_models(answer, folder / "models.csv")
    write_paths(answer.read.paths, folder / "paths.csv")
    (folder / "manifest.json").write_text(paths_manifest_file(answer), encoding="utf-8")
    (folder / "report.md").write_text(paths_markdown(page), encoding="utf-8")
    (folder / "report.html").write_text(paths_html(page), encoding="utf-8")


def write_paths(paths: Paths, path: Path) -> None:
    """Write paths as the customary file: what was made of events can be read by whoever reads such files, us included."""
    source, separator = PLAIN_PATHS.paths, separator_for(paths.channels)
    with_value = paths.value is not None
    named = (source.path, source.conversions, *((source.value,) if with_value else ()), source.nulls)
    rows = sorted(
        (
            separator.join(paths.channels[code] for code in paths.flat[paths.starts[row] : paths.starts[row + 1]]),
            row,
        )
        for row in range(paths.rows)
    )
    with _csv(path, delimiter=";") as writer:
        writer.writerow(named)
        for name, row in rows:
            worth = () if paths.value is None else (_decimal(amounts.exact(paths.value[:, row])),)
            writer.writerow((name, int(paths.conversions[row]), *worth, int(paths.nulls[row])))


def _write_models(answer: PathsAnswer, path: Path) -> None:
    with _csv(path) as writer:
        writer.writerow(MODELS_COLUMNS)
        for label, result in answer.results.items():
            for channel, told in figures(answer, result).items():
                writer.writerow((label, channel, *(_plain(told[name]) for name in MODELS_COLUMNS[2:])))


def _decimal(value: Fraction) -> str:
    """Write a value with every digit it has; none has more than eighteen after the point."""
    return f"{Decimal(int(value * 10**18)).scaleb(-18).normalize():f}"


def _plain(figure: Any) -> str:
    """Write a figure as the JSON does, with no exponent where it is exact; an unknown is nothing."""
    match figure:
        case None:
            return ""
        case Decimal():
            return f"{figure:f}"
        case _:
            return repr(figure)


@contextmanager
def _csv(path: Path, delimiter: str = ",") -> Iterator[Any]:
    with path.open("w", encoding="utf-8", newline="") as file:
        yield csv.writer(file, lineterminator="\n", delimiter=delimiter)
