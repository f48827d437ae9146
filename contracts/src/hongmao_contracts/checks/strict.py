"""What is tried with every body of rows, whichever way it came: odd values, fractions of a fen, facts told twice."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import CallFailed, Row
from hongmao_contracts import changes
from hongmao_contracts.mutations import Body, later, odd_bodies, plus
from hongmao_contracts.rows import amounts_of, fact_of, said_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hongmao_contracts.mutations import Leaf
    from hongmao_contracts.rows import Found

_STEP: Final = 7
_FEN_IN: Final = {_STEP: Decimal("0.5"), _STEP * 100: Decimal("0.005")}
"""By how much an amount moved when its field moved by 7, fen or yuan: what half a fen is in that field."""


def odd(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a body with each of its values made odd; one that is no JSON is spoilt byte by byte."""
    try:
        parsed = Body(body)
    except ValueError:
        for at in changes.places(len(body), 400):
            yield f"byte {at} changed", body[:at] + b"?" + body[at + 1 :]
            yield f"byte {at} missing", body[:at] + body[at + 1 :]
        return
    yield from odd_bodies(parsed)


def rounded(body: bytes, read: Callable[[bytes], Sequence[Found]]) -> tuple[int, list[str]]:
    """Say where half a fen was rounded, and how many fields proved to be amounts."""
    parsed = Body(body)
    base = read(body)
    tried, faults = 0, []
    for leaf in parsed.leaves(sampled=True):
        more = plus(leaf.value, Decimal(_STEP))
        moved = _moved(base, _tried(read, parsed.changed(leaf.path, more))) if more is not None else {}
        for index, by in moved.items():
            half = _FEN_IN.get(abs(by))
            if half is None:
                continue
            tried += 1
            got = _tried(read, parsed.changed(leaf.path, plus(leaf.value, half)))
            # A broken row may take others of its order with it, so the fact is looked for and not its place.
            left = _told(base[index], got or ())
            if len(left) >= len(_told(base[index], base)):
                faults.append(f"{leaf.name} with half a fen gives {', '.join(str(amounts_of(row)) for row in left)}")
    return tried, faults


def unversioned(rows: Sequence[Found]) -> Iterator[str]:
    """Say which facts are told twice, differently, with one version."""
    told: dict[tuple[object, ...], Row] = {}
    for row in rows:
        if not isinstance(row, Row):
            continue
        key = (*fact_of(row), row.version)
        first = told.setdefault(key, row)
        if said_by(first) != said_by(row):
            yield f"{row.kind} of {row.sub_order_id or row.event_no}: two rows of version {row.version} differ"


def stuck(told: Sequence[tuple[bytes, Callable[[bytes], Sequence[Found]]]]) -> Iterator[str]:
    """Say which facts have a version that nothing in their bodies moves, or that something moves backwards."""
    versioned: set[tuple[object, ...]] = set()
    moving: set[tuple[object, ...]] = set()
    for raw, read in told:
        body, base = Body(raw), _versions(read(raw))
        versioned |= {fact for fact, version in base.items() if version > 1}
        for leaf, value in _later_leaves(body):
            for fact, version in _versions(_tried(read, body.changed(leaf.path, value)) or ()).items():
                if version != base.get(fact, version):
                    moving.add(fact)
                    if version < base[fact]:
                        yield f"{leaf.name} made later, and the version falls from {base[fact]} to {version}"
    for fact in versioned - moving:
        yield f"{fact}: it has versions, and no later time in its row makes them higher"


def _later_leaves(body: Body) -> Iterator[tuple[Leaf, object]]:
    return ((leaf, value) for leaf in body.leaves() if (value := later(leaf.value)) is not None)


def _versions(rows: Sequence[Found]) -> dict[tuple[object, ...], int]:
    """Give the highest version of each fact."""
    found: dict[tuple[object, ...], int] = {}
    for row in rows:
        if isinstance(row, Row):
            found[fact_of(row)] = max(row.version, found.get(fact_of(row), 0))
    return found


def _tried(read: Callable[[bytes], Sequence[Found]], body: bytes) -> Sequence[Found] | None:
    try:
        return read(body)
    except (HongmaoError, CallFailed):
        return None


def _told(fact: Found, rows: Sequence[Found]) -> list[Row]:
    """List the rows that tell a fact in the same version."""
    if not isinstance(fact, Row):
        return []
    told = [row for row in rows if isinstance(row, Row) and fact_of(row) == fact_of(fact)]
    return [row for row in told if row.version == fact.version]


def _moved(base: Sequence[Found], got: Sequence[Found] | None) -> dict[int, int]:
    """Say which rows' amounts moved, and by how much the first of each."""
    if got is None or len(got) != len(base):
        return {}
    moved: dict[int, int] = {}
    for index, (before, after) in enumerate(zip(base, got, strict=True)):
        for one, other in zip(amounts_of(before), amounts_of(after), strict=True):
            if one is not None and other is not None and one != other:
                moved.setdefault(index, other - one)
    return moved
