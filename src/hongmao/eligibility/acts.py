"""What a deployment has decided about its rules: each act is kept for ever, with the exact text it was about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from hongmao.eligibility.loading import Sort


class ActKind(StrEnum):
    """What was done."""

    APPLY = "apply"
    REVERT = "revert"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAct:
    """One decision about one version of a rule set or of a list of categories."""

    kind: ActKind
    sort: Sort
    id: str
    version: int
    effective: date
    """Its first day, Asia/Shanghai."""
    fingerprint: str
    text: str
    """The TOML file to the byte; a revert repeats what it takes back."""
    who: str
    why: str
    at_ms: int
    number: int = 0
    """Its place among all acts; 0 until it is kept."""

    @property
    def key(self) -> str:
        """Name the version as files and findings do."""
        return f"{self.id}.v{self.version}"


def standing(acts: Iterable[RuleAct]) -> tuple[RuleAct, ...]:
    """Give the published acts that were not taken back, in order. A version may be published again afterwards."""
    stands: dict[str, RuleAct] = {}
    for act in acts:
        if act.kind is ActKind.APPLY:
            stands[act.key] = act
        else:
            stands.pop(act.key, None)
    return tuple(stands.values())
