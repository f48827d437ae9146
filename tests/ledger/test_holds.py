"""Holds as a table: one row per act, one per error in order of precedence; then stories of time and of many at once.

open    ACCOUNT FLOOR
now     MINUTE
in      ACCOUNT AMOUNT
hold    KEY SOURCE AMOUNT UNTIL-MINUTE             -> ANSWER
take    KEY PART GOAL AMOUNT [AT-MINUTE]           -> ANSWER
free    KEY                                        -> ANSWER
expire                                             -> NUMBER
held    KEY STATE LEFT TAKES
balance ACCOUNT AMOUNT
close   DAY
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import DAY_MS, MINUTE_MS, Window, day_of
from hongmao.ledger.api import (
    Account,
    FundsMissing,
    Hold,
    HoldState,
    Ledger,
    Take,
    capture,
    frozen_of,
    hold,
    post,
    release,
)
from ledger.memory_ledger import MemoryLedgerStore
from ledger.moves import ALLIANCE_DAY, BANK, SHOP, WALLET, move, take
from ledger.moves import hold as held_for
from ledger.stage import ENGINES, Stage, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = """
open    wallet  0
open    shop    none
now     0
in      wallet  100

# Each row breaks its rule and every rule below it. The wallet has 100.
hold    h1      gone    0     -1          -> amount_not_whole
hold    h1      gone    -5    -1          -> amount_not_whole
hold    h1      gone    0.5   -1          -> amount_not_whole
hold    h\u00e9 gone    999   -1          -> key_malformed
hold    h1      wallet  60    10          -> posted
hold    h1      gone    999   -1          -> key_reused
hold    h2      gone    999   0           -> hold_expired
hold    h2      gone    999   10          -> account_missing
hold    h2      wallet  41    10          -> funds_missing
held    h1      held    60    0
balance wallet  40
balance wallet/frozen   60

# The same key with the same body holds already; the time it was given first stands.
hold    h1      wallet  60    20          -> duplicate
balance wallet  40

take    h9      p/1     gone  0           -> amount_not_whole
take    h9      p/1     gone  5           -> key_malformed
take    h9      p1      gone  5           -> hold_missing
take    h1      p1      shop  25          -> posted
take    h1      p1      gone  99          -> key_reused
take    h1      p1      shop  25          -> duplicate
take    h1      p2      gone  36          -> hold_exceeded
take    h1      p2      gone  35          -> account_missing
held    h1      held    35    1
balance shop    25

# What is left may be taken to the fen; then the hold has ended, and says so before anything else.
take    h1      p2      shop  35          -> posted
held    h1      taken   0     2
take    h1      p3      gone  1           -> hold_ended
take    h1      p1      shop  25          -> duplicate
free    h1                                -> hold_ended
balance wallet/frozen   0
balance shop    60

# Freed once, freed for good; what was taken before stays taken.
hold    h3      wallet  40    10          -> posted
take    h3      p1      shop  10          -> posted
free    h9                                -> hold_missing
free    h3                                -> posted
free    h3                                -> duplicate
take    h3      p2      shop  1           -> hold_ended
held    h3      freed   0     1
balance wallet  30

# In the instant its time is over a hold gives nothing, whether or not the money has gone back.
hold    h4      wallet  30    10          -> posted
now     9
expire                                    -> 0
now     10
take    h4      p1      gone  99          -> hold_expired
held    h4      held    30    0
expire                                    -> 1
expire                                    -> 0
held    h4      expired 0     0
take    h4      p1      gone  99          -> hold_ended
free    h4                                -> duplicate
balance wallet  30

# A key that has held never holds again; what is overdue may be freed by hand as well.
hold    h4      wallet  30    99          -> duplicate
hold    h5      wallet  30    11          -> posted
now     11
free    h5                                -> posted
held    h5      freed   0     0
expire                                    -> 0

# A closed period takes no hold and no part; what was posted in it stays a duplicate; time still sends money back.
hold    h6      wallet  30    3000        -> posted
take    h6      p1      shop  1     11    -> posted
now     2000
close   8
take    h6      p2      gone  99    11    -> hold_exceeded
take    h6      p2      gone  9     11    -> period_closed
take    h6      p1      shop  1     11    -> duplicate
take    h6      p2      shop  9     2000  -> posted
now     3000
expire                                    -> 1
balance wallet  20
balance wallet/frozen   0
"""


class Desk:
    """Does what rows say, on a ledger in memory."""

    def __init__(self) -> None:
        self.store, self.clock = MemoryLedgerStore(), SetClock(ALLIANCE_DAY)
        self.ledger = Ledger(self.store, self.clock)
        self.ledger.open(BANK, floor_fen=None)

    def do(self, act: str, words: list[str]) -> str | None:
        try:
            said: str | None = getattr(self, f"do_{act}")(*words)
        except HongmaoError as error:
            return error.code
        return said

    def do_open(self, name: str, floor: str) -> None:
        self.ledger.open(account(name), floor_fen=None if floor == "none" else int(floor))

    def do_now(self, minute: str) -> None:
        self.clock.set(at(minute))

    def do_in(self, name: str, fen: str) -> None:
        self.ledger.post(move("in", BANK, account(name), int(fen)))

    def do_hold(self, key: str, source: str, fen: str, until: str) -> str:
        amount = number(fen)
        return said(
            self.ledger.hold(
                Hold(key=key, source=account(source), amount_fen=amount, at_ms=ALLIANCE_DAY, expires_at_ms=at(until))
            ).duplicate
        )

    def do_take(self, key: str, part: str, goal: str, fen: str, minute: str = "0") -> str:
        one = Take(key=key, take=part, goal=account(goal), amount_fen=number(fen), at_ms=at(minute), why="pay")
        return said(self.ledger.capture(one).duplicate)

    def do_free(self, key: str) -> str:
        return said(self.ledger.release(key).duplicate)

    def do_expire(self) -> str:
        return str(self.ledger.expire_due())

    def do_held(self, key: str, *expected: str) -> None:
        found = self.ledger.held(key)
        assert found is not None
        assert (found.state.value, str(found.left_fen), str(found.takes)) == expected

    def do_balance(self, name: str, fen: str) -> None:
        assert self.ledger.balance(account(name)) == int(fen)

    def do_close(self, day: str) -> None:
        self.ledger.close_period(f"2025-05-{day}", Window.of_day(day_of(ALLIANCE_DAY)).end_ms, "finance")


def account(name: str) -> Account:
    owner, _, kind = name.partition("/")
    return Account(owner=owner, kind=kind or "cash", line="a", funder="x")


def at(minute: str) -> int:
    return ALLIANCE_DAY + int(minute) * MINUTE_MS


def number(text: str) -> int:
    return int(text) if "." not in text else float(text)  # type: ignore[return-value]


def said(duplicate: bool) -> str:  # noqa: FBT001 - it is the answer
    return "duplicate" if duplicate else "posted"


def test_holds_do_what_the_table_says() -> None:
    desk = Desk()
    for row, line in enumerate(TABLE.splitlines()):
        if not line.strip() or line.startswith("#"):
            continue
        words, _, expected = line.partition("->")
        act, *rest = words.split()
        found = desk.do(act, rest)
        assert found == (expected.strip() or None), f"row {row}: {line}"
    assert desk.ledger.verify().balanced


@pytest.fixture(params=ENGINES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as put_up:
        yield put_up


def test_held_money_stands_on_an_account_of_its_own_and_a_statement_shows_the_way(stage: Stage) -> None:
    ledger = stage.ledger
    ledger.post(move("in", BANK, WALLET, 100))
    ledger.hold(held_for("h", 70, until_ms=ALLIANCE_DAY + MINUTE_MS))
    ledger.capture(take("h", "p1", 20))
    ledger.release("h")
    frozen = frozen_of(WALLET)
    assert (frozen.kind, ledger.balance(frozen), ledger.balance(WALLET), ledger.balance(SHOP)) == ("frozen", 0, 80, 20)
    lines = [(line.key, line.account.kind, line.amount_fen) for line in ledger.entries("w", Window(0, 2**50))]
    assert lines == [
        ("in", "cash", 100),
        ("hold/h", "cash", -70),
        ("hold/h", "frozen", 70),
        ("hold-take/p1/h", "frozen", -20),
        ("hold-free/h", "frozen", -50),
        ("hold-free/h", "cash", 50),
    ]
    assert ledger.verify().balanced


def test_nobody_elses_key_looks_like_a_holds(stage: Stage) -> None:
    for key in ("hold/h", "hold-take/p/h", "hold-free/h", "", "a b", "é", "k" * 161):
        with pytest.raises(HongmaoError) as caught:
            stage.ledger.post(move(key, BANK, WALLET, 1))
        assert caught.value.code == "key_malformed"
    stage.ledger.post(move("holder/h", BANK, WALLET, 1))
    stage.ledger.post(move("k" * 160, BANK, WALLET, 1))


def test_a_hold_has_a_key_under_which_it_can_be_freed(stage: Stage) -> None:
    stage.ledger.post(move("in", BANK, WALLET, 100))
    with pytest.raises(HongmaoError) as caught:
        stage.ledger.hold(held_for("k" * 151, 10, until_ms=ALLIANCE_DAY + MINUTE_MS))
    assert caught.value.code == "key_malformed"
    stage.ledger.hold(held_for("k" * 150, 10, until_ms=ALLIANCE_DAY + MINUTE_MS))
    stage.clock.set(ALLIANCE_DAY + MINUTE_MS)
    assert stage.ledger.expire_due() == 1


def test_holds_of_one_transaction_are_all_kept_or_none_is(stage: Stage) -> None:
    stage.ledger.post(move("in", BANK, WALLET, 100))
    until_ms = ALLIANCE_DAY + MINUTE_MS
    with pytest.raises(FundsMissing), stage.store.begin() as work:
        hold(work, (held_for("h1", 60, until_ms=until_ms), held_for("h2", 60, until_ms=until_ms)), ALLIANCE_DAY)
    assert stage.ledger.held("h1") is None
    with stage.store.begin() as work:
        hold(work, (held_for("h1", 60, until_ms=until_ms), held_for("h2", 40, until_ms=until_ms)), ALLIANCE_DAY)
        capture(work, "h1", SHOP, 60, take="p", at_ms=ALLIANCE_DAY, posted_at_ms=ALLIANCE_DAY, why="pay")
        post(work, [move("beside", SHOP, BANK, 5)], ALLIANCE_DAY)
        release(work, "h2", at_ms=ALLIANCE_DAY, posted_at_ms=ALLIANCE_DAY)
    found = [stage.ledger.held(key) for key in ("h1", "h2")]
    assert [held.state for held in found if held] == [HoldState.TAKEN, HoldState.FREED]
    assert stage.ledger.verify().balanced


def test_what_is_overdue_goes_back_longest_overdue_first_a_part_at_a_time(stage: Stage) -> None:
    stage.ledger.post(move("in", BANK, WALLET, 100))
    for name, minutes in (("late", 9), ("first", 1), ("second", 2), ("open", 60)):
        stage.ledger.hold(held_for(name, 10, until_ms=ALLIANCE_DAY + minutes * MINUTE_MS))
    stage.clock.set(ALLIANCE_DAY + 10 * MINUTE_MS)
    assert stage.ledger.expire_due(limit=2) == 2
    states = {
        name: held.state.value for name in ("late", "first", "second", "open") if (held := stage.ledger.held(name))
    }
    assert states == {"late": "held", "first": "expired", "second": "expired", "open": "held"}
    assert (stage.ledger.expire_due(), stage.ledger.expire_due(), stage.ledger.balance(WALLET)) == (1, 0, 90)


def test_a_clock_that_jumps_a_day_and_back_neither_revives_a_hold_nor_kills_a_new_one(stage: Stage) -> None:
    stage.ledger.post(move("in", BANK, WALLET, 100))
    stage.ledger.hold(held_for("h1", 10, until_ms=ALLIANCE_DAY + MINUTE_MS))
    stage.clock.set(ALLIANCE_DAY + DAY_MS)
    assert stage.ledger.expire_due() == 1
    stage.clock.set(ALLIANCE_DAY)
    with pytest.raises(HongmaoError) as caught:
        stage.ledger.capture(take("h1", "p", 1))
    assert caught.value.code == "hold_ended"
    stage.ledger.hold(held_for("h2", 10, until_ms=ALLIANCE_DAY + MINUTE_MS))
    assert not stage.ledger.capture(take("h2", "p", 1)).duplicate
    assert stage.ledger.verify().balanced


BREAKS = {
    "a hold": ("UPDATE ledger_holds SET left_fen = 41 WHERE key = 'h'", ("h", "w/frozen/a/owner")),
    "its state": ("UPDATE ledger_holds SET state = 'freed' WHERE key = 'h'", ("h", "w/frozen/a/owner")),
    "that there is one": ("DELETE FROM ledger_holds", ("h", "w/frozen/a/owner")),
    "whose it is": ("UPDATE ledger_holds SET source = 3", ("h",)),
    "one more": (
        "INSERT INTO ledger_holds SELECT 'x', source, frozen, 1, 0, 'taken', 1, 0, 0 FROM ledger_holds",
        ("x",),
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_hold_that_is_not_what_its_batches_say_is_named(what: str) -> None:
    with staged("sqlite") as stage:
        stage.ledger.post(move("in", BANK, WALLET, 100))
        stage.ledger.hold(held_for("h", 50, until_ms=ALLIANCE_DAY + MINUTE_MS))
        stage.ledger.capture(take("h", "p", 10))
        assert stage.ledger.verify().balanced
        statement, named = BREAKS[what]
        stage.do(statement)
        check = stage.ledger.verify()
        assert (check.holds_drifted, check.balanced) == (named, False)


def test_only_holds_move_what_is_frozen(stage: Stage) -> None:
    ledger, frozen = stage.ledger, frozen_of(WALLET)
    ledger.post(move("in", BANK, WALLET, 100))
    ledger.hold(held_for("h", 50, until_ms=ALLIANCE_DAY + MINUTE_MS))
    acts: tuple[Callable[[], object], ...] = (
        lambda: ledger.post(move("steal", frozen, SHOP, 20)),
        lambda: ledger.post(move("slip-in", WALLET, frozen, 20)),
        lambda: ledger.hold(held_for("twice", 20, until_ms=ALLIANCE_DAY + MINUTE_MS, source=frozen)),
        lambda: ledger.capture(take("h", "p", 20, goal=frozen)),
    )
    codes = []
    for act in acts:
        with pytest.raises(HongmaoError) as caught:
            act()
        codes.append(caught.value.code)
    assert codes == ["frozen_touched"] * 4
    assert ledger.verify().balanced


KEYS = st.sampled_from(["a", "b", "c"])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), KEYS, st.integers(1, 60), st.integers(1, 4)),
        st.tuples(st.just("take"), KEYS, st.integers(1, 40), st.integers(0, 3)),
        st.tuples(st.just("free"), KEYS, st.just(0), st.just(0)),
        st.tuples(st.just("spend"), st.just(""), st.integers(1, 40), st.integers(0, 9)),
        st.tuples(st.just("later"), st.just(""), st.just(0), st.just(0)),
        st.tuples(st.just("expire"), st.just(""), st.just(0), st.just(0)),
    ),
    max_size=25,
)


def act_on(stage: Stage, act: str, key: str, fen: int, nth: int) -> str:
    """Do one act, and give the ledger's answer or its refusal."""
    ledger, now_ms = stage.ledger, stage.clock.now_ms()
    acts: dict[str, Callable[[], object]] = {
        "hold": lambda: ledger.hold(held_for(key, fen, until_ms=now_ms + nth * MINUTE_MS)),
        "take": lambda: ledger.capture(take(key, f"p{nth}", fen)),
        "free": lambda: ledger.release(key),
        "spend": lambda: ledger.post(move(f"s{nth}", WALLET, SHOP, fen)),
        "later": lambda: stage.clock.set(now_ms + MINUTE_MS),
        "expire": ledger.expire_due,
    }
    try:
        return str(acts[act]())
    except HongmaoError as error:
        return str(error)


@settings(max_examples=40)
@given(ACTS)
def test_whatever_happens_what_is_left_of_holds_is_what_is_frozen(acts: list[tuple[str, str, int, int]]) -> None:
    with staged("memory") as stage:
        ledger = stage.ledger
        ledger.post(move("in", BANK, WALLET, 100))
        for act in acts:
            act_on(stage, *act)
            left = sum(held.left_fen for held in map(ledger.held, "abc") if held is not None)
            assert (ledger.balance(frozen_of(WALLET)) or 0) == left
            assert sum(line.balance_fen for line in ledger.trial_balance()) == 0
            assert (ledger.balance(WALLET) or 0) >= 0
        assert ledger.verify().balanced
        stage.clock.set(stage.clock.now_ms() + DAY_MS)
        ledger.expire_due()
        assert (ledger.balance(frozen_of(WALLET)) or 0) == 0


@settings(max_examples=12)
@given(ACTS)
def test_whatever_happens_sql_answers_as_memory_does(acts: list[tuple[str, str, int, int]]) -> None:
    with staged("memory") as obvious, staged("sqlite") as real:
        for stage in (obvious, real):
            stage.ledger.post(move("in", BANK, WALLET, 100))
        for act in acts:
            assert act_on(real, *act) == act_on(obvious, *act)
        assert [real.ledger.held(key) for key in "abc"] == [obvious.ledger.held(key) for key in "abc"]
        assert real.ledger.verify() == obvious.ledger.verify()
        assert real.ledger.verify().balanced
