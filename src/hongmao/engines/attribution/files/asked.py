"""What is asked of a bucket and what it gives: rules and their columns, rows as a schema, totals that add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.files.contracts import By, Rule, TimeKind

CONVERSIONS_SCHEMA: Final = pa.schema(
    [("row", pa.int64()), ("reader", pa.int64()), ("at_ms", pa.int64()), ("id", pa.string()), ("value_fen", pa.int64())]
)  # fmt: skip
"""By row. `at_ms` is null where neither the row nor a touch says when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is wanted of a bucket."""

    rules: tuple[Rule, ...]
    by: By
    time_kind: TimeKind
    organic: tuple[str, ...]
    with_value: bool
    with_rows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What one key (or day) got from one rule so far; sums of buckets add up."""

    picos: int = 0
    fen: int = 0
    known: bool = False
    """Whether any of it had a value."""
    unknown: bool = False
    """Whether any of it had none."""

    def __add__(self, other: Sum) -> Sum:
        """Add two sums."""
        return Sum(
            picos=self.picos + other.picos,
            fen=self.fen + other.fen,
            known=self.known or other.known,
            unknown=self.unknown or other.unknown,
        )


Totals = dict[tuple[int, str | None], Sum]
"""By number of the rule, and key or day; None is what no touch earned."""


def merge(into: Totals, more: Totals) -> None:
    """Add a bucket's totals to others, in place."""
    for place, one in more.items():
        into[place] = into[place] + one if place in into else one


def window_groups(rules: Sequence[Rule]) -> list[tuple[int, ...]]:
    """Put together the rules that look equally far back: they share rows. Rules are named by their places."""
    groups: dict[tuple[int | None, tuple[tuple[str, int], ...]], list[int]] = {}
    for place, rule in enumerate(rules):
        groups.setdefault((rule.length_ms, tuple(sorted(rule.kind_windows_ms.items()))), []).append(place)
    return [tuple(places) for places in groups.values()]


def column_of(rule: Rule) -> str:
    """Name a rule apart from its window, which stands in the row."""
    return rule.label.removesuffix(f"/{rule.window}")


def credits_schema(asked: Asked) -> Any:
    """Say what columns credits have: a row per window, conversion and touch inside it, a column per model.

    A conversion that nobody earned has a row without a touch. Under a model that is not asked for in a row's window its
    columns are null.
    """
    label = pa.dictionary(pa.int32(), pa.string())
    fields = [
        ("window", label), ("conversion_row", pa.int64()), ("conversion_id", pa.string()), ("touch_row", pa.int64()),
        ("touch_at_ms", pa.int64()), ("key", label), ("reason", label),
    ]  # fmt: skip
    for column in dict.fromkeys(column_of(rule) for rule in asked.rules):
        fields.append((f"credit:{column}", pa.int32()))
        if asked.with_value:
            fields.append((f"fen:{column}", pa.int64()))
    return pa.schema(fields)
