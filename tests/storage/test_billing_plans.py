"""What billing asks for while it follows the log is found by an index, however much there is already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from hongmao.kernel.ids import MerchantId
from hongmao.storage.base import Base
from hongmao.storage.billing import SqlBillingStore
from storage.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.storage.billing import SqlBillingWork

ASKED: dict[str, Callable[[SqlBillingWork], object]] = {
    "charged": lambda work: work.charged({"e-1", "e-2"}),
    "paid": lambda work: work.paid({("l1", "i-1"), ("l1", "i-2"), ("l2", "i-1")}),
    "fee facts": lambda work: work.beside.fees.facts({("t1", "taobao", "o1"), ("t2", "taobao", "o2")}),
    "fee lines": lambda work: work.beside.fees.lines({("t1", "taobao", "o1"), ("t2", "taobao", "o2")}),
    "fee lines of a merchant": lambda work: work.beside.fees.lines_of(MerchantId("m1"), "taobao", after="", limit=5),
    "charges to credit": lambda work: work.beside.credits.charges(None, {"e-1", "e-2"}),
    "credits": lambda work: work.beside.credits.find({"e-1", "e-2"}),
    "postings": lambda work: work.beside.credits.postings({"click/e-1", "click/e-2"}),
}


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
