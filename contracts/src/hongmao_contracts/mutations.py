"""Takes a body apart to its single values and puts it together again with one of them changed.

A value that is itself JSON in a text, as some gateways nest their lists, is taken apart as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hongmao_contracts.changes import places

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = Any
Path = tuple[str | int, ...]
LIST_WHOLE_MAX: Final = 12
LIST_SAMPLED: Final = 4
"""Of a longer list so many items are tried, the first and the last among them: a page repeats itself."""
_INSIDE: Final = -1
"""The step from a text into the JSON that it holds."""
_HOUR_S: Final = 3_600
_SECONDS_DIGITS: Final = 10
_MS_DIGITS: Final = 13
_LOCAL_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d[ T])(\d\d)(:\d\d.*)")
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?")


class _Missing:
    """Stands where a key is taken away."""


MISSING: Final = _Missing()
ODD: Final[tuple[tuple[str, Json], ...]] = (
    ("missing", MISSING),
    ("null", None),
    ("empty", ""),
    ("a text", "unknown_state"),
    ("an unknown number", 987_654),
    ("below zero", -1),
    ("below zero as text", "-0.01"),
    ("huge", 10**30),
    ("huge as text", "9" * 40),
    ("a fraction", 1.5),
    ("true", True),
    ("a list", [1]),
    ("an object", {"a": 1}),
    ("a macro", "__CLICK_ID__"),
    ("another macro", "{click_id}"),
    ("no device", "0" * 32),
    ("the md5 of nothing", "d41d8cd98f00b204e9800998ecf8427e"),
    ("digits of another script", "\u0661\u0662"),
    ("a control character", "a\x00b"),
    ("half a character", "\ud800"),
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a body: where it stands, and what it is."""

    path: Path
    value: Json

    @property
    def name(self) -> str:
        """Write the place as people do."""
        return ".".join(str(step) for step in self.path if step != _INSIDE)


class Body:
    """A JSON body that can be written again with one value changed."""

    def __init__(self, raw: bytes) -> None:
        """Take a body apart; raises ValueError where it is no JSON."""
        self._tree: Json = json.loads(raw)

    def leaves(self, *, sampled: bool = False) -> list[Leaf]:
        """List the single values, in the order they stand; `sampled` takes some items of a long list for all."""
        return [Leaf(path, value) for path, value in _walk(self._tree, (), sampled=sampled)]

    def nodes(self) -> list[Leaf]:
        """List the objects and lists, the whole first; of a long list some items."""
        return [Leaf(path, value) for path, value in _containers(self._tree, ())]

    def changed(self, path: Path, value: Json) -> bytes:
        """Write the body with another value at a place."""
        return _dump(_with(self._tree, path, value)).encode()


def odd_bodies(body: Body) -> Iterator[tuple[str, bytes]]:
    """Give every body that has one odd value, and say where."""
    for leaf in body.leaves(sampled=True):
        for what, value in ODD:
            if value is MISSING and not leaf.path:
                continue
            yield f"{leaf.name or 'the whole'} {what}", body.changed(leaf.path, value)
    for node in body.nodes():
        for what, value in (("missing", MISSING), ("null", None), ("a text", "x"), ("a list", []), ("an object", {})):
            if value is not MISSING or (node.path and node.path[-1] != _INSIDE):
                yield f"{node.name or 'the whole'} {what}", body.changed(node.path, value)


def later(value: Json) -> Json | None:
    """Move a value that may be a time by an hour, and a whole number by one; None for what is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value + _step(str(value))
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return str(int(value) + _step(value))
    if isinstance(value, str) and (time := _LOCAL_TIME.fullmatch(value)):
        hour = int(time[2])
        return f"{time[1]}{hour + 1:02d}{time[3]}" if hour < 23 else None  # noqa: PLR2004 - the last hour of a day
    return None


def plus(value: Json, by: Decimal) -> Json | None:
    """Add to a value that may be an amount, in the type it has; None for what is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        total = Decimal(str(value)) + by
        return int(total) if isinstance(value, int) and total == int(total) else float(total)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return str(Decimal(value) + by)
    return None


def _step(digits: str) -> int:
    if len(digits) == _MS_DIGITS:
        return _HOUR_S * 1_000
    return _HOUR_S if len(digits) == _SECONDS_DIGITS else 1


def _walk(node: Json, path: Path, *, sampled: bool) -> Iterator[tuple[Path, Json]]:
    inner = _inner(node)
    if inner is not None:
        yield from _walk(inner, (*path, _INSIDE), sampled=sampled)
    elif isinstance(node, dict | list):
        for key, value in _items(node, sampled=sampled):
            yield from _walk(value, (*path, key), sampled=sampled)
    else:
        yield path, node


def _containers(node: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    inner = _inner(node)
    if inner is not None:
        yield from _containers(inner, (*path, _INSIDE))
    elif isinstance(node, dict | list):
        yield path, node
        for key, value in _items(node, sampled=True):
            yield from _containers(value, (*path, key))


def _items(node: Json, *, sampled: bool) -> list[tuple[str | int, Json]]:
    if isinstance(node, dict):
        return list(node.items())
    some = places(len(node), LIST_SAMPLED) if sampled and len(node) > LIST_WHOLE_MAX else range(len(node))
    return [(at, node[at]) for at in some]


def _inner(node: Json) -> Json | None:
    if not isinstance(node, str) or node[:1] not in ("{", "["):
        return None
    try:
        return json.loads(node)
    except ValueError:
        return None


def _with(node: Json, path: Path, value: Json) -> Json:
    if not path:
        return value
    step, *rest = path
    if step == _INSIDE:
        return _dump(_with(json.loads(node), tuple(rest), value))
    changed: Any = dict(node) if isinstance(node, dict) else list(node)
    if not rest and value is MISSING:
        del changed[step]
        return changed
    changed[step] = _with(node[step], tuple(rest), value)
    return changed


def _dump(value: Json) -> str:
    # Escaped, so that half a character can be written at all.
    return json.dumps(value, separators=(",", ":"))
