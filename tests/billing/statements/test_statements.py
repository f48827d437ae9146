"""Statements of every party: what stands in them, who may see them, and that no entry is read for one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from billing.statements.desk import CREATOR, DAI, IN_JUNE, JUNE, M1, M2, MAY, Desk, click, desk
from hongmao.billing.agencies.contracts import AgencyClient
from hongmao.billing.api import HouseBooks, OwnerUnnamed, PartyUnknown, month_of
from hongmao.billing.statements.service import spans
from hongmao.catalog.api import PLATFORM, NotAllowed, NothingThere, Principal, Role
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.ledger.api import Account
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.billing.api import PartyStatement


@pytest.fixture
def town() -> Iterator[Desk]:
    """7 May: m1 pays in on both lines and is given some; three clicks, one of them Alibaba's."""
    with desk() as opened:
        opened.billing.top_up(ROOT, M1, "cid", 10_000, "a")
        opened.billing.top_up(ROOT, M1, "ud", 5_000, "b")
        opened.billing.grant(ROOT, M1, "rebate", 100, "a")
        opened.clicks(click(1), click(2), click(3, line="ud"))
        yield opened


def figures(drawn: PartyStatement) -> dict[str, tuple[int, int]]:
    assert drawn.balanced
    return {
        f"{one.owner}/{one.kind}/{one.line}/{one.funder}": (one.opening_fen, one.closing_fen) for one in drawn.sections
    }


def test_a_merchants_statement_has_each_kind_of_its_money_and_whose_it_was(town: Desk) -> None:
    drawn = town.statement(who=town.staff[1])
    assert figures(drawn) == {
        "m1/cash/cid/merchant": (0, 9_860),
        "m1/cash/ud/alibaba": (0, 4_880),
        "m1/rebate/cid/community": (0, 0),
    }
    assert all(move.funder == section.funder for section in drawn.sections for move in section.movements)
    assert [(one.line, one.opening_fen, one.in_fen, one.out_fen, one.closing_fen) for one in drawn.totals] == [
        ("cid", 0, 10_100, -240, 9_860),
        ("ud", 0, 5_000, -120, 4_880),
    ]
    assert not drawn.closed
    assert (drawn.head, drawn.seal) == (town.ledger.head().hash, town.ledger.head().seal)


def test_the_next_month_opens_where_this_one_closed(town: Desk) -> None:
    town.clock.set(IN_JUNE)
    may, june = town.statement(), town.statement(month=JUNE)
    assert {(one.kind, one.line): one.closing_fen for one in may.sections if one.closing_fen} == {
        (one.kind, one.line): one.opening_fen for one in june.sections
    }
    assert [one.movements for one in june.sections] == [(), ()]


def test_the_community_and_alibaba_have_books_of_their_own(town: Desk) -> None:
    town.post("fee", *_accounts("m1/service_fee/cid/merchant", "@alibaba/receivable/cid/merchant"), 30, "fee_paid")
    assert figures(town.statement("platform", None)) == {
        "@community/granted/cid/community": (0, -100),
        "@community/revenue/cid/community": (0, 100),
        "@community/revenue/cid/merchant": (0, 140),
        "@community/revenue/ud/alibaba": (0, 120),
    }
    assert figures(town.statement("alibaba", None)) == {
        "@alibaba/income/ud/alibaba": (0, 120),
        "@alibaba/media/ud/alibaba": (0, -120),
        "@alibaba/receivable/cid/merchant": (0, 30),
    }
    assert figures(town.statement())["m1/service_fee/cid/merchant"] == (0, -30)


def test_a_creator_is_shown_what_was_paid_out(town: Desk) -> None:
    town.billing.top_up(ROOT, M1, "creator", 1_100, "c")
    town.billing.creators.place(ROOT, M1, "o1", creator=CREATOR, price_fen=1_000, note=None)
    assert town.statement("creator", CREATOR).sections == ()
    town.billing.creators.release(ROOT, M1, "o1")
    assert figures(town.statement("creator", CREATOR)) == {f"@creator:{CREATOR}/earnings/creator/merchant": (0, 1_000)}
    assert figures(town.statement("platform", None))["@community/pgy_fee/creator/merchant"] == (0, 100)
    assert figures(town.statement())["m1/cash/creator/merchant"] == (0, 0)
    with pytest.raises(NothingThere):
        town.statement("creator", "nobody")


def test_an_agency_sees_each_client_for_its_days_and_nobody_else(town: Desk) -> None:
    town.billing.top_up(ROOT, M2, "cid", 70, "b")
    assert town.statement("agency", DAI, who=town.agent).sections == ()
    town.appoint(date(2025, 5, 8), None)  # from the day after
    drawn = town.statement("agency", DAI, who=town.agent)
    assert {one.owner for one in drawn.sections} == {"m1"}
    assert {(one.first_day, one.last_day, one.movements) for one in drawn.sections} == {
        (date(2025, 5, 8), date(2025, 5, 31), ())
    }
    assert figures(drawn)["m1/cash/cid/merchant"] == (9_860, 9_860)
    # For all of June it reads the merchant's own statement too; for May it does not, and hears of nothing.
    assert town.statement(month=JUNE, who=town.agent).of == "m1"
    for asked in (("merchant", "m1", MAY), ("merchant", "m2", JUNE)):
        with pytest.raises(NothingThere):
            town.statement(*asked, who=town.agent)


def test_appointments_made_later_change_no_closed_month_and_one_taken_back_is_gone(town: Desk) -> None:
    town.appoint(date(2025, 5, 1), date(2025, 5, 20))
    town.clock.set(IN_JUNE)
    town.books.close_month(ROOT, MAY)
    printed = town.statement("agency", DAI, who=town.agent)
    town.clock.advance(1)
    town.appoint(date(2025, 5, 1), None)  # the same word again, with more days
    town.appoint(date(2025, 5, 1), None, M2)
    assert town.statement("agency", DAI, who=town.agent) == printed
    town.appoint(date(2025, 5, 1), date(2025, 4, 30))
    assert town.statement("agency", DAI, who=town.agent).sections == ()


HOUSE_ONLY = [("platform", None), ("alibaba", None), ("creator", CREATOR)]


@pytest.mark.parametrize(
    ("party", "of", "refusal"),
    [
        ("merchant", "m2", NothingThere),
        ("merchant", "m9", NothingThere),
        ("agency", DAI, NothingThere),
        ("agency", "t1", NothingThere),
        *((party, of, HouseBooks) for party, of in HOUSE_ONLY),
    ],
)
def test_a_tenant_sees_no_books_but_its_own_and_hears_no_name(
    town: Desk, party: str, of: str | None, refusal: type[Exception]
) -> None:
    town.appoint(date(2025, 5, 1), None, M2)
    with pytest.raises(refusal) as told:
        town.statement(party, of, who=town.staff[1])
    assert "商家" not in str(told.value)
    assert "t2" not in str(told.value)
    analyst = Principal(id="a", tenant=TenantId("t1"), role=Role.ANALYST, name="a")
    with pytest.raises(NotAllowed):
        town.statement(party, of, who=analyst)


def test_the_houses_bookkeeper_reads_the_houses_books(town: Desk) -> None:
    keeper = Principal(id="k", tenant=PLATFORM, role=Role.FINANCE, name="k")
    for party, of in HOUSE_ONLY:
        assert town.statement(party, of, who=keeper).party == party


@pytest.mark.parametrize(
    ("party", "of", "refusal"),
    [
        ("bank", "m1", PartyUnknown),
        ("", None, PartyUnknown),
        ("merchant", None, OwnerUnnamed),
        ("agency", None, OwnerUnnamed),
        ("creator", None, OwnerUnnamed),
        ("platform", "m1", OwnerUnnamed),
        ("alibaba", "@alibaba", OwnerUnnamed),
    ],
)
def test_whose_statement_it_is_has_to_be_said(town: Desk, party: str, of: str | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        town.statement(party, of)


def test_no_entry_is_read_for_a_statement(town: Desk) -> None:
    town.appoint(date(2025, 5, 3), date(2025, 5, 20))
    seen: list[str] = []
    event.listen(
        town.house.database._engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, _p, _x, _m: seen.append(statement),
    )
    for party, of in (("merchant", "m1"), ("agency", DAI), *HOUSE_ONLY):
        town.statement(party, of)
    assert any("ledger_days" in said for said in seen)
    assert [said for said in seen if "ledger_entries" in said or "ledger_hours" in said] == []


DAYS = st.dates(date(2025, 4, 20), date(2025, 6, 10))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["m1", "m2"]), DAYS, DAYS | st.none()), max_size=5))
def test_an_agencys_days_are_those_of_its_appointments_each_once(
    appointed: list[tuple[str, date, date | None]],
) -> None:
    may = month_of(MAY)
    clients = [
        AgencyClient(
            agency=DAI, merchant=MerchantId(m), tenant=TenantId("t"), from_day=first, to_day=last, by="x", at_ms=0
        )
        for m, first, last in appointed
    ]
    cut = list(spans(clients, may))
    every = [date(2025, 5, day) for day in range(1, 32)]
    wanted = {
        (m, day) for m, first, last in appointed for day in every if first <= day and (last is None or day <= last)
    }
    found = [(m, day) for m, first, last in cut for day in every if first <= day <= last]
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert all(may.first_day <= first <= last <= may.last_day for _, first, last in cut)


def _accounts(*names: str) -> tuple[Account, Account]:
    found = [
        Account(owner=owner, kind=kind, line=line, funder=funder)
        for owner, kind, line, funder in (name.split("/") for name in names)
    ]
    return found[0], found[1]
