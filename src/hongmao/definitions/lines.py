"""Where a key stands in a TOML text: the standard library parses TOML but forgets the lines."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*\[\[?\s*(?P<path>[\w.\-\"' ]+?)\s*\]?\]\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*(?P<path>[\w\-\"']+(?:\s*\.\s*[\w\-\"']+)*)\s*=")


def line_of(text: str, path: tuple[str, ...]) -> int:
    r"""Give the 1-based line of a key such as `("ratio", "rollup")`, or of its nearest parent; 1 if nothing is found.

    A scan by lines, which is exact for the flat files we write; a key inside an inline table is placed at its table.

    >>> line_of('id = "x"\n[ratio]\nper = 0', ("ratio", "per"))
    3
    """
    found = _places(text)
    for depth in range(len(path), 0, -1):
        if (line := found.get(path[:depth])) is not None:
            return line
    return 1


def _places(text: str) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _parts(header["path"])
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            places.setdefault(table + _parts(key["path"]), number)
    return places


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
