"""What benchmarks have shown so far: one file of JSON each, its newest run on top and every run below, none dropped."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One benchmark's run."""

    name: str
    ratio: float
    """The median over the rounds of ours to the baseline."""
    baseline: str
    runs: Sequence[tuple[float, float]]
    """Ours and the baseline, a pair a round."""
    unit: str
    goal: float | None = None
    extra: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def range(self) -> tuple[float, float]:
        """Give the least and the greatest ratio of a round."""
        ratios = [ours / base for ours, base in self.runs]
        return min(ratios), max(ratios)

    def told(self) -> dict[str, object]:
        """Write it as `--json` prints it."""
        told: dict[str, object] = {"name": self.name, "ratio": self.ratio, "baseline": self.baseline}
        told |= {"runs": [list(run) for run in self.runs], "unit": self.unit}
        if self.goal is not None:
            told["goal"] = self.goal
        if self.extra:
            told["extra"] = {name: list(figures) for name, figures in self.extra.items()}
        return told


def keep(measured: Measured, folder: Path) -> Path:
    """Add a run to its benchmark's history; gives the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{measured.name}.json"
    before = json.loads(file.read_text(encoding="utf-8"))["history"] if file.exists() else []
    run = {key: value for key, value in measured.told().items() if key in {"ratio", "baseline", "runs", "extra"}}
    told = {**measured.told(), "history": [*before, {**_origin(), **run}]}
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(file)
    return file


def _origin() -> dict[str, object]:
    """Say what was measured and on what: the commit, whether it was changed, and the machine's kind."""
    commit, committed_at = (_git("log", "-1", "--format=%h %cI") or "— —").split()
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return {
        "commit": commit,
        "committed_at": committed_at,
        "changed": None if changed is None else bool(changed),
        "cores": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
    }


def _git(*words: str) -> str | None:
    """Ask git about the checkout; None where it is none."""
    git = shutil.which("git")
    if git is None:
        return None
    asked = subprocess.run([git, "-C", str(ROOT), *words], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return asked.stdout.strip() if asked.returncode == 0 else None
