"""The ledger's specification as a table: one row per act, one per error in order of precedence, then what is allowed.

open    ACCOUNT FLOOR
at      TIME                                            from here on batches count then
closed  TIME                                            from here on nothing new may count before it
post    KEY WHY ACCOUNT AMOUNT ACCOUNT AMOUNT ... -> ANSWER
balance ACCOUNT AMOUNT
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.ledger.contracts import Account, Batch, Entry, Standing
from hongmao.ledger.errors import AmountNotWhole, BatchUnbalanced, FundsMissing
from hongmao.ledger.rules import body_of, check, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = """
open    bank    none
open    wallet  0
open    credit  -500
open    shop    none

at      9
post    k1      in   bank -100     wallet 100           -> posted
closed  10

# Each row breaks its rule and every rule below it; k1 is there, and what counts at 9 would be in a closed period.
post    ké pay  x/frozen 0                         -> batch_too_small
post    ké pay  x/frozen 0    wallet -9            -> key_malformed
post    hold/k1 pay  x/frozen 0    wallet -9            -> key_malformed
post    k1      pay  x/frozen 0    wallet -9            -> amount_not_whole
post    k1      pay  x/frozen -9   wallet 0.5           -> amount_not_whole
post    k1      pay  x/frozen -9   wallet 9000000000000000 -> amount_not_whole
post    k1      pay  x/frozen -9   wallet -1            -> batch_unbalanced
post    k1      in   x/frozen -200 wallet 200           -> frozen_touched
post    k1      in   gone -200     wallet 200           -> key_reused
post    k1      in   bank -100     wallet 100           -> duplicate
post    k2      pay  gone 200      wallet -200          -> period_closed
at      10
post    k2      pay  gone 200      wallet -200          -> account_missing
post    k2      pay  wallet -101   shop 101             -> funds_missing
balance wallet  100

# The same key with the same body is the same posting; another why is another body.
post    k1      in   bank -100     wallet 100           -> duplicate
post    k1      gift bank -100     wallet 100           -> key_reused
balance wallet  100
balance bank    -100

# A wallet may be emptied to the fen, and not a fen further.
post    k2      pay  wallet -100   shop 100             -> posted
post    k3      pay  wallet -1     shop 1               -> funds_missing
balance wallet  0
balance shop    100

# A floor may lie below zero; money that comes in is always welcome.
post    k4      pay  credit -500   shop 500             -> posted
post    k5      pay  credit -1     shop 1               -> funds_missing
post    k5      back credit 1      shop -1              -> posted
balance credit  -499

# Several entries of one account in a batch count together.
post    k6      mix  wallet -5     wallet 5  bank -1  shop 1 -> posted
balance wallet  0

# A refused key is free to be used by what is allowed.
post    k3      in   bank -7       wallet 7             -> posted
balance wallet  7
"""


def account(name: str) -> Account:
    owner, _, kind = name.partition("/")
    return Account(owner=owner, kind=kind or "cash", line="a", funder="x")


def rows(table: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(table.splitlines()):
        if line.strip() and not line.startswith("#"):
            yield number, line.split()


def amount_of(text: str) -> int:
    return int(text) if "." not in text else float(text)  # type: ignore[return-value]


def batch_of(key: str, why: str, words: list[str], at_ms: int = 0) -> Batch:
    pairs = zip(words[::2], words[1::2], strict=True)
    entries = tuple(Entry(account=account(name), amount_fen=amount_of(amount)) for name, amount in pairs)
    return Batch(key=key, why=why, at_ms=at_ms, entries=entries)


def test_the_ledger_does_what_the_table_says() -> None:
    standings: dict[Account, Standing] = {}
    bodies: dict[str, str] = {}
    times = {"at": 0, "closed": 0}
    for number, (act, *words) in rows(TABLE):
        if act == "open":
            floor_fen = None if words[1] == "none" else int(words[1])
            standings[account(words[0])] = Standing(balance_fen=0, floor_fen=floor_fen)
        elif act in times:
            times[act] = int(words[0])
        elif act == "balance":
            assert standings[account(words[0])].balance_fen == int(words[1]), f"row {number}"
        else:
            key, why, *entries, _, expected = words
            batch = batch_of(key, why, entries, times["at"])
            assert answer(batch, bodies, standings, times["closed"]) == expected, f"row {number}"


def answer(batch: Batch, bodies: dict[str, str], standings: dict[Account, Standing], closed: int = 0) -> str:
    try:
        decided = plan((batch,), bodies, standings, closed_before_ms=closed)
    except HongmaoError as error:
        return error.code
    standings.update(decided.standings)
    bodies.update({fresh.key: body for fresh, body in decided.fresh})
    return "duplicate" if decided.answers[0].duplicate else "posted"


def test_BILL_1_half_a_fen_and_true_are_no_amount() -> None:
    for amount in (0.5, 1.0, True, "1", None, AMOUNT_FEN_MAX + 1):
        entries = (
            Entry(account=account("a"), amount_fen=-1),
            Entry(account=account("b"), amount_fen=amount),  # type: ignore[arg-type]
        )
        with pytest.raises((AmountNotWhole, BatchUnbalanced)):
            check(Batch(key="k", why="w", at_ms=0, entries=entries))


def test_a_refusal_says_what_is_needed_and_what_is_there() -> None:
    standings = {
        account("wallet"): Standing(balance_fen=5, floor_fen=0),
        account("shop"): Standing(balance_fen=0, floor_fen=None),
    }
    with pytest.raises(FundsMissing) as caught:
        plan((batch_of("k", "pay", ["wallet", "-9", "shop", "9"]),), {}, standings)
    assert caught.value.message("en") == "The account wallet/cash/a/x needs 9 fen and has 5 fen to spend"


def test_a_retry_is_told_later_and_still_the_same_posting() -> None:
    first = batch_of("k", "in", ["bank", "-1", "wallet", "1"])
    assert body_of(first) == body_of(Batch(key="k", why="in", at_ms=99, entries=first.entries))


def test_a_group_is_decided_as_if_its_batches_came_one_by_one() -> None:
    standings = {
        account(name): Standing(balance_fen=0, floor_fen=floor) for name, floor in (("bank", None), ("wallet", 0))
    }
    group = (
        batch_of("k1", "in", ["bank", "-10", "wallet", "10"]),
        batch_of("k2", "out", ["wallet", "-10", "bank", "10"]),
        batch_of("k1", "in", ["bank", "-10", "wallet", "10"]),
    )
    decided = plan(group, {}, standings)
    assert [posted.duplicate for posted in decided.answers] == [False, False, True]
    assert [batch.key for batch, _ in decided.fresh] == ["k1", "k2"]
    with pytest.raises(FundsMissing):
        plan(group[1:], {}, standings)


NAMES = st.sampled_from(["bank", "wallet", "shop"])
MOVES = st.lists(st.tuples(NAMES, NAMES, st.integers(1, 50)).filter(lambda move: move[0] != move[1]), max_size=30)


@given(MOVES)
def test_promise_4_whatever_is_posted_sums_to_zero_and_no_floor_breaks(moves: list[tuple[str, str, int]]) -> None:
    standings = {
        account(n): Standing(balance_fen=0, floor_fen=f) for n, f in (("bank", None), ("wallet", 0), ("shop", 0))
    }
    oracle = dict.fromkeys(("bank", "wallet", "shop"), 0)
    bodies: dict[str, str] = {}
    for number, (source, goal, fen) in enumerate(moves):
        said = answer(batch_of(f"k{number}", "move", [source, str(-fen), goal, str(fen)]), bodies, standings)
        allowed = source == "bank" or oracle[source] >= fen
        assert said == ("posted" if allowed else "funds_missing")
        if allowed:
            oracle[source] -= fen
            oracle[goal] += fen
    assert {name: standings[account(name)].balance_fen for name in oracle} == oracle
    assert sum(oracle.values()) == 0
