"""A town in which money moves: acts that are written down, so that they can be done again.

Billing and the ledger are the real ones; what keeps them is given. Who looks after the acts is `money_auditor`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from billing.money_campaigns import OVERSPEND_FEN, Agreed, account_of, campaign_of
from billing.money_fees import PLATFORM, Terms, Told, told_event
from hongmao.billing.api import Billing, Line, Rate, Scheme
from hongmao.billing.purses import PurseKind, purse_account
from hongmao.catalog.api import Creator, Merchant, Note, NoteType
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import CreatorId, MerchantId, NoteId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant
from hongmao.ledger.api import Hold, HoldState, Ledger, Take
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.billing.store import BillingStore
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.ledger.api import Head, LedgerStore

LAST_OF_MAY = instant("2025-05-31T20:00:00+08:00")
MONTHS: Final = {"2025-05": instant("2025-06-01T00:00:00+08:00"), "2025-06": instant("2025-07-01T00:00:00+08:00")}
MERCHANTS: Final = (MerchantId("m0"), MerchantId("m1"))
PROGRAMME: Final = "p"

Act = tuple[Any, ...]
"""The name of an act, and what it is done with: plain values, so that it can be done again."""
NEVER_REFUSED: Final = frozenset({"absorb", "expire"})
MAY_MOVE_AGAIN: Final = frozenset({"expire", "advance", "wind_up", "terms"})
"""Acts that have no key, or that outrank what was said since. All others, done again, move nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A click as a test asks for it. `sort` is what is wrong with it."""

    merchant: int
    line: str
    price_fen: int
    impression: int
    hours_ago: int = 0
    sort: str = "valid"


SORTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "valid": {"labelled": True},
    "invalid": {"labelled": True, "invalid": "bot"},
    "unlabelled": {"labelled": False},
    "unsaid": {"labelled": None},
    "elsewhere": {"labelled": True, "media": "other"},
    "nobody": {"labelled": True, "merchant": None},
}


def link_of(merchant: int, line: str) -> str:
    """Name the link of a merchant on a line."""
    return f"l-{merchant}-{line}"


class Registry:
    """The two merchants, each of a tenant of its own, and creators with a note each: all that billing asks a catalog for."""

    def creator(self, id: CreatorId) -> Creator:
        return Creator(id=id, name=id, bio="")

    def note(self, id: NoteId) -> Note:
        creator = CreatorId(id.replace("n", "c"))
        return Note(
            id=id,
            creator=creator,
            type=NoteType.PICTURE,
            title="t",
            body="b",
            topic="美妆",
            cover="c",
            published_at_ms=0,
        )

    def merchant(self, who: Principal, id: MerchantId) -> Merchant:  # noqa: ARG002 - the interface
        return Merchant(id=id, tenant=TenantId(f"t-{id}"), name=id)


class MoneyTown:
    """Does acts, and keeps them with how they ended and where they left the chain."""

    def __init__(self, store: BillingStore, ledger: LedgerStore) -> None:
        self.clock = SetClock(LAST_OF_MAY)
        self.ledger = Ledger(ledger, self.clock)
        self.agreed = Agreed()
        self.billing = Billing(
            store,
            self.ledger,
            cast("Catalog", Registry()),
            self.clock,
            rates=self.agreed,
            overspend_fen=OVERSPEND_FEN,
        )
        self.log: list[Logged] = []
        self.fee_terms: defaultdict[str, list[Terms]] = defaultdict(list)
        self.done: list[tuple[Act, str, Head]] = []

    def do(self, act: Act) -> str:
        """Do an act; give the code of the rule it broke, or nothing."""
        name, *values = act
        before = self.ledger.head()
        try:
            getattr(self, f"_{name}")(*values)
            outcome = ""
        except HongmaoError as error:
            outcome = error.code
            assert name not in NEVER_REFUSED, f"{act} broke {outcome}: the log stands still for ever"
            assert self.ledger.head() == before, f"{act} broke {outcome} and has moved something all the same"
        self.done.append((act, outcome, self.ledger.head()))
        return outcome

    def again(self, number: int) -> None:
        """Do an act again that was done before; where it went well, it has moved all that it ever will."""
        act, outcome, _ = self.done[number % len(self.done)]
        before = self.ledger.head()
        self.do(act)
        if not outcome and act[0] not in MAY_MOVE_AGAIN:
            assert self.ledger.head() == before, f"{act}, done again, has moved something"

    def _advance(self, by_ms: int) -> None:
        self.clock.advance(by_ms)

    def _top_up(self, merchant: int, line: str, fen: int, key: str) -> None:
        self.billing.top_up(ROOT, MERCHANTS[merchant], line, fen, key)

    def _grant(self, merchant: int, kind: str, fen: int, key: str) -> None:
        self.billing.grant(ROOT, MERCHANTS[merchant], kind, fen, key)

    def _click(self, number: int, taps: tuple[Tap, ...]) -> None:
        """Write clicks to the log, from an offset on; done again, they stand there already."""
        for offset, tap in enumerate(taps, number + 1):
            self._write(offset, f"e-{offset}", tap, kind=Kind.COMPONENT_CLICK, click_id=f"c-e-{offset}")

    def _show(self, number: int, tap: Tap, times: int) -> None:
        """Write impressions to the log."""
        for offset in range(number + 1, number + times + 1):
            self._write(offset, f"seen-s{offset}", tap, kind=Kind.IMPRESSION, impression=f"s{offset}", price_fen=None)

    def _tell(self, number: int, told: tuple[Told, ...]) -> None:
        """Write to the log what a shop tells of sub-orders."""
        for offset, one in enumerate(told, number + 1):
            at_ms = self.clock.now_ms() - one.hours_ago * HOUR_MS
            if offset > len(self.log):
                self.log.append(Logged(offset, told_event(f"ret-{offset}", one, MERCHANTS[one.merchant], at_ms)))

    def _terms(self, merchant: int, payer: str, rate_ppm: int | None, from_day: str) -> None:
        who = MERCHANTS[merchant]
        self.billing.fees.set_terms(
            ROOT, who, PLATFORM, payer=payer, from_day=from_day, rate_ppm=rate_ppm, unit_confirmed=True
        )
        self.fee_terms[who].append(Terms(payer=payer, rate_ppm=rate_ppm, from_day=from_day))

    def _click_twice(self, number: int, offset: int) -> None:
        """Write a click to the log a second time, as a retry would that the log does not see."""
        if number + 1 > len(self.log) and self.log[offset - 1].event.kind is Kind.COMPONENT_CLICK:
            self.log.append(Logged(number + 1, self.log[offset - 1].event))

    def _write(self, offset: int, id: str, tap: Tap, **more: Any) -> None:
        owner = {"tenant": f"t-{MERCHANTS[tap.merchant]}", "merchant": MERCHANTS[tap.merchant]}
        fields: dict[str, Any] = {
            "impression": f"i-{tap.impression}", "price_fen": tap.price_fen, **owner, **SORTS[tap.sort], **more,
        }  # fmt: skip
        event = Event(
            event_id=id,
            occurred_at_ms=self.clock.now_ms() - tap.hours_ago * HOUR_MS,
            note="n",
            link=link_of(tap.merchant, tap.line),
            line=tap.line,
            **fields,
        )
        if offset > len(self.log):
            self.log.append(Logged(offset, event))

    def _place(self, merchant: int, line: str, nth: int) -> None:
        """Give a link to one of its merchant's campaigns from now on; one that has a campaign keeps it."""
        link = link_of(merchant, line)
        self.agreed.bound.setdefault(link, (campaign_of(merchant, nth), self.clock.now_ms()))

    def _pause(self, merchant: int, line: str) -> None:
        """Take a link from its campaign."""
        self.agreed.bound.pop(link_of(merchant, line), None)

    def _budget(self, merchant: int, nth: int, fen: int | None) -> None:
        """Let a campaign's day cost so much; of nth -1, the day of its account."""
        if nth < 0:
            self.agreed.account_budgets[account_of(campaign_of(merchant, 0))] = fen
        else:
            self.agreed.day_budgets[campaign_of(merchant, nth)] = fen

    def _agree(self, merchant: int, nth: int, scheme: str, amount_fen: int) -> None:
        """Charge a campaign so from now on."""
        rate = Rate(from_ms=self.clock.now_ms(), scheme=Scheme(scheme), amount_fen=amount_fen)
        self.agreed.rates[campaign_of(merchant, nth)].append(rate)

    def _absorb(self, start: int, end: int) -> None:
        self.billing.absorb(self.log[start:end])

    def _credit(self, ids: tuple[str, ...], reason: str) -> None:
        self.billing.credits.give(ROOT, ids, reason)

    def _wind_up(self) -> None:
        self.billing.coinvest.wind_up(ROOT, PROGRAMME)

    def _found(self, own: int, match: int, cap_fen: int, member_cap_fen: int | None, refunds: bool) -> None:  # noqa: FBT001 - an act
        self.billing.coinvest.found(
            ROOT, PROGRAMME, own_parts=own, match_parts=match, cap_fen=cap_fen, member_cap_fen=member_cap_fen,
            from_ms=LAST_OF_MAY - DAY_MS, to_ms=LAST_OF_MAY + 3 * DAY_MS, credits_refunds=refunds,
        )  # fmt: skip

    def _join(self, merchant: int) -> None:
        self.billing.coinvest.join(ROOT, PROGRAMME, MERCHANTS[merchant])

    def _leave(self, merchant: int) -> None:
        self.billing.coinvest.leave(ROOT, PROGRAMME, MERCHANTS[merchant])

    def _order(self, merchant: int, id: str, creator: str, price_fen: int, note: str | None) -> None:
        self.billing.creators.place(ROOT, MERCHANTS[merchant], id, creator=creator, price_fen=price_fen, note=note)

    def _cancel(self, merchant: int, id: str) -> None:
        self.billing.creators.cancel(ROOT, MERCHANTS[merchant], id)

    def _release(self, merchant: int, id: str) -> None:
        self.billing.creators.release(ROOT, MERCHANTS[merchant], id)

    def _hold(self, merchant: int, fen: int, hours: int, key: str) -> None:
        source = purse_account(MERCHANTS[merchant], Line.CID, PurseKind.CASH)
        now_ms = self.clock.now_ms()
        self.ledger.hold(
            Hold(key=key, source=source, amount_fen=fen, at_ms=now_ms, expires_at_ms=now_ms + hours * HOUR_MS)
        )

    def _take(self, key: str, part: str, fen: int) -> None:
        goal, now_ms = purse_account(MERCHANTS[1], Line.CID, PurseKind.CASH), self.clock.now_ms()
        was = self.ledger.held(key)
        taken = self.ledger.capture(Take(key=key, take=part, goal=goal, amount_fen=fen, at_ms=now_ms, why="pay"))
        assert was is not None
        assert taken.duplicate or (was.state is HoldState.HELD and now_ms < was.expires_at_ms and fen <= was.left_fen)

    def _free(self, key: str) -> None:
        self.ledger.release(key)

    def _expire(self) -> None:
        self.ledger.expire_due()

    def _close(self, month: str) -> None:
        self.ledger.close_period(month, MONTHS[month], "auditor")
