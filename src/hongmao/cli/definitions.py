"""`hongmao definitions`: which 统计口径 there are, what each says, what has changed, and how to change one."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import click

from hongmao.bootstrap.desk import read_desk
from hongmao.bootstrap.settings import Settings
from hongmao.cli.definition_changes import apply, plan, revert
from hongmao.cli.definition_words import STATES, change_data, change_lines, field_lines, record_data
from hongmao.cli.main import lang_of_terminal
from hongmao.cli.options import DAY
from hongmao.definitions.api import State
from hongmao.kernel.time import iso

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hongmao.definitions.api import AnyDefinition, DefinitionDesk, VersionRecord
    from hongmao.kernel.errors import Lang

_NAME = re.compile(r"^(?P<id>[a-z][a-z0-9_]*)(?:\.v(?P<version>\d+))?$")
_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
_BESIDE = {"id", "version", "name", "counted", "fingerprint", "key", "state", "decided", "reverted", "changes"}


@click.group()
def definitions() -> None:
    """统计口径: every metric and attribution model as a dated file; plan, apply and take back a change."""


@definitions.command("list")
@click.option("--on", type=DAY, help="Only what is in force on this day (Asia/Shanghai).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@_LANG
def list_definitions(*, on: datetime | None, as_json: bool, lang: Lang) -> None:
    """List every version, or what is in force on a day: id, version, first day, fingerprint, state, name."""
    with read_desk(Settings.read()) as desk:
        found = desk.versions(on=on.date() if on else None)
    if on is not None:
        found = tuple(one for one in found if one.state is State.IN_FORCE)
    if as_json:
        click.echo(_json([record_data(one) for one in found]))
        return
    for one in found:
        state = STATES[lang][one.state]
        named = f"{one.key:<34}{one.from_day.isoformat():<12}{one.definition.fingerprint:<18}"
        click.echo(f"{named}{state:<12}{getattr(one.definition.name, lang)}")


@definitions.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_LANG
def show(*, name: str, as_json: bool, lang: Lang) -> None:
    """Show one definition in full: ID for its latest version, ID.vN for a certain one."""
    with read_desk(Settings.read()) as desk:
        one = _found(desk, name)
        record = next(
            told for told in reversed(desk.history(one.id)) if told.key == one.key and told.state is not State.REVERTED
        )
    facts = record_data(record)
    if as_json:
        click.echo(_json(facts))
        return
    click.echo(f"{one.key}  {getattr(one.name, lang)}  {one.fingerprint}  {STATES[lang][record.state]}")
    click.echo(getattr(one.counted, lang))
    for key, value in sorted(facts.items()):
        if key not in _BESIDE:
            click.echo(f"  {key:<20}{_plain(value)}")
    for line in _decided(record):
        click.echo(f"  {line}")


@definitions.command()
@click.argument("definition_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@_LANG
def history(*, definition_id: str, as_json: bool, lang: Lang) -> None:
    """Tell every version of an id, oldest first: since when, until when, who, why, and what it says otherwise."""
    with read_desk(Settings.read()) as desk:
        told = desk.history(definition_id)
    if as_json:
        click.echo(_json([record_data(one) for one in told]))
        return
    for one in told:
        until = one.to_day.isoformat() if one.to_day else "…"
        click.echo(f"{one.key}  {one.from_day} – {until}  {STATES[lang][one.state]}  {one.definition.fingerprint}")
        for line in (*_decided(one), *field_lines(one.changes)):
            click.echo(f"  {line}")


@definitions.command()
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--from", "from_day", type=DAY, help="What was in force on this day ...")
@click.option("--to", "to_day", type=DAY, help="... against what is in force on this one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_LANG
def diff(
    *,
    before: str | None,
    after: str | None,
    from_day: datetime | None,
    to_day: datetime | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Tell what differs between two versions (ID.v1 ID.v2), or between what is in force on two days.

    Meaning is told apart from prose (~), and the figures that follow a change are named.
    """
    with read_desk(Settings.read()) as desk:
        if from_day is not None and to_day is not None and before is None:
            changes = desk.difference_of_days(from_day.date(), to_day.date())
        elif before is not None and after is not None and from_day is None and to_day is None:
            changes = desk.difference(*_pair(desk, before, after))
        else:
            raise click.UsageError("name two versions (ID.v1 ID.v2), or two days (--from DAY --to DAY)")
    if as_json:
        click.echo(_json({"changed": [change_data(one) for one in changes]}))
        return
    for line in change_lines(changes, lang):
        click.echo(line)


definitions.add_command(plan)
definitions.add_command(apply)
definitions.add_command(revert)


def _pair(desk: DefinitionDesk, before: str, after: str) -> tuple[AnyDefinition, AnyDefinition]:
    old, new = _found(desk, before), _found(desk, after)
    if old.id != new.id:
        raise click.UsageError(f"{old.key} and {new.key} are versions of different ids; compare two versions of one")
    return old, new


def _found(desk: DefinitionDesk, name: str) -> AnyDefinition:
    found = _NAME.match(name)
    if found is None:
        raise click.UsageError(f"{name!r} is no definition's name; write cpuv or cpuv.v1")
    return desk.registry.get(found["id"], int(found["version"]) if found["version"] else None)


def _decided(record: VersionRecord) -> Iterator[str]:
    if record.who is not None and record.at_ms is not None:
        yield f"+ {iso(record.at_ms)} {record.who}: {record.why}"
    if (back := record.reverted_by) is not None:
        yield f"- {iso(back.at_ms)} {back.who}: {back.why}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} = {_plain(inner)}" for key, inner in value.items()) or "—"
        case list() | tuple():
            return " ".join(map(str, value)) or "—"
        case date():
            return value.isoformat()
        case None:
            return "—"
        case _:
            return str(value)
