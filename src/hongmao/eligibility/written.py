"""Verdicts and simulations as plain data, as the API and the command line print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from hongmao.eligibility.contracts import Finding, Verdict
    from hongmao.eligibility.simulating import Simulation


def finding_data(one: Finding) -> dict[str, Any]:
    """Write a criterion out, with whether it is met."""
    return {**msgspec.to_builtins(one), "ok": one.ok}


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Write a verdict out, each criterion with whether it is met."""
    return {**msgspec.to_builtins(verdict), "findings": [finding_data(one) for one in verdict.findings]}


def simulation_data(found: Simulation) -> dict[str, Any]:
    """Write a simulation out: how many shops stay, and each one that does not."""
    return {
        "draft": found.draft,
        "draft_print": found.draft_print,
        "against": found.against,
        "shops": found.shops,
        "same": found.same,
        "counts": [{"before": old, "after": new, "shops": count} for (old, new), count in found.counts.items()],
        "flips": msgspec.to_builtins(found.flips),
    }
