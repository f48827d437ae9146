"""试算: which shops a draft would judge otherwise than what is in force, before anybody publishes it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.eligibility.documents import Categories, RuleSet
from hongmao.eligibility.live import Rules
from hongmao.eligibility.rules import judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.eligibility.contracts import Facts, Finding, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A shop that a draft judges otherwise, and the criteria that it fails before and after."""

    shop: str
    platform: str
    kind: str | None
    badge: str | None
    before: Status
    after: Status
    failing_before: tuple[Finding, ...]
    failing_after: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a draft would change among some shops."""

    draft: str
    draft_print: str
    against: str
    shops: int
    flips: tuple[Flip, ...]

    @property
    def same(self) -> int:
        """Count the shops whose status stays."""
        return self.shops - len(self.flips)

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        """Count the flips by what they lead from and to."""
        return dict(sorted(Counter((flip.before.value, flip.after.value) for flip in self.flips).items()))


def simulate(draft: RuleSet | Categories, rules: Rules, shops: Iterable[tuple[str, Facts]], at_ms: int) -> Simulation:
    """Judge every shop by both at one instant, whatever the draft's first day; flips come in the shops' order."""
    is_ruleset = isinstance(draft, RuleSet)
    after = Rules(draft, rules.categories) if isinstance(draft, RuleSet) else Rules(rules.ruleset, draft)
    flips: list[Flip] = []
    count = 0
    for name, facts in shops:
        count += 1
        old = judge(rules.ruleset, rules.categories, facts, at_ms)
        new = judge(after.ruleset, after.categories, facts, at_ms)
        if old.status is not new.status:
            flips.append(
                Flip(
                    shop=name,
                    platform=facts.platform,
                    kind=facts.kind,
                    badge=facts.badge,
                    before=old.status,
                    after=new.status,
                    failing_before=tuple(one for one in old.findings if not one.ok),
                    failing_after=tuple(one for one in new.findings if not one.ok),
                )
            )
    return Simulation(
        draft=draft.key,
        draft_print=draft.fingerprint,
        against=rules.ruleset.key if is_ruleset else rules.categories.key,
        shops=count,
        flips=tuple(flips),
    )
