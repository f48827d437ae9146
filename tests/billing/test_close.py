"""Closing a month (BILL-8): it is over, charged to its end and adds up; from then on it prints as it was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billing.statements.desk import IN_JUNE, JUNE, M1, M2, MAY, Desk, click, desk
from hongmao.billing.api import MonthUnread, MonthUnreadable
from hongmao.catalog.api import NotAllowed
from hongmao.insight.api import StatementFormat, write_statement
from hongmao.kernel.time import DAY_MS, instant
from hongmao.ledger.api import LedgerBroken, PeriodClosed, PeriodNotOver
from hongmao.web.i18n import catalogue
from insight.statements.printing import every_format
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with desk(request.param) as opened:
        opened.billing.top_up(ROOT, M1, "cid", 10_000, "may")
        opened.clicks(click(1), click(2, at="2025-05-31T23:59:59.999+08:00"))
        yield opened


def test_BILL_8_a_closed_statement_reprints_byte_for_byte_after_later_corrections(town: Desk) -> None:
    town.clock.set(IN_JUNE)
    town.clicks(click(3, at="2025-06-01T00:00:00+08:00"))
    close = town.books.close_month(ROOT, MAY)
    assert (close.period, close.duplicate) == (MAY, False)
    printed = town.statement()
    assert (printed.closed, printed.head, printed.seal) == (True, close.head_hash, close.seal)
    assert [(one.why, one.entries, one.amount_fen) for one in printed.sections[0].movements] == [
        ("click", 1, -120),
        ("top_up", 1, 10_000),
        ("click", 1, -120),
    ]
    papers = every_format(printed)

    # June: a click of May comes late, money of a kind that m1 never had is given, another merchant opens its wallet.
    town.clock.advance(DAY_MS)
    town.clicks(click(4, at="2025-05-20T12:00:00+08:00"))
    town.billing.grant(ROOT, M1, "compensation", 240, "for-may")
    town.billing.top_up(ROOT, M2, "ud", 500, "june")
    assert town.books.close_month(ROOT, MAY).duplicate
    assert town.statement() == printed
    assert every_format(town.statement()) == papers

    june = {
        (one.kind, move.why): move.amount_fen for one in town.statement(month=JUNE).sections for move in one.movements
    }
    assert june == {("cash", "click"): -120, ("cash", "click_late"): -120, ("compensation", "grant"): 240}
    # And after June is closed, May still names the head that it was closed with.
    town.clock.set(instant("2025-07-01T00:00:00+08:00"))
    town.books.close_month(ROOT, JUNE)
    assert town.statement() == printed
    assert town.ledger.verify(printed.head).head_known is True


def test_BILL_8_nothing_is_posted_into_a_closed_month(town: Desk) -> None:
    town.clock.set(IN_JUNE)
    town.books.close_month(ROOT, MAY)
    town.clock.set(instant("2025-05-31T12:00:00+08:00"))
    with pytest.raises(PeriodClosed):
        town.billing.top_up(ROOT, M1, "cid", 1, "late")
    assert town.ledger.verify().balanced


def test_a_month_is_closed_when_it_is_over_in_shanghai_and_not_before(town: Desk) -> None:
    town.clock.set(instant("2025-05-31T23:59:59.999+08:00"))
    with pytest.raises(PeriodNotOver):
        town.books.close_month(ROOT, MAY)
    town.clock.advance(1)
    assert not town.books.close_month(ROOT, MAY).duplicate


def test_a_month_that_the_log_still_holds_uncharged_is_not_closed(town: Desk) -> None:
    town.clock.set(IN_JUNE)
    town.happens(click(3, at="2025-06-01T00:00:00+08:00"), click(4, at="2025-05-31T23:59:59.999+08:00"))
    with pytest.raises(MonthUnread) as told:
        town.books.close_month(ROOT, MAY)
    assert told.value.params == {"id": MAY, "offset": 4}
    town.absorb()
    town.happens(click(5, at="2025-06-02T08:00:00+08:00"))  # June may wait
    assert town.books.close_month(ROOT, MAY).period == MAY


def test_books_that_do_not_add_up_are_not_closed() -> None:
    with desk() as town:
        town.billing.top_up(ROOT, M1, "cid", 100, "may")
        town.clock.set(IN_JUNE)
        with town.house.database._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE ledger_balances SET balance_fen = balance_fen + 1")
        with pytest.raises(LedgerBroken):
            town.books.close_month(ROOT, MAY)
        assert not town.statement().closed


def test_only_the_house_closes_a_month_and_only_a_month(town: Desk) -> None:
    with pytest.raises(NotAllowed):
        town.books.close_month(town.staff[1], MAY)
    for text in ("2025-13", "2025-5", "２０２５-05", "", "2025-05-01", "1999-12"):
        with pytest.raises(MonthUnreadable):
            town.books.close_month(ROOT, text)


def test_months_say_which_of_them_are_closed(town: Desk) -> None:
    town.clock.set(IN_JUNE)
    town.books.close_month(ROOT, MAY)
    shown = town.books.months(town.staff[1])
    assert [(one.month, one.closed) for one in shown[:3]] == [(JUNE, False), (MAY, True), ("2025-04", True)]


def test_the_language_of_a_paper_is_part_of_it() -> None:
    with desk() as town:
        town.billing.top_up(ROOT, M1, "cid", 100, "may")
        drawn = town.statement()
        zh, en = (write_statement(drawn, StatementFormat.CSV, catalogue(lang)).content for lang in ("zh", "en"))
        assert zh != en
