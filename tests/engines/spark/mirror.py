"""Tables that ask two engines everything and hold their answers against each other, row by row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.spark.tables import Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from attribution.stage import Stage
    from hongmao.engines.spark.session import Spark

Rows = list[dict[str, Any]]


class Mirror:
    """`Tables` that answers as DuckDB does, having made sure that Spark does too."""

    def __init__(self, stage: Stage, spark: Spark) -> None:
        """Show the same events to both."""
        self._stage = stage
        session = spark.session.newSession()
        self._steps = Steps(session, Manifest(), 0)
        self._steps.give("events", stage.events)
        self.asked: list[str] = []
        """The questions that both have answered alike."""

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> Rows:
        """Ask both, and compare as bags of rows: a SELECT without an order has none."""
        answer = self._stage.rows(sql, params)
        self._compare(sql, answer, self._steps.table(sql, params).to_pylist())
        return answer

    def work(self, job: Callable[[Any], Any]) -> Any:
        """Let a job take its steps on both."""
        return self._stage.work(lambda session: job(_MirrorSteps(session, self._steps, self._compare)))

    def _compare(self, sql: str, one: Rows, other: Rows) -> None:
        assert _bag(one) == _bag(other)
        self.asked.append(sql)


class _MirrorSteps:
    """A session that does everything twice and looks at what every step made."""

    def __init__(self, duck: Any, spark: Steps, compare: Callable[[str, Rows, Rows], None]) -> None:
        self._duck, self._spark, self._compare = duck, spark, compare

    def __getattr__(self, name: str) -> Any:
        return getattr(self._duck, name)

    def make(self, name: str, sql: str, params: Mapping[str, object] | None = None) -> None:
        self._duck.make(name, sql, params)
        self._spark.make(name, sql, params)
        every = f'select * from "{name}"'  # noqa: S608 - our own names
        self._compare(sql, self._duck.table(every).to_pylist(), self._spark.table(every).to_pylist())

    def give(self, name: str, table: Any) -> None:
        self._duck.give(name, table)
        self._spark.give(name, table)

    def drop(self, *names: str) -> None:
        self._duck.drop(*names)
        self._spark.drop(*names)

    def table(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        answer = self._duck.table(sql, params)
        self._compare(sql, answer.to_pylist(), self._spark.table(sql, params).to_pylist())
        return answer


def _bag(rows: Rows) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(tuple(sorted(row.items(), key=lambda cell: cell[0])) for row in rows)
