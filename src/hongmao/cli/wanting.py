"""Which events a command is about, asked for in the same words everywhere: days, kinds, columns."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from hongmao.cli.options import DAY
from hongmao.engines.lake.columns import COLUMNS
from hongmao.engines.lake.exporting import SUFFIXES
from hongmao.engines.lake.replay import Wanted
from hongmao.events.api import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

P = ParamSpec("P")
R = TypeVar("R")


def wanted_options(command: Callable[..., R]) -> Callable[..., R]:
    """Ask a command for `--from`, `--to`, `--kind` and `--columns`, and hand it a `Wanted` for them."""

    @wraps(command)
    def asked(
        *,
        from_day: datetime | None,
        to_day: datetime | None,
        kinds: tuple[str, ...],
        columns: tuple[str, ...],
        **others: object,
    ) -> R:
        first, last = _day(from_day, ""), _day(to_day, "9999-12-31")
        if last < first:
            raise click.BadParameter("--to is before --from")
        wanted = Wanted(first_day=first, last_day=last, kinds=frozenset(kinds), columns=columns)
        return command(wanted=wanted, **others)

    for option in (
        click.option("--columns", callback=_columns, metavar="NAMES", help="Columns, by comma, in that order [all]."),
        click.option(
            "--kind",
            "kinds",
            type=click.Choice([kind.value for kind in Kind]),
            multiple=True,
            metavar="KIND",
            help="A kind of event, such as component_click; may be given several times [all].",
        ),
        click.option("--to", "to_day", type=DAY, default=None, help="Last day, inclusive [the lake's last]."),
        click.option("--from", "from_day", type=DAY, default=None, help="First day, Asia/Shanghai [the lake's first]."),
    ):
        asked = option(asked)
    return asked


def out_of(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:  # noqa: ARG001 - click's signature
    """Take a file whose kind can be told by its name, in a folder that is there."""
    if path is not None and path.suffix.lower() not in SUFFIXES:
        raise click.BadParameter(f"{path.name} ends with none of {', '.join(SUFFIXES)}")
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    return path


def _columns(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:  # noqa: ARG001 - the same
    if value is None:
        return COLUMNS
    names = tuple(dict.fromkeys(name for part in value.split(",") if (name := part.strip())))
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or not names:
        what = f"no column is called {unknown[0]}" if unknown else "no column is named"
        raise click.BadParameter(f"{what}; there are {', '.join(COLUMNS)}")
    return names


def _day(day: datetime | None, otherwise: str) -> str:
    return otherwise if day is None else day.date().isoformat()
