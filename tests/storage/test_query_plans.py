"""What followers of the log ask for is found by an index, however much there is already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from hongmao.kernel.ids import MerchantId
from hongmao.ledger.api import Account
from hongmao.storage.base import Base
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.ledger import SqlLedgerStore
from hongmao.storage.outgoing_follow import SqlFollowerWork
from hongmao.storage.scope import PlatformScope
from storage.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.storage.billing import SqlBillingWork


def _account(owner: str) -> Account:
    return Account(owner=owner, kind="cash", line="cid", funder="merchant")


ASKED: dict[str, Callable[[SqlBillingWork], object]] = {
    "charged": lambda work: work.charged({"e-1", "e-2"}),
    "paid": lambda work: work.paid({("l1", "i-1"), ("l1", "i-2"), ("l2", "i-1")}),
    "days of campaigns": lambda work: work.days.of_accounts({(1, 20_000), (2, 20_001)}),
    "what was shown": lambda work: work.days.shown({(1, 20_000), (2, 20_001)}),
    "standings": lambda work: work.ledger.standings({_account("m1"), _account("m2")}),
    "holds": lambda work: work.ledger.holds({"pgy/m1/o1", "pgy/m1/o2"}),
    "fee facts": lambda work: work.beside.fees.facts({("t1", "taobao", "o1"), ("t2", "taobao", "o2")}),
    "fee lines": lambda work: work.beside.fees.lines({("t1", "taobao", "o1"), ("t2", "taobao", "o2")}),
    "fee lines of a merchant": lambda work: work.beside.fees.lines_of(MerchantId("m1"), "taobao", after="", limit=5),
    "charges to credit": lambda work: work.beside.credits.charges(None, {"e-1", "e-2"}),
    "credits": lambda work: work.beside.credits.find({"e-1", "e-2"}),
    "postings": lambda work: work.beside.credits.postings({"click/e-1", "click/e-2"}),
}


def test_a_merchants_wallet_is_one_statement() -> None:
    with opened() as database:
        asked: list[str] = []
        with database.session(PlatformScope("a test counts what is asked")) as session:
            engine = session.connection().engine
        event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, *_: asked.append(sql))
        assert SqlLedgerStore(database).balances([_account(f"m{number}") for number in range(8)]) == {}
        assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1


@pytest.mark.parametrize("name", ASKED)
def test_no_question_reads_a_whole_table(name: str) -> None:
    with opened() as database, SqlBillingStore(database).begin() as work:
        asked: list[tuple[str, tuple[object, ...]]] = []
        connection = work._session.connection()
        event.listen(
            connection.engine, "before_cursor_execute", lambda _c, _cursor, sql, params, *_: asked.append((sql, params))
        )
        ASKED[name](work)
        plans = [
            row[3]
            for sql, params in asked
            for row in connection.connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        ]
        assert asked
        # What was asked for is read through; a table of ours never is.
        assert [step for step in plans if step.startswith("SCAN") and step.split()[1] in Base.metadata.tables] == []
        assert [step for step in plans if step.startswith("SEARCH")]


def test_what_was_enqueued_is_found_by_an_index_as_well() -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    with opened() as database, database.session(PlatformScope("a test reads a plan"), write=True) as session:
        connection = session.connection()
        event.listen(
            connection.engine, "before_cursor_execute", lambda _c, _cursor, sql, params, *_: asked.append((sql, params))
        )
        SqlFollowerWork(session).standing({("a1", "f1"), ("a1", "f2")})
        ((sql, params),) = asked
        plan = [row[3] for row in connection.connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)]
        assert not [step for step in plan if step.startswith("SCAN outgoing")]
