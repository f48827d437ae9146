"""Models that judge all journeys together: Markov by what falls away without a part, Shapley by what it adds.

They are no definitions: the same order gets another credit when other journeys are looked at. So their columns are named
as estimates, and what an order got by them cannot be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.attribution.api import CREDIT_MILLIONTHS, Taken, solve_taken
from hongmao.insight.contracts import ModelColumn, Share, Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from hongmao.attribution.api import PathResult
    from hongmao.insight.paths import Way

MODELS: Mapping[str, Words] = {
    "markov:1": Words(zh="马尔可夫 1 阶", en="Markov, order 1"),
    "shapley:closed": Words(zh="夏普利值", en="Shapley"),
}
MARKOV_PARTS_MAX = 1_000
"""More parts than this are too many states to solve while somebody waits for a page; Shapley has no such limit."""


def estimated(ways: Sequence[Way], outside: Share) -> list[tuple[ModelColumn, dict[str, Share]]]:
    """Work out every model's column from the ways; none where nobody has paid. `outside` is what no way leads to."""
    if not any(way.conversions for way in ways):
        return []
    parts = {part for way in ways for part in way.steps}
    asked = [model for model in MODELS if not model.startswith("markov") or len(parts) <= MARKOV_PARTS_MAX]
    return [_column(model, ways, outside) for model in asked]


def _column(model: str, ways: Sequence[Way], outside: Share) -> tuple[ModelColumn, dict[str, Share]]:
    gross = _solved(model, [(way, way.gross_fen) for way in ways])
    net = _solved(model, [(way, way.net_fen) for way in ways])
    partial = any(way.unknown for way in ways)
    # Where no amount at all was told, there is nothing to share out; where some were, what is known is shared.
    told = any(way.gross_fen is not None for way in ways)
    shares = {
        one.channel: Share(
            credit_millionths=round(one.conversions * CREDIT_MILLIONTHS),
            gross_fen=_fen(one.value) if told else None,
            net_fen=_fen(other.value) if told else None,
            partial=partial,
        )
        for one, other in zip(gross.credits, net.credits, strict=True)
    }
    # Rounded once, from the paths themselves: rounded parts may miss it by a millionth or a fen each.
    whole = Share(
        credit_millionths=gross.totals.conversions * CREDIT_MILLIONTHS,
        gross_fen=_fen(gross.totals.value) if told else None,
        net_fen=_fen(net.totals.value) if told else None,
        partial=partial,
    )
    return ModelColumn(key=model, name=MODELS[model], definition=None, whole=whole, outside=outside), shares


def _solved(model: str, valued: Sequence[tuple[Way, int | None]]) -> PathResult:
    return solve_taken(
        [
            Taken(
                steps=way.steps,
                conversions=way.conversions,
                nulls=way.nulls,
                value_fen=(fen or 0) if way.conversions else 0,
            )
            for way, fen in valued
        ],
        model,
    )


def _fen(value: Fraction | float | None) -> int:
    return round(value or 0)
