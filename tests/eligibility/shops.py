"""Shops to judge: what a story does not say is as good as it can be."""

from __future__ import annotations

from hongmao.eligibility.contracts import Facts, Judgement, QualFact, ScoreFact
from hongmao.eligibility.documents import Categories, RuleSet
from hongmao.eligibility.loading import alternative, read, shipped
from hongmao.eligibility.rules import judge
from hongmao.kernel.time import instant

JUDGED = instant("2025-05-07T10:00:00+08:00")
SEEN = instant("2025-05-06T09:00:00+08:00")


def document(sort: str) -> RuleSet | Categories:
    return next(one.document for one in shipped() if one.sort == sort)


def ruleset() -> RuleSet:
    found = document("ruleset")
    assert isinstance(found, RuleSet)
    return found


def other_reading() -> RuleSet:
    found = read(alternative("seeding_direct_pdd_all"), file="draft.toml").document
    assert isinstance(found, RuleSet)
    return found


def categories() -> Categories:
    found = document("categories")
    assert isinstance(found, Categories)
    return found


def score(name: str, value: str, *, source: str = "api", at_ms: int = SEEN) -> ScoreFact:
    return ScoreFact(name=name, value=value, source=source, observed_at_ms=at_ms)


def shop(
    platform: str,
    scores: dict[str, str] | None = None,
    *,
    kind: str | None = None,
    badge: str | None = None,
    category: str | None = "美妆个护",
    papers: tuple[QualFact, ...] = (),
) -> Facts:
    return Facts(
        platform=platform,
        kind=kind,
        badge=badge,
        category=category,
        scores=tuple(score(name, value) for name, value in (scores or {}).items()),
        qualifications=papers,
    )


def judged(facts: Facts, at_ms: int = JUDGED, *, by: RuleSet | None = None) -> Judgement:
    return judge(by or ruleset(), categories(), facts, at_ms)


def failing(facts: Facts, at_ms: int = JUDGED) -> list[tuple[str, str]]:
    return [(one.what, one.found) for one in judged(facts, at_ms).findings if not one.ok]
