"""The port of this context: what was told of shops, what was decided, each row for ever. `tenant=None` is the house's look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.catalog.contracts import Shop
    from hongmao.eligibility.acts import RuleAct
    from hongmao.eligibility.contracts import Facts, Listed, Ruling, StageSet, Verdict
    from hongmao.kernel.ids import MerchantId, ShopId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsTold:
    """What somebody said a shop is; None where they did not know."""

    shop: ShopId
    tenant: TenantId
    kind: str | None
    badge: str | None
    category: str | None
    source: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreKept:
    """A score as it was told, by whom, and where it can be looked up."""

    shop: ShopId
    tenant: TenantId
    name: str
    value: str
    source: str
    observed_at_ms: int
    received_at_ms: int
    evidence: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """资质: a paper of a merchant. `subject` is the category it is for; empty where it is for all of them."""

    id: str
    tenant: TenantId
    merchant: MerchantId
    kind: str
    subject: str
    number: str
    valid_from: str
    valid_to: str
    sha256: str
    by: str
    at_ms: int
    revoked_at_ms: int | None = None


class RuleStore(Protocol):
    """What a deployment has decided about its rules."""

    def acts(self) -> Sequence[RuleAct]:
        """List every act on rules, first to last."""
        ...

    def last_act(self) -> int:
        """Give the number of the last act; 0 before the first."""
        ...


class EligibilityStore(RuleStore, Protocol):
    """Everything is durable on return."""

    def revision(self) -> int:
        """Give a number that grows with whatever can change a verdict or a hold, but for rules, shops and time."""
        ...

    def tell_facts(self, told: FactsTold) -> None:
        """Keep what a shop is said to be; the latest word counts."""
        ...

    def tell_scores(self, scores: Sequence[ScoreKept]) -> None:
        """Keep scores of one tenant, all or none."""
        ...

    def add_qualification(self, paper: Qualification) -> Qualification:
        """Keep a paper and give it; the same again gives what is there. `QualificationTaken` for another under its id."""
        ...

    def withdraw_qualification(self, tenant: TenantId | None, id: str, at_ms: int) -> Qualification | None:
        """Mark a paper as withdrawn, once; None where there is none."""
        ...

    def qualifications(self, tenant: TenantId | None, merchant: MerchantId) -> Sequence[Qualification]:
        """List a merchant's papers, withdrawn ones too, oldest first."""
        ...

    def facts(self, shops: Sequence[Shop]) -> Mapping[ShopId, Facts]:
        """Give what is known of each shop: the latest word on it, the newest score of each name and source, valid papers."""
        ...

    def keep_verdicts(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Keep verdicts and give them their numbers."""
        ...

    def last_verdicts(self, shops: Collection[ShopId]) -> Mapping[ShopId, Verdict]:
        """Give the newest verdict of each shop that has one."""
        ...

    def verdicts(self, tenant: TenantId | None, shop: ShopId, *, limit: int) -> Sequence[Verdict]:
        """List a shop's verdicts, newest first."""
        ...

    def verdict(self, tenant: TenantId | None, number: int) -> Verdict | None:
        """Find a verdict."""
        ...

    def keep_ruling(self, ruling: Ruling) -> Ruling:
        """Keep a person's word on a shop and give it its number."""
        ...

    def rulings(self, shops: Collection[ShopId]) -> Mapping[ShopId, Ruling]:
        """Give the latest word on each shop that has one."""
        ...

    def keep_act(self, act: RuleAct, *, after: int) -> RuleAct:
        """Keep an act and give it its number; `AdmissionMovedOn` unless `after` is still the last act's."""
        ...

    def stages(self) -> Sequence[StageSet]:
        """List every stage that was set, first to last."""
        ...

    def stage(self) -> StageSet | None:
        """Give the stage that was set last."""
        ...

    def set_stage(self, stage: StageSet) -> StageSet:
        """Keep a stage and give it its number; of two that were set at once the later number counts."""
        ...

    def list_merchant(self, listed: Listed) -> None:
        """Put a merchant on the whitelist; again is once."""
        ...

    def unlist_merchant(self, merchant: MerchantId, at_ms: int) -> bool:
        """Take a merchant off the whitelist; False where it was not on it."""
        ...

    def listed(self) -> Sequence[Listed]:
        """List the whitelist, by merchant."""
        ...
