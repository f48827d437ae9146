"""How what was returned was passed on to media: the step of a trace, with every way and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.insight.contracts.figures import Words
    from hongmao.insight.contracts.steps import State


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWay:
    """One fact of the sub-order on its way to one target, as it ended last."""

    target: str
    """The kind of target, such as `juguang`."""
    account: str
    """The tenant's account there."""
    event_type: str
    """The target's own word for what it was told."""
    outcome: str
    """`delivered`, `dead`, `refused`, `sampled_out` or `test`."""
    reason: str | None
    """Why it ended so, where it was not delivered."""
    answer: str | None
    """What the target answered last, cut short."""
    attempts: int
    """How often it was tried."""
    at_ms: int
    """When it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOn:
    """回传: passing the conversion on to a media platform."""

    state: State
    """`not_configured`: nothing of it has been passed on to anybody."""
    sentence: Words
    """The step in one sentence."""
    ways: tuple[SentWay, ...] = ()
    """One for each fact and target, in the order in which they ended."""
