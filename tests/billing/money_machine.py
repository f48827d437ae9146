"""The money machine: it draws acts of the money town one after the other, and lets the auditor look after each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from billing.money_auditor import town
from billing.money_fees import Told
from billing.money_town import MERCHANTS, MONTHS, SORTS, Act, MoneyTown, Tap
from hongmao.billing.api import CreditReason
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WHO = st.integers(0, 1)
LINES = st.sampled_from(("cid", "cid", "cid", "ud"))
TOP_UP_LINES = st.sampled_from(("cid", "ud", "creator"))
FEN = st.integers(1, 400)
PRICES = st.integers(0, 150)
KEYS = st.sampled_from(("k0", "k1", "k2"))
ANY = st.integers(0, 999)
HOURS_AGO = st.sampled_from((0, 0, 1, 30))
PAID_TAPS = st.lists(
    st.builds(Tap, merchant=WHO, line=LINES, price_fen=st.integers(1, 60), impression=ANY, hours_ago=HOURS_AGO),
    min_size=1,
    max_size=4,
)
TAPS = st.lists(
    st.builds(
        Tap,
        merchant=WHO,
        line=LINES,
        price_fen=PRICES,
        impression=st.integers(0, 3),
        hours_ago=HOURS_AGO,
        sort=st.sampled_from(("valid", "valid", *SORTS)),
    ),
    min_size=1,
    max_size=4,
)

SHOWN_SORTS = st.sampled_from(("valid", "valid", "valid", "valid", *SORTS))
NTH = st.integers(0, 1)
BUDGETS = st.none() | st.integers(1, 150)
CPM_FEN = (1_500, 9_999, 40_000)
WAITS = st.sampled_from((0, 0, HOUR_MS, DAY_MS, 181 * DAY_MS))
PAYERS = st.sampled_from(("merchant", "agency", "community"))
DAYS = st.sampled_from(("2025-05-01", "2025-05-31", "2025-06-01"))
TOLD = st.lists(
    st.builds(
        Told,
        merchant=WHO,
        kind=st.sampled_from(("pay", "settle", "refund", "presale_balance")),
        sub=st.sampled_from(("o1", "o2")),
        version=st.integers(1, 3),
        amount_fen=st.integers(0, 300),
        fee_fen=st.none() | st.integers(0, 40),
        hours_ago=HOURS_AGO,
        ref=st.sampled_from(("r1", "r2")),
    ),
    min_size=1,
    max_size=4,
)
REPLANS = st.one_of(
    st.tuples(st.just("budget"), WHO, st.integers(-1, 1), BUDGETS),
    st.tuples(st.just("agree"), WHO, NTH, st.just("cpm"), st.sampled_from(CPM_FEN)),
    st.tuples(st.just("agree"), WHO, NTH, st.just("cpc"), st.just(0)),
    st.tuples(st.just("pause"), WHO, LINES),
)
"""Acts that change what campaigns agreed to."""
CAMPAIGN_BUDGETS = st.tuples(BUDGETS, BUDGETS, st.none() | st.sampled_from(CPM_FEN))

PROGRAMMES = st.tuples(
    st.integers(1, 10), st.integers(1, 10), st.integers(40, 200), st.none() | st.integers(1, 40), st.booleans()
)


def one_of(keys: Iterable[str], number: int) -> str:
    """Choose a key that there is."""
    there = sorted(keys)
    return there[number % len(there)]


class MoneyMachine(RuleBasedStateMachine):
    """Draws acts and does them."""

    others: ClassVar[Callable[[], MoneyTown]] = lambda: town()[0]

    def __init__(self) -> None:
        super().__init__()
        self.town, self.auditor = town()

    @initialize(fen=st.integers(200, 900), programme=st.none() | PROGRAMMES, budgets=st.none() | CAMPAIGN_BUDGETS)
    def begin(
        self,
        fen: int,
        programme: tuple[int, int, int, int | None, bool] | None,
        budgets: tuple[int | None, int | None, int | None] | None,
    ) -> None:
        for who, line in ((0, "cid"), (1, "cid"), (0, "ud"), (0, "creator")):
            self.town.do(("top_up", who, line, fen, f"first-{line}"))
        self.town.do(("terms", 0, "merchant", None, "2025-05-01"))
        if programme is not None:
            self.found(programme)
        if budgets is not None:
            own_fen, account_fen, cpm = budgets
            self.town.do(("budget", 0, -1, account_fen))
            for who, line, nth in ((0, "cid", 0), (0, "ud", 1), (1, "cid", 0)):
                self.place(who, line, nth, own_fen, None if (who, nth) == (0, 0) else cpm)

    @rule(who=WHO, line=TOP_UP_LINES, fen=FEN, key=KEYS)
    def top_up(self, who: int, line: str, fen: int, key: str) -> None:
        self.town.do(("top_up", who, line, fen, key))

    @rule(who=WHO, kind=st.sampled_from(("rebate", "credit", "compensation")), fen=FEN, key=KEYS)
    def grant(self, who: int, kind: str, fen: int, key: str) -> None:
        self.town.do(("grant", who, kind, fen, key))

    @rule(taps=PAID_TAPS)
    def click(self, taps: list[Tap]) -> None:
        self.town.do(("click", len(self.town.log), tuple(taps)))
        self.follow()

    @rule(taps=TAPS, at_once=st.booleans())
    def click_anyhow(self, taps: list[Tap], *, at_once: bool) -> None:
        self.town.do(("click", len(self.town.log), tuple(taps)))
        if at_once:
            self.follow()

    @precondition(lambda self: self.town.log)
    @rule(number=ANY)
    def retry(self, number: int) -> None:
        log = self.town.log
        self.town.do(("click_twice", len(log), 1 + number % len(log)))

    @rule()
    def follow(self) -> None:
        self.town.do(("absorb", self.town.billing.position(), len(self.town.log)))

    @rule(start=ANY, size=st.integers(1, 6))
    def rebuild(self, start: int, size: int) -> None:
        start %= 1 + self.town.billing.position()
        self.town.do(("absorb", start, min(start + size, len(self.town.log))))

    @rule(programme=PROGRAMMES)
    def found(self, programme: tuple[int, int, int, int | None, bool]) -> None:
        self.town.do(("found", *programme))
        for who in (0, 1):
            self.town.do(("join", who))

    @rule(who=WHO, stay=st.booleans())
    def come_or_go(self, who: int, *, stay: bool) -> None:
        self.town.do(("join" if stay else "leave", who))

    @rule(told=TOLD, at_once=st.booleans())
    def tell(self, told: list[Told], *, at_once: bool) -> None:
        self.town.do(("tell", len(self.town.log), tuple(told)))
        if at_once:
            self.follow()

    @rule(terms=st.tuples(WHO, PAYERS, st.none() | st.sampled_from((0, 35_000, 1_000_000)), DAYS))
    def terms(self, terms: tuple[int, str, int | None, str]) -> None:
        self.town.do(("terms", *terms))

    @precondition(lambda self: self.town.billing.position())
    @rule(numbers=st.lists(ANY, min_size=1, max_size=4), paid=st.booleans(), reason=st.sampled_from(CreditReason))
    def credit(self, numbers: list[int], reason: str, *, paid: bool) -> None:
        """Of clicks that were paid, or of anything that stands in the log."""
        ids = self.auditor.paid if paid and self.auditor.paid else [f"e-{n}" for n in range(1, len(self.town.log) + 1)]
        self.town.do(("credit", tuple(one_of(ids, number) for number in numbers), str(reason)))

    @rule(wait=st.booleans())
    def wind_up(self, *, wait: bool) -> None:
        if wait:
            self.town.do(("advance", 4 * DAY_MS))
        self.town.do(("wind_up",))

    @rule(who=WHO, id=KEYS, creator=st.sampled_from("ab"), fen=st.integers(1, 250), note=st.booleans())
    def order(self, who: int, id: str, creator: str, fen: int, *, note: bool) -> None:
        self.town.do(("order", who, id, f"c{creator}", fen, f"n{creator}" if note else None))

    @precondition(lambda self: self.auditor.orders)
    @rule(number=ANY, end=st.sampled_from(("cancel", "release")), wait=WAITS)
    def end_order(self, number: int, end: str, wait: int) -> None:
        """After some time, or when its time is over."""
        there = sorted(self.auditor.orders)
        merchant, id = there[number % len(there)]
        if wait:
            self.town.do(("advance", wait))
        self.town.do((end, MERCHANTS.index(MerchantId(merchant)), id))

    @rule(who=WHO, fen=FEN, hours=st.sampled_from((1, 20)), key=KEYS)
    def hold(self, who: int, fen: int, hours: int, key: str) -> None:
        self.town.do(("hold", who, fen, hours, key))

    @precondition(lambda self: self.auditor.holds)
    @rule(number=ANY, part=st.sampled_from("ab"), fen=st.integers(1, 90), wait=st.booleans())
    def take(self, number: int, part: str, fen: int, *, wait: bool) -> None:
        if wait:
            self.town.do(("advance", 2 * HOUR_MS))
        self.town.do(("take", one_of(self.auditor.holds, number), part, fen))

    @precondition(lambda self: self.auditor.holds)
    @rule(number=ANY)
    def free(self, number: int) -> None:
        self.town.do(("free", one_of(self.auditor.holds, number)))

    @rule(who=WHO, line=LINES, nth=NTH, fen=BUDGETS, cpm=st.none() | st.sampled_from(CPM_FEN))
    def place(self, who: int, line: str, nth: int, fen: int | None, cpm: int | None) -> None:
        self.town.do(("place", who, line, nth))
        self.town.do(("budget", who, nth, fen))
        if cpm is not None:
            self.town.do(("agree", who, nth, "cpm", cpm))

    @rule(act=REPLANS)
    def replan(self, act: Act) -> None:
        self.town.do(act)

    @precondition(lambda self: self.town.agreed.by_impressions())
    @rule(number=ANY, times=st.integers(1, 4), hours_ago=HOURS_AGO, sort=SHOWN_SORTS, at_once=st.booleans())
    def show(self, number: int, times: int, hours_ago: int, sort: str, *, at_once: bool) -> None:
        _, merchant, line = one_of(self.town.agreed.by_impressions(), number).split("-")
        tap = Tap(merchant=int(merchant), line=line, price_fen=0, impression=0, hours_ago=hours_ago, sort=sort)
        self.town.do(("show", len(self.town.log), tap, times))
        if at_once:
            self.follow()

    @precondition(lambda self: self.town.agreed.bound)
    @rule(number=ANY, prices=st.lists(st.integers(1, 60), min_size=1, max_size=4), impression=ANY)
    def click_placed(self, number: int, prices: list[int], impression: int) -> None:
        _, merchant, line = one_of(self.town.agreed.bound, number).split("-")
        taps = tuple(
            Tap(merchant=int(merchant), line=line, price_fen=price_fen, impression=impression + nth)
            for nth, price_fen in enumerate(prices)
        )
        self.town.do(("click", len(self.town.log), taps))
        self.follow()

    @rule()
    def expire(self) -> None:
        self.town.do(("expire",))

    @rule(month=st.sampled_from(("2025-05", "2025-05", "2025-06")), wait=st.booleans())
    def close(self, month: str, *, wait: bool) -> None:
        if wait and (left_ms := MONTHS[month] - self.town.clock.now_ms()) > 0:
            self.town.do(("advance", left_ms + HOUR_MS))
        self.town.do(("close", month))

    @rule(by_ms=st.sampled_from((HOUR_MS, 5 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 31 * DAY_MS, -2 * HOUR_MS)))
    def advance(self, by_ms: int) -> None:
        self.town.do(("advance", by_ms))

    @rule(number=ANY)
    def again(self, number: int) -> None:
        self.town.again(number)

    @invariant()
    def all_fits(self) -> None:
        self.auditor.look(self.town)

    def teardown(self) -> None:
        check = self.town.ledger.verify()
        assert check.balanced, check
        other = type(self).others()
        for act, outcome, head in self.town.done:
            assert (other.do(act), other.ledger.head()) == (outcome, head), act
