"""The way from events to credits on one snapshot: the steps as tables, the kernel between, the rows at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.rules import OrderFound
from hongmao.engines.attribution.asking import CREDITING, MEETING, STEPS, questions_of, reach_ms
from hongmao.engines.attribution.rows import CREDITS_SCHEMA, claimed_of, found_of, looked_of
from hongmao.engines.attribution.sharing import PAIRS_SCHEMA, rules_of, rules_table, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.attribution.asking import Question, Statement
    from hongmao.engines.attribution.rows import Row
    from hongmao.engines.session import Session


class Crediting:
    """One session's answers. Every definition sees the same events."""

    def __init__(self, session: Session, *, order_id: str | None = None) -> None:
        """Work on a session; with an order's id, for that order alone."""
        self._session = session
        self._order_id = order_id

    def credits(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute the credits of several definitions, in the one order they are always in."""
        tables = [self._of(question, group) for question, group in questions_of(definitions).items()]
        whole = pa.concat_tables(tables) if tables else CREDITS_SCHEMA.empty_table()
        # Each question's rows are in order, and a stable sort by definition keeps them so.
        return whole.take(
            pc.sort_indices(whole, sort_keys=[("definition_id", "ascending"), ("definition_version", "ascending")])
        )

    def orders(self, definitions: Sequence[AttributionDefinition]) -> list[OrderFound]:
        """Compute an order's credits by definition, with every touch and click id that was looked at."""
        return [
            found for question, group in questions_of(definitions).items() for found in self._explained(question, group)
        ]

    def _explained(self, question: Question, group: Sequence[AttributionDefinition]) -> list[OrderFound]:
        rows = self._of(question, group).to_pylist()
        looked = [looked_of(row) for row in self._asked(question, group, "looked", everything=True)]
        claims = [claimed_of(row) for row in self._asked(question, group, "claims")]
        return [
            OrderFound(
                definition=one,
                rows=[found_of(row) for row in rows if _names(row) == (one.id, one.version)],
                looked=looked,
                claims=claims,
            )
            for one in group
        ]

    def _asked(
        self, question: Question, group: Sequence[AttributionDefinition], final: str, *, everything: bool = False
    ) -> list[Row]:
        steps = MEETING if final == "looked" else ()
        asked = question.chained(steps, final, self._given(group, everything=everything))
        rows: list[Row] = self._table(asked).to_pylist()
        return rows

    def _of(self, question: Question, group: Sequence[AttributionDefinition]) -> Any:
        given = self._given(group)
        for name in STEPS:
            made = question.step(name, given)
            self._session.make(name, made.sql, made.parameters)
        rules = rules_of(group)
        pairs = self._table(question.chained(MEETING, "pairs", given)).cast(PAIRS_SCHEMA)
        self._session.give("credited", share(pairs, rules))
        self._session.give("rules", rules_table(rules))
        credited = self._table(question.chained(CREDITING, "credits", given))
        return credited.select(CREDITS_SCHEMA.names).cast(CREDITS_SCHEMA)

    def _table(self, asked: Statement) -> Any:
        return self._session.table(asked.sql, asked.parameters)

    def _given(self, group: Sequence[AttributionDefinition], *, everything: bool = False) -> dict[str, object]:
        return {"order_id": self._order_id, "reach_ms": reach_ms(group), "everything": everything}


def _names(row: Row) -> tuple[str, int]:
    return row["definition_id"], row["definition_version"]
