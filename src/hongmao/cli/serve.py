"""`hongmao serve`: the platform in one process or in several, until it is told to stop."""

from __future__ import annotations

import sys

import click

from hongmao.bootstrap.roles import OwnLogOfEdge, Role, WorkersNotMany
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
@click.option(
    "--own-log",
    is_flag=True,
    help="Let this edge, or the first of them, own the log: on a machine or at a time without a worker.",
)
@click.option("--number", type=click.IntRange(1, EDGES_MAX), default=None, hidden=True, help="Which of them this is.")
@click.option(
    "--until-stdin-closes", is_flag=True, help="Stop when standard input ends: a child that never outlives its parent."
)
def serve(*, role: str, workers: int, own_log: bool, number: int | None, until_stdin_closes: bool) -> None:
    """Run API, jump, consoles and workers: all in one process, or one role of them.

    One process of a home owns the log (--role all or worker, or an edge that is told to); the others append through it, on
    the same machine, and wait for it. Settings come from the environment (HONGMAO_HOME, HONGMAO_PORT, ...), which
    docs/reference/settings.md lists. Stops cleanly on Ctrl-C or SIGTERM: running requests end, the log is closed, nothing
    acked is lost. A second one ends it at once.
    """
    settings, part = Settings.read(), Role(role)
    if workers > 1 and part is not Role.EDGE:
        raise WorkersNotMany(value=workers, limit=EDGES_MAX)
    if own_log and part is not Role.EDGE:
        raise OwnLogOfEdge(value=part.value)
    if workers > 1:
        sys.exit(supervise(settings, workers, own_log=own_log, until_stdin_closes=until_stdin_closes))
    serve_until_stopped(settings, role=part, number=number or 0, own_log=own_log, until_stdin_closes=until_stdin_closes)
