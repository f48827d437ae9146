"""The group `hongmao returns`: its verbs are loaded when they are called."""

from __future__ import annotations

import click

from hongmao.cli.verbs import Verbs

# Verb -> (module, attribute, one line of help), as in `hongmao.cli.main`.
VERBS: dict[str, tuple[str, str, str]] = {
    "reconcile": ("hongmao.cli.returns.reconcile", "reconcile", "What the shops say now, held against what came back"),
    "pull": ("hongmao.cli.returns.bring", "pull", "Days of the past, asked for anew"),
    "import": ("hongmao.cli.returns.bring", "import_", "A report that a platform exported: CSV, XLSX, Parquet"),
    "health": ("hongmao.cli.returns.bring", "health", "How far behind each feed is, and whether one may decide by it"),
    "targets": ("hongmao.cli.returns.out", "targets", "Where returns are sent on to, and at what declared ratio"),
    "outbox": ("hongmao.cli.returns.out", "outbox", "What waits, the nearest deadline first; ends and alarms"),
    "replay": ("hongmao.cli.returns.out", "replay", "Put dead letters back into the queue"),
}


@click.command(cls=Verbs, verbs=VERBS)
def returns() -> None:
    """回传: pull, import, reconcile, and send on again."""
