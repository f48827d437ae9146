"""Where a key of a file stands, rules counted from 0: the standard library parses TOML but forgets the lines."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<path>[\w.\-\"']+)\s*\]")
_KEY = re.compile(r"^(?P<key>[\w\-\"']+)\s*=")


def line_of(text: str, path: tuple[str, ...]) -> int:
    r"""Give the 1-based line of a key such as `("rule", "1", "any")`, or of its nearest parent; 1 if nothing is found.

    >>> line_of('id = "x"\n[[rule]]\nid = "a"\n[[rule]]\nid = "b"', ("rule", "1", "id"))
    5
    """
    places = _places(text)
    found = (places.get(path[:depth]) for depth in range(len(path), 0, -1))
    return next((line for line in found if line is not None), 1)


def _places(text: str) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    counted: dict[str, int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            name = header["path"].strip("\"'")
            table = (name,)
            if header["open"] == "[[":
                table = (name, str(counted.get(name, 0)))
                counted[name] = counted.get(name, 0) + 1
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            places.setdefault((*table, key["key"].strip("\"'")), number)
    return places
