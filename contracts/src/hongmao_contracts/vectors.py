"""Checks signing vectors: the formula gives the value, every signed part matters, nothing else does.

Each vector is held against the kit's own reading of its formula and against the code of every installed platform that
claims it: whose `samples/signing.json` has a vector of its id. What no platform claims is said and counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import SignedSample
from hongmao_contracts import changes
from hongmao_contracts.alg import AlgUnfit, AlgUnknown, compute, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao_contracts.alg import Formula, Parts
    from hongmao_contracts.vector_file import Vector

MISSES_SHOWN: Final = 5
OWN: Final = "formula"
"""Whose reading a result is: the kit's own, or else a platform's by its name."""


@dataclass(slots=True)
class Reading:
    """What one reader of a vector did: how many changes it was shown, and where it went wrong."""

    by: str
    changed: int = 0
    unchanged: int = 0
    misses: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One vector with all its readings. `note` says what could not be looked at."""

    vector: Vector
    readings: Sequence[Reading]
    note: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether no reading went wrong."""
        return not any(reading.misses for reading in self.readings)


def check_vector(vector: Vector, signers: Mapping[str, Callable[[SignedSample], str]]) -> Checked:
    """Check one vector; `signers` are the platforms that claim it, by name."""
    try:
        formula = parse(vector.alg)
    except AlgUnknown as error:
        return Checked(vector=vector, readings=[Reading(OWN, misses=[f"the alg is not understood: {error}"])])
    readings = [check_formula(vector, formula)]
    readings += [check_signer(vector, formula, sign, by=name) for name, sign in signers.items()]
    return Checked(vector=vector, readings=readings, note="" if signers else "no installed platform claims it")


def check_formula(vector: Vector, formula: Formula) -> Reading:
    """Hold a vector against the kit's own reading of its formula."""

    def value_of(parts: Parts, _id: str) -> str | None:
        try:
            return compute(formula, parts)
        except AlgUnfit:
            return None

    try:
        compute(formula, vector.parts)
    except AlgUnfit as error:
        return Reading(OWN, misses=[str(error)])
    return _read(vector, formula, value_of, by=OWN)


def check_signer(vector: Vector, formula: Formula | None, sign: Callable[[SignedSample], str], *, by: str) -> Reading:
    """Hold a vector against a platform's own code; all parts that are there are signed where the formula is not known."""

    def value_of(parts: Parts, id: str) -> str | None:
        try:
            return sign(sample_of(vector, parts, id=id))
        except (HongmaoError, ValueError, LookupError):  # refusing what it cannot sign is an answer
            return None

    return _read(vector, formula, value_of, by=by)


def sample_of(vector: Vector, parts: Parts, *, id: str | None = None) -> SignedSample:
    """Write a vector as a platform is asked to sign it."""
    return SignedSample(
        id=id or vector.id,
        alg=vector.alg,
        secret=parts.secret or "",
        params=dict(parts.params),
        body=parts.body or "",
        path=parts.path or "",
        input=parts.input or "",
    )


def _read(vector: Vector, formula: Formula | None, value_of: Callable[[Parts, str], str | None], *, by: str) -> Reading:
    reading = Reading(by)
    value = value_of(vector.parts, vector.id)
    if value != vector.expected:
        reading.misses.append(f"expected {vector.expected}, got {value or 'no value'}")
        return reading
    # A code that knows published vectors by their names signs nothing.
    if value_of(vector.parts, f"{vector.id}.renamed") != vector.expected:
        reading.misses.append("the value hangs on the vector's id")
    for change in changes.of_signed(vector.parts, formula):
        reading.changed += 1
        if value_of(change.parts, vector.id) == vector.expected:
            reading.misses.append(f"{change.what}: the value stays the same")
    for change in changes.of_unsigned(vector.parts, formula, invent=by == OWN) if formula else ():
        reading.unchanged += 1
        if value_of(change.parts, vector.id) != vector.expected:
            reading.misses.append(f"{change.what}: the value changes")
    if not reading.changed:
        reading.misses.append("nothing in it is signed")
    return reading
