"""`hongmao serve`: the platform in one process, until it is told to stop."""

from __future__ import annotations

import click

from hongmao.bootstrap.serving import serve_until_stopped
from hongmao.bootstrap.settings import Settings


@click.command()
@click.option(
    "--until-stdin-closes", is_flag=True, help="Stop when standard input ends: a child that never outlives its parent."
)
def serve(*, until_stdin_closes: bool) -> None:
    """Run API, jump, consoles and workers in one process.

    Settings come from the environment (HONGMAO_HOME, HONGMAO_PORT, ...); docs/reference/settings.md lists them.
    Stops cleanly on Ctrl-C or SIGTERM: running requests end, the log is closed, nothing acked is lost.
    """
    serve_until_stopped(Settings.read(), until_stdin_closes=until_stdin_closes)
