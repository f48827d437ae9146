"""The chain: the same postings give the same head everywhere, and nobody changes the past unseen."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import TableClause, column, func, select, text
from sqlalchemy.exc import DBAPIError

from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, day_number
from hongmao.ledger.api import Ledger, post
from hongmao.ledger.chain import GENESIS, linked
from hongmao.ledger.sums import midnight
from hongmao.storage.database import open_database
from hongmao.storage.ledger import SqlLedgerStore
from hongmao.storage.ledger_posting import SqlLedgerWork
from ledger.moves import ALLIANCE_DAY, BANK, FLOORS, SHOP, WALLET, hold, move, take
from ledger.stage import ENGINES, HOUSE, Stage, staged, unlocked
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hongmao.ledger.api import Account
    from hongmao.storage.scope import ScopedSession


@pytest.fixture(params=ENGINES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as put_up:
        yield put_up


@pytest.fixture
def sqlite() -> Iterator[Stage]:
    with staged("sqlite") as put_up:
        yield put_up


def history(stage: Stage) -> list[str]:
    """Post, hold, take, free and close over three days; give the head after each act."""
    ledger, heads = stage.ledger, [stage.ledger.head().hash]
    acts: tuple[Callable[[], object], ...] = (
        lambda: ledger.post_all((move("in/1", BANK, WALLET, 1_000), move("in/2", BANK, WALLET, 7))),
        lambda: ledger.hold(hold("h1", 400, until_ms=ALLIANCE_DAY + HOUR_MS)),
        lambda: ledger.capture(take("h1", "t1", 150)),
        lambda: ledger.hold(hold("h2", 90, until_ms=ALLIANCE_DAY + 5)),
        lambda: ledger.release("h1"),
        ledger.expire_due,
        lambda: ledger.post(move("pay/1", WALLET, SHOP, 30, at_ms=ALLIANCE_DAY + 3 * HOUR_MS)),
    )
    for act in acts:
        if act == ledger.expire_due:
            stage.clock.set(ALLIANCE_DAY + DAY_MS)
        act()
        heads.append(ledger.head().hash)
    return heads


def test_the_same_acts_give_the_same_heads_on_every_store() -> None:
    with ExitStack() as stack:
        first, *others = [history(stack.enter_context(staged(engine))) for engine in ENGINES]
    assert others == [first, first]
    assert len(set(first)) == len(first)
    assert first[0] == GENESIS


def test_the_form_of_a_hash_is_written_down_and_can_be_made_by_hand() -> None:
    batch = move("in/1", BANK, WALLET, 100)
    said = [
        [
            "in/1",
            "move",
            ALLIANCE_DAY,
            ALLIANCE_DAY + 1,
            [["@bank", "cash", "a", "owner", -100], ["w", "cash", "a", "owner", 100]],
        ]
    ]
    by_hand = hashlib.sha256(("0" * 64 + json.dumps(said, separators=(",", ":"))).encode()).hexdigest()
    assert linked(GENESIS, [(batch, ALLIANCE_DAY + 1)]) == by_hand


def test_a_clock_that_is_set_back_does_not_run_the_book_backwards(stage: Stage) -> None:
    stage.clock.set(ALLIANCE_DAY + DAY_MS)
    stage.ledger.post(move("k1", BANK, WALLET, 1))
    stage.clock.set(ALLIANCE_DAY)
    stage.ledger.post(move("k2", BANK, WALLET, 1))
    assert stage.ledger.head().posted_at_ms == ALLIANCE_DAY + DAY_MS
    assert stage.ledger.verify().balanced


def test_a_head_that_was_printed_is_found_again_and_a_strangers_is_not(stage: Stage) -> None:
    heads = history(stage)
    assert [stage.ledger.verify(head).head_known for head in heads] == [True] * len(heads)
    found = stage.ledger.verify("f" * 64)
    assert (found.head_known, found.balanced, stage.ledger.verify().head_known) == (False, False, None)


def test_a_duplicate_and_a_refusal_leave_no_seal(stage: Stage) -> None:
    stage.ledger.post(move("k", BANK, WALLET, 1))
    before = stage.ledger.head()
    assert stage.ledger.post(move("k", BANK, WALLET, 1)).duplicate
    with pytest.raises(HongmaoError):
        stage.ledger.post_all((move("k2", BANK, WALLET, 1), move("k3", WALLET, SHOP, 9)))
    assert stage.ledger.head() == before


TAMPERINGS: dict[str, tuple[int, list[str]]] = {
    "an amount": (
        3,
        [
            "UPDATE ledger_entries SET amount_fen = amount_fen + 1 WHERE number IN (5, 6)",
        ],
    ),
    "whose it is": (
        3,
        [
            "UPDATE ledger_entries SET account_number = 4 WHERE number = 6",
        ],
    ),
    "when it counts": (
        2,
        [
            "UPDATE ledger_batches SET at_ms = at_ms + 1 WHERE number = 2",
        ],
    ),
    "why": (
        4,
        [
            "UPDATE ledger_batches SET why = 'gift' WHERE number = 4",
        ],
    ),
    "the order": (
        2,
        [
            "UPDATE ledger_entries SET batch_number = 5 - batch_number WHERE batch_number IN (2, 3)",
            "UPDATE ledger_batches SET number = number - 9 WHERE number IN (2, 3)",
            "UPDATE ledger_batches SET number = -4 - number WHERE number < 0",
        ],
    ),
    "that there was a batch": (
        1,
        [
            "UPDATE ledger_entries SET batch_number = 1 WHERE batch_number = 3",
            "DELETE FROM ledger_batches WHERE number = 3",
        ],
    ),
    "a seal": (
        2,
        [
            "UPDATE ledger_seals SET hash = 'f' WHERE number = 2",
        ],
    ),
    "the number of entries": (
        2,
        [
            "UPDATE ledger_seals SET entries = 3 WHERE number = 2",
        ],
    ),
    "the head": (
        6,
        [
            "UPDATE ledger_head SET hash = 'f'",
        ],
    ),
    "what nobody sealed": (
        6,
        [
            "INSERT INTO ledger_batches (key, body, why, at_ms, posted_at_ms) VALUES ('x', 'b', 'w', 0, 0)",
        ],
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_is_named_by_the_first_seal_that_no_longer_fits(sqlite: Stage, what: str) -> None:
    for number in range(5):
        sqlite.ledger.post(move(f"k{number}", BANK, WALLET, 10 + number))
    assert sqlite.ledger.verify().balanced
    broken, statements = TAMPERINGS[what]
    free = [
        "PRAGMA defer_foreign_keys=ON",
        *map(unlocked, ("ledger_entries", "ledger_batches", "ledger_seals")),
        "DROP TRIGGER ledger_batches_no_delete",
    ]
    sqlite.do(*free, *statements)
    check = sqlite.ledger.verify()
    assert (check.broken_seal, check.balanced) == (broken, False)


def test_a_tail_that_was_cut_off_whole_is_known_by_a_head_that_was_printed_before(sqlite: Stage) -> None:
    sqlite.ledger.post(move("k1", BANK, WALLET, 10))
    kept = sqlite.ledger.head()
    sqlite.ledger.post(move("k2", BANK, WALLET, 20))
    printed = sqlite.ledger.head().hash
    sqlite.do(
        *map("DROP TRIGGER ledger_{}_no_delete".format, ("entries", "batches", "seals")),
        "DELETE FROM ledger_entries WHERE batch_number = 2",
        "DELETE FROM ledger_batches WHERE number = 2",
        "UPDATE ledger_head SET seal = 1, hash = (SELECT hash FROM ledger_seals WHERE number = 1)",
        "DELETE FROM ledger_seals WHERE number = 2",
        "UPDATE ledger_balances SET balance_fen = balance_fen / 3",
        "UPDATE ledger_days SET entries = 1, amount_fen = amount_fen / 3",
        "UPDATE ledger_hours SET amount_fen = amount_fen / 3",
    )
    assert sqlite.ledger.verify().balanced  # by itself it is a book in order
    assert sqlite.ledger.verify(kept.hash).balanced
    assert not sqlite.ledger.verify(printed).balanced


ONLY_GROWING = ["ledger_batches", "ledger_entries", "ledger_seals", "ledger_closes", "ledger_close_balances"]


@pytest.mark.parametrize("table", ONLY_GROWING)
def test_what_only_grows_refuses_every_change(sqlite: Stage, table: str) -> None:
    sqlite.ledger.post(move("k1", BANK, WALLET, 10))
    sqlite.clock.set(ALLIANCE_DAY + DAY_MS)
    sqlite.ledger.close_period("seventh", midnight(day_number(ALLIANCE_DAY) + 1), "finance")
    key = {"ledger_close_balances": "balance_fen"}.get(table, "number")
    for act in ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"):
        with pytest.raises(DBAPIError, match=f"{table} is append-only"):
            sqlite.do(act.format(table, key))


DRIFTS = {
    "days": "UPDATE ledger_days SET amount_fen = amount_fen + 1 WHERE account_number = 2",
    "days, counted": "UPDATE ledger_days SET entries = 2 WHERE account_number = 2",
    "days, renamed": "UPDATE ledger_days SET why = 'gift' WHERE account_number = 2",
    "hours": "UPDATE ledger_hours SET amount_fen = amount_fen + 1 WHERE account_number = 2",
    "hours, lost": "DELETE FROM ledger_hours WHERE account_number = 2",
}


@pytest.mark.parametrize("what", DRIFTS)
def test_a_sum_that_drifted_is_named_by_its_account(sqlite: Stage, what: str) -> None:
    sqlite.ledger.post(move("k1", BANK, WALLET, 10))
    sqlite.do(DRIFTS[what])
    check = sqlite.ledger.verify()
    found = {"days": check.days_drifted, "hours": check.hours_drifted}
    assert found == {"days": (), "hours": ()} | {what.partition(",")[0]: ("w/cash/a/owner",)}
    assert not check.balanced


ACCOUNTS = st.sampled_from([BANK, WALLET, SHOP])
GROUPS = st.lists(
    st.lists(st.tuples(st.integers(0, 9), ACCOUNTS, ACCOUNTS, st.integers(0, 40), st.integers(0, 60)), max_size=3),
    max_size=8,
)


@settings(max_examples=15)
@given(GROUPS)
def test_any_postings_are_the_same_book_in_memory_and_in_sql(
    groups: list[list[tuple[int, Account, Account, int, int]]],
) -> None:
    with staged("memory") as obvious, staged("sqlite") as real:
        for group in groups:
            batches = [
                move(f"k{key}", source, goal, fen, at_ms=ALLIANCE_DAY + hours * HOUR_MS)
                for key, source, goal, fen, hours in group
            ]
            said = []
            for stage in (obvious, real):
                try:
                    said.append(str(stage.ledger.post_all(batches)))
                except HongmaoError as error:
                    said.append(str(error))
            assert said[0] == said[1]
        assert obvious.ledger.head() == real.ledger.head()
        assert list(obvious.ledger.trial_balance()) == list(real.ledger.trial_balance())
        assert obvious.ledger.verify() == real.ledger.verify()
        assert real.ledger.verify().balanced


def test_a_writer_that_is_not_alone_waits_for_the_head_too() -> None:
    """Two transactions that do not take the house's lock: the second goes on behind the first, and the chain has no fork."""
    with staged("postgres") as stage:
        assert stage.database is not None
        stage.ledger.post(move("in", BANK, WALLET, 5))
        heads = []
        for number in range(2):
            with stage.database.session(HOUSE, write=True, alone=False) as session:
                work = SqlLedgerWork(session)
                heads.append(work.head())
                with stage.database.session(HOUSE, write=True, alone=False) as other:
                    other.execute(text("SET LOCAL lock_timeout = 50"))
                    with pytest.raises(DBAPIError, match="55P03"):
                        SqlLedgerWork(other).head()
                    other.rollback()
                post(work, [move(f"beside/{number}", WALLET, SHOP, 1)], ALLIANCE_DAY)
        assert [head.seal for head in heads] == [1, 2]
        assert stage.ledger.verify().balanced


def put(session: ScopedSession, table: str, *rows: tuple[str | int | None, ...]) -> None:
    """Insert rows as they were inserted once, whatever the models say today."""
    names = COLUMNS[table]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    session.execute(TableClause(table, *map(column, names)).insert(), told)


COLUMNS = {
    "ledger_accounts": ("number", "owner", "kind", "line", "funder", "floor_fen"),
    "ledger_balances": ("account_number", "balance_fen"),
    "ledger_batches": ("number", "key", "body", "why", "at_ms", "posted_at_ms"),
    "ledger_entries": ("number", "batch_number", "account_number", "amount_fen", "at_ms"),
}


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_was_posted_before_there_were_seals_is_sealed_and_summed_by_the_migration(
    engine: str, tmp_path: Path
) -> None:
    """2,100 postings of seven days, one of them gone; one fen each hour, into an account that had none."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/old.sqlite"
        database = open_database(url if engine == "sqlite" else stack.enter_context(database_url(empty=True)))
        stack.callback(database.close)
        database.migrate("v0010")
        numbers = [number for number in range(2_101) if number != 7]
        at = [ALLIANCE_DAY + number * 5 * MINUTE_MS for number in range(2_101)]
        with database.session(HOUSE, write=True) as session:
            names = [(a.owner, a.kind, a.line, a.funder, floor_fen) for a, floor_fen in FLOORS.items()]
            put(session, "ledger_accounts", *((number, *rest) for number, rest in enumerate(names, 1)))
            put(session, "ledger_balances", (1, -2_100), (2, 2_100), (3, 0), (4, 0))
            put(session, "ledger_batches", *((n + 1, f"k{n}", "b", "in", at[n], at[n]) for n in numbers))
            put(session, "ledger_entries", *((2 * n + 1, n + 1, 1, -1, at[n]) for n in numbers))
            put(session, "ledger_entries", *((2 * n + 2, n + 1, 2, 1, at[n]) for n in numbers))
        database.migrate()
        database.check()
        store = SqlLedgerStore(database)
        check = store.check(None, since_close=False)
        assert (check.balanced, check.seals, check.batches, check.entries) == (True, 3, 2_100, 4_200)
        assert store.balance(WALLET, ALLIANCE_DAY + DAY_MS) == 24 * 12 - 1
        database.downgrade("v0010")
        database.migrate()
        assert store.check(check.head, since_close=False).balanced
        with database.session(HOUSE, write=True) as session:  # its rows were numbered by hand here, as no house's are
            if engine == "postgres":
                for table in ("ledger_batches", "ledger_entries"):
                    session.execute(select(func.setval(f"{table}_number_seq", 10_000)))
        ledger = Ledger(store, SetClock(at[-1]))
        ledger.post(move("next", WALLET, SHOP, 5, at_ms=at[-1]))
        assert (ledger.head().seal, ledger.verify(check.head).balanced) == (4, True)
