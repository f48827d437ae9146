"""What a rule set and a list of categories say: one struct per sort of file, and a file is the struct and nothing more.

Prose (`name`, `why`, `sources`, `manual`) is for people; all else is meaning and goes into the fingerprint. Unknown keys are
refused, and a number that is not written as text is too: `at_least = 4.5` would be whatever a float makes of it.
"""

from __future__ import annotations

import functools
from datetime import date
from typing import Annotated, Literal

import msgspec

from hongmao.definitions.contracts import Id, Prose, Text, Version  # noqa: TC001 - msgspec reads the annotations
from hongmao.eligibility.contracts import Badge, ScoreName, ScoreSource, ShopKind  # noqa: TC001 - same
from hongmao.kernel.fingerprint import fingerprint

PROSE = ("name", "why", "sources", "manual")
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
AgeDays = Annotated[int, msgspec.Meta(ge=1, le=365)]
GraceHours = Annotated[int, msgspec.Meta(ge=0, le=24 * 365)]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """What every file carries. `effective` is the first Asia/Shanghai day on which it is in force."""

    id: Id
    version: Version
    effective: date
    supersedes: str | None = None
    why: Prose
    name: Text
    sources: tuple[Prose, ...] = ()

    @property
    def key(self) -> str:
        """Name this version as files and findings do: `seeding_direct.v1`."""
        return f"{self.id}.v{self.version}"

    @functools.cached_property
    def fingerprint(self) -> str:
        """Name its meaning: the same for files that differ in prose, comments or the order of keys only."""
        meaning: dict[str, object] = msgspec.to_builtins(self, builtin_types=(date,))
        return fingerprint({key: value for key, value in meaning.items() if key not in PROSE})


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which shops a rule is about. A fact that is unknown fits nothing that names it."""

    platform: tuple[Word, ...] = ()
    kind: tuple[ShopKind, ...] = ()
    badge: tuple[Badge, ...] = ()


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One alternative: a score, or several of which each must reach the bar."""

    score: ScoreName | None = None
    all: tuple[ScoreName, ...] = ()
    at_least: str

    @property
    def scores(self) -> tuple[ScoreName, ...]:
        """Name the scores it asks for."""
        return self.all if self.score is None else (self.score,)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked of some shops: alternatives, or an outcome that asks nothing. Without `when` it is everybody else's."""

    id: Id
    when: When | None = None
    any: tuple[Criterion, ...] = ()
    outcome: Literal["pass", "manual"] | None = None


class RuleSet(Document, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """准入规则: the first rule whose `when` fits a shop speaks; the last one speaks of everybody else."""

    manual: str = ""
    score_age_days: AgeDays
    grace_hours: GraceHours
    trusted_sources: tuple[ScoreSource, ...]
    rule: tuple[Rule, ...]


class Minors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What no surface for minors shows."""

    closed: tuple[Word, ...]


class Categories(Document, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """类目表: what the programme is open to, what the law closes for everybody, and which papers a category needs."""

    open: tuple[Word, ...]
    forbidden: tuple[Word, ...]
    needs: dict[Word, tuple[Id, ...]] = {}
    minors: Minors
