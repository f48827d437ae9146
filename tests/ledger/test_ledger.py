"""The ledger on its store: postings that happen once, balances now and then, and the proof that finds what is wrong."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hongmao.ledger
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import DAY_MS, Window
from hongmao.ledger.api import Account, AccountMissing, FloorChanged, FundsMissing, KeyReused
from ledger.moves import ALLIANCE_DAY, BANK, EVER, GIFT, SHOP, WALLET, move
from ledger.stage import ENGINES, Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=ENGINES)
def city(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as put_up:
        yield put_up


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as put_up:
        yield put_up


def test_the_same_key_is_one_posting_and_another_body_is_refused(city: Stage) -> None:
    assert not city.ledger.post(move("k", BANK, WALLET, 100)).duplicate
    assert city.ledger.post(move("k", BANK, WALLET, 100, at_ms=ALLIANCE_DAY + 5)).duplicate
    with pytest.raises(KeyReused):
        city.ledger.post(move("k", BANK, WALLET, 101))
    assert city.ledger.balance(WALLET) == 100
    assert len(city.ledger.entries("w", EVER)) == 1


def test_a_group_is_posted_wholly_or_not_at_all(city: Stage) -> None:
    with pytest.raises(FundsMissing):
        city.ledger.post_all((move("k1", BANK, WALLET, 100), move("k2", WALLET, SHOP, 101)))
    assert city.ledger.balance(WALLET) == 0
    assert city.ledger.verify().batches == 0
    city.ledger.post_all((move("k1", BANK, WALLET, 100), move("k2", WALLET, SHOP, 100)))
    assert (city.ledger.balance(WALLET), city.ledger.balance(SHOP)) == (0, 100)


def test_an_account_is_opened_once_with_one_floor(city: Stage) -> None:
    city.ledger.open(WALLET, floor_fen=0)
    with pytest.raises(FloorChanged):
        city.ledger.open(WALLET, floor_fen=None)
    stranger = Account(owner="w", kind="cash", line="b", funder="owner")
    assert city.ledger.balance(stranger) is None
    with pytest.raises(AccountMissing):
        city.ledger.post(move("k", BANK, stranger, 1))
    assert city.ledger.accounts_of("w") == [WALLET, GIFT]


def test_several_balances_come_at_once_and_what_nobody_opened_is_left_out(city: Stage) -> None:
    city.ledger.post(move("k1", BANK, WALLET, 100))
    city.ledger.post(move("k2", WALLET, GIFT, 30))
    stranger = replace(WALLET, owner="nobody")
    # One that has the owner of one and the kind of another is neither.
    crossed = replace(BANK, kind=WALLET.kind, line="nowhere")
    found = city.ledger.balances([WALLET, GIFT, stranger, crossed])
    assert found == {account: city.ledger.balance(account) for account in (WALLET, GIFT)}
    assert found[WALLET] == 70
    assert city.ledger.balances(()) == {}


def test_a_past_balance_is_what_counted_before_that_instant(city: Stage) -> None:
    # 7 May: 100 come in. 8 May: 30 are spent. 9 May: a late entry for the 7th arrives.
    city.ledger.post(move("k1", BANK, WALLET, 100, at_ms=ALLIANCE_DAY))
    city.ledger.post(move("k2", WALLET, SHOP, 30, at_ms=ALLIANCE_DAY + DAY_MS))
    assert city.ledger.balance(WALLET, ALLIANCE_DAY) == 0
    assert city.ledger.balance(WALLET, ALLIANCE_DAY + 1) == 100
    assert city.ledger.balance(WALLET, ALLIANCE_DAY + 2 * DAY_MS) == 70
    city.ledger.post(move("k3", WALLET, SHOP, 7, at_ms=ALLIANCE_DAY + 60_000))
    assert city.ledger.balance(WALLET, ALLIANCE_DAY + DAY_MS) == 93
    assert city.ledger.balance(WALLET) == 63


def test_a_turnovers_opening_and_movements_make_its_closing(city: Stage) -> None:
    city.ledger.post(move("k1", BANK, WALLET, 100, at_ms=ALLIANCE_DAY, why="in"))
    for number in range(3):
        city.ledger.post(move(f"p{number}", WALLET, SHOP, 10, at_ms=ALLIANCE_DAY + number * DAY_MS, why="out"))
    turnover, untouched = city.ledger.turnover("w", Window(ALLIANCE_DAY + 1, ALLIANCE_DAY + 2 * DAY_MS + 1))
    assert (turnover.opening_fen, turnover.closing_fen) == (90, 70)
    assert [(m.why, m.entries, m.amount_fen) for m in turnover.movements] == [("out", 1, -10), ("out", 1, -10)]
    assert turnover.movements[1].day - turnover.movements[0].day == 1
    assert (untouched.opening_fen, untouched.movements, untouched.closing_fen) == (0, (), 0)


def test_entries_come_page_by_page(city: Stage) -> None:
    city.ledger.post_all([move(f"k{number}", BANK, WALLET, number + 1) for number in range(5)])
    seen = []
    page = city.ledger.entries("w", EVER, limit=2)
    while page:
        seen += [line.key for line in page]
        page = city.ledger.entries("w", EVER, after=page[-1].number, limit=2)
    assert seen == [f"k{number}" for number in range(5)]


def test_the_proof_finds_a_balance_that_drifted_a_batch_that_does_not_sum_and_a_broken_floor(kept: Stage) -> None:
    kept.ledger.post(move("k1", BANK, WALLET, 100))
    assert kept.ledger.verify().balanced
    kept.do(
        "UPDATE ledger_balances SET balance_fen = -1 WHERE account_number = 2",
        "INSERT INTO ledger_batches (key, body, why, at_ms, posted_at_ms) VALUES ('x', 'b', 'w', 0, 0)",
    )
    check = kept.ledger.verify()
    assert not check.balanced
    assert check.unbalanced == ("x",)
    assert check.drifted == ("w/cash/a/owner",)
    assert check.below_floor == ("w/cash/a/owner",)
    assert check.sum_fen == -101


def test_threads_that_spend_at_once_never_overdraw(kept: Stage) -> None:
    kept.ledger.post(move("in", BANK, WALLET, 25))
    paid: list[str] = []

    def spend(name: str) -> None:
        for number in range(10):
            try:
                kept.ledger.post(move(f"{name}-{number}", WALLET, SHOP, 1))
            except FundsMissing:
                continue
            paid.append(name)

    threads = [threading.Thread(target=spend, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(paid) == 25
    assert (kept.ledger.balance(WALLET), kept.ledger.balance(SHOP)) == (0, 25)
    assert kept.ledger.verify().balanced


ACCOUNTS = st.sampled_from([BANK, WALLET, SHOP])
POSTS = st.lists(st.tuples(st.integers(0, 9), ACCOUNTS, ACCOUNTS, st.integers(0, 40)), max_size=25)


@settings(max_examples=25)
@given(POSTS)
def test_any_postings_leave_a_ledger_that_proves_itself(posts: list[tuple[int, Account, Account, int]]) -> None:
    with staged("sqlite") as opened:
        oracle = {BANK: 0, WALLET: 0, GIFT: 0, SHOP: 0}
        for key, source, goal, fen in posts:
            try:
                posted = opened.ledger.post(move(f"k{key}", source, goal, fen))
            except HongmaoError:
                continue
            if not posted.duplicate:
                oracle[source] -= fen
                oracle[goal] += fen
        assert {line.account: line.balance_fen for line in opened.ledger.trial_balance()} == oracle
        assert sum(oracle.values()) == 0
        assert oracle[WALLET] >= 0
        assert opened.ledger.verify().balanced


def test_the_ledger_knows_nothing_of_advertising() -> None:
    folder = Path(str(hongmao.ledger.__file__)).parent
    foreign = re.compile(r"\b(clicks?|impressions?|merchants?|notes?|links?|cid|ud|campaigns?)\b|广告|点击|商家")
    files = [path for path in folder.rglob("*") if path.suffix in {".py", ".md"}]
    assert [(path.name, found.group()) for path in files for found in foreign.finditer(path.read_text("utf-8"))] == []
