"""The flags of `hongmao paths` that say which column of a file of paths is what. Each overrides the same map entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hongmao.attribution.api import PathMap

# Option -> (part of the map, entry, choices, help)
FLAGS: dict[str, tuple[str, str, tuple[str, ...] | None, str]] = {
    "--path-column": ("paths", "path", None, "The touches of a path, in order. Default: path."),
    "--conversions-column": ("paths", "conversions", None, "How often it converted. Default: total_conversions."),
    "--value-column": ("paths", "value", None, "What that was worth. Default: total_conversion_value."),
    "--nulls-column": ("paths", "nulls", None, "How often it did not. Default: total_null."),
    "--separator": ("paths", "separator", None, "What stands between two touches. Default: >."),
    "--unit": ("paths", "unit", ("yuan", "fen", "other"), "Unit of the value. Default: yuan."),
}


def path_map_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the flags to a command, in the order they are listed."""
    for flag, (_, _, choices, text) in reversed(FLAGS.items()):
        command = click.option(flag, type=click.Choice(choices) if choices else str, help=text)(command)
    return command


def overridden_paths(path_map: PathMap, given: Mapping[str, object]) -> PathMap:
    """Put what the flags say over what the map says; a value that cannot stand in a map is a usage error."""
    whole: dict[str, dict[str, object]] = msgspec.to_builtins(path_map)
    for flag, (part, entry, _, _) in FLAGS.items():
        if value := given[parameter(flag)]:
            whole.setdefault(part, {})[entry] = value
    if organic := given.get("organic"):
        whole.setdefault("paths", {})["organic"] = [name.strip() for name in str(organic).split(",")]
    for entry in ("encoding", "delimiter"):
        if value := given[entry]:
            whole.setdefault("format", {})[entry] = "\t" if value == "tab" else value
    try:
        return msgspec.convert(whole, type(path_map))
    except msgspec.ValidationError as fault:
        raise click.UsageError(str(fault)) from None


def used(flags: Iterable[str], given: Mapping[str, object]) -> list[str]:
    """List the flags that were used."""
    return [flag for flag in flags if given[parameter(flag)]]


def parameter(flag: str) -> str:
    """Name a flag as a function's argument."""
    return flag.removeprefix("--").replace("-", "_")
