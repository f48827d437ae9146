"""判定: what a rule set says of a shop's facts at an instant. Pure, so an old verdict can be made again (ELIG-8).

A shop passes where its category is open, its papers are valid, and one alternative of the first rule that fits is met whole.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from hongmao.eligibility.contracts import Facts, Finding, Judgement, Outcome, ScoreFact, Status
from hongmao.eligibility.errors import ScoreUnreadable
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hongmao.eligibility.contracts import QualFact
    from hongmao.eligibility.documents import Categories, Rule, RuleSet, When

UNKNOWN: Final = "—"
LAW_FORBIDS: Final = frozenset({"烟草", "电子烟", "处方药"})
"""What no list of categories may leave out (LABEL-7)."""
HEALTH_NOTE: Final = "health"
"""A note that teaches about health: no shopping link stands on its page, whatever it links to (LABEL-7)."""
_SCORE: Final = re.compile(r"[0-5](?:\.[0-9]{1,4})?", re.ASCII)
_SCORE_MAX: Final = Decimal(5)
_FOUND_CHARS: Final = 40
# Best first: a shop has the best of its alternatives, and an alternative the worst of its scores.
BEST_FIRST: Final = (Status.PASS, Status.STALE_GRACE, Status.MANUAL, Status.STALE, Status.REJECT)
_MEANS: Final = {
    Outcome.MET: Status.PASS,
    Outcome.AGEING: Status.STALE_GRACE,
    Outcome.UNTRUSTED: Status.MANUAL,
    Outcome.STALE: Status.STALE,
    Outcome.PERSON: Status.MANUAL,
}


def read_score(text: object, *, place: str) -> Decimal:
    """Read a score exactly: ASCII digits, at most four decimals, 0 to 5. A number is no text and is refused.

    >>> read_score("4.50", place="experience")
    Decimal('4.50')
    """
    if isinstance(text, str) and _SCORE.fullmatch(text) and (score := Decimal(text)) <= _SCORE_MAX:
        return score
    raise ScoreUnreadable(place=place, found=repr(text)[:_FOUND_CHARS])


def judge(ruleset: RuleSet, categories: Categories, facts: Facts, at_ms: int) -> Judgement:
    """Decide on a shop: a status, every criterion that was looked at, and until when age alone changes nothing."""
    rule = next(one for one in ruleset.rule if one.when is None or _fits(one.when, facts))
    # Which categories are open is a question of leading outside; what the law asks is asked of everybody.
    gates = (
        _category(categories, facts, outside=rule.outcome != "pass"),
        *_qualifications(categories, facts, at_ms),
    )
    status, scored = _scored(ruleset, rule, facts, at_ms)
    if not all(finding.ok for finding in gates):
        status = Status.REJECT
    turns = (*_turns_of_scores(ruleset, facts), *_turns_of_papers(facts))
    until_ms = min((turn for turn in turns if turn > at_ms), default=None)
    return Judgement(status=status, findings=(*gates, *scored), until_ms=until_ms)


def in_site(ruleset: RuleSet, platform: str) -> bool:
    """Tell whether shops of a platform pass by the platform alone: the community's own, which no link leads outside to."""
    of_platform = (one.when for one in ruleset.rule if one.outcome == "pass" and one.when is not None)
    return any(platform in when.platform and not when.kind and not when.badge for when in of_platform)


def reason_of(status: Status, findings: Iterable[Finding]) -> str:
    """Say in one word why a shop is not simply admitted: category, qualification, score, stale, or manual."""
    failing = {finding.rule for finding in findings if not finding.ok}
    for gate in ("category", "qualification"):
        if gate in failing:
            return gate
    return {Status.MANUAL: "manual", Status.STALE: "stale", Status.STALE_GRACE: "stale"}.get(status, "score")


def closed_to(
    categories: Categories, category: str | None, *, minors: bool = False, note_kind: str | None = None
) -> str | None:
    """Say why nothing of a category may be shown here, by law: `forbidden`, `minors`, `health_note`; None where it may.

    A category that nobody has told is closed to minors: what is not proven harmless is not shown to them (LABEL-8).
    """
    if category in categories.forbidden or category in LAW_FORBIDS:
        return "forbidden"
    if note_kind == HEALTH_NOTE:
        return "health_note"
    if minors and (category is None or category in categories.minors.closed):
        return "minors"
    return None


def _category(categories: Categories, facts: Facts, *, outside: bool) -> Finding:
    match facts.category:
        case name if name in categories.forbidden:
            outcome = Outcome.FORBIDDEN
        case _ if not outside:
            outcome = Outcome.MET
        case None:
            outcome = Outcome.NOT_PROVEN
        case name:
            outcome = Outcome.MET if name in categories.open else Outcome.NOT_OPEN
    return Finding(
        rule="category",
        alternative=0,
        what="category",
        required=" | ".join(categories.open) if outside else UNKNOWN,
        found=facts.category or UNKNOWN,
        outcome=outcome,
        version=categories.key,
    )


def _qualifications(categories: Categories, facts: Facts, at_ms: int) -> Iterator[Finding]:
    for kind in categories.needs.get(facts.category or "", ()):
        shown = [one for one in facts.qualifications if one.kind == kind and one.subject in {"", facts.category}]
        outcomes = {one: _validity(one, at_ms) for one in shown}
        best = min(outcomes, key=lambda one: (_PAPERS.index(outcomes[one]), one.number), default=None)
        yield Finding(
            rule="qualification",
            alternative=0,
            what=kind,
            required="valid",
            found=f"{best.number} {best.valid_from}/{best.valid_to}" if best else UNKNOWN,
            outcome=outcomes[best] if best else Outcome.MISSING,
            version=categories.key,
        )


_PAPERS: Final = (Outcome.MET, Outcome.NOT_YET, Outcome.EXPIRED)


def _days(one: QualFact) -> Window:
    first, last = Window.of_day(date.fromisoformat(one.valid_from)), Window.of_day(date.fromisoformat(one.valid_to))
    return Window(first.start_ms, last.end_ms)


def _validity(one: QualFact, at_ms: int) -> Outcome:
    days = _days(one)
    if at_ms < days.start_ms:
        return Outcome.NOT_YET
    return Outcome.MET if days.contains(at_ms) else Outcome.EXPIRED


def _scored(ruleset: RuleSet, rule: Rule, facts: Facts, at_ms: int) -> tuple[Status, tuple[Finding, ...]]:
    if rule.outcome is not None:
        return Status(rule.outcome), (_without_score(ruleset, rule, facts),)
    findings: list[Finding] = []
    statuses: list[Status] = []
    for number, criterion in enumerate(rule.any, start=1):
        bar = read_score(criterion.at_least, place=rule.id)
        found = [
            _finding(ruleset, rule, number, name.value, bar, _newest(ruleset, facts, name.value, at_ms), at_ms)
            for name in criterion.scores
        ]
        statuses.append(max((_MEANS.get(one.outcome, Status.REJECT) for one in found), key=BEST_FIRST.index))
        findings += found
    return min(statuses, key=BEST_FIRST.index), tuple(findings)


def _fits(when: When, facts: Facts) -> bool:
    asked: tuple[tuple[Sequence[str], str | None], ...] = (
        (when.platform, facts.platform),
        (when.kind, facts.kind),
        (when.badge, facts.badge),
    )
    return all(found in words for words, found in asked if words)


def _without_score(ruleset: RuleSet, rule: Rule, facts: Facts) -> Finding:
    passes = rule.outcome == "pass"
    return Finding(
        rule=rule.id,
        alternative=0,
        what="shop",
        required=UNKNOWN if passes else "person",
        found=" ".join((facts.platform, facts.kind or UNKNOWN, facts.badge or UNKNOWN)),
        outcome=Outcome.MET if passes else Outcome.PERSON,
        version=ruleset.key,
    )


def _newest(ruleset: RuleSet, facts: Facts, name: str, at_ms: int) -> ScoreFact | None:
    """Take the newest score, a trusted and fresh one before any other: nobody's word outshines the platform's own.

    Of two that were observed at one instant the lower counts, whichever was told first.
    """
    told = [one for one in facts.scores if one.name == name]
    trusted = [
        one for one in told if one.source in ruleset.trusted_sources and _age(ruleset, one, at_ms) is Outcome.MET
    ]
    return max(
        trusted or told,
        key=lambda one: (one.observed_at_ms, -read_score(one.value, place=name), one.source),
        default=None,
    )


def _finding(
    ruleset: RuleSet, rule: Rule, alternative: int, name: str, bar: Decimal, score: ScoreFact | None, at_ms: int
) -> Finding:
    return Finding(
        rule=rule.id,
        alternative=alternative,
        what=name,
        required=f"≥ {bar}",
        found=score.value if score else UNKNOWN,
        source=score.source if score else None,
        observed_at_ms=score.observed_at_ms if score else None,
        outcome=_outcome(ruleset, score, bar, at_ms),
        version=ruleset.key,
    )


def _outcome(ruleset: RuleSet, score: ScoreFact | None, bar: Decimal, at_ms: int) -> Outcome:
    if score is None:
        return Outcome.NOT_PROVEN
    if read_score(score.value, place=score.name) < bar:
        return Outcome.BELOW
    age = _age(ruleset, score, at_ms)
    if age is not Outcome.STALE and score.source not in ruleset.trusted_sources:
        return Outcome.UNTRUSTED
    return age


def _age(ruleset: RuleSet, score: ScoreFact, at_ms: int) -> Outcome:
    old_ms, over_ms = _ages(ruleset)
    age_ms = at_ms - score.observed_at_ms
    if age_ms <= old_ms:
        return Outcome.MET
    return Outcome.AGEING if age_ms <= over_ms else Outcome.STALE


def _ages(ruleset: RuleSet) -> tuple[int, int]:
    old_ms = ruleset.score_age_days * DAY_MS
    return old_ms, old_ms + ruleset.grace_hours * HOUR_MS


def _turns_of_scores(ruleset: RuleSet, facts: Facts) -> Iterator[int]:
    for score in facts.scores:
        for length_ms in _ages(ruleset):
            yield score.observed_at_ms + length_ms + 1


def _turns_of_papers(facts: Facts) -> Iterator[int]:
    for one in facts.qualifications:
        days = _days(one)
        yield days.start_ms
        yield days.end_ms
