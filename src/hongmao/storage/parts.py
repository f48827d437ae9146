"""Long lists in statements: a database takes so many names in one, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")

KEYS_PER_QUERY: Final = 500
"""SQLite takes 32,766 parameters, PostgreSQL 65,535 and its planner far fewer; the widest row that is named so has five."""


def in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list to what one statement may name.

    >>> [len(part) for part in in_parts(range(1_001))]
    [500, 500, 1]
    """
    return (values[start : start + KEYS_PER_QUERY] for start in range(0, len(values), KEYS_PER_QUERY))
