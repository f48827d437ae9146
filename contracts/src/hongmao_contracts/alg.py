"""The language in which published signing formulas are written down, parsed and computed by lines of the kit's own.

    alg      = formula [("," | ";") remark]
    formula  = ("UPPER" | "lower") "(" formula ")" | hash
    hash     = ("MD5" | "SHA256") "(" text | normaliser ")" | ("HMAC-MD5" | "HMAC-SHA256") "(" text "," text ")"
    text     = part {"+" part}
    part     = "'" literal "'" | name | "concat(sorted [system] k+v)" | "'&'.join(sorted k=v)"

Hexadecimal digits are lower-case unless `UPPER` says otherwise. `secret`, `raw_body`, `path` and `api_path` are the fields
of a vector, any other name is one of its params. Params are sorted by the bytes of their keys. `system` says that all
params stand in the query and the business ones in the body; nothing is left out for it. Where a vector has only an `input`,
that is the text as it was composed, and it must fit the composition.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, assert_never

from hongmao_contracts.normalisers import NORMALISERS, Normaliser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIELDS: Final = {"secret": "secret", "raw_body": "body", "path": "path", "api_path": "path"}
_PAIRS: Final = re.compile(r"(?:concat|'(?P<by>[^']*)'\.join)\(sorted (?:system )?k(?P<eq>[+=])v\)")
_CASE: Final = re.compile(r"(UPPER|lower)\(")
_HMAC: Final = re.compile(r"HMAC-(MD5|SHA256)\(")
_HASH: Final = re.compile(r"(MD5|SHA256)\(")
_LITERAL: Final = re.compile(r"'([^']*)'")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REMARK: Final = re.compile(r"[,;].*", re.DOTALL)
_SPACE: Final = re.compile(r"\s*")


class AlgUnknown(Exception):
    """The text is no formula of this language; the argument says where it stops being one."""


class AlgUnfit(Exception):
    """The formula cannot be computed from what the vector has; the argument says what is lacking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a signature is computed from; None where the vector has no such field."""

    secret: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    path: str | None = None
    input: str | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A field of the vector, or one of its params."""

    name: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """All params in the order of their keys."""

    equals: str
    between: str


Part = Literal | Name | Pairs


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed alg: a hash over a text, or over the input once it is normalised."""

    algorithm: str
    key: tuple[Part, ...] | None
    text: tuple[Part, ...]
    normaliser: Normaliser | None
    is_upper: bool

    @property
    def names(self) -> frozenset[str]:
        """List the fields and single params that are signed."""
        return frozenset(part.name for part in (*(self.key or ()), *self.text) if isinstance(part, Name))

    @property
    def signs_all_params(self) -> bool:
        """Tell whether every param is signed, whatever its name."""
        return any(isinstance(part, Pairs) for part in (*(self.key or ()), *self.text))


def parse(alg: str) -> Formula:
    """Read an alg; raises `AlgUnknown`.

    >>> parse("UPPER(MD5(secret + concat(sorted k+v) + secret))").signs_all_params
    True
    """
    reader = _Reader(alg)
    formula = _formula(reader)
    rest = reader.rest()
    if rest and not _REMARK.fullmatch(rest):
        raise AlgUnknown(f"{rest!r} follows the formula")
    return formula


def compute(formula: Formula, parts: Parts) -> str:
    """Compute the signature; raises `AlgUnfit` where the vector lacks what the formula names."""
    text = _text(formula, parts).encode()
    if formula.key is None:
        digest = hashlib.new(formula.algorithm, text, usedforsecurity=False).hexdigest()
    else:
        digest = hmac.new(_written(formula.key, parts).encode(), text, formula.algorithm).hexdigest()
    return digest.upper() if formula.is_upper else digest


def _text(formula: Formula, parts: Parts) -> str:
    if formula.normaliser is not None:
        return formula.normaliser.apply(_given(parts.input, "input"))
    if parts.input is None:
        return _written(formula.text, parts)
    if formula.signs_all_params or formula.key is not None:
        raise AlgUnfit("the formula needs its parts one by one, and the vector has an input")
    # Each name stands for something, whatever it is; the literals between them must be there, in this order.
    pattern = "".join(re.escape(part.text) if isinstance(part, Literal) else "(.+)" for part in formula.text)
    if re.fullmatch(pattern, parts.input, re.DOTALL) is None:
        raise AlgUnfit("the input is not composed as the formula says")
    return parts.input


def _written(text: tuple[Part, ...], parts: Parts) -> str:
    return "".join(_value(part, parts) for part in text)


def _value(part: Part, parts: Parts) -> str:
    match part:
        case Literal(text):
            return text
        case Name(name) if name in _FIELDS:
            value: str | None = getattr(parts, _FIELDS[name])
            return _given(value, name)
        case Name(name):
            return _given(parts.params.get(name), f"params.{name}")
        case Pairs(equals, between):
            if not parts.params:
                raise AlgUnfit("the vector has no params")
            pairs = sorted(parts.params.items(), key=lambda pair: pair[0].encode())
            return between.join(f"{key}{equals}{value}" for key, value in pairs)
        case _:
            assert_never(part)


def _given(value: str | None, name: str) -> str:
    if value is None:
        raise AlgUnfit(f"the vector has no {name}")
    return value


class _Reader:
    """A place in the text of an alg."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Pass over what stands here if it is of this form, and the space after it."""
        found = pattern.match(self._text, self._at)
        if found is not None:
            space = _SPACE.match(self._text, found.end())
            self._at = space.end() if space else found.end()
        return found

    def takes(self, text: str) -> bool:
        """Pass over this very text if it stands here."""
        return self.take(re.compile(re.escape(text))) is not None

    def expect(self, text: str) -> None:
        """Pass over this very text, which must stand here."""
        if not self.takes(text):
            raise AlgUnknown(f"{text!r} is expected before {self.rest()!r}")

    def rest(self) -> str:
        """Give what was not read yet."""
        return self._text[self._at :]


def _formula(reader: _Reader) -> Formula:
    if case := reader.take(_CASE):
        inner = _formula(reader)
        reader.expect(")")
        return Formula(inner.algorithm, inner.key, inner.text, inner.normaliser, is_upper=case[1] == "UPPER")
    if found := reader.take(_HMAC):
        key = tuple(_parts(reader))
        reader.expect(",")
        text = tuple(_parts(reader))
        reader.expect(")")
        return Formula(found[1].lower(), key, text, None, is_upper=False)
    if found := reader.take(_HASH):
        normaliser = next((one for phrase, one in NORMALISERS.items() if reader.takes(f"{phrase})")), None)
        if normaliser is not None:
            return Formula(found[1].lower(), None, (), normaliser, is_upper=False)
        text = tuple(_parts(reader))
        reader.expect(")")
        return Formula(found[1].lower(), None, text, None, is_upper=False)
    raise AlgUnknown(f"{reader.rest()!r} is no hash of this language")


def _parts(reader: _Reader) -> Iterator[Part]:
    yield _part(reader)
    while reader.takes("+"):
        yield _part(reader)


def _part(reader: _Reader) -> Part:
    if pairs := reader.take(_PAIRS):
        return Pairs("=" if pairs["eq"] == "=" else "", pairs["by"] or "")
    if literal := reader.take(_LITERAL):
        return Literal(literal[1])
    if name := reader.take(_NAME):
        return Name(name[0])
    raise AlgUnknown(f"{reader.rest()!r} is no part of a text")
