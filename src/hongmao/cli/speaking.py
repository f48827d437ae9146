"""How commands on anybody's files speak: an expected error as a sentence, progress as one bar, a table as columns."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hongmao.cli.main import EXIT_USAGE, exit_code
from hongmao.kernel.errors import HongmaoError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hongmao.kernel.errors import Lang


@contextmanager
def spoken(lang: Lang) -> Iterator[None]:
    """Say an expected error in the language asked for and leave with its code."""
    try:
        yield
    except HongmaoError as error:
        click.echo(error.message(lang), err=True)
        if error.hint(lang):
            click.echo(error.hint(lang), err=True)
        # What is named on the command line and does not exist is a slip of the command, as a wrong column is.
        sys.exit(EXIT_USAGE if isinstance(error, NotFound) else exit_code(error))


@contextmanager
def progress_bar(*, shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Draw one bar on standard error; nothing at all where nobody looks at it."""
    if not shown:
        yield lambda stage, done, total: None  # noqa: ARG005 - the port's names
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)


def names_of(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Split names at commas; a comma inside brackets belongs to its name, as in `custom:max(1, position)`."""
    names, depth = [""], 0
    for letter in text or "":
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth <= 0:
            names.append("")
        else:
            names[-1] += letter
    return tuple(name.strip() for name in names if name.strip())


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numeric_from: int) -> None:
    """Print a table as columns of equal width, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = [
            cell.ljust(width) if place < numeric_from else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
