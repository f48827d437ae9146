"""How far a step of a trace has come: said of every step in one way."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How far one step of an order's trace has come."""

    DONE = "done"  # it happened; the step's facts say how
    WAITING = "waiting"  # it will happen once a worker or the shop gets there
    NONE = "none"  # it did not happen, and the sentence says why that is right
    FAILED = "failed"  # it was tried and a rule or a fault said no
    NOT_CONFIGURED = "not_configured"  # this deployment does not do it
