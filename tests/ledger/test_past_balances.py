"""Balances and statements of the past: what is kept by day and hour says what a scan of all entries would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, Window, day_number, instant
from hongmao.ledger.sums import midnight, since
from ledger.moves import BANK, SHOP, WALLET, move
from ledger.stage import HOUSE, Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.ledger.api import Account

MIDNIGHT = instant("2025-05-08T00:00:00+08:00")
# Instants around what is kept: midnights, full hours, and a millisecond before and after each.
EDGES = [MIDNIGHT + hours * HOUR_MS + off for hours in (-24, -1, 0, 1, 23, 24, 48) for off in (-1, 0, 1)]
INSTANTS = st.one_of(st.sampled_from(EDGES), st.integers(MIDNIGHT - DAY_MS, MIDNIGHT + 2 * DAY_MS))
MOVES = st.lists(
    st.tuples(st.sampled_from([BANK, SHOP]), st.integers(1, 99), INSTANTS, st.sampled_from(["in", "back"])), max_size=12
)


@given(INSTANTS)
def test_what_follows_an_instant_is_cut_without_gap_or_overlap(at_ms: int) -> None:
    cut = since(at_ms)
    assert 0 <= cut.rest_end_ms - at_ms < HOUR_MS
    assert 0 <= cut.hours_end - cut.hour < 24
    assert midnight(cut.day) == cut.hours_end * HOUR_MS - 8 * HOUR_MS
    assert day_number(midnight(cut.day)) == cut.day == day_number(midnight(cut.day) - 1) + 1


@settings(max_examples=30)
@given(MOVES, st.lists(INSTANTS, min_size=2, max_size=6))
def test_a_past_balance_is_what_a_scan_would_say_however_late_the_entries_came(
    moves: list[tuple[Account, int, int, str]], asked: list[int]
) -> None:
    with staged("memory") as obvious, staged("sqlite") as real:
        for stage in (obvious, real):
            post(stage, moves)
        for at_ms in asked:
            assert real.ledger.balance(WALLET, at_ms) == obvious.ledger.balance(WALLET, at_ms)
        for start_ms in asked:
            for end_ms in asked:
                if start_ms <= end_ms:
                    window = Window(start_ms, end_ms)
                    assert real.ledger.turnover("w", window) == obvious.ledger.turnover("w", window)
        assert real.ledger.verify().balanced


def test_postgres_says_the_same_in_whole_numbers() -> None:
    moves = [(BANK, 7 + number, at_ms, "in") for number, at_ms in enumerate(EDGES)]
    with staged("memory") as obvious, staged("postgres") as real:
        for stage in (obvious, real):
            post(stage, moves)
        for at_ms in EDGES:
            found = real.ledger.balance(WALLET, at_ms)
            assert (found, type(found)) == (obvious.ledger.balance(WALLET, at_ms), int)
        for start_ms, end_ms in zip(EDGES, EDGES[5:], strict=False):
            printed = real.ledger.turnover("w", Window(start_ms, end_ms))
            assert printed == obvious.ledger.turnover("w", Window(start_ms, end_ms))
            amounts = [m.amount_fen for t in printed for m in t.movements]
            assert {type(amount) for amount in amounts} <= {int}
        assert real.ledger.verify() == obvious.ledger.verify()


@pytest.fixture
def asked() -> Iterator[tuple[Stage, list[tuple[str, object]]]]:
    """A ledger of some days, and what the database was asked since."""
    with staged("sqlite") as stage:
        post(stage, [(BANK, 5, MIDNIGHT + number * 7 * MINUTE_MS, "in") for number in range(500)])
        seen: list[tuple[str, object]] = []
        assert stage.database is not None
        event.listen(
            stage.database._engine,
            "before_cursor_execute",
            lambda _c, _cursor, statement, parameters, _x, _m: seen.append((statement, parameters)),
        )
        yield stage, seen


@pytest.mark.parametrize("hours", [0, 24])
def test_at_midnight_no_entry_is_read_for_a_balance_or_a_statement(
    asked: tuple[Stage, list[tuple[str, object]]], hours: int
) -> None:
    stage, seen = asked
    at_ms = MIDNIGHT + hours * HOUR_MS
    assert stage.ledger.balance(WALLET, at_ms) == sum(5 for n in range(500) if n * 7 < hours * 60)
    (turnover, _) = stage.ledger.turnover("w", Window(at_ms, MIDNIGHT + 9 * DAY_MS))
    assert turnover.closing_fen == 2_500
    assert not any("ledger_entries" in statement or "ledger_hours" in statement for statement, _ in seen)


def test_at_a_full_hour_days_and_hours_are_enough(asked: tuple[Stage, list[tuple[str, object]]]) -> None:
    stage, seen = asked
    assert stage.ledger.balance(WALLET, MIDNIGHT + 5 * HOUR_MS) == sum(5 for n in range(500) if n * 7 < 300)
    assert not any("ledger_entries" in statement for statement, _ in seen)


def test_at_any_other_instant_everything_is_found_by_an_index(asked: tuple[Stage, list[tuple[str, object]]]) -> None:
    stage, seen = asked
    at_ms = MIDNIGHT + 5 * HOUR_MS + 1
    assert stage.ledger.balance(WALLET, at_ms) == 5 * 43
    stage.ledger.turnover("w", Window(at_ms, at_ms + 3 * DAY_MS))
    steps = list(plans(stage, [(said, values) for said, values in seen if said.startswith("SELECT")]))
    of_ledger = [step for step in steps if re.search(r"ledger_(entries|hours|days|balances|batches)", step)]
    assert any("ledger_entries" in step for step in of_ledger)
    assert [step for step in of_ledger if not step.startswith("SEARCH")] == []


def plans(stage: Stage, statements: Sequence[tuple[str, object]]) -> Iterator[str]:
    """Ask SQLite how it would answer."""
    assert stage.database is not None
    with stage.database.session(HOUSE) as session:
        for statement, parameters in statements:
            rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            yield from (row[-1] for row in rows)


def post(stage: Stage, moves: Sequence[tuple[Account, int, int, str]]) -> None:
    """Post each by itself, in the order given, which is not that of when they count."""
    for number, (source, fen, at_ms, why) in enumerate(moves):
        stage.ledger.post(move(f"k{number}", source, WALLET, fen, at_ms=at_ms, why=why))
