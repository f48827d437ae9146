"""`hongmao bench NAME`: one hot path against a named baseline, both measured in turn in the same run."""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import click

from hongmao.cli.bench_results import Measured, keep
from hongmao.cli.main import exit_code, lang_of_terminal
from hongmao.kernel.errors import Conflict, HongmaoError, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parents[3] / "bench"


class BenchMissing(NotFound):
    """There is no benchmark of that name."""

    code = "bench_missing"
    zh = "没有名为 {id} 的基准测试；现有：{known}"
    en = "There is no benchmark {id}; there are: {known}"
    hint_zh = "基准测试在源码目录的 bench/ 下，安装包里没有"
    hint_en = "Benchmarks live in bench/ of a checkout; an installed package has none"


class ToolMissing(Unavailable):
    """A benchmark needs a program that is not on this machine and could not be installed."""

    code = "bench_tool_missing"
    zh = "基准测试需要程序 {id}，这台机器上没有"
    en = "The benchmark needs the program {id}, which this machine does not have"
    hint_zh = "请安装软件包 {package}；以 root 在 Debian 上运行时会自动安装"
    hint_en = "Install the package {package}; run as root on Debian, the benchmark installs it itself"


class BenchFailed(Conflict):
    """A round did not do its work: what was answered and what was kept differ, or a server ended or hung."""

    code = "bench_failed"
    zh = "基准测试 {id} 的一轮没有完成：{why}"
    en = "A round of the benchmark {id} was not done: {why}"
    hint_zh = "这样的一轮不计入结果；请先查明原因再测"
    hint_en = "Such a round counts for nothing: find out why before you measure again"


class Bench(Protocol):
    """What a file under bench/ offers.

    It may also name a `GOAL`, the least ratio that is wanted, and `EXTRA`, a dict that `rounds` fills with further figures
    by name, one a round, such as latencies.
    """

    BASELINE: str
    """What ours is held against, in words."""
    UNIT: str
    """What the two figures of a round are, for example `events/s`."""

    def rounds(self, count: int) -> Iterator[tuple[float, float]]:
        """Measure ours and the baseline in turn; more is better."""
        ...


@click.command()
@click.argument("name", default="all")
@click.option("--rounds", type=click.IntRange(1, 100), default=5, show_default=True, help="Alternating rounds.")
@click.option(
    "--json", "as_json", is_flag=True, help='Print {"name", "ratio", "baseline", "runs"} per benchmark, a line each.'
)
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps each benchmark's history as NAME.json; bench/results of the checkout if not given.",
)
def bench(*, name: str, rounds: int, as_json: bool, results: Path | None) -> None:
    """Run a benchmark (or `all`) and print the median ratio to its baseline with the range over the rounds.

    A benchmark brings those with it whose names go on after its own, such as returns and returns_files. One that cannot
    run says why, and the others go on.

    Machines are noisy: read the ratio, not the absolute figures.
    """
    known = names()
    if name != "all" and name not in known:
        raise BenchMissing(id=name, known=", ".join(known) or "—")
    failures: list[HongmaoError] = []
    for one in (one for one in known if name in ("all", one) or one.startswith(f"{name}_")):
        try:
            measured = measure(one, rounds)
        except HongmaoError as error:
            failures.append(error)
            lang = lang_of_terminal()
            click.echo("\n".join(filter(None, (error.message(lang), error.hint(lang)))), err=True)
            continue
        keep(measured, results or FOLDER / "results")
        _print(measured, as_json=as_json)
    if failures:
        sys.exit(min(map(exit_code, failures)))  # a round that was not done says more than a program that is not there


def names() -> list[str]:
    """List the benchmarks; a file that begins with `_` is part of another one."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def load(name: str) -> Bench:
    """Import a benchmark by name, without measuring anything."""
    if str(FOLDER.parent) not in sys.path:
        sys.path.append(str(FOLDER.parent))  # benchmarks share parts: `from bench._wrk import Wrk`
    return cast("Bench", importlib.import_module(f"{FOLDER.name}.{name}"))


def measure(name: str, rounds: int) -> Measured:
    """Run a benchmark's rounds. `BenchFailed` where one of them proved that its work was not done."""
    found = load(name)
    try:
        runs = list(found.rounds(rounds))
    except (AssertionError, subprocess.SubprocessError) as error:
        raise BenchFailed(id=name, why=error) from error
    return Measured(
        name=name,
        ratio=round(statistics.median(ours / base for ours, base in runs), 4),
        baseline=found.BASELINE,
        runs=runs,
        unit=found.UNIT,
        goal=getattr(found, "GOAL", None),
        extra=dict(getattr(found, "EXTRA", {})),
    )


def _print(measured: Measured, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(measured.told()))
        return
    least, most = measured.range
    click.echo(f"{measured.name:<12} {measured.ratio:.3f} [{least:.3f}-{most:.3f}] of {measured.baseline}")
    if measured.goal is not None:
        click.echo(f"  wanted: {measured.goal:.3f} or more")
    for number, (ours, base) in enumerate(measured.runs, 1):
        click.echo(f"  round {number}: {ours:,.0f} against {base:,.0f} {measured.unit}")
    for name, figures in measured.extra.items():
        click.echo(f"  {name}: {', '.join(f'{figure:,.2f}' for figure in figures)}")
