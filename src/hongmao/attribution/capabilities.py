"""What an engine can do and what it needs: code asks this, and never an engine's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """引擎能力: what one engine promises. A promise stands here only where a test holds it to it."""

    name: str
    version: str
    distributed: bool
    """Whether it can work on several machines at once."""
    spills: bool
    """Whether what does not fit into memory goes to disk."""
    resumes: bool
    """Whether work that was stopped goes on from the last bucket that was done."""
    bit_exact_rules: bool
    """Whether rule models give the very bits that every other engine with this promise gives."""
    estimates_within: float
    """How far shares of estimated models may lie from another engine's."""
    tested_touches_max: int
    """The most touches of one job that were tried with it; more may well work."""
    needs: tuple[str, ...] = ()
    """What must be there beside Python, as people call it."""
