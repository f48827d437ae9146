"""What others may ask of admission."""

from __future__ import annotations

from hongmao.eligibility.acts import RuleAct
from hongmao.eligibility.contracts import (
    Badge,
    Facts,
    Finding,
    Listed,
    Outcome,
    Refusal,
    Ruling,
    ScoreName,
    ScoreSource,
    ShopKind,
    Stage,
    StageSet,
    Status,
    Verdict,
)
from hongmao.eligibility.errors import AdmissionMovedOn, QualificationTaken, ScoreUnreadable
from hongmao.eligibility.generated import shops as generated_shops
from hongmao.eligibility.judging import Replayed, ShopStanding, Standing
from hongmao.eligibility.live import LiveRules, Version
from hongmao.eligibility.loading import alternative, read
from hongmao.eligibility.rules import read_score
from hongmao.eligibility.service import Eligibility
from hongmao.eligibility.simulating import Flip, Simulation, simulate
from hongmao.eligibility.store import EligibilityStore, FactsTold, Qualification, RuleStore, ScoreKept
from hongmao.eligibility.telling import ScoreTold
from hongmao.eligibility.words import OUTCOMES, REASONS, STAGES, STATUSES, WHATS
from hongmao.eligibility.written import finding_data, simulation_data, verdict_data

__all__ = [
    "OUTCOMES",
    "REASONS",
    "STAGES",
    "STATUSES",
    "WHATS",
    "AdmissionMovedOn",
    "Badge",
    "Eligibility",
    "EligibilityStore",
    "Facts",
    "FactsTold",
    "Finding",
    "Flip",
    "Listed",
    "LiveRules",
    "Outcome",
    "Qualification",
    "QualificationTaken",
    "Refusal",
    "Replayed",
    "RuleAct",
    "RuleStore",
    "Ruling",
    "ScoreKept",
    "ScoreName",
    "ScoreSource",
    "ScoreTold",
    "ScoreUnreadable",
    "ShopKind",
    "ShopStanding",
    "Simulation",
    "Stage",
    "StageSet",
    "Standing",
    "Status",
    "Verdict",
    "Version",
    "alternative",
    "finding_data",
    "generated_shops",
    "read",
    "read_score",
    "simulate",
    "simulation_data",
    "verdict_data",
]
