"""Signing vectors against the very code that signs calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao_contracts.alg import AlgUnknown, parse
from hongmao_contracts.promises import Check, demand_none, listed
from hongmao_contracts.samples import FOLDER, raw_of
from hongmao_contracts.vector_file import vectors_of
from hongmao_contracts.vectors import Reading, check_formula, check_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hongmao.platforms.api import SignedSample
    from hongmao_contracts.alg import Formula
    from hongmao_contracts.finding import Found
    from hongmao_contracts.vector_file import Vector

FILE = "signing.json"


@dataclass(frozen=True, slots=True)
class Case:
    """A platform's vectors and the code that signs."""

    vectors: Sequence[Vector]
    sign: Callable[[SignedSample], str]


def every_vector_is_reproduced(case: Case) -> None:
    """Each vector of the samples follows from its formula, and the platform's code gives its value."""
    faults = []
    for vector in case.vectors:
        formula = _formula(vector)
        readings = [check_formula(vector, formula)] if formula is not None else []
        readings.append(check_signer(vector, formula, case.sign, by="sign"))
        faults += [f"{vector.id}: {one.by}: {one.misses[0]}" for one in readings if not one.changed and one.misses]
    demand_none(faults, of=len(case.vectors))


def every_signed_part_matters(case: Case) -> None:
    """Changing, adding or taking away anything that is signed gives another signature, and nothing else does."""
    read = [(vector, _signed(case, vector)) for vector in case.vectors]
    demand_none(
        [f"{vector.id}: {miss}" for vector, one in read for miss in one.misses],
        of=sum(one.changed for _, one in read),
    )


def of(found: Found) -> Iterator[Check]:
    """List the checks."""
    sign = found.platform.sign
    if sign is None:
        return

    def case() -> Case:
        vectors = vectors_of(raw_of(found, FILE), place=f"{FOLDER}/{FILE}")
        return Case(vectors, sign)

    yield from listed("signing", (every_vector_is_reproduced, every_signed_part_matters), case)


def _signed(case: Case, vector: Vector) -> Reading:
    return check_signer(vector, _formula(vector), case.sign, by="sign")


def _formula(vector: Vector) -> Formula | None:
    """Read a vector's formula; a platform's own may be beyond the language of published ones, and all of it is signed."""
    try:
        return parse(vector.alg)
    except AlgUnknown:
        return None
