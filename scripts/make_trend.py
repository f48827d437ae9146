"""Draws what benchmarks have shown so far: a page and a curve each, from bench/results/*.json alone.

`make docs` writes them; `--check`, which `make check` runs, names what is no longer as the results are.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
REFERENCE = ROOT / "docs" / "reference"
PAGE, FOLDER = "benchmarks.md", "benchmarks"
RUNS_SHOWN = 10

WIDTH, HEIGHT, EDGE = 640, 160, 24
RIGHT = 96  # where the newest figure and the goal are written
HEAD = """\
# What benchmarks have shown

Each figure is ours divided by its baseline's, both measured in turn in one run: the median over the rounds, [the least to the
most]. A run is a point, with its range as a line through it; dashed is what is wanted. `scripts/make_trend.py` draws this
page from [bench/results](../../bench/results), where every round of every run stands.
[Benchmarks](../guides/benchmarks.md) says how to read one, [bench/README.md](../../bench/README.md) what each does.
"""

Result = dict[str, Any]


def files(results: Path = RESULTS) -> dict[str, str]:
    """Make every file, by its name below docs/reference."""
    told = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]
    return {PAGE: _page(told), **{f"{FOLDER}/{one['name']}.svg": _curve(one) for one in told}}


def outdated(results: Path = RESULTS, reference: Path = REFERENCE) -> list[str]:
    """List the files that the results have left behind, and curves of benchmarks that have no results."""
    made = files(results)
    stale = [name for name, text in made.items() if _read(reference / name) != text]
    there = {f"{FOLDER}/{path.name}" for path in (reference / FOLDER).glob("*.svg")}
    return stale + sorted(there - made.keys())


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _page(told: list[Result]) -> str:
    rows = [f"| [{one['name']}](#{one['name']}) | {_ratio(one)} | {_goal(one)} | {one['baseline']} |" for one in told]
    table = "\n".join(["| benchmark | newest | wanted | of |", "| --- | --- | --- | --- |", *rows])
    return "\n".join([HEAD, table, "", *(_section(one) for one in told)])


def _section(one: Result) -> str:
    shown = one["history"][-RUNS_SHOWN:]
    lines = [f"## {one['name']}", "", f"![{one['name']}: {_ratio(one)}]({FOLDER}/{one['name']}.svg)", ""]
    lines += ["| commit | ratio | rounds | cores | beside it, medians |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *map(_run, reversed(shown)), ""])


def _run(run: Result) -> str:
    commit = f"`{run['commit']}` {run['committed_at'][:10]}{' and changes' if run['changed'] else ''}"
    beside = (f"{name} {statistics.median(figures):,.2f}" for name, figures in run.get("extra", {}).items())
    return f"| {commit} | {_ratio(run)} | {len(run['runs'])} | {run['cores']} | {', '.join(beside) or '—'} |"


def _ratio(run: Result) -> str:
    least, most = _range(run)
    return f"{run['ratio']:.3f} [{least:.3f}–{most:.3f}]"


def _range(run: Result) -> tuple[float, float]:
    ratios = [ours / base for ours, base in run["runs"]]
    return min(ratios), max(ratios)


def _goal(one: Result) -> str:
    return f"{one['goal']:.2f}" if "goal" in one else "—"


def _curve(one: Result) -> str:
    """Draw the ratio of every run, oldest left; the scale begins at 0, so that twice as high is twice as fast."""
    history: list[Result] = one["history"]
    goal: float | None = one.get("goal")
    top: float = 1.1 * max([_range(run)[1] for run in history] + ([goal] if goal else []))

    def across(number: int) -> float:
        return EDGE + (WIDTH - EDGE - RIGHT) * (number / (len(history) - 1) if len(history) > 1 else 1)

    def down(ratio: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * ratio / top

    points = [(across(number), down(run["ratio"])) for number, run in enumerate(history)]
    base = _line(EDGE, HEIGHT - EDGE, WIDTH - RIGHT, HEIGHT - EDGE, "axis")
    ranges = [
        _line(across(number), down(_range(run)[0]), across(number), down(_range(run)[1]), "range")
        for number, run in enumerate(history)
    ]
    path = f'<polyline class="ours" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
    dots = [f'<circle class="ours" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    newest = _text(points[-1][1] + 4, f"{one['ratio']:.3f}")
    wanted = [] if goal is None else [_line(EDGE, down(goal), WIDTH - RIGHT, down(goal), "goal")]
    named = (
        [] if goal is None or abs(down(goal) - points[-1][1]) < EDGE / 2 else [_text(down(goal) + 4, f"≥ {goal:.2f}")]
    )
    body = "\n".join([base, *wanted, *ranges, path, *dots, newest, *named])
    return f"{_OPEN.format(width=WIDTH, height=HEIGHT, title=one['name'])}{body}\n</svg>\n"


# Greys and red that can be read on a white page and on a black one.
_OPEN = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>{title}</title>
<style>
.axis {{ stroke: #888 }} .goal {{ stroke: #888; stroke-dasharray: 5 4 }}
.range {{ stroke: #e0555f; stroke-opacity: .5; stroke-width: 2 }}
polyline.ours {{ stroke: #e0555f; fill: none; stroke-width: 1.5 }} circle.ours {{ fill: #e0555f }}
text {{ font: 12px sans-serif; fill: #888 }}
</style>
"""


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(y: float, words: str) -> str:
    return f'<text x="{WIDTH - RIGHT + 8}" y="{y:.1f}">{words}</text>'


def main() -> None:
    """Write the page and its curves, or with `--check` end with 1 if one is not current."""
    stale = outdated()
    if "--check" in sys.argv[1:]:
        if stale:
            message = f"not as the results are: docs/reference/{{{','.join(stale)}}}. Run make docs"
            raise SystemExit(message)
        return
    made = files()
    (REFERENCE / FOLDER).mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in made:
            (REFERENCE / name).write_text(made[name], encoding="utf-8")
        else:
            (REFERENCE / name).unlink()


if __name__ == "__main__":
    main()
