"""`hongmao definitions`: which 统计口径 there are, what each says, and the fingerprint by which reports name it."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.cli.main import lang_of_terminal
from hongmao.definitions.api import MetricDefinition, load_registry

if TYPE_CHECKING:
    from datetime import datetime

    from hongmao.definitions.api import AnyDefinition
    from hongmao.kernel.errors import Lang

_NAME = re.compile(r"^(?P<id>[a-z][a-z0-9_]*)(?:\.v(?P<version>\d+))?$")


@click.group()
def definitions() -> None:
    """统计口径: every metric and attribution model as a dated file."""


@definitions.command("list")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Only what is in force on this day (Asia/Shanghai).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the names.")
def list_definitions(*, on: datetime | None, as_json: bool, lang: Lang) -> None:
    """List every version, or what is in force on a day: id, version, first day, fingerprint, name."""
    registry = load_registry()
    found = registry.all() if on is None else registry.in_force(on.date())
    if as_json:
        click.echo(json.dumps([_facts(one) for one in found], ensure_ascii=False, sort_keys=True))
        return
    for one in found:
        click.echo(f"{one.key:<28}{one.effective.isoformat():<12}{one.fingerprint:<18}{getattr(one.name, lang)}")


@definitions.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the prose.")
def show(*, name: str, as_json: bool, lang: Lang) -> None:
    """Show one definition in full: ID for its latest version, ID.vN for a certain one."""
    found = _NAME.match(name)
    if found is None:
        raise click.UsageError(f"{name!r} is no definition's name; write cpuv or cpuv.v1")
    one = load_registry().get(found["id"], int(found["version"]) if found["version"] else None)
    if as_json:
        click.echo(json.dumps(_facts(one), ensure_ascii=False, sort_keys=True))
        return
    click.echo(f"{one.key}  {getattr(one.name, lang)}  {one.fingerprint}")
    click.echo(getattr(one.counted, lang))
    for key, value in sorted(_facts(one).items()):
        if key not in {"id", "version", "name", "counted", "fingerprint"}:
            click.echo(f"  {key:<20}{_plain(value)}")


def _facts(one: AnyDefinition) -> dict[str, object]:
    facts: dict[str, object] = msgspec.to_builtins(one, str_keys=True)
    sort = "metric" if isinstance(one, MetricDefinition) else "attribution"
    return {**facts, "sort": sort, "fingerprint": one.fingerprint}


def _plain(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} = {_plain(inner)}" for key, inner in value.items())
        case list() | tuple():
            return " ".join(map(str, value)) or "—"
        case date():
            return value.isoformat()
        case _:
            return str(value)
