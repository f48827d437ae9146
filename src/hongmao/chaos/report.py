"""What a drill has shown, as data; the command prints it."""

from __future__ import annotations

import msgspec


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one drill."""

    log: str
    minutes: float
    seed: int
    acked: int
    """Different taps, events and rows that a client saw acknowledged."""
    lost: int
    doubled: int
    uncharged: int
    """Clicks without their charge, and charges without a click."""
    unacked_kept: int
    refused: int
    """Answers that said no: to be tried again, and tried again."""
    unanswered: int
    """Acts that were never wholly acknowledged, to the end."""
    kills: dict[str, int]
    """Processes and log servers that were killed and came back, by name."""
    faults: dict[str, int]
    """Faults that were seen to happen, by name."""
    idle: tuple[str, ...]
    """Faults that were planned and never seen: such a drill proves nothing about them."""
    met: dict[str, int]
    """How often the house's processes met a fault: calls slowed, writes cut short, syncs failed, writes refused, steps seen."""
    answers: dict[str, int]
    """Answers by HTTP status; `none` where nobody knows what became of a call."""
    repeated: int
    """Acts sent again although they were acknowledged."""
    dropped: int
    """Calls in whose midst a client hung up."""
    revived: int
    """How often everything was started again because nobody was answered."""
    restarts: dict[str, int]
    """Processes that ended by themselves and were started again, by name."""
    exits: dict[str, int]
    """How each process ended when it was asked to, at the very end."""
    events: int
    """Rows of the lake."""
    charges: int
    findings: tuple[str, ...] = ()
    """What was lost, doubled or not charged, by name; the first of each."""

    @property
    def sound(self) -> bool:
        """Say whether the house kept its word and the drill was one."""
        kept = self.acked > 0 and not (self.lost or self.doubled or self.uncharged or self.unanswered)
        return kept and not self.idle and not any(self.exits.values())
