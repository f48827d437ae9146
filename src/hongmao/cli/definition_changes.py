"""`hongmao definitions plan | apply | revert`: what a change would do, and doing it. Both walk the same steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hongmao.bootstrap.desk import change_desk
from hongmao.bootstrap.settings import Settings
from hongmao.cli.definition_words import step_data, step_line
from hongmao.cli.main import lang_of_terminal
from hongmao.cli.options import DAY, JSON
from hongmao.definitions.api import read_draft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from hongmao.bootstrap.desk import OpenDesk
    from hongmao.definitions.api import DefinitionDesk, Done, Plan
    from hongmao.kernel.errors import Lang

_FILES = click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.toml...",
)
_FROM = click.option(
    "--from", "from_day", type=DAY, help="First day, Asia/Shanghai; written over the file's `effective`."
)
_WHO = click.option("--who", required=True, help="Who decides.")
_WHY = click.option("--why", required=True, help="Why, for whoever reads the history.")
_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
_RECOMPUTED: dict[Lang, tuple[str, str]] = {
    "zh": ("归因已重新计算", "服务进程将在数秒内重新计算归因"),
    "en": ("credits are computed anew", "the serving process computes credits anew within seconds"),
}


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="FILE.toml...")
@_FROM
@click.option(
    "--revert", "reverting", is_flag=True, help="The arguments are versions (ID.vN) that would be taken back."
)
@JSON
@_LANG
def plan(*, names: tuple[str, ...], from_day: datetime | None, reverting: bool, as_json: bool, lang: Lang) -> None:
    """Show what a change would do, before anything is touched: versions, credits to compute, figures that move, and how far."""
    with change_desk(Settings.read()) as opened:
        desk = opened.desk
        planned = desk.plan_revert(names) if reverting else _plan(desk, [Path(name) for name in names], from_day)
        _show(planned, None, as_json=as_json, lang=lang)


@click.command()
@_FILES
@_FROM
@_WHO
@_WHY
@JSON
@_LANG
def apply(*, files: tuple[Path, ...], from_day: datetime | None, who: str, why: str, as_json: bool, lang: Lang) -> None:
    """Put new versions in force from their day, several at once or none. It does what `plan` shows, and nothing else."""
    with change_desk(Settings.read()) as opened:
        _carry_out(opened, _plan(opened.desk, files, from_day), who=who, why=why, as_json=as_json, lang=lang)


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="ID.vN...")
@_WHO
@_WHY
@JSON
@_LANG
def revert(*, keys: tuple[str, ...], who: str, why: str, as_json: bool, lang: Lang) -> None:
    """Take applied versions back: definitions, credits and reports are then what they were, and the record keeps both acts."""
    with change_desk(Settings.read()) as opened:
        _carry_out(opened, opened.desk.plan_revert(keys), who=who, why=why, as_json=as_json, lang=lang)


def _plan(desk: DefinitionDesk, files: Sequence[Path], from_day: datetime | None) -> Plan:
    day: date | None = from_day.date() if from_day else None
    return desk.plan([read_draft(_text(path), file=str(path), from_day=day) for path in files])


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise click.UsageError(f"there is no file {path}") from None
    except UnicodeDecodeError as fault:
        raise click.UsageError(f"{path} is not UTF-8 at byte {fault.start}") from None


def _carry_out(opened: OpenDesk, planned: Plan, *, who: str, why: str, as_json: bool, lang: Lang) -> None:
    done = opened.desk.carry_out(planned, who=who, why=why)
    if done.recompute and opened.recompute is not None:
        opened.recompute()
    _show(planned, done, as_json=as_json, lang=lang)
    if done.recompute and not as_json:
        click.echo(_RECOMPUTED[lang][opened.recompute is None])


def _show(planned: Plan, done: Done | None, *, as_json: bool, lang: Lang) -> None:
    if as_json:
        told: dict[str, object] = {
            "act": planned.act,
            "done": done is not None,
            "steps": [*map(step_data, planned.steps)],
        }
        if done is not None:
            told["acts"] = [act.number for act in done.acts]
        click.echo(json.dumps(told, ensure_ascii=False, sort_keys=True))
        return
    for step in planned.steps:
        click.echo(step_line(step, lang))
