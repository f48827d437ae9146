"""Which engine credits anybody's files, by name or address, and whether two give the same."""

from __future__ import annotations

import math
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.api import attribute_files
from hongmao.bootstrap.engines import DUCKDB
from hongmao.engines.attribution.files.comparing import first_difference
from hongmao.engines.attribution.files.engine import DuckDbFiles
from hongmao.engines.attribution.path_files.grouped import GroupedPathsFile
from hongmao.engines.spark.address import SCHEME, names_spark, read_address
from hongmao.engines.spark.errors import EngineUnknown
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.api import Job, PathFileEngine, Result
    from hongmao.definitions.api import Registry
    from hongmao.engines.attribution.files.bucketed import BucketedFiles

    Progress = Callable[[str, int, int], None]

BOTH = "both"
"""DuckDB and Spark, one after the other."""
ESTIMATES_AGREE = 1e-9
"""How far estimated models may differ between engines: floats are added in another order."""


class EnginesDiffer(HongmaoError):
    """Two engines gave different credits: a fault of ours, and no result is better than one of two."""

    code = "attribute_engines_differ"
    zh = "引擎结果不一致：{rule} 下转化行 {conversion}、触点行 {touch}，{engines}"
    en = "The engines differ: under {rule}, conversion row {conversion}, touch row {touch}, {engines}"
    hint_zh = "请附上文件报告此问题"
    hint_en = "Please report this with the files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What each engine's credits are called by their content, rule by rule."""

    engines: tuple[str, ...]
    """Name and version."""
    checksums: tuple[tuple[str, tuple[str, ...]], ...]
    """Label of the rule, and its checksum by engine."""


def open_file_engine(engine: str) -> BucketedFiles:
    """Open an engine for one job; close it when the job is done. Raises `EngineUnknown`, or what an engine lacks."""
    if engine == DUCKDB:
        return DuckDbFiles()
    if names_spark(engine):
        address = read_address(engine)
        from hongmao.engines.spark.files.engine import SparkFiles  # noqa: PLC0415 - only where it is asked for

        return SparkFiles(address)
    raise EngineUnknown(place=engine, why=f"{DUCKDB}, {SCHEME}, {SCHEME}://…")


def open_path_engine() -> PathFileEngine:
    """Open the engine that reads files of grouped paths; close it when the job is done."""
    return GroupedPathsFile()


def engines_of(text: str) -> tuple[str, ...]:
    """Read which engines are meant: one, or `both`, or several with commas between."""
    names = (DUCKDB, SCHEME) if text == BOTH else tuple(name.strip() for name in text.split(","))
    for name in names:
        if name != DUCKDB:
            read_address(name)
    return names


def check_engines(
    job: Job, engines: tuple[str, ...], registry: Registry, *, progress: Progress
) -> tuple[Checked, Result, BucketedFiles, ExitStack]:
    """Run a job on each engine and hold credits and sums against each other.

    Gives the checksums, and the first engine's result with the engine still open; closing the stack closes all. Raises
    `EnginesDiffer` with the first row that differs.
    """
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(open_file_engine(name))) for name in engines]
        results = [attribute_files(job, one, registry, progress=progress) for one in opened]
        by_rule = [rule for rule in results[0].rules if rule.label not in results[0].estimates]
        found = [one.checksums() if by_rule else {} for one in opened]
        for place in range(1, len(opened)):
            if opened[0].can.bit_exact_rules and opened[place].can.bit_exact_rules:
                _hold_against(results, opened, place)
        checked = Checked(
            engines=tuple(f"{one.name} {one.version}" for one in opened),
            checksums=tuple((rule.label, tuple(sums[rule.label] for sums in found)) for rule in by_rule),
        )
        return checked, results[0], opened[0], stack.pop_all()


def _hold_against(results: list[Result], opened: list[BucketedFiles], place: int) -> None:
    named = (opened[0].name, opened[place].name)
    for label, estimate in results[0].estimates.items():
        other = results[place].estimates[label].by_channel()
        for one in estimate.credits:
            here, there = float(one.conversions), float(other[one.channel].conversions)
            if not math.isclose(here, there, rel_tol=ESTIMATES_AGREE, abs_tol=ESTIMATES_AGREE):
                raise EnginesDiffer(rule=label, conversion="—", touch=one.channel, engines=f"{here} ≠ {there}")
    for rule in results[0].rules:
        if rule.label in results[0].estimates:
            continue
        if (found := first_difference(opened[0], opened[place], rule)) is not None:
            figures = ", ".join(_told(name, cells) for name, cells in zip(named, found.figures, strict=True))
            raise EnginesDiffer(
                rule=rule.label, conversion=found.conversion_row, touch=found.touch_row or "—", engines=figures
            )
        if results[0].shares[rule.label] != results[place].shares[rule.label]:
            raise EnginesDiffer(rule=rule.label, conversion="—", touch="—", engines=" ≠ ".join(named))


def _told(name: str, cells: tuple[int, ...] | None) -> str:
    return f"{name}: {'—' if cells is None else ' / '.join(map(str, cells))}"
