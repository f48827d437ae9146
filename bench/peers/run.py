"""Ours beside other programs for path attribution, in turn in one run, each job in a process of its own.

    python -m venv DIR
    DIR/bin/pip install channelattribution mta marketing-attribution-models do-attribution shapley-attribution mta-audit matplotlib
    .venv/bin/python -m bench.peers.run --peers DIR/bin/python --touches 100000,1000000,10000000 --notes 1000,5000

Prints rows of a Markdown table; a job that fails or takes longer than `--limit` seconds says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.peers.data import chain, notes, save

JOBS = Path(__file__).with_name("jobs.py")
CHANNELS = 12
HEAD = ("program", "model", "seconds", "of a processor", "peak MiB", "moved from exact")
TOUCHES = (
    ("ours, raw", "ours", ("linear", "markov:1", "markov:2", "markov:3", "markov:4", "shapley")),
    ("ChannelAttribution, grouped, defaults", "channelattribution", ("rules", "1", "3", "4")),
    ("mta, grouped", "mta", ("linear", "markov", "shapley")),
    ("marketing-attribution-models, grouped", "mam", ("linear", "markov", "shapley")),
    ("do-attribution, rows", "do_attribution", ("1", "3", "shapley")),
    ("shapley-attribution, rows", "shapley_attribution", ("set",)),
    ("mta-audit, rows (objects built before)", "mta_audit", ("markov",)),
)
NOTES = (
    ("ours, raw", "ours", ("markov:1", "shapley")),
    ("one dense inverse of that size", "inverse", ()),
    ("ChannelAttribution, grouped, defaults", "channelattribution", ("1",)),
    ("do-attribution, rows", "do_attribution", ("1",)),
    ("marketing-attribution-models, grouped", "mam", ("markov",)),
)


def main() -> None:
    """Draw the journeys, run every job on them, print a row each."""
    given = argparse.ArgumentParser()
    given.add_argument("--peers", required=True, help="interpreter that has the peers")
    given.add_argument("--touches", default="100000,1000000")
    given.add_argument("--notes", default="1000")
    given.add_argument("--only", default="", help="comma-separated programs, by their names in jobs.py")
    given.add_argument("--limit", type=float, default=300.0, help="seconds a job may take")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for touches in filter(None, options.touches.split(",")):
            file = save(Path(folder), "touches", chain(int(touches), CHANNELS, seed=1))
            _table(f"{int(touches):,} touches, {CHANNELS} channels", TOUCHES, file, options)
        for count in filter(None, options.notes.split(",")):
            file = save(Path(folder), "notes", notes(200_000, int(count), seed=2))
            jobs = [(label, program, arguments or (count,)) for label, program, arguments in NOTES]
            _table(f"{int(count):,} notes as states, 200,000 journeys of four", jobs, file, options)


def _table(title: str, jobs: Any, file: Path, options: argparse.Namespace) -> None:
    print(f"\n{title}\n\n| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
    exact: dict[str, dict[str, float]] = {}
    wanted = set(filter(None, options.only.split(",")))
    for label, program, arguments in (job for job in jobs if not wanted or job[1] in wanted):
        python = sys.executable if program in {"ours", "inverse"} else options.peers
        for argument in arguments:
            found = job(python, program, argument, file, options.limit)
            if program == "ours" and "credit" in found:
                exact[argument] = found["credit"]
            print(
                f"| {label} | {argument} | {_told(found)} | {_off(found, exact.get(_meant(program, argument)))} |",
                flush=True,
            )


def job(python: str, program: str, argument: str, file: Path, limit: float) -> dict[str, Any]:
    """Run one job in a process of its own; gives what it printed, or why it gave nothing."""
    command = [python, str(JOBS), program, argument, str(file)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)  # noqa: S603 - our own jobs
    except subprocess.TimeoutExpired:
        return {"why": f"> {limit:.0f} s with its preparation"}
    if done.returncode:
        return {"why": (done.stderr.strip().splitlines() or ["died"])[-1][:80]}
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _told(found: dict[str, Any]) -> str:
    if "why" in found:
        return f"{found['why']} | | "
    return f"{found['seconds']:.3f} | {found['cpu']:.3f} | {found['peak_mib']:,.0f}"


def _meant(program: str, argument: str) -> str:
    """Name the model of ours that a peer's argument means."""
    if argument.isdecimal() and program != "inverse":
        return f"markov:{argument}"
    return {"markov": "markov:1", "rules": "linear", "set": "shapley"}.get(argument, argument)


def _off(found: dict[str, Any], exact: dict[str, float] | None) -> str:
    """Say how much of the credit stands with other channels than in the exact answer of that model."""
    credit = found.get("credit")
    if not credit or exact is None:
        return ""
    wholes = [sum(one.values()) or 1 for one in (credit, exact)]
    names = credit.keys() | exact.keys()
    moved = sum(abs(credit.get(name, 0) / wholes[0] - exact.get(name, 0) / wholes[1]) for name in names) / 2
    return f"{moved:.2%}" if moved > 1e-9 else "0"


if __name__ == "__main__":
    main()
