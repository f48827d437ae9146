"""What the house decides: rules, stages, the whitelist, a person's word. Each act says who and why, and is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission, demand
from hongmao.definitions.api import ActKind
from hongmao.eligibility.acts import RuleAct
from hongmao.eligibility.contracts import Listed, Ruling, StageSet, Status
from hongmao.eligibility.desk import word
from hongmao.eligibility.errors import AdmissionInstantPast, NothingToRule
from hongmao.eligibility.loading import read
from hongmao.eligibility.simulating import Simulation, simulate
from hongmao.eligibility.stages import check_stage
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hongmao.catalog.api import Principal
    from hongmao.eligibility.contracts import Facts
    from hongmao.eligibility.desk import Desk
    from hongmao.eligibility.judging import Judging
    from hongmao.eligibility.live import Version
    from hongmao.eligibility.loading import Source
    from hongmao.kernel.ids import MerchantId, ShopId


class Deciding:
    """Acts of the house."""

    def __init__(self, desk: Desk, judging: Judging) -> None:
        """Work at a desk, beside whoever judges."""
        self._desk = desk
        self._judging = judging

    def versions(self, who: Principal) -> tuple[Version, ...]:
        """List every version that stands, what ships with us first. Anybody who may read reports may read the rules."""
        demand(who, Permission.READ_REPORTS)
        return self._desk.rules.versions()

    def simulate(
        self, who: Principal, text: str, *, file: str = "draft.toml", shops: Iterable[tuple[str, Facts]] | None = None
    ) -> Simulation:
        """Say which shops a draft would judge otherwise: the house's own, or those that are given. Nothing is kept."""
        demand(who, Permission.MANAGE_ADMISSION)
        at_ms = self._desk.clock.now_ms()
        rules = self._desk.rules.on(day_of(at_ms))
        return simulate(read(text, file=file).document, rules, self._known() if shops is None else shops, at_ms)

    def publish(self, who: Principal, text: str, *, why: str, file: str = "draft.toml") -> RuleAct:
        """Publish the next version of a rule set or of the categories, from its first day on, which is not past.

        Raises a `TomlRefused` with its line, `RulesetLineage`, `RulesetSaysNothingNew`, or `AdmissionMovedOn`.
        """
        demand(who, Permission.MANAGE_ADMISSION)
        draft = read(text, file=file)
        self._desk.rules.demand_next(draft)
        act = _act(ActKind.APPLY, draft, who=who.id, why=word(why, "why"), at_ms=self._desk.clock.now_ms())
        return self._keep(act)

    def revert(self, who: Principal, key: str, *, why: str) -> RuleAct:
        """Take back the newest version, if it was published here: the one before it speaks again. Old verdicts stay."""
        demand(who, Permission.MANAGE_ADMISSION)
        brought = self._desk.rules.demand_own(key)
        source = read(brought.text, file=f"published/{key}.toml", sort=brought.sort)
        act = _act(ActKind.REVERT, source, who=who.id, why=word(why, "why"), at_ms=self._desk.clock.now_ms())
        return self._keep(act)

    def stage(self) -> StageSet | None:
        """Say which stage the programme is at; None while nobody has set any, which is `observe`."""
        return self._desk.store.stage()

    def stages(self, who: Principal) -> Sequence[StageSet]:
        """List every stage that was set, first to last."""
        demand(who, Permission.MANAGE_ADMISSION)
        return self._desk.store.stages()

    def set_stage(self, who: Principal, stage: str, percent: int | None = None, *, why: str) -> StageSet:
        """Set the stage. `off` is the kill switch: whoever asks next what to hold is told everything."""
        demand(who, Permission.MANAGE_ADMISSION)
        checked, share = check_stage(stage, percent)
        now_ms = self._desk.clock.now_ms()
        return self._desk.store.set_stage(
            StageSet(stage=checked, percent=share, who=who.id, why=word(why, "why"), at_ms=now_ms)
        )

    def list_merchant(self, who: Principal, merchant: MerchantId) -> Listed:
        """Put a merchant on the whitelist."""
        demand(who, Permission.MANAGE_ADMISSION)
        found = self._desk.catalog.merchant(who, merchant)
        listed = Listed(merchant=found.id, tenant=found.tenant, by=who.id, at_ms=self._desk.clock.now_ms())
        self._desk.store.list_merchant(listed)
        return listed

    def unlist_merchant(self, who: Principal, merchant: MerchantId) -> bool:
        """Take a merchant off the whitelist; False where it was not on it."""
        demand(who, Permission.MANAGE_ADMISSION)
        found = self._desk.catalog.merchant(who, merchant)
        return self._desk.store.unlist_merchant(found.id, self._desk.clock.now_ms())

    def listed(self, who: Principal) -> Sequence[Listed]:
        """List the whitelist."""
        demand(who, Permission.MANAGE_ADMISSION)
        return self._desk.store.listed()

    def rule_on(self, who: Principal, shop: ShopId, *, passed: bool, why: str, until_ms: int | None = None) -> Ruling:
        """Keep a person's word on a shop that the rules leave to one; raises `NothingToRule` where they do not."""
        demand(who, Permission.MANAGE_ADMISSION)
        found = self._desk.catalog.shop(who, shop)
        now_ms = self._desk.clock.now_ms()
        verdict = self._judging.standing(found, now_ms).verdict
        if verdict.status is not Status.MANUAL:
            raise NothingToRule(id=shop, status=verdict.status.value)
        if until_ms is not None and until_ms <= now_ms:
            raise AdmissionInstantPast(place="until")
        ruling = Ruling(
            shop=found.id,
            tenant=found.tenant,
            passed=passed,
            why=word(why, "why"),
            until_ms=until_ms,
            by=who.id,
            at_ms=now_ms,
        )
        return self._desk.store.keep_ruling(ruling)

    def _keep(self, act: RuleAct) -> RuleAct:
        kept = self._desk.store.keep_act(act, after=self._desk.rules.last())
        self._desk.rules.refresh()
        return kept

    def _known(self) -> Iterator[tuple[str, Facts]]:
        for shops in self._desk.pieces_of_shops():
            facts = self._desk.store.facts(shops)
            yield from ((shop.id, facts[shop.id]) for shop in shops)


def _act(kind: ActKind, source: Source, *, who: str, why: str, at_ms: int) -> RuleAct:
    document = source.document
    return RuleAct(
        kind=kind,
        sort=source.sort,
        id=document.id,
        version=document.version,
        effective=document.effective,
        fingerprint=document.fingerprint,
        text=source.text,
        who=who,
        why=why,
        at_ms=at_ms,
    )
