"""Ours from raw events against ChannelAttribution on paths that are grouped already, in turn in one run.

    .venv/bin/python -m bench.peers.paired --peers DIR/bin/python --touches 10000000 --rounds 3

Each job runs in a process of its own, three times, of which the best counts; prints the median, least and most of all rounds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.peers.data import chain, events, save
from bench.peers.run import CHANNELS, job

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTEST = (
    ("ours, from events", "ours_from_events", ("markov:1", "markov:3", "markov:4", "shapley")),
    ("ChannelAttribution, grouped, defaults", "channelattribution", ("1",)),
)
LIMIT_S = 300.0


def main() -> None:
    """Draw the journeys, take turns, print a row each."""
    given = argparse.ArgumentParser()
    given.add_argument("--peers", required=True, help="interpreter that has the peers")
    given.add_argument("--touches", type=int, default=10_000_000)
    given.add_argument("--rounds", type=int, default=3)
    options = given.parse_args()
    took: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        drawn = chain(options.touches, CHANNELS, seed=1)
        file = save(Path(name), "touches", drawn)
        events(Path(name), drawn, seed=5)
        (Path(name) / "small").mkdir()
        events(Path(name) / "small", chain(1_000, CHANNELS, seed=1), seed=5)
        for _ in range(options.rounds):
            for label, program, arguments in CONTEST:
                python = options.peers if program == "channelattribution" else sys.executable
                for argument in arguments:
                    found = job(python, program, argument, file, LIMIT_S)
                    took.setdefault((label, argument), []).append((found["seconds"], found["cpu"]))
                    print(f"{label} {argument}: {found['seconds']:.2f} s, {found['cpu']:.2f}", file=sys.stderr)
    print("| program | model | seconds | of a processor |\n| --- | --- | --- | --- |")
    for (label, argument), rounds in took.items():
        seconds, cpu = zip(*rounds, strict=True)
        print(f"| {label} | {argument} | {_told(seconds)} | {_told(cpu)} |")


def _told(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} [{min(seconds):.2f}–{max(seconds):.2f}]"


if __name__ == "__main__":
    main()
