"""A group of commands whose modules are imported when they are asked for, so that help and completion stay quick."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class Verbs(click.Group):
    """A group by a table: verb -> (module, attribute, one line of help)."""

    def __init__(self, *args: Any, verbs: Mapping[str, tuple[str, str, str]], **attrs: Any) -> None:
        """Take the table, and what click gives every group."""
        super().__init__(*args, **attrs)
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the verbs, as the table does."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        """Import a verb."""
        if cmd_name not in self._verbs:
            return None
        module, attribute, _ = self._verbs[cmd_name]
        return cast("click.Command", getattr(import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        """Write the lines of the table, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self._verbs.items()])
