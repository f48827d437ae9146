"""Weights by a small expression (自定义权重): arithmetic over what is known of a touch, and nothing else.

`1 / (1 + age_hours)`, `2 if last else 1`, `max(0, 1 - age_hours / 168) * (3 if kind == "component_click" else 1)`. Names:
`position` (1 for the first touch inside the window), `count` (how many there are), `age_hours` (before the conversion),
`kind` (text), `first`, `last`, `organic` (truth). Operators `+ - * /`, comparisons, `and or not`, `if else`; functions
`min max abs`. Only operations that IEEE 754 rounds exactly are offered, so every machine computes the same weight.
"""

from __future__ import annotations

import ast
import functools
import operator
from typing import TYPE_CHECKING, Any

from hongmao.attribution.errors import ExpressionRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMES = ("position", "count", "age_hours", "kind", "first", "last", "organic")
FUNCTIONS = {"min": 2, "max": 2, "abs": 1}
"""Each with how many arguments it takes at least; `abs` takes no more."""
LENGTH_MAX = 400
DEPTH_MAX = 20
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def check(text: str) -> str:
    """Give an expression back in its one spelling, or raise `ExpressionRefused` with what is wrong in it."""
    if not text or len(text) > LENGTH_MAX:
        raise ExpressionRefused(place=text[:LENGTH_MAX] or "—", why=f"1..{LENGTH_MAX}")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionRefused(place=text, why="syntax") from None
    _check(tree.body, text, depth=0)
    return ast.unparse(tree)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """Compute a checked expression over NumPy arrays of equal length (`NAMES`), elementwise."""
    import numpy as np  # noqa: PLC0415 - reading a model's name must not cost what computing it does

    with np.errstate(all="ignore"):  # what is not finite is refused where weights are made of it
        return _value(ast.parse(text, mode="eval").body, values)


def _check(node: ast.expr, text: str, *, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise ExpressionRefused(place=text, why=f"depth > {DEPTH_MAX}")
    for child in _children(node, text):
        _check(child, text, depth=depth + 1)


def _children(node: ast.expr, text: str) -> list[ast.expr]:
    """List the parts of a node that may stand in an expression."""
    parts: list[ast.expr] | None = None
    match node:
        case ast.Constant(value=bool() | int() | float() | str()):
            parts = []
        case ast.Name(id=name) if name in NAMES:
            parts = []
        case ast.BinOp(op=found) if type(found) in _ARITHMETIC:
            parts = [node.left, node.right]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
            parts = [node.operand]
        case ast.BoolOp():
            parts = node.values
        case ast.Compare(ops=[found]) if type(found) in _COMPARISONS:
            parts = [node.left, *node.comparators]
        case ast.IfExp():
            parts = [node.test, node.body, node.orelse]
        case ast.Call(func=ast.Name(id=name), keywords=[]) if _fits(name, len(node.args)):
            parts = node.args
    if parts is None:
        raise ExpressionRefused(place=text, why=ast.unparse(node))
    return parts


def _fits(function: str, arguments: int) -> bool:
    least = FUNCTIONS.get(function)
    return least is not None and (arguments == 1 if function == "abs" else arguments >= least)


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    return _READERS[type(node)](node, values)


def _constant(node: ast.Constant, _: Mapping[str, Any]) -> Any:
    # A whole number is a float here: no power of it can outgrow what a weight may be.
    return float(node.value) if isinstance(node.value, int) and not isinstance(node.value, bool) else node.value


def _name(node: ast.Name, values: Mapping[str, Any]) -> Any:
    return values[node.id]


def _unary(node: ast.UnaryOp, values: Mapping[str, Any]) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    value = _value(node.operand, values)
    if isinstance(node.op, ast.Not):
        return np.logical_not(value)
    number = np.asarray(value, dtype=np.float64)
    return -number if isinstance(node.op, ast.USub) else number


def _arithmetic(node: ast.BinOp, values: Mapping[str, Any]) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    left, right = (np.asarray(_value(one, values), dtype=np.float64) for one in (node.left, node.right))
    return _ARITHMETIC[type(node.op)](left, right)


def _truth(node: ast.BoolOp, values: Mapping[str, Any]) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    combine = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
    return functools.reduce(combine, [_value(one, values) for one in node.values])


def _comparison(node: ast.Compare, values: Mapping[str, Any]) -> Any:
    return _COMPARISONS[type(node.ops[0])](_value(node.left, values), _value(node.comparators[0], values))


def _choice(node: ast.IfExp, values: Mapping[str, Any]) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    return np.where(_value(node.test, values), _value(node.body, values), _value(node.orelse, values))


def _call(node: ast.Call, values: Mapping[str, Any]) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    parts = [np.asarray(_value(one, values), dtype=np.float64) for one in node.args]
    match ast.unparse(node.func):
        case "abs":
            return np.abs(parts[0])
        case "min":
            return functools.reduce(np.minimum, parts)
        case _:
            return functools.reduce(np.maximum, parts)


_READERS: dict[type[ast.expr], Callable[[Any, Mapping[str, Any]], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.BoolOp: _truth,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.Call: _call,
}
