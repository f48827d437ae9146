"""The sixth question of a trace: under each definition and window, which click earned the sub-order, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.attribution.api import OrderNotSeen, reason_in_words
from hongmao.insight import sentences
from hongmao.insight.contracts import Candidate, Claim, Credit, Credited, State, Words
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.vocabulary import reference

if TYPE_CHECKING:
    from hongmao.attribution.api import Attribution, SubOrderExplained, Verdict
    from hongmao.attribution.contracts import Candidate as Looked
    from hongmao.definitions.api import Registry
    from hongmao.insight.names import Names
    from hongmao.kernel.ids import TenantId


class Crediting:
    """Asks attribution about one order of one tenant."""

    def __init__(self, attribution: Attribution, registry: Registry, names: Names, tenant: TenantId) -> None:
        """Know nothing of any order yet."""
        self._attribution = attribution
        self._registry = registry
        self._names = names
        self._tenant = tenant
        self._explained: dict[str | None, SubOrderExplained] = {}

    def load(self, order_id: str, platform: str) -> None:
        """Have an order explained."""
        try:
            whole = self._attribution.explain(order_id, tenant=self._tenant, platform=platform)
        except OrderNotSeen:
            self._explained = {}
        else:
            self._explained = {one.sub_order_id: one for one in whole.sub_orders}

    def winner(self, sub_order_id: str | None) -> str | None:
        """Give the click id that reports credit by default."""
        shown = self._shown(sub_order_id)
        return shown.winner.click_id if shown and shown.winner else None

    def of(self, sub_order_id: str | None, *, paid: bool) -> Credited:
        """Write the step."""
        explained, shown = self._explained.get(sub_order_id), self._shown(sub_order_id)
        if explained is None or shown is None or not paid:
            waits_for = sentences.UNJUDGED if paid else sentences.UNPAID
            return Credited(
                state=State.WAITING, sentence=waits_for, credits=self._credits(explained) if explained else ()
            )
        sentence = self._sentence(shown)
        return Credited(
            state=State.DONE if shown.winner else State.NONE,
            sentence=sentences.claimed_too(sentence) if explained.claimed_elsewhere else sentence,
            credits=self._credits(explained),
            click_by=explained.click_by,
            claimed_elsewhere=explained.claimed_elsewhere,
            claims=tuple(
                Claim(
                    click_id=claim.click_id,
                    by=claim.by,
                    followed=claim.followed,
                    reason=claim.reason,
                    sentence=reason_words(claim.reason),
                )
                for claim in explained.claims
            ),
        )

    def _shown(self, sub_order_id: str | None) -> Verdict | None:
        """Choose the verdict that reports show: last click over its default window."""
        explained = self._explained.get(sub_order_id)
        for verdict in explained.verdicts if explained else ():
            if verdict.definition.id == CREDIT_BY and verdict.window == self._default_window(verdict):
                return verdict
        return None

    def _default_window(self, verdict: Verdict) -> str | None:
        return self._registry.attribution(verdict.definition.id, verdict.definition.version).default_window

    def _credits(self, explained: SubOrderExplained) -> tuple[Credit, ...]:
        """List what every definition says, the one that reports show first."""
        ordered = sorted(explained.verdicts, key=lambda one: (one.definition.id != CREDIT_BY, one.definition.id))
        return tuple(self._credit(verdict) for verdict in ordered)

    def _credit(self, verdict: Verdict) -> Credit:
        candidates = tuple(self._candidate(looked) for looked in verdict.candidates)
        best = verdict.winner.event_id if verdict.winner else None
        winner = next((one for one in candidates if one.event_id == best), None)
        pays = [entry for entry in verdict.entries if entry.entry == "pay"]
        return Credit(
            definition=reference(self._registry.attribution(verdict.definition.id, verdict.definition.version)),
            model=verdict.definition.model,
            window=verdict.window,
            won=winner is not None,
            winner=winner,
            candidates=candidates,
            reason=verdict.reason,
            sentence=self._sentence(verdict),
            gross_fen=_sum([entry.value_fen for entry in pays]) if winner else None,
            net_fen=_sum([entry.value_fen for entry in verdict.entries]) if winner else None,
            billing_day=next((entry.billing_day for entry in pays), None),
            event_day=next((entry.event_day for entry in pays), None),
        )

    def _candidate(self, looked: Looked) -> Candidate:
        return Candidate(
            click_id=looked.touch.click_id,
            event_id=looked.touch.event_id,
            at_ms=looked.touch.at_ms,
            note=looked.touch.note,
            note_title=self._names.note_title(looked.touch.note),
            won=looked.won,
            reason=looked.reason,
            sentence=reason_words(looked.reason),
            kind=looked.touch.kind,
            own=looked.own,
            organic=looked.touch.organic,
            credit_millionths=looked.credit_millionths,
            gross_fen=looked.value_fen,
            net_fen=looked.net_fen,
        )

    def _sentence(self, verdict: Verdict) -> Words:
        if verdict.winner is None:
            return sentences.not_credited(reason_in_words(verdict.reason, "zh"), reason_in_words(verdict.reason, "en"))
        definition = reference(self._registry.attribution(verdict.definition.id, verdict.definition.version))
        title = self._names.note_title(verdict.winner.note)
        best = next(one for one in verdict.candidates if one.touch.event_id == verdict.winner.event_id)
        return sentences.credited(
            title, definition.name, verdict.window, len(verdict.candidates) - 1, millionths=best.credit_millionths
        )


def reason_words(code: str) -> Words:
    """Say one of attribution's reasons in both languages."""
    return Words(zh=reason_in_words(code, "zh"), en=reason_in_words(code, "en"))


def _sum(amounts: list[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
