"""The flags of `hongmao attribute` that say which column is what. Each overrides the same entry of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.attribution.api import ColumnMap

# Option -> (part of the map, entry, choices, help)
FLAGS: dict[str, tuple[str, str, tuple[str, ...] | None, str]] = {
    "--touch-reader": ("touches", "reader", None, "Who touched; several columns by comma."),
    "--touch-time": ("touches", "time", None, "When."),
    "--touch-key": ("touches", "key", None, "What the credit goes to: campaign, channel, note."),
    "--touch-id": ("touches", "id", None, "What counts once."),
    "--touch-order": ("touches", "order", None, "Which of two touches of one instant came later."),
    "--touch-kind": ("touches", "kind", None, "What sort of touch it was."),
    "--organic": ("touches", "organic", None, "Keys that nobody paid for, by comma."),
    "--touch-where": ("touches", "where", None, "COLUMN=VALUE that a row must have; repeatable."),
    "--conversion-reader": ("conversions", "reader", None, "Who converted; several columns by comma."),
    "--conversion-time": ("conversions", "time", None, "When."),
    "--conversion-id": ("conversions", "id", None, "What counts once."),
    "--conversion-value": ("conversions", "value", None, "What it was worth."),
    "--conversion-where": ("conversions", "where", None, "COLUMN=VALUE that a row must have; repeatable."),
    "--value-unit": ("conversions", "value_unit", ("yuan", "fen"), "Unit of the value."),
    "--missing-time": ("conversions", "missing_time", ("refuse", "last_touch"), "What a conversion without a time is."),
    "--time-unit": ("time", "unit", ("auto", "s", "ms", "us", "iso"), "How times are written."),
    "--time-kind": ("time", "kind", ("auto", "epoch", "relative"), "Real instants, or counted from an unknown start."),
    "--time-zone": ("time", "zone", None, "Zone of times that name none, such as +08:00."),
    "--encoding": ("format", "encoding", ("utf-8", "gb18030"), "Encoding of text files."),
    "--delimiter": ("format", "delimiter", ("auto", ",", "tab", ";", "|"), "Delimiter of text files."),
}


def map_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the flags to a command, in the order they are listed."""
    for flag, (_, entry, choices, text) in reversed(FLAGS.items()):
        command = click.option(
            flag, type=click.Choice(choices) if choices else str, multiple=entry == "where", help=text
        )(command)
    return command


def overridden(column_map: ColumnMap, given: Mapping[str, object]) -> ColumnMap:
    """Put what the flags say over what the map says; a value that cannot stand in a map is a usage error."""
    whole: dict[str, dict[str, object]] = msgspec.to_builtins(column_map)
    for flag, (part, entry, _, _) in FLAGS.items():
        value = given[flag.removeprefix("--").replace("-", "_")]
        if value:
            whole.setdefault(part, {})[entry] = _entry(flag, entry, value)
    try:
        return msgspec.convert(whole, type(column_map))
    except msgspec.ValidationError as fault:
        raise click.UsageError(str(fault)) from None


def _entry(flag: str, entry: str, value: object) -> object:
    match entry, value:
        case "where", tuple() as conditions:
            pairs = [str(condition).partition("=") for condition in conditions]
            if not all(equals for _, equals, _ in pairs):
                raise click.UsageError(f"{flag} takes COLUMN=VALUE")
            columns = dict.fromkeys(column for column, _, _ in pairs)
            return {column: [text for name, _, text in pairs if name == column] for column in columns}
        case "organic", str():
            return [key.strip() for key in value.split(",")]
        case "reader", str() if "," in value:
            return [column.strip() for column in value.split(",")]
        case "delimiter", "tab":
            return "\t"
        case _:
            return value
