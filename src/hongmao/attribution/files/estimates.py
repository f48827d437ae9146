"""Estimated models on a job's own journeys, beside the rule models and under the same windows.

A conversion's journey has all touches inside the rule's window, as the rule models see them; a reader without a conversion
is a journey that ended in nothing. Without a window a conversion's journey goes back to its reader's first touch.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.attribution.files.contracts import Share
from hongmao.attribution.files.errors import EstimateByKind, EstimateByTouchDay
from hongmao.attribution.models import CREDIT_MILLIONTHS
from hongmao.attribution.path_files.rules import fen_of, largest_remainder
from hongmao.attribution.paths.api import Settings, path_spec_named, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.files.contracts import Inputs, Job, Rule
    from hongmao.attribution.files.ports import FileEngine, Progress
    from hongmao.attribution.path_files.contracts import Journeys
    from hongmao.attribution.paths.contracts import PathResult


def is_estimated(rule: Rule) -> bool:
    """Tell whether a rule's model looks at all journeys together."""
    return rule.spec.model.family == "estimated"


def check_estimates(job: Job, rules: Sequence[Rule]) -> None:
    """Refuse what an estimated model cannot answer, before anything is read."""
    for rule in filter(is_estimated, rules):
        if job.by != "key":
            raise EstimateByTouchDay(place=rule.label)
        if rule.kind_windows_ms:
            raise EstimateByKind(place=rule.label)


def estimate(job: Job, rules: Sequence[Rule], engine: FileEngine, progress: Progress) -> dict[str, PathResult]:
    """Run every estimated model among the rules; journeys are cut once per window."""
    settings = Settings(organic=frozenset(job.column_map.touches.organic))
    cut: dict[int | None, Journeys] = {}
    found: dict[str, PathResult] = {}
    asked = [rule for rule in rules if is_estimated(rule)]
    for number, rule in enumerate(asked):
        progress(rule.label, number, len(asked))
        if rule.length_ms not in cut:
            cut[rule.length_ms] = engine.journeys("window", rule.length_ms)
        # The model's parameters as paths know them: `data_driven` has one more here.
        spec = rule.spec if rule.spec.parameters else path_spec_named(rule.model)
        found[rule.label] = solve(cut[rule.length_ms].paths, spec, settings)
    progress("", len(asked), len(asked))
    return found


def shares_of(result: PathResult, inputs: Inputs) -> tuple[Share, ...]:
    """Write an estimate as shares: whole millionths that add up to all conversions, and whole fen that add up to all."""
    rest = result.unattributed
    earned = [*(one.conversions for one in result.credits), rest.conversions]
    parts = [Fraction(one) * CREDIT_MILLIONTHS for one in earned]
    millionths = largest_remainder(parts, result.totals.conversions * CREDIT_MILLIONTHS)
    fen, rest_fen = fen_of(result, "yuan")
    partial = inputs.without_value is None or inputs.without_value > 0
    keys: list[str | None] = [one.channel for one in result.credits]
    listed = zip([*keys, None], millionths, [*fen, rest_fen], strict=True)
    return tuple(
        Share(key=key, credit_millionths=credit, value_fen=value, value_partial=partial)
        for key, credit, value in listed
        if key is not None or credit
    )
