"""Comparing one metric over two ranges: refused unless both mean the same, and never without what sampling leaves open."""

from __future__ import annotations

from fractions import Fraction
from math import isinf
from typing import TYPE_CHECKING, Final

from hongmao.definitions.api import UNKNOWN
from hongmao.insight.contracts import Bounds, Change, Unit
from hongmao.insight.errors import DenominatorsDiffer, NotComparable
from hongmao.insight.intervals import difference, quotient, wilson
from hongmao.insight.writing import decimals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hongmao.insight.contracts import DefinitionRef, Figure, Side

METHOD: Final = "95%, Wilson scores of both shares; points: Newcombe's hybrid score; relative: MOVER-R"
_FINE_BELOW: Final = Fraction(1, 10)  # a change below a tenth keeps a decimal


def change(base: Side, value: Side) -> Change:
    """Say how a metric moved from `base` to `value`.

    Raises `DenominatorsDiffer` or `NotComparable` where the two are not counted by the same definitions, window, clock,
    scope and cohort: what then differs would be read as growth.
    """
    _check(base, value)
    before, after = worth(base.figure), worth(value.figure)
    mature = base.figure.maturity.mature and value.figure.maturity.mature
    share = value.figure.unit is Unit.RATE
    text = UNKNOWN
    if before is not None and after is not None:
        relative = relative_text((after - before) / before) if before else UNKNOWN
        text = f"{relative} ({points_text(after - before)})" if share else relative
    relative_bounds, points_bounds = _bounds(base.figure, value.figure) if share else (None, None)
    return Change(
        base=base,
        value=value,
        text=text,
        relative=relative_bounds,
        points=points_bounds,
        method=METHOD if points_bounds else None,
        mature=mature,
    )


def worth(figure: Figure) -> Fraction | None:
    """Give a figure's exact value, a sampled part scaled; None where unknown."""
    top, bottom = figure.numerator, figure.denominator
    if not figure.known or top is None:
        return None
    if figure.sample is not None:
        return None if figure.sample.exact == UNKNOWN else Fraction(figure.sample.exact)
    return Fraction(top, bottom) if bottom else Fraction(top)


def relative_text(change_by: Fraction) -> str:
    """Write a relative change in whole percent, below ten with one decimal.

    >>> relative_text(Fraction(335, 100)), relative_text(Fraction(-1, 5)), relative_text(Fraction(1, 250))
    ('+335%', '-20%', '+0.4%')
    """
    percent = change_by * 100
    return f"{_signed(percent, 0 if abs(change_by) >= _FINE_BELOW else 1)}%"


def points_text(change_by: Fraction) -> str:
    """Write a change of a share in percentage points.

    >>> points_text(Fraction(1, 100)), points_text(Fraction(-1, 1000))
    ('+1.0pp', '-0.1pp')
    """
    return f"{_signed(change_by * 100, 1)}pp"


def _signed(number: Fraction, places: int) -> str:
    sign = "+" if number > 0 else "" if number < 0 else "±"
    return f"{sign}{decimals(number, places)}"


def _bounds(base: Figure, value: Figure) -> tuple[Bounds | None, Bounds | None]:
    """Bound the change of a share; none where either is sampled, unknown or no share of its denominator."""
    pairs = [(one.numerator, one.denominator) for one in (base, value) if one.sample is None]
    shares = [wilson(top, bottom) for top, bottom in pairs if top is not None and bottom and 0 <= top <= bottom]
    if len(shares) < 2:  # noqa: PLR2004 - both sides
        return None, None
    before, after = shares
    points = difference(after, before)
    told = Bounds(low=points_text(_exact(points.low)), high=points_text(_exact(points.high)))
    if not before.estimate:
        return None, told
    ratio = quotient(after, before)
    high = UNKNOWN if isinf(ratio.high) else relative_text(_exact(ratio.high) - 1)
    return Bounds(low=relative_text(_exact(ratio.low) - 1), high=high), told


def _exact(bound: float) -> Fraction:
    return Fraction(bound)


def _check(base: Side, value: Side) -> None:
    place = f"{base.figure.name} / {value.figure.name}"
    for error, before, after in (
        (DenominatorsDiffer, base.denominator, value.denominator),
        (NotComparable, base.numerator, value.numerator),
        (NotComparable, _credited(base), _credited(value)),
    ):
        if _marks(before) != _marks(after):
            raise error(place=place, base=_names(before), value=_names(after))
    for was, stands in _terms(base, value):
        if was != stands:
            raise NotComparable(place=place, base=was or UNKNOWN, value=stands or UNKNOWN)


def _terms(base: Side, value: Side) -> Iterator[tuple[str | None, str | None]]:
    yield _own(base.figure), _own(value.figure)
    yield base.figure.window, value.figure.window
    yield base.figure.clock, value.figure.clock
    yield base.query.scope, value.query.scope
    yield base.cohort, value.cohort


def _credited(side: Side) -> tuple[DefinitionRef, ...]:
    return () if side.credited_by is None else (side.credited_by,)


def _own(figure: Figure) -> str:
    return f"{figure.definition.id}#{figure.definition.fingerprint}"


def _marks(parts: Iterable[DefinitionRef]) -> list[str]:
    return sorted(part.fingerprint for part in parts)


def _names(parts: Iterable[DefinitionRef]) -> str:
    return ", ".join(f"{part.id}.v{part.version}" for part in parts) or UNKNOWN
