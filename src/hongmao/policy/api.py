"""What others may ask of policy."""

from __future__ import annotations

from hongmao.policy.contracts import Calendar, Phase, Preset, PresetSet, Route, RouteChoice
from hongmao.policy.errors import PresetClosed
from hongmao.policy.rules import Gate
from hongmao.policy.service import Policy
from hongmao.policy.store import PolicyStore

__all__ = [
    "Calendar",
    "Gate",
    "Phase",
    "Policy",
    "PolicyStore",
    "Preset",
    "PresetClosed",
    "PresetSet",
    "Route",
    "RouteChoice",
]
