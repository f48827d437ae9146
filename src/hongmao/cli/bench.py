"""`hongmao bench NAME`: one hot path against a named baseline, both measured in turn in the same run."""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import click

from hongmao.kernel.errors import NotFound

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


class Bench(Protocol):
    """What a file under bench/ offers."""

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
def bench(*, name: str, rounds: int, as_json: bool) -> None:
    """Run a benchmark (or `all`) and print the median ratio to its baseline with the range over the rounds.

    A benchmark brings those with it whose names go on after its own, such as returns and returns_files.

    Machines are noisy: read the ratio, not the absolute figures.
    """
    known = names()
    if name != "all" and name not in known:
        raise BenchMissing(id=name, known=", ".join(known) or "—")
    for one in (one for one in known if name in ("all", one) or one.startswith(f"{name}_")):
        found = load(one)
        runs = list(found.rounds(rounds))
        _print(one, found, runs, as_json=as_json)


def names() -> list[str]:
    """List the benchmarks; a file that begins with `_` is part of another one."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def load(name: str) -> Bench:
    """Import a benchmark by name, without measuring anything."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", FOLDER / f"{name}.py")
    if spec is None or spec.loader is None:
        raise BenchMissing(id=name, known="—")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # annotations are looked up where the module says it is
    spec.loader.exec_module(module)
    return cast("Bench", module)


def _print(name: str, found: Bench, runs: list[tuple[float, float]], *, as_json: bool) -> None:
    ratios = [ours / base for ours, base in runs]
    ratio = statistics.median(ratios)
    if as_json:
        body = {"name": name, "ratio": round(ratio, 4), "baseline": found.BASELINE, "runs": runs, "unit": found.UNIT}
        click.echo(json.dumps(body))
        return
    click.echo(f"{name:<12} {ratio:.3f} [{min(ratios):.3f}-{max(ratios):.3f}] of {found.BASELINE}")
    for number, (ours, base) in enumerate(runs, 1):
        click.echo(f"  round {number}: {ours:,.0f} against {base:,.0f} {found.UNIT}")
