"""What the models mean, in obvious lines over tuples and fractions: slow, exact, and sharing nothing with the real ones."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from hongmao.attribution.paths import amounts, building

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hongmao.attribution.paths.contracts import Paths

Row = tuple[tuple[str, ...], int, int, str]
"""Channels, conversions, nulls, value as it would stand in a file."""

CHANNELS = ("a", "b", "c", "d")
VALUES = st.sampled_from(["0.1", "12.34", "3", "7.000000000000000001", "0.30000000000000004"])


@st.composite
def rows(draw: st.DrawFn, *, most: int = 8, longest: int = 6, empty: bool = False) -> list[Row]:
    """Draw a small table with at least one journey; values only where something converted."""
    paths = st.lists(st.sampled_from(CHANNELS), min_size=0 if empty else 1, max_size=longest).map(tuple)
    counts = st.integers(0, 5)
    table = draw(st.lists(st.tuples(paths, counts, counts, VALUES), min_size=1, max_size=most))
    first = (table[0][0] or ("a",), table[0][1] + 1, table[0][2], table[0][3])
    return [(path, won, lost, value if won else "0") for path, won, lost, value in [first, *table[1:]]]


def paths_from(table: Iterable[Row], channels: Sequence[str] = CHANNELS) -> Paths:
    """Build paths of a table."""
    listed = list(table)
    return building.paths_of(
        [row[0] for row in listed],
        conversions=[row[1] for row in listed],
        nulls=[row[2] for row in listed],
        value=amounts.of_texts([row[3] for row in listed]),
        channels=channels,
    )


def removal_effects(table: Iterable[Row], order: int, measure: Callable[[Row], Fraction]) -> dict[str, Fraction]:
    """Solve 1 - V(without the channel) / V with self-loops kept, V what a journey brings on average."""
    listed = [row for row in table if row[1] + row[2]]
    whole = _brought(listed, order, measure, None)
    return {one: 1 - _brought(listed, order, measure, one) / whole for one in CHANNELS} if whole else {}


def _brought(table: list[Row], order: int, measure: Callable[[Row], Fraction], closed: str | None) -> Fraction:
    moves: Counter[tuple[object, object]] = Counter()
    reward: dict[object, Fraction] = {}
    for row in table:
        path = row[0]
        grams = [path[i : i + order] for i in range(max(len(path) - order, 0) + 1)] if path else []
        steps: list[object] = ["start", *grams]
        for here, there in zip(steps, [*steps[1:], "end"], strict=True):
            moves[here, there] += row[1] + row[2]
        reward[steps[-1]] = reward.get(steps[-1], Fraction(0)) + measure(row)
    out: Counter[object] = Counter()
    for (here, _), count in moves.items():
        out[here] += count
    # One unknown a state: what is still to come. A closed state brings nothing.
    states = [one for one in out if not (isinstance(one, tuple) and closed in one)]
    place = {state: number for number, state in enumerate(states)}
    system = [[Fraction(int(i == j)) for j in range(len(states))] for i in range(len(states))]
    right = [reward.get(state, Fraction(0)) / out[state] for state in states]
    for (here, there), count in moves.items():
        if here in place and there in place:
            system[place[here]][place[there]] -= Fraction(count, out[here])
    return _solved(system, right)[place["start"]]


def _solved(system: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    rows = [[*row, value] for row, value in zip(system, right, strict=True)]
    for column in range(len(rows)):
        pivot = next(row for row in range(column, len(rows)) if rows[row][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(len(rows)):
            if row != column and rows[row][column]:
                rows[row] = [a - rows[row][column] * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[-1] for row in rows]


def shapley_value(game: Callable[[frozenset[str]], Fraction], players: Sequence[str]) -> dict[str, Fraction]:
    """Average what each player adds over all orders in which they may join."""
    added = dict.fromkeys(players, Fraction(0))
    orders = list(permutations(players))
    for order in orders:
        for place, player in enumerate(order):
            added[player] += game(frozenset(order[: place + 1])) - game(frozenset(order[:place]))
    return {player: added[player] / len(orders) for player in players}


def conversions_of(row: Row) -> Fraction:
    """Measure conversions."""
    return Fraction(row[1])


def value_of(row: Row) -> Fraction:
    """Measure value."""
    return Fraction(row[3]) if row[1] else Fraction(0)
