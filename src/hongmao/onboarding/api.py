"""What others may ask of joining."""

from __future__ import annotations

from hongmao.onboarding.contracts import (
    CameBack,
    GrantState,
    JoinedLink,
    Lent,
    MadeAddresses,
    NoteOffered,
    OfferedItem,
    OfferedShop,
    PlatformOffered,
    Progress,
    RunningCampaign,
    Step,
    Trial,
    TriedLink,
)
from hongmao.onboarding.desk import Desk
from hongmao.onboarding.errors import GrantStateSpent, PlatformNotOffered, SignUpClosed
from hongmao.onboarding.grants.contracts import GrantPhase, GrantTrouble, HeldGrant
from hongmao.onboarding.grants.rules import ENDED, LEASE_MS, again_at, can_renew, phase_of, renew_at
from hongmao.onboarding.launching import Wanted
from hongmao.onboarding.linking import BY_HOUSE
from hongmao.onboarding.rules import challenge_of
from hongmao.onboarding.service import Onboarding
from hongmao.onboarding.store import GrantStore, OnboardingStore, PlatformDesk, Redeemed, TrialWatch
from hongmao.onboarding.watching import DerivedTrials

__all__ = [
    "BY_HOUSE",
    "ENDED",
    "LEASE_MS",
    "CameBack",
    "DerivedTrials",
    "Desk",
    "GrantPhase",
    "GrantState",
    "GrantStateSpent",
    "GrantStore",
    "GrantTrouble",
    "HeldGrant",
    "JoinedLink",
    "Lent",
    "MadeAddresses",
    "NoteOffered",
    "OfferedItem",
    "OfferedShop",
    "Onboarding",
    "OnboardingStore",
    "PlatformDesk",
    "PlatformNotOffered",
    "PlatformOffered",
    "Progress",
    "Redeemed",
    "RunningCampaign",
    "SignUpClosed",
    "Step",
    "Trial",
    "TrialWatch",
    "TriedLink",
    "Wanted",
    "again_at",
    "can_renew",
    "challenge_of",
    "phase_of",
    "renew_at",
]
