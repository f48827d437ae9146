"""From pairs to shares: what the kernel makes of joined touches and conversions, as tables that SQL can join again.

No engine is named here: DuckDB calls it with what a query gave, Spark with a batch of one bucket of readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from hongmao.attribution.journeys.contracts import NEVER_CLOSES, NOT_COUNTED, CreditRule
from hongmao.attribution.models import spec_of
from hongmao.kernel.time import DAY_MS, SECOND_MS, span_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hongmao.attribution.journeys.contracts import Int64, Lane, Spans
    from hongmao.attribution.models import ModelSpec
    from hongmao.definitions.contracts import AttributionDefinition

PAIRS_SCHEMA = pa.schema(
    [
        ("conversion", pa.string()),
        ("conversion_at_ms", pa.int64()),
        ("touch", pa.string()),
        ("touch_at_ms", pa.int64()),
        ("kind", pa.string()),
        ("organic", pa.bool_()),
    ]
)
"""One row per conversion and touch that may earn it, sorted by conversion, then as models read touches, oldest first."""
CREDITED_SCHEMA = pa.schema(
    [
        ("rule", pa.int64()),
        ("conversion", pa.string()),
        ("touch", pa.string()),
        ("touch_at_ms", pa.int64()),
        ("credit_millionths", pa.int64()),
        ("place", pa.int64()),
    ]
)
"""One row per rule, conversion and touch that got credit; `place` counts a conversion's from 1, the oldest first."""
RULES_SCHEMA = pa.schema(
    [
        ("rule", pa.int64()),
        ("ask", pa.int64()),
        ("with_refunds", pa.bool_()),
        ("definition_id", pa.string()),
        ("definition_version", pa.int64()),
        ("fingerprint", pa.string()),
        ("model", pa.string()),
        ("window_label", pa.string()),
        ("window_ms", pa.int64()),
        ("open_days", pa.int64()),
        ("mature_days", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A definition under one of its windows, and which question it asks."""

    number: int
    ask: int
    definition: AttributionDefinition
    window: str

    @property
    def spec(self) -> ModelSpec:
        """Give the model with its parameters."""
        return spec_of(self.definition.model, self.definition.parameters)

    def reach_ms(self, kind: str) -> int:
        """Say how long after a touch of a kind a conversion still belongs to it."""
        window_ms = span_ms(self.window)
        own = self.definition.kind_windows.get(kind)
        return window_ms if own is None else min(window_ms, span_ms(own))


def rules_of(groups: Iterable[Sequence[AttributionDefinition]]) -> list[Rule]:
    """List every window of every definition, question by question."""
    told = [(ask, one, window) for ask, group in enumerate(groups) for one in group for window in one.windows]
    return [
        Rule(number=number, ask=ask, definition=one, window=window) for number, (ask, one, window) in enumerate(told)
    ]


def rules_table(rules: Sequence[Rule]) -> Any:
    """Write rules as the table that the last queries join."""
    return pa.Table.from_pylist(
        [
            {
                "rule": one.number,
                "ask": one.ask,
                "with_refunds": one.definition.refunds == "inherit_touch",
                "definition_id": one.definition.id,
                "definition_version": one.definition.version,
                "fingerprint": one.definition.fingerprint,
                "model": one.definition.model,
                "window_label": one.window,
                "window_ms": span_ms(one.window),
                "open_days": -(-span_ms(one.window) // DAY_MS),
                "mature_days": one.definition.mature_days,
            }
            for one in rules
        ],
        schema=RULES_SCHEMA,
    )


def share(pairs: Any, rules: Sequence[Rule]) -> Any:
    """Share every conversion of `pairs` among its touches under every rule; an Arrow table of `CREDITED_SCHEMA`.

    Models read touches by second, so touches of one second have one age (ATTR-3); windows are judged to the millisecond.
    """
    parts = list(_parts(_Columns(pairs), rules))
    return pa.concat_tables(parts) if parts else CREDITED_SCHEMA.empty_table()


class _Columns:
    """Pairs as arrays: of conversion `n` they are `starts[n]:starts[n + 1]`."""

    def __init__(self, pairs: Any) -> None:
        self.conversion = pairs["conversion"].combine_chunks()
        self.touch = pairs["touch"].combine_chunks()
        kinds = pairs["kind"].combine_chunks().dictionary_encode()
        self.kinds = [str(kind) for kind in kinds.dictionary.to_pylist()]
        self.kind = kinds.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        self.organic = pairs["organic"].combine_chunks().to_numpy(zero_copy_only=False).astype(np.bool_)
        self.at_ms: Int64 = pairs["touch_at_ms"].to_numpy()
        self.conversion_at_ms: Int64 = pairs["conversion_at_ms"].to_numpy()
        codes = self.conversion.dictionary_encode()
        count = len(codes.dictionary)
        self.starts: Int64 = np.searchsorted(codes.indices.to_numpy(), np.arange(count + 1)).astype(np.int64)

    def joined(self, rules: Rule) -> tuple[Lane, Spans]:
        """Tell the kernel of the pairs as a rule sees them: an even code is a touch outside its window, an odd one inside."""
        from hongmao.attribution.journeys.api import joined  # noqa: PLC0415 - Numba takes a second, and few commands credit

        age_ms = self.conversion_at_ms - self.at_ms
        reach_ms = np.array([rules.reach_ms(kind) for kind in self.kinds], np.int64)
        inside = (age_ms >= 0) & (age_ms < reach_ms[self.kind])
        return joined(
            starts=self.starts,
            conversion_at_ms=self.conversion_at_ms[self.starts[:-1]],
            at_ms=self.at_ms // SECOND_MS * SECOND_MS,
            kind=(2 * self.kind + inside).astype(np.int16),
            organic=self.organic,
        )


def _parts(columns: _Columns, rules: Sequence[Rule]) -> Iterator[Any]:
    if columns.at_ms.size == 0:
        return
    from hongmao.attribution.journeys.api import blocks, credit  # noqa: PLC0415 - as above

    together: dict[tuple[int, ...], list[Rule]] = {}
    for rule in rules:
        together.setdefault(tuple(rule.reach_ms(kind) for kind in columns.kinds), []).append(rule)
    doubled = [kind for kind in columns.kinds for _ in range(2)]
    reach_ms = (NOT_COUNTED, NEVER_CLOSES) * len(columns.kinds)
    for alike in together.values():
        lane, spans = columns.joined(alike[0])
        asked = [CreditRule(spec=rule.spec, reach_ms=reach_ms) for rule in alike]
        for start, stop in blocks(spans):
            told = credit(lane, spans.part(start, stop), asked, kinds=doubled)
            for rule, millionths in zip(alike, told.millionths, strict=True):
                got = np.flatnonzero(millionths)
                yield _table(columns, rule.number, told.conversion[got], told.touch[got], millionths[got])


def _table(columns: _Columns, rule: int, conversion: Int64, touch: Int64, millionths: Any) -> Any:
    """Write who got credit; pairs are in order, so a conversion's stand side by side."""
    first = np.flatnonzero(np.r_[True, conversion[1:] != conversion[:-1]]) if conversion.size else conversion
    counts = np.diff(np.r_[first, conversion.size])
    places = pa.array(touch)
    return pa.table(
        [
            pa.array(np.full(touch.size, rule, np.int64)),
            columns.conversion.take(places),
            columns.touch.take(places),
            pa.array(columns.at_ms[touch]),
            pa.array(millionths.astype(np.int64)),
            pa.array(np.arange(touch.size, dtype=np.int64) - np.repeat(first, counts) + 1),
        ],
        schema=CREDITED_SCHEMA,
    )
