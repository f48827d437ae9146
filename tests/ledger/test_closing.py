"""Closing: BILL-8. What was closed is printed again as it was, and a correction counts after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import DAY_MS, Window, instant
from hongmao.ledger.api import FundsMissing, PeriodClosed
from ledger.moves import ALLIANCE_DAY, BANK, SHOP, WALLET, hold, move, take
from ledger.stage import ENGINES, Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

JUNE = instant("2025-06-01T00:00:00+08:00")
JULY = instant("2025-07-01T00:00:00+08:00")
MAY = Window(instant("2025-05-01T00:00:00+08:00"), JUNE)


@pytest.fixture(params=ENGINES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """7 May: 100 come in, 30 are spent, 20 are held into June. It is the second of June."""
    with staged(request.param) as put_up:
        ledger = put_up.ledger
        ledger.post(move("in", BANK, WALLET, 100))
        ledger.post(move("out", WALLET, SHOP, 30, at_ms=JUNE - 1))
        ledger.hold(hold("h", 20, until_ms=JULY))
        put_up.clock.set(JUNE + DAY_MS)
        yield put_up


def test_BILL_8_nothing_is_posted_into_a_closed_period_and_a_correction_counts_now(stage: Stage) -> None:
    ledger = stage.ledger
    printed = ledger.turnover("w", MAY)
    close = ledger.close_period("2025-05", JUNE, "finance")
    assert (close.duplicate, close.seal, close.head_hash) == (False, 3, ledger.head().hash)
    with pytest.raises(PeriodClosed):
        ledger.post(move("late", WALLET, SHOP, 5, at_ms=JUNE - 1))
    with pytest.raises(PeriodClosed):
        ledger.hold(hold("h2", 5, until_ms=JULY, at_ms=JUNE - 1))
    with pytest.raises(PeriodClosed):
        ledger.capture(take("h", "p", 5, at_ms=JUNE - 1))
    assert ledger.post(move("out", WALLET, SHOP, 30, at_ms=JUNE - 1)).duplicate  # told again, not posted again
    ledger.post(move("late", WALLET, SHOP, 5, at_ms=JUNE, why="correction"))
    ledger.capture(take("h", "p", 5, at_ms=JUNE))
    assert ledger.turnover("w", MAY) == printed
    assert ledger.verify(close.head_hash).balanced
    assert [one.period for one in ledger.closes()] == ["2025-05"]


def test_a_period_is_closed_once_and_the_same_close_again_is_a_duplicate(stage: Stage) -> None:
    first = stage.ledger.close_period("2025-05", JUNE, "finance")
    stage.ledger.post(move("more", BANK, WALLET, 1, at_ms=JUNE))
    again = stage.ledger.close_period("2025-05", JUNE, "somebody else")
    assert (again.duplicate, again.by, again.seal) == (True, "finance", first.seal)
    assert len(stage.ledger.closes()) == 1


REFUSALS = [
    # Each row breaks its rule and every rule below it. Closed so far: 2025-05, up to the first of June; it is 2 June.
    ("2025-05", JULY, "period_unordered"),  # the name was used
    ("2025-06", JUNE, "period_unordered"),  # not behind the last
    ("2025-06", JULY - 1, "period_unordered"),  # no midnight
    ("2025-06-and-more-x", JULY, "period_unordered"),  # no period's name
    ("2025-06", JULY, "period_not_over"),
    ("2025-06a", JUNE + DAY_MS, "ledger_broken"),
]


@pytest.mark.parametrize(("period", "before_ms", "code"), REFUSALS)
def test_a_close_is_refused_by_the_first_rule_it_breaks(period: str, before_ms: int, code: str) -> None:
    with staged("sqlite") as stage:
        stage.clock.set(JUNE + DAY_MS)
        stage.ledger.close_period("2025-05", JUNE, "finance")
        stage.do("UPDATE ledger_balances SET balance_fen = 1 WHERE account_number = 2")
        with pytest.raises(HongmaoError) as caught:
            stage.ledger.close_period(period, before_ms, "finance")
        assert caught.value.code == code
        assert len(stage.ledger.closes()) == 1


def test_an_account_opened_after_a_close_has_nothing_before_it(stage: Stage) -> None:
    stage.ledger.close_period("2025-05", JUNE, "finance")
    late = SHOP.__class__(owner="late", kind="cash", line="a", funder="owner")
    stage.ledger.open(late, floor_fen=0)
    with pytest.raises(FundsMissing):
        stage.ledger.post(move("k", late, SHOP, 1, at_ms=JUNE))
    stage.ledger.post(move("k", BANK, late, 1, at_ms=JUNE))
    check = stage.ledger.verify()
    assert (check.closes_broken, check.balanced) == ((), True)


BREAKS = {
    "a day of it": "UPDATE ledger_days SET amount_fen = amount_fen + 1 WHERE account_number = 2 AND why = 'next'",
    "a balance": "UPDATE ledger_close_balances SET balance_fen = 0 WHERE account_number = 2",
    "its head": "UPDATE ledger_closes SET head_hash = 'f'",
    "its seal": "UPDATE ledger_closes SET seal = 9",
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_close_that_no_longer_fits_is_named(what: str) -> None:
    with staged("sqlite") as stage:
        stage.ledger.post(move("in", BANK, WALLET, 100))
        stage.clock.set(JUNE + DAY_MS)
        stage.ledger.close_period("2025-05", JUNE, "finance")
        stage.ledger.post(move("next", BANK, WALLET, 5, at_ms=JUNE, why="next"))
        assert stage.ledger.verify().closes_broken == ()
        stage.do(*map("DROP TRIGGER ledger_{}_no_update".format, ("closes", "close_balances")), BREAKS[what])
        check = stage.ledger.verify()
        assert (check.closes_broken, check.balanced) == (("2025-05",), False)


def test_what_was_closed_need_not_be_hashed_again(stage: Stage) -> None:
    """The quick proof trusts the seals up to the last close, and finds what was changed behind it."""
    ledger = stage.ledger
    ledger.close_period("2025-05", JUNE, "finance")
    for number in range(3):
        ledger.post(move(f"june/{number}", BANK, WALLET, 1, at_ms=JUNE))
    assert ledger.verify(since_close=True) == ledger.verify()
    if stage.database is None or "sqlite" not in str(stage.database._engine.url):
        return
    stage.do("DROP TRIGGER ledger_batches_no_update", "UPDATE ledger_batches SET at_ms = at_ms + 1 WHERE number = 5")
    assert [ledger.verify(since_close=quick).broken_seal for quick in (True, False)] == [5, 5]
    stage.do("UPDATE ledger_batches SET at_ms = at_ms + 1 WHERE number = 2")
    assert [ledger.verify(since_close=quick).broken_seal for quick in (True, False)] == [5, 2]


def test_what_is_overdue_in_a_closed_period_goes_back_after_it(stage: Stage) -> None:
    stage.ledger.hold(hold("short", 10, until_ms=JUNE + DAY_MS + 1, at_ms=JUNE))
    stage.clock.set(JULY + DAY_MS)
    stage.ledger.close_period("2025-06", JULY, "finance")
    stage.clock.set(JULY - DAY_MS)  # a server whose clock is behind
    assert stage.ledger.expire_due() == 1
    assert stage.ledger.balance(WALLET, JULY) == 40
    assert stage.ledger.balance(WALLET, JULY + 1) == 50
    assert stage.ledger.verify().balanced


def test_a_close_is_kept_wholly_or_not_at_all() -> None:
    with staged("sqlite") as stage:
        stage.ledger.post(move("in", BANK, WALLET, 100, at_ms=ALLIANCE_DAY))
        stage.clock.set(JUNE)
        stage.do("CREATE TRIGGER fail BEFORE UPDATE ON ledger_head BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        with pytest.raises(Exception, match="disk full"):
            stage.ledger.close_period("2025-05", JUNE, "finance")
        stage.do("DROP TRIGGER fail")
        assert stage.ledger.closes() == []
        assert not stage.ledger.close_period("2025-05", JUNE, "finance").duplicate
