"""What a deployment has decided about its definitions: each act is kept for ever, with the exact text it was about.

    2025-05-25 10:00  apply   last_click.v2  from 2025-06-01  who, why, the TOML text
    2025-06-03 16:20  revert  last_click.v2                   who, why

The definitions of a deployment are those that ship, with what was applied and not taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

Sort = Literal["attribution", "metrics"]
"""The folder a definition's file belongs in."""


class ActKind(StrEnum):
    """What was done."""

    APPLY = "apply"
    REVERT = "revert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One decision about one version."""

    kind: ActKind
    sort: Sort
    definition: str
    """The id, such as `last_click`."""
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
    batch: int = 0
    """The number of the first act of the same decision."""

    @property
    def key(self) -> str:
        """Name the version as files and reports do."""
        return f"{self.definition}.v{self.version}"


class Decided(Protocol):
    """What an act about a version of anything has."""

    @property
    def kind(self) -> ActKind:
        """Say what was done."""
        ...

    @property
    def key(self) -> str:
        """Name the version."""
        ...


D = TypeVar("D", bound=Decided)


def standing(acts: Iterable[D]) -> tuple[D, ...]:
    """Give the applied acts that were not taken back, in order. A version may be applied again after it was reverted."""
    stands: dict[str, D] = {}
    for act in acts:
        if act.kind is ActKind.APPLY:
            stands[act.key] = act
        else:
            stands.pop(act.key, None)
    return tuple(stands.values())
