"""Changes to what is signed: each must change the signature, or must not, and says in words what it did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from hongmao_contracts.alg import Formula, Parts

POSITIONS_MAX = 48  # of one text that are changed, spread evenly; a signing code sees no difference between neighbours
ADDED: Final = "hongmao_contracts_added"
OTHER_CASE: Final = "in other case"
_ARMOUR: Final = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class Change:
    """One changed copy of a vector's parts."""

    what: str
    parts: Parts


def of_signed(parts: Parts, formula: Formula | None) -> Iterator[Change]:
    """Change each signed part in turn; all that is there counts as signed where the formula is not known."""
    if parts.input is not None:
        for what, text in texts(parts.input):
            if not _same_input(formula, parts.input, text):
                yield Change(f"input {what}", replace(parts, input=text))
        return
    for name in ("secret", "path", "body"):
        value: str | None = getattr(parts, name)
        if value and _signs(formula, name):
            variants = _keys(value) if name == "secret" else texts(value)
            yield from (Change(f"{name} {what}", _with(parts, name, text)) for what, text in variants)
    yield from _of_params(parts, formula)


def of_unsigned(parts: Parts, formula: Formula, *, invent: bool) -> Iterator[Change]:
    """Change what the formula does not name, and spell the rest otherwise where it does not care.

    `invent` also adds parts that the vector has not.
    """
    if formula.normaliser is not None and parts.input is not None:
        for text in formula.normaliser.alike(parts.input):
            yield Change(f"input written as {text!r}", replace(parts, input=text))
    if len(parts.params) > 1:
        yield Change("params in another order", replace(parts, params=dict(reversed(list(parts.params.items())))))
    for name in ("secret", "path", "body"):
        value: str | None = getattr(parts, name)
        if not _signs(formula, name) and (invent or value is not None):
            yield Change(f"unsigned {name} changed", _with(parts, name, f"{value or ''}x"))
    if not formula.signs_all_params and parts.input is None:
        yield Change("unsigned param added", replace(parts, params={**parts.params, ADDED: "1"}))


def texts(value: str) -> Iterator[tuple[str, str]]:
    """Change a text at each place and in its letters' case, cut it, lengthen it and empty it."""
    for at in places(len(value)):
        yield f"character {at} changed", f"{value[:at]}{_other(value[at])}{value[at + 1 :]}"
    yield "lengthened", f"{value}1"
    if value:
        yield "cut short", value[:-1]
    if len(value) > 1:
        yield "emptied", ""
    if value.swapcase() != value:
        yield OTHER_CASE, value.swapcase()


def places(length: int, limit: int = POSITIONS_MAX) -> list[int]:
    """Choose places spread evenly over a length, the first and the last among them."""
    if length <= limit:
        return list(range(length))
    return sorted({at * (length - 1) // (limit - 1) for at in range(limit)})


def _with(parts: Parts, name: str, text: str) -> Parts:
    told: dict[str, Any] = {name: text}
    return replace(parts, **told)


def _same_input(formula: Formula | None, one: str, other: str) -> bool:
    if formula is None or formula.normaliser is None:
        return one == other
    return formula.normaliser.apply(one) == formula.normaliser.apply(other)


def _of_params(parts: Parts, formula: Formula | None) -> Iterator[Change]:
    signed = _signed_params(parts, formula)
    for key in signed:
        rest = {name: value for name, value in parts.params.items() if name != key}
        value = parts.params[key]
        yield Change(f"param {key} removed", replace(parts, params=rest))
        yield Change(f"param {key} renamed", replace(parts, params={**rest, f"{key}x": value}))
        for what, text in texts(value):
            yield Change(f"param {key} {what}", replace(parts, params={**parts.params, key: text}))
    if signed and (formula is None or formula.signs_all_params):
        yield Change("param added", replace(parts, params={**parts.params, ADDED: "1"}))


def _signed_params(parts: Parts, formula: Formula | None) -> list[str]:
    if formula is None or formula.signs_all_params:
        return list(parts.params)
    return [name for name in parts.params if name in formula.names]


def _signs(formula: Formula | None, name: str) -> bool:
    if formula is None:
        return True
    wanted: AbstractSet[str] = {"path": {"path", "api_path"}, "body": {"raw_body"}}.get(name, {name})
    return bool(wanted & formula.names)


def _keys(secret: str) -> Iterator[tuple[str, str]]:
    if not secret.startswith(_ARMOUR):
        yield from texts(secret)
        return
    # Around an armoured key its readers skip what they like; only what is within is the key.
    at = len(secret) // 2
    yield "changed within", f"{secret[:at]}{_other(secret[at])}{secret[at + 1 :]}"
    yield "emptied", ""


def _other(character: str) -> str:
    """Give another character of the same kind, and never the same letter in other case."""
    if character.isdigit():
        return str((int(character) + 1) % 10) if character.isascii() else "1"
    return "y" if character in "xX" else "x"
