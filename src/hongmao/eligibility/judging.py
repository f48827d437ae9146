"""Verdicts: made by the rules in force, kept when they say something new, made again word for word on request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from msgspec import structs

from hongmao.catalog.api import Permission, demand, sees
from hongmao.eligibility.contracts import Outcome, Refusal, Stage, Status, Verdict
from hongmao.eligibility.errors import VerdictUnknown
from hongmao.eligibility.rules import BEST_FIRST, closed_to, in_site, judge, reason_of
from hongmao.eligibility.stages import shut_out
from hongmao.kernel.time import Window, day_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.catalog.api import Principal, Shop
    from hongmao.eligibility.contracts import Facts, Judgement, Ruling, StageSet
    from hongmao.eligibility.desk import Desk
    from hongmao.eligibility.documents import Categories, RuleSet
    from hongmao.eligibility.live import Rules
    from hongmao.kernel.ids import MerchantId, ShopId, TenantId

VERDICTS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a shop stands: its verdict, and a person's word where the rules leave it to one."""

    verdict: Verdict
    ruling: Ruling | None
    """The word that counts; None where the rules have an answer of their own, or nobody has spoken."""

    @property
    def passes(self) -> bool:
        """Tell whether something new may begin."""
        if self.verdict.status is Status.MANUAL:
            return self.ruling is not None and self.ruling.passed
        return self.verdict.status is Status.PASS

    @property
    def runs(self) -> bool:
        """Tell whether what runs may run on."""
        return self.passes or self.verdict.status is Status.STALE_GRACE

    @property
    def forbidden(self) -> bool:
        """Tell whether the law closes it, whatever the stage (LABEL-7)."""
        return any(one.outcome is Outcome.FORBIDDEN for one in self.verdict.findings)

    @property
    def reason(self) -> str:
        """Say in one word why nothing new may begin."""
        return reason_of(self.verdict.status, self.verdict.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopStanding:
    """A shop, how it stands, and why its links would be held; None where they would not."""

    shop: Shop
    standing: Standing
    held: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """An old verdict beside what the same files say of the same facts at the same instant (ELIG-8)."""

    verdict: Verdict
    again: Judgement

    @property
    def same(self) -> bool:
        """Tell whether they are the same, finding by finding."""
        told = (self.verdict.status, self.verdict.findings, self.verdict.until_ms)
        return told == (self.again.status, self.again.findings, self.again.until_ms)


@dataclass(frozen=True, slots=True)
class _Survey:
    """What would be held, and what it was worked out from."""

    seen: tuple[int, ...]
    from_ms: int
    until_ms: int
    held: Mapping[ShopId, str]


class Judging:
    """Acts that judge."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._survey: _Survey | None = None

    def judge(self, who: Principal, shop: ShopId) -> Verdict:
        """Judge a shop now. The verdict is kept where it says anything else than the last one."""
        demand(who, Permission.READ_REPORTS)
        return self._judged([self._desk.catalog.shop(who, shop)], self._desk.clock.now_ms())[shop]

    def standing(self, shop: Shop, at_ms: int) -> Standing:
        """Say how a shop stands at an instant: the house's look, for whoever has found the shop."""
        return self._standings([shop], at_ms)[shop.id]

    def stands(self, who: Principal, shop: ShopId) -> Standing:
        """Say how a shop stands now."""
        demand(who, Permission.READ_REPORTS)
        return self.standing(self._desk.catalog.shop(who, shop), self._desk.clock.now_ms())

    def standings(self, who: Principal, *, limit: int = VERDICTS_MAX) -> tuple[ShopStanding, ...]:
        """Say how the shops that a principal sees stand now, and which of them would be held, in one look."""
        demand(who, Permission.READ_REPORTS)
        shops = self._desk.catalog.shops(who, limit=min(limit, VERDICTS_MAX))
        at_ms = self._desk.clock.now_ms()
        standings = self._standings(shops, at_ms)
        now, listed = self._desk.store.stage(), {one.merchant for one in self._desk.store.listed()}
        told: list[ShopStanding] = []
        for shop in shops:
            standing = standings[shop.id]
            held = self._shut_out(now, shop, listed, at_ms) or (None if standing.runs else standing.reason)
            if now is None or now.stage is Stage.OBSERVE:
                held = standing.reason if standing.forbidden else None
            told.append(ShopStanding(shop=shop, standing=standing, held=held))
        return tuple(told)

    def verdicts(self, who: Principal, shop: ShopId, *, limit: int = VERDICTS_MAX) -> Sequence[Verdict]:
        """List a shop's verdicts, newest first."""
        demand(who, Permission.READ_REPORTS)
        found = self._desk.catalog.shop(who, shop)
        return self._desk.store.verdicts(found.tenant, found.id, limit=min(limit, VERDICTS_MAX))

    def replay(self, who: Principal, number: int) -> Replayed:
        """Make an old verdict again, from its own facts, by the files it names, at its own instant."""
        demand(who, Permission.READ_REPORTS)
        verdict = self._desk.store.verdict(sees(who), number)
        if verdict is None:
            raise VerdictUnknown(id=number)
        ruleset = self._desk.rules.meant("ruleset", verdict.ruleset, verdict.ruleset_print)
        categories = self._desk.rules.meant("categories", verdict.categories, verdict.categories_print)
        again = judge(cast("RuleSet", ruleset), cast("Categories", categories), verdict.facts, verdict.at_ms)
        return Replayed(verdict=verdict, again=again)

    def admits(
        self, tenant: TenantId, merchant: MerchantId, *, shop: ShopId | None, item_category: str | None = None
    ) -> Refusal | None:
        """Say whether a plan of a merchant may begin: None, or why not.

        Without a shop it may begin where any of the merchant's shops passes; a merchant without shops has none that does.
        `item_category` is the category of what the plan is for, where that is known better than the shop's. While the
        programme only observes, everybody is let in but for what the law forbids. A shop that is not the merchant's, or
        not the tenant's, is refused as one that nobody has judged.
        """
        now, at_ms = self._desk.store.stage(), self._desk.clock.now_ms()
        shops = [one for one in self._shops(merchant, shop) if (one.tenant, one.merchant) == (tenant, merchant)]
        if now is None or now.stage is Stage.OBSERVE:
            return self._refused_by_law(shops, item_category, at_ms)
        if shop is None or not all(self._in_site(one, at_ms) for one in shops):
            listed = {one.merchant for one in self._desk.store.listed()}
            if (reason := shut_out(now, merchant, listed)) is not None:
                return Refusal(reason=reason)
        if not shops:
            return Refusal(reason="manual")
        standings = self._standings(shops, at_ms, category=item_category)
        if any(standing.passes for standing in standings.values()):
            return None
        nearest = min(shops, key=lambda one: (BEST_FIRST.index(standings[one.id].verdict.status), one.id))
        standing = standings[nearest.id]
        return Refusal(reason=standing.reason, verdict=self._kept_anew(nearest, standing.verdict))

    def _refused_by_law(self, shops: Sequence[Shop], category: str | None, at_ms: int) -> Refusal | None:
        """Refuse what no stage allows: the category that is named, or else every shop's own."""
        if category is not None:
            banned = closed_to(self._rules(at_ms).categories, category) is not None
        else:
            banned = bool(shops) and self._forbidden(shops, at_ms) == {one.id for one in shops}
        return Refusal(reason="category") if banned else None

    def _forbidden(self, shops: Sequence[Shop], at_ms: int) -> set[ShopId]:
        facts, categories = self._desk.store.facts(shops), self._rules(at_ms).categories
        return {one.id for one in shops if closed_to(categories, facts[one.id].category) is not None}

    def _shops(self, merchant: MerchantId, shop: ShopId | None) -> Sequence[Shop]:
        if shop is not None:
            return [*self._desk.catalog.shops_known([shop]).values()]
        return [one for piece in self._desk.pieces_of_shops(merchant) for one in piece]

    def suits(self, category: str | None, *, minors: bool = False, note_kind: str | None = None) -> str | None:
        """Say why the law lets nothing of a category be shown on a page (LABEL-7, LABEL-8); None where it does."""
        rules = self._desk.rules.on(day_of(self._desk.clock.now_ms()))
        return closed_to(rules.categories, category, minors=minors, note_kind=note_kind)

    def open_categories(self) -> tuple[str, ...]:
        """Name the categories that the programme is open to today."""
        return self._rules(self._desk.clock.now_ms()).categories.open

    def would_hold(self, at_ms: int) -> Mapping[ShopId, str]:
        """Say which shops' links must not serve, and why; while the programme only observes, those that the law closes.

        Judges every shop that the stage lets in and keeps what is new. Asked again, it answers from what it knows until
        something was told, decided or grew too old. An instant before the last one asked for is answered as that one: a
        clock that was set back makes nothing fresh again.
        """
        store, survey = self._desk.store, self._survey
        seen = (store.revision(), self._desk.rules.last(), self._desk.catalog.revision())
        if survey is None or survey.seen != seen or at_ms >= survey.until_ms:
            survey = self._survey = self._surveyed(seen, max(at_ms, survey.from_ms if survey else at_ms))
        return survey.held

    def _surveyed(self, seen: tuple[int, ...], at_ms: int) -> _Survey:
        now = self._desk.store.stage()
        # A version's first day begins at midnight.
        until_ms = Window.of_day(day_of(at_ms)).end_ms
        held: dict[ShopId, str] = {}
        if now is None or now.stage is Stage.OBSERVE:
            for shops in self._desk.pieces_of_shops():
                held |= dict.fromkeys(self._forbidden(shops, at_ms), "category")
            return _Survey(seen, at_ms, until_ms, held)
        listed = {one.merchant for one in self._desk.store.listed()}
        for shops in self._desk.pieces_of_shops():
            # Whom the stage keeps out nobody need judge: a kill switch waits for no verdict.
            out = {
                shop.id: reason for shop in shops if (reason := self._shut_out(now, shop, listed, at_ms)) is not None
            }
            held |= out
            standings = self._standings([shop for shop in shops if shop.id not in out], at_ms)
            for shop, standing in standings.items():
                if not standing.runs:
                    held[shop] = standing.reason
                turns = (standing.verdict.until_ms, standing.ruling.until_ms if standing.ruling else None)
                until_ms = min([until_ms, *(turn for turn in turns if turn is not None and turn > at_ms)])
        return _Survey(seen, at_ms, until_ms, held)

    def _standings(self, shops: Sequence[Shop], at_ms: int, *, category: str | None = None) -> dict[ShopId, Standing]:
        verdicts = self._judged(shops, at_ms, category=category)
        left_to_one = [shop for shop, verdict in verdicts.items() if verdict.status is Status.MANUAL]
        rulings = self._desk.store.rulings(left_to_one)
        standing: dict[ShopId, Standing] = {}
        for shop, verdict in verdicts.items():
            ruling = rulings.get(shop)
            counts = ruling if ruling is not None and ruling.holds(at_ms) else None
            standing[shop] = Standing(verdict=verdict, ruling=counts)
        return standing

    def _judged(self, shops: Sequence[Shop], at_ms: int, *, category: str | None = None) -> dict[ShopId, Verdict]:
        """Judge shops and keep what is new. For another category than the shop's nothing is kept: it is no word on the shop."""
        facts = self._desk.store.facts(shops)
        last = self._desk.store.last_verdicts([shop.id for shop in shops])
        judged: dict[ShopId, Verdict] = {}
        new: list[Verdict] = []
        for shop in shops:
            before = last.get(shop.id)
            # What was judged at an instant is not judged as if it had not come yet.
            moment = max(at_ms, before.at_ms if before else at_ms)
            known = facts[shop.id]
            if category is not None and category != known.category:
                judged[shop.id] = verdict_of(
                    shop, structs.replace(known, category=category), self._rules(moment), moment
                )
                continue
            verdict = verdict_of(shop, known, self._rules(moment), moment)
            if before is not None and before.says == verdict.says:
                judged[shop.id] = replace(before, until_ms=verdict.until_ms)
            else:
                new.append(verdict)
        judged.update({verdict.shop: verdict for verdict in self._desk.store.keep_verdicts(new)})
        return judged

    def _kept_anew(self, shop: Shop, verdict: Verdict) -> Verdict:
        """Keep what a plan was refused by, at the instant of its refusal, unless that is what was kept just now."""
        at_ms = max(self._desk.clock.now_ms(), verdict.at_ms)
        if verdict.number and verdict.at_ms == at_ms:
            return verdict
        (kept,) = self._desk.store.keep_verdicts([verdict_of(shop, verdict.facts, self._rules(at_ms), at_ms)])
        return kept

    def _shut_out(self, now: StageSet | None, shop: Shop, listed: Collection[MerchantId], at_ms: int) -> str | None:
        """Say why the stage keeps a shop out. The programme leads outside: the community's own shops are none of it."""
        return None if self._in_site(shop, at_ms) else shut_out(now, shop.merchant, listed)

    def _in_site(self, shop: Shop, at_ms: int) -> bool:
        return in_site(self._rules(at_ms).ruleset, shop.platform)

    def _rules(self, at_ms: int) -> Rules:
        return self._desk.rules.on(day_of(at_ms))


def verdict_of(shop: Shop, facts: Facts, rules: Rules, at_ms: int) -> Verdict:
    """Judge facts and write down all that the verdict was made from."""
    found = judge(rules.ruleset, rules.categories, facts, at_ms)
    return Verdict(
        shop=shop.id,
        tenant=shop.tenant,
        status=found.status,
        ruleset=rules.ruleset.key,
        ruleset_print=rules.ruleset.fingerprint,
        categories=rules.categories.key,
        categories_print=rules.categories.fingerprint,
        facts=facts,
        findings=found.findings,
        at_ms=at_ms,
        until_ms=found.until_ms,
    )
