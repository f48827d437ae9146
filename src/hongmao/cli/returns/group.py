"""The group `hongmao returns`: its verbs are loaded when they are called."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

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


class _Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        if cmd_name not in VERBS:
            return None
        module, attribute, _ = VERBS[cmd_name]
        return cast("click.Command", getattr(import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in VERBS.items()])


@click.command(cls=_Verbs)
def returns() -> None:
    """回传: pull, import, reconcile, and send on again."""
