"""`hongmao serve`: the platform in one process or in several, until it is told to stop."""

from __future__ import annotations

import sys

import click

from hongmao.bootstrap.roles import Role, WorkersNotMany
from hongmao.bootstrap.serving import serve_until_stopped
from hongmao.bootstrap.settings import Settings
from hongmao.bootstrap.supervising import EDGES_MAX, supervise


@click.command()
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ALL.value,
    show_default=True,
    help="What this process does: everything, taps and events, pages and the API, or what follows the log.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, EDGES_MAX),
    default=1,
    show_default=True,
    help="How many edge processes share the port (--role edge only).",
)
@click.option("--number", type=click.IntRange(1, EDGES_MAX), default=None, hidden=True, help="Which of them this is.")
@click.option(
    "--until-stdin-closes", is_flag=True, help="Stop when standard input ends: a child that never outlives its parent."
)
def serve(*, role: str, workers: int, number: int | None, until_stdin_closes: bool) -> None:
    """Run API, jump, consoles and workers: all in one process, or one role of them.

    One process of a home owns the log (--role all or worker); edges and webs append through it, on the same machine, and
    wait for it. Settings come from the environment (HONGMAO_HOME, HONGMAO_PORT, ...); docs/reference/settings.md lists
    them. Stops cleanly on Ctrl-C or SIGTERM: running requests end, the log is closed, nothing acked is lost. A second one
    ends it at once.
    """
    settings, part = Settings.read(), Role(role)
    if workers > 1 and part is not Role.EDGE:
        raise WorkersNotMany(value=workers, limit=EDGES_MAX)
    if workers > 1:
        sys.exit(supervise(settings, workers, until_stdin_closes=until_stdin_closes))
    serve_until_stopped(settings, role=part, number=number or 0, until_stdin_closes=until_stdin_closes)
