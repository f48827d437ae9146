"""What a deployment has decided about its rules: each act is kept for ever, with the exact text it was about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hongmao.definitions.api import ActKind
    from hongmao.eligibility.loading import Sort


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
