"""The way from events to credits on one snapshot: the steps as tables, the kernel between, the rows at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from hongmao.attribution.rules import OrderFound
from hongmao.engines.attribution import asking
from hongmao.engines.attribution.rows import CREDITS_SCHEMA, claimed_of, found_of, looked_of
from hongmao.engines.attribution.sharing import CREDITED_SCHEMA, PAIRS_SCHEMA, rules_of, rules_table, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.attribution.asking import Statement
    from hongmao.engines.attribution.rows import Row


class Steps(Protocol):
    """Work in several steps over one snapshot, on whichever engine."""

    def make(self, name: str, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Keep the rows of a select under a name."""
        ...

    def give(self, name: str, table: Any) -> None:
        """Keep an Arrow table under a name."""
        ...

    def table(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """Ask one select, as an Arrow table."""
        ...


class Crediting:
    """One session's answers. Every definition sees the same events."""

    def __init__(self, steps: Steps, *, order_id: str | None = None) -> None:
        """Work on a session; with an order's id, for that order alone."""
        self._steps = steps
        self._order_id = order_id

    def credits(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute the credits of several definitions, in the one order they are always in."""
        if not definitions:
            return CREDITS_SCHEMA.empty_table()
        groups = asking.questions_of(definitions)
        self._read(list(groups))
        rules = rules_of(groups.values())
        credited: list[Any] = [CREDITED_SCHEMA.empty_table()]
        for ask, (question, group) in enumerate(groups.items()):
            pairs = self._table(question.meeting("pairs", self._given(ask, group))).cast(PAIRS_SCHEMA)
            credited.append(share(pairs, [rule for rule in rules if rule.ask == ask]))
        self._steps.give("credited", pa.concat_tables(credited))
        self._steps.give("rules", rules_table(rules))
        told = self._table(asking.chained(asking.CREDITING, "credits", self._given()))
        return told.select(CREDITS_SCHEMA.names).cast(CREDITS_SCHEMA)

    def orders(self, definitions: Sequence[AttributionDefinition]) -> list[OrderFound]:
        """Compute an order's credits by definition, with every touch and click id that was looked at."""
        rows: list[Row] = self.credits(definitions).to_pylist()
        found: list[OrderFound] = []
        for ask, (question, group) in enumerate(asking.questions_of(definitions).items()):
            given = self._given(ask, group) | {"everything": True}
            looked = [looked_of(row) for row in self._table(question.meeting("looked", given)).to_pylist()]
            claims = [claimed_of(row) for row in self._table(asking.chained((), "claims", given)).to_pylist()]
            found += [
                OrderFound(
                    definition=one,
                    rows=[found_of(row) for row in rows if _names(row) == (one.id, one.version)],
                    looked=looked,
                    claims=claims,
                )
                for one in group
            ]
        return found

    def _read(self, questions: Sequence[asking.Question]) -> None:
        """Make the tables that all questions stand on."""
        self._steps.give("asks", asking.asks_table(questions))
        self._steps.give("ask_conversions", asking.ask_conversions_table(questions))
        for name in asking.STEPS:
            made = asking.step(name, questions, self._given())
            self._steps.make(name, made.sql, made.parameters)

    def _table(self, asked: Statement) -> Any:
        return self._steps.table(asked.sql, asked.parameters)

    def _given(self, ask: int | None = None, group: Sequence[AttributionDefinition] = ()) -> dict[str, object]:
        reach_ms = asking.reach_ms(group)
        return {"order_id": self._order_id, "ask": ask, "reach_ms": reach_ms, "everything": False}


def _names(row: Row) -> tuple[str, int]:
    return row["definition_id"], row["definition_version"]
