"""How verdicts, simulations and stages are written on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.eligibility.api import OUTCOMES, STAGES, STATUSES
from hongmao.kernel.time import iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.eligibility.api import Finding, Flip, RuleAct, Simulation, StageSet, Verdict
    from hongmao.kernel.errors import Lang


def verdict_lines(verdict: Verdict, lang: Lang) -> Iterator[str]:
    """Write a verdict, one line a criterion."""
    yield f"{verdict.shop}  {STATUSES[verdict.status][lang]}  #{verdict.number}  {iso(verdict.at_ms)}"
    yield f"  {verdict.ruleset} {verdict.ruleset_print}  {verdict.categories} {verdict.categories_print}"
    for one in verdict.findings:
        yield f"  {_finding(one, lang)}"


def simulation_lines(found: Simulation, lang: Lang) -> Iterator[str]:
    """Write a simulation: what stays in one line, then each shop that does not."""
    stays = f"{found.shops} shops, {found.same} as before, {len(found.flips)} flip"
    yield f"{found.against} -> {found.draft} {found.draft_print}  {stays}"
    for (before, after), count in found.counts.items():
        yield f"  {before:<12} -> {after:<12}{count:>7}"
    for flip in found.flips:
        yield f"{flip.shop:<20} {_what(flip):<28} {flip.before.value:<12} -> {flip.after.value:<12}{_why(flip, lang)}"


def act_line(act: RuleAct) -> str:
    """Write an act on rules."""
    return f"#{act.number} {act.kind.value} {act.key} {act.fingerprint} from {act.effective}  {act.who}: {act.why}"


def stage_line(stage: StageSet | None, lang: Lang) -> str:
    """Write a stage, and how the programme came there."""
    if stage is None:
        return "observe"
    share = f" {stage.percent} %" if stage.percent is not None else ""
    told = STAGES[stage.stage][lang]
    return f"{stage.stage.value}{share}  {told}  {iso(stage.at_ms)} {stage.who}: {stage.why}"


def _what(flip: Flip) -> str:
    return " ".join((flip.platform, flip.kind or "—", flip.badge or "—"))


def _why(flip: Flip, lang: Lang) -> str:
    failing = flip.failing_after or flip.failing_before
    return ", ".join(f"{one.what} {one.found} {OUTCOMES[one.outcome][lang]}" for one in failing)


def _finding(one: Finding, lang: Lang) -> str:
    alternative = str(one.alternative or "")
    seen = iso(one.observed_at_ms)[:10] if one.observed_at_ms is not None else ""
    told = f"{one.what:<16} {one.required:<10} {one.found:<10} {one.source or '':<6} {seen:<11}"
    return f"{one.rule:<16}{alternative:<2}{told}{OUTCOMES[one.outcome][lang]}"
