"""Pure decisions about paths from files: how a model is read, what adds up, how an exact share is written."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.attribution.files.errors import NothingUsable
from hongmao.attribution.files.rules import check_reconciled
from hongmao.attribution.path_files.errors import ModelTwice
from hongmao.attribution.paths.specs import path_spec_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.files.contracts import Read
    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.path_files.contracts import Asked
    from hongmao.attribution.path_files.path_map import Unit
    from hongmao.attribution.paths.contracts import PathResult

_FEN_PER = {"yuan": 100, "fen": 1}
_DECAY = "decay:position:1"


def specs_of(asked: Asked) -> dict[str, ModelSpec]:
    """Read the models asked for, each under the label it was asked by; the same label twice is one model.

    Paths have no times: `decay` alone stands for `decay:position:1`, half as much for each touch further back. Raises
    what `path_spec_named` raises, and `ModelTwice` where two labels are one model.
    """
    specs = {label: path_spec_named(_DECAY if label == "decay" else label) for label in asked.models}
    labels: dict[ModelSpec, str] = {}
    for label, spec in specs.items():
        if spec in labels:
            raise ModelTwice(place=f"{labels[spec]}, {label}")
        labels[spec] = label
    return specs


def check_reads(reads: Sequence[Read]) -> None:
    """Make sure that every row of every file is accounted for exactly once."""
    for read in reads:
        check_reconciled(read)


def check_journeys(reads: Sequence[Read], journeys: int) -> None:
    """Raise `NothingUsable` if there is no journey at all to look at."""
    if journeys == 0:
        read = next(one for one in reads if one.role in ("conversions", "paths"))
        raise NothingUsable(rows=read.rows, quarantined=read.quarantined, left=read.not_selected)


def separator_for(channels: Sequence[str]) -> str:
    """Choose what stands between touches when paths are written: the customary ` > `, unless a channel's name holds it.

    >>> separator_for(["a", "b > c"])
    ' | '
    """
    free = (mark for mark in (">", "|", "/", ";", "\x1f") if not any(mark in name for name in channels))
    return f" {next(free, '>')} "


def fen_of(result: PathResult, unit: Unit) -> tuple[tuple[int | None, ...], int | None]:
    """Give each channel's value in whole fen, and the rest's; together exactly the total, rounded once to whole fen.

    None where the unit is not money in yuan or fen, or no value is told.
    """
    per = _FEN_PER.get(unit)
    values = [credit.value for credit in result.credits]
    if per is None or result.totals.value is None or result.unattributed.value is None or None in values:
        return (None,) * len(values), None
    parts = [Fraction(value) * per for value in (*values, result.unattributed.value) if value is not None]
    *fen, rest = largest_remainder(parts, round(result.totals.value * per))
    return tuple(fen), rest


def largest_remainder(parts: Sequence[Fraction], total: int) -> list[int]:
    """Round parts to whole numbers that add up to `total`: down first, then one up where most was lost.

    Among equal losses the part that stands first goes up. Parts need not add up to the total exactly: what an estimate
    misses by rounding of floats is spread the same way.

    >>> largest_remainder([Fraction(1, 3)] * 3, 1), largest_remainder([Fraction(-5, 2), Fraction(-5, 2)], -5)
    ([1, 0, 0], [-2, -3])
    """
    whole = [part.__floor__() for part in parts]
    order = sorted(range(len(parts)), key=lambda place: (whole[place] - parts[place], place))
    every, more = divmod(total - sum(whole), len(parts))
    for number, place in enumerate(order):
        whole[place] += every + (number < more)
    return whole
