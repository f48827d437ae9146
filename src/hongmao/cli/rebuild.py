"""`hongmao rebuild`: everything derived, made again from the log and the definitions."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.progress import Progress

from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
def rebuild(*, as_json: bool) -> None:
    """Throw away lake, credits and read models and make them again; charges that are missing are posted once.

    Reports before and after are equal byte for byte. The platform must not be serving from the same home meanwhile.
    """
    with open_house(Settings.read()) as house, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading the log", total=house.services.log.end())
        credits_task = progress.add_task("Crediting", total=None)
        done = house.rebuild(
            progress=lambda offset: progress.update(task, completed=offset),
            crediting=lambda made, of: progress.update(credits_task, completed=made, total=of),
        )
    if as_json:
        click.echo(json.dumps(done, sort_keys=True))
    else:
        for name, count in done.items():
            click.echo(f"{name:<12}{count:>12}")
