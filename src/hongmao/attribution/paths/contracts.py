"""Paths that were taken and what a model says of them.

A path is the channels of a journey in order. Conversions are counts, values are exact decimals of whatever currency the
caller counts in (yuan, fen: the model does not care), credits are exact rationals where a model shares and floats where it
estimates. Unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

Number = Fraction | float
"""An exact share (rule models, closed and ordered Shapley) or an estimate."""

VALUE_LIMBS = 3
"""A value is three whole numbers: units, billionths, and billionths of billionths. Their sums are exact and merge."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paths:
    """路径表: one row per path with how often it converted and how often it did not; also one row per journey.

    Rows need not be distinct and their order never matters. A row may be empty: a journey that no touch is known of. Build
    one with `paths.building`, which checks what is said here.
    """

    channels: tuple[str, ...]
    """Names, each once; a touch is an index into them."""
    flat: NDArray[np.int32]
    """The touches of all rows, one row after the other, earliest touch first."""
    starts: NDArray[np.int64]
    """Row `i` is `flat[starts[i]:starts[i + 1]]`; one longer than there are rows."""
    conversions: NDArray[np.int64]
    """How many journeys of the row converted."""
    nulls: NDArray[np.int64]
    """How many did not."""
    value: NDArray[np.int64] | None = None
    """Total value of the row's conversions, as limbs: shape `(VALUE_LIMBS, rows)`. None where the file tells none."""

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self.conversions)

    @property
    def touches(self) -> int:
        """Count the touches of all rows, each row once."""
        return len(self.flat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a model may be told besides its parameters; the same settings give the same bits."""

    seed: int = 0
    """Of everything that draws: replicates, sampled permutations, folds."""
    replicates: int = 0
    """Bootstrap replicates for the intervals of an estimated model; 0 asks for none."""
    level: float = 0.95
    """How much of the bootstrap distribution an interval holds, its two tails equal."""
    organic: frozenset[str] = frozenset()
    """Channels that `last_non_organic` passes over, and `organic` of a custom expression."""
    permutations: int = 2_000
    """How many orders of the channels sampled Shapley draws; half of them are the other half backwards."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Channel → group (note → creator, category or channel): Markov runs on the groups and each group's credit is shared
    among its channels by their closed Shapley shares. Empty: every channel is a state of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """置信区间: percentile interval of the Poisson bootstrap over journeys. It tells sampling error, not model error."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCredit:
    """What one channel earned under one model."""

    channel: str
    conversions: Number
    value: Number | None
    """None where the file tells no value."""
    conversions_interval: Interval | None = None
    value_interval: Interval | None = None
    removal_effect: float | None = None
    """Markov: 1 - P(conversion without the channel) / P(conversion). None where nothing converted."""
    removal_effect_value: float | None = None
    """The same with the expected value of a journey in place of P(conversion)."""
    standard_error: float | None = None
    """Of `conversions`, from sampling permutations (sampled Shapley)."""
    value_standard_error: float | None = None
    by_position: tuple[Number, ...] = ()
    """Ordered Shapley: the conversions earned at position 1, 2, ... of a path; they add up to `conversions`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattributed:
    """What no channel earned: conversions without a touch, and the baseline of a data-driven model."""

    conversions: Number
    value: Number | None
    conversions_interval: Interval | None = None
    value_interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a reader of the figures must know: a convention, a case without an answer, a route taken."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over the paths themselves, whatever the model."""

    rows: int
    conversions: int
    nulls: int
    value: Fraction | None
    path_len_max: int
    """Touches of the longest path."""

    @property
    def journeys(self) -> int:
        """Conversions and nulls: each is a journey."""
        return self.conversions + self.nulls


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResult:
    """What one model says: a credit for each channel in the order of `Paths.channels`, and what is left over.

    Credits and `unattributed` add up to the totals: exactly where they are rationals, to rounding of floats elsewhere.
    """

    model: str
    """The model's one spelling: `markov:2`, `shapley:closed`, `position:40-20-40`."""
    credits: tuple[ChannelCredit, ...]
    unattributed: Unattributed
    totals: Totals
    p_conv: float | None = None
    """Markov: P(conversion) of the fitted chain; equals conversions / journeys at every order. None without journeys."""
    p_conv_observed: float | None = None
    states: int | None = None
    """Markov: how many states the chain has, its ends and its start not counted."""
    notes: tuple[Note, ...] = ()

    def by_channel(self) -> dict[str, ChannelCredit]:
        """Index the credits by channel."""
        return {credit.channel: credit for credit in self.credits}


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilityRow:
    """稳定性: a model's credit after the paths were disturbed in a named way."""

    disturbance: str
    """`last_touches:5`, `event_loss:0.1`, `identity_loss:0.1`."""
    result: PathResult
    moved: float
    """Half the sum of absolute changes of the channels' shares: 0 nothing moved, 1 everything did."""
