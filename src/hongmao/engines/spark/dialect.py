"""The house's SQL is written once, in DuckDB's dialect; here it becomes Spark's, with values bound and never spelled.

Both dialects sort text by its bytes and divide whole numbers towards zero. What differs is said in the text: where nulls
go in an order, how a list is unfolded, how wide a bound number is. Anything sqlglot knows to have no like raises.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import sqlglot
from sqlglot import exp, transforms
from sqlglot.dialects.spark import Spark
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.generators.spark import SparkGenerator

from hongmao.events.api import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHOLE, _TEXT, _TRUTH, _NOTHING = "BIGINT", "STRING", "BOOLEAN", ""
_KINDS: Final = {int: _WHOLE, str: _TEXT, bool: _TRUTH, type(None): _NOTHING}
_Kinds = tuple[tuple[str, str, int | None], ...]


class _Generator(SparkGenerator):
    """Spark 4.3 has QUALIFY, and like DuckDB it lets a column go before an alias there; a rewritten one would not."""

    TRANSFORMS = {  # noqa: RUF012 - sqlglot's own way of declaring it
        **SparkGenerator.TRANSFORMS,
        exp.Select: transforms.preprocess(
            [transforms.eliminate_distinct_on, transforms.unnest_to_explode, transforms.any_to_exists]
        ),
    }


class _Spark(Spark):
    """Spark as of 4.3."""

    Generator = _Generator


def to_spark(sql: str, params: Mapping[str, object] | None = None) -> tuple[str, dict[str, Any]]:
    """Translate one SELECT with `$name` parameters into Spark's text and its named arguments.

    Whole numbers are bound as BIGINT whatever their size, so that no sum is narrower than DuckDB's. Raises
    `QueryRefused` for what is not one SELECT, has no like in Spark, or binds what is neither text, whole number, truth nor a
    list of them.

    >>> to_spark("select $a + 1 as x", {"a": 5})
    ('SELECT CAST(:a AS BIGINT) + 1 AS x', {'a': 5})
    """
    given = dict(params or {})
    return _translated(sql, _kinds(given)), _arguments(given)


def _kinds(params: Mapping[str, object]) -> _Kinds:
    kinds = []
    for name, value in params.items():
        many = isinstance(value, list | tuple)
        values: Sequence[object] = value if isinstance(value, list | tuple) else [value]
        types = {type(one) for one in values}
        named = {_KINDS.get(kind) for kind in types} - {_NOTHING} or {_TEXT if many else _NOTHING}
        if len(named) != 1 or None in named:
            raise QueryRefused(why=f"${name} is {', '.join(sorted(kind.__name__ for kind in types))}")
        kinds.append((name, str(named.pop()), len(values) if many else None))
    return tuple(kinds)


def _arguments(params: Mapping[str, object]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, list | tuple):
            arguments.update({f"{name}__{place}": one for place, one in enumerate(value)})
        else:
            arguments[name] = value
    return arguments


@functools.lru_cache(maxsize=512)
def _translated(sql: str, kinds: _Kinds) -> str:
    try:
        statements = sqlglot.parse(sql, read="duckdb")
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise QueryRefused(why="it is not one SELECT")
        bound = {name: (kind, length) for name, kind, length in kinds}
        tree = statements[0].transform(_bind, bound).transform(_unfold)
        return tree.sql(dialect=_Spark, unsupported_level=ErrorLevel.RAISE, comments=False)
    except SqlglotError as fault:
        raise QueryRefused(why=str(fault).partition("\n")[0]) from fault


def _bind(node: exp.Expr, bound: Mapping[str, tuple[str, int | None]]) -> exp.Expr:
    """Put a typed placeholder, or a list of them, where a parameter stands."""
    if not isinstance(node, exp.Placeholder | exp.Parameter):
        return node
    name = node.name
    if name not in bound:
        raise QueryRefused(why=f"${name} is not given")
    kind, length = bound[name]
    if length is None:
        return _typed(name, kind)
    elements = [_typed(f"{name}__{place}", kind) for place in range(length)]
    return exp.cast(exp.Array(expressions=elements), f"ARRAY<{kind}>", dialect="spark")


def _typed(name: str, kind: str) -> exp.Expr:
    placeholder = exp.Placeholder(this=name)
    return exp.cast(placeholder, kind, dialect="spark") if kind else placeholder


def _unfold(node: exp.Expr) -> exp.Expr:
    """Unfold several lists side by side: Spark allows one generator a SELECT, so they are zipped first."""
    if not isinstance(node, exp.Select) or not node.expressions:
        return node
    lists = [_list_of(one) for one in node.expressions]
    if not all(lists):
        return node
    zipped = exp.Anonymous(this="ARRAYS_ZIP", expressions=[one for one in lists if one is not None])
    names = [exp.to_identifier(one.alias) for one in node.expressions]
    inline = exp.Aliases(this=exp.Anonymous(this="INLINE", expressions=[zipped]), expressions=names)
    return node.select(inline, append=False)


def _list_of(projection: exp.Expr) -> exp.Expr | None:
    unfolded = projection.this if isinstance(projection, exp.Alias) else None
    if isinstance(unfolded, exp.Explode):
        return _expression(unfolded.this)
    if isinstance(unfolded, exp.Unnest) and len(unfolded.expressions) == 1:
        return _expression(unfolded.expressions[0])
    return None


def _expression(node: object) -> exp.Expr | None:
    return node if isinstance(node, exp.Expr) else None
