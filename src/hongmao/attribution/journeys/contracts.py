"""What goes into the kernel and comes out: NumPy arrays of whole numbers, each with its shape and unit.

Nothing here knows of files, events or engines. A touch is its index, a conversion is its index; whoever calls keeps what
they stand for. `reach_ms` says per kind of touch how old one may be: negative never closes, 0 does not count at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.models import ModelSpec

Int64: TypeAlias = NDArray[np.int64]
Int32: TypeAlias = NDArray[np.int32]
Int16: TypeAlias = NDArray[np.int16]
Truth: TypeAlias = NDArray[np.bool_]
Room: TypeAlias = "Callable[[tuple[int, ...], Any], NDArray[Any]]"
"""Makes an array of a shape and a type, like `numpy.empty`."""

NEVER_CLOSES = -1
NOT_COUNTED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """触点序列: touches in the order in which models read them, those of one reader (or one conversion) side by side.

    All arrays have one length. Within a span `at_ms` never falls; equal instants stand in the order that decides ties.
    """

    at_ms: Int64
    kind: Int16
    """Which of the rules' `reach_ms` applies."""
    organic: Truth
    """Whether nobody paid for it."""
    source: Int64
    """Where each touch stood in the arrays it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Of each conversion: the touches of the lane that may matter, `lane[first:end]`, and when it happened."""

    first: Int64
    end: Int64
    at_ms: Int64

    @property
    def pairs(self) -> int:
        """Count the (conversion, touch) pairs."""
        return int((self.end - self.first).sum())

    def part(self, start: int, stop: int) -> Spans:
        """Take some conversions, by place."""
        return Spans(first=self.first[start:stop], end=self.end[start:stop], at_ms=self.at_ms[start:stop])


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRule:
    """A rule model under one window: how it weighs, and how old a touch of each kind may be."""

    spec: ModelSpec
    reach_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What totals are added up by: a code per touch of the lane, `0 <= code < count`."""

    code: Int32
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """Credits of some conversions under every rule. Pairs stand by conversion, then in the lane's order."""

    conversion: Int64
    """Per pair: the conversion's place among those asked for."""
    touch: Int64
    """Per pair: the touch's place in the lane."""
    inside: tuple[Truth, ...]
    """Per rule and pair: whether the touch was in the window."""
    millionths: tuple[Int32, ...]
    """Per rule and pair; of each conversion they add up to 1,000,000, or to 0 where no touch earned it."""
    value_fen: tuple[Int64, ...]
    """Per rule and pair, adding up to the conversion's amount; empty where no amounts were given."""
    earned: tuple[Truth, ...]
    """Per rule and conversion: whether any touch earned it."""
    picos: Int64
    """Totals by (rule, group) in 10^-12 of a conversion; groups of length 0 where none were asked for."""
    fen: Int64
    """Totals by (rule, group) in fen."""
