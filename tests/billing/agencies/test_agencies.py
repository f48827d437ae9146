"""An agency sees a client's books for the days agreed, and of everybody else's not even that they exist."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from hongmao.billing.agencies.contracts import AgencyClient, covers, standing
from hongmao.billing.agencies.errors import AgencyUnknown, AppointmentUnordered
from hongmao.billing.agencies.service import Agencies
from hongmao.catalog.api import NotAllowed, NothingThere, Principal, Role, TenantKind
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import Window
from hongmao.storage.agencies import SqlAgencyStore
from hongmao.storage.models import AgencyClientRow
from hongmao.storage.scope import PlatformScope
from storage.opened import ROOT, House, opened
from storage.postgres import opened_on_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

MAY = date(2025, 5, 1)
JUNE = date(2025, 6, 1)


def days(first: date, last: date) -> Window:
    return Window(Window.of_day(first).start_ms, Window.of_day(last).end_ms)


class Story:
    """A merchant 'm' of tenant 'mei', another of 'ji', and two agencies."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mei = house.tenant("mei")
        self.ji = house.tenant("ji")
        for who, merchant in ((self.mei, "m"), (self.mei, "m2"), (self.ji, "j")):
            house.catalog.add_merchant(who, name=merchant, id=merchant)
        for name in ("dai", "li"):
            house.catalog.add_tenant(ROOT, name=name, kind=TenantKind.AGENCY, id=name)
        self.agencies = Agencies(SqlAgencyStore(house.database), house.catalog, house.clock)

    def agent(self, tenant: str = "dai", role: Role = Role.FINANCE) -> Principal:
        return Principal(id=f"agent-{tenant}", tenant=TenantId(tenant), role=role, name=tenant)

    def appoint(self, first: date, last: date | None, merchant: str = "m", agency: str = "dai") -> AgencyClient:
        return self.agencies.appoint(self.mei, MerchantId(merchant), TenantId(agency), first, last)

    def tenant_read(self, who: Principal, first: date, last: date, merchant: str = "m") -> str:
        try:
            return self.agencies.reader(who, MerchantId(merchant), days(first, last)).tenant
        except NothingThere as error:
            told = error.message() + error.message("zh") + error.hint()
            return f"{error.status} {told}" if "mei" in told else f"{error.status}"


@contextmanager
def story(engine: str = "sqlite") -> Iterator[Story]:
    with opened() if engine == "sqlite" else opened_on_postgres() as database:
        yield Story(House(database))


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_an_agency_reads_the_days_agreed_and_no_day_beside_them(engine: str) -> None:
    with story(engine) as one:
        one.appoint(MAY, date(2025, 5, 31))
        read = one.tenant_read
        assert read(one.agent(), MAY, date(2025, 5, 31)) == "mei"
        assert read(one.agent(), date(2025, 5, 7), date(2025, 5, 7)) == "mei"
        assert read(one.agent(), date(2025, 4, 30), date(2025, 5, 31)) == "404"
        assert read(one.agent(), MAY, JUNE) == "404"
        assert read(one.agent("li"), MAY, MAY) == "404"
        assert read(one.ji, MAY, MAY) == "404"
        assert read(one.agent(), MAY, MAY, "m2") == "404"  # of the same tenant, and no client
        assert read(one.agent(), MAY, MAY, "nobody") == "404"
        assert read(one.mei, date(2020, 1, 1), JUNE) == "mei"  # its own people see what they always saw


def test_the_reader_is_of_the_client_s_finance_and_writes_nothing_of_its_work() -> None:
    with story() as one:
        one.appoint(MAY, None)
        reader = one.agencies.reader(one.agent(role=Role.OPTIMISER), MerchantId("m"), days(MAY, JUNE))
        assert (reader.tenant, reader.role, reader.id) == ("mei", Role.FINANCE, "agent-dai")
        with pytest.raises(NotAllowed):
            one.house.catalog.add_merchant(reader, name="x", id="x")
        statement = one.house.billing.statement(reader, MerchantId("m"), 0, 1)
        assert statement.merchant == "m"


def test_an_appointment_ends_goes_on_or_is_taken_back_by_a_later_word() -> None:
    with story() as one:
        one.appoint(MAY, None)
        one.appoint(MAY, date(2025, 5, 31))
        assert one.tenant_read(one.agent(), JUNE, JUNE) == "404"
        one.appoint(JUNE, None)
        assert one.tenant_read(one.agent(), MAY, date(2025, 6, 18)) == "mei"  # two stretches that touch
        one.appoint(MAY, MAY - timedelta(days=1))
        assert one.tenant_read(one.agent(), MAY, MAY) == "404"
        assert one.tenant_read(one.agent(), JUNE, JUNE) == "mei"
        assert [(c.from_day, c.to_day) for c in one.agencies.appointed(one.mei)] == [(JUNE, None)]
        assert [c.merchant for c in one.agencies.appointed(one.agent())] == ["m"]
        assert [c.merchant for c in one.agencies.appointed(ROOT)] == ["m"]
        assert not one.agencies.appointed(one.ji)
        assert not one.agencies.appointed(one.agent("li"))


def test_who_may_appoint_and_whom() -> None:
    with story() as one:
        with pytest.raises(AppointmentUnordered):
            one.appoint(MAY, date(2025, 4, 29))
        with pytest.raises(AgencyUnknown):
            one.appoint(MAY, None, agency="ji")  # a merchant's tenant is no agency
        with pytest.raises(AgencyUnknown):
            one.appoint(MAY, None, agency="nowhere")
        with pytest.raises(NothingThere):
            one.agencies.appoint(one.ji, MerchantId("m"), TenantId("dai"), MAY, None)
        with pytest.raises(NothingThere):  # an agency does not appoint itself
            one.agencies.appoint(one.agent(role=Role.OPTIMISER), MerchantId("m"), TenantId("dai"), MAY, None)
        for role in (Role.ANALYST, Role.FINANCE, Role.OPS):
            with pytest.raises(NotAllowed):
                one.agencies.appoint(one.agent(role=role), MerchantId("m"), TenantId("dai"), MAY, None)
        one.appoint(MAY, None)
        with pytest.raises(NotAllowed):  # analysts of an agency see as little money as those of a merchant
            one.agencies.reader(one.agent(role=Role.ANALYST), MerchantId("m"), days(MAY, MAY))
        assert one.agencies.appoint(ROOT, MerchantId("j"), TenantId("li"), MAY, None).tenant == "ji"


def test_an_appointment_is_never_changed_or_removed() -> None:
    with story() as one:
        one.appoint(MAY, None)
        for act in (update(AgencyClientRow).values(to_day="2025-05-02"), delete(AgencyClientRow)):
            with (
                pytest.raises(DBAPIError, match="append-only"),
                one.house.database.session(PlatformScope("a test"), write=True) as session,
            ):
                session.execute(act)


DAYS = st.integers(0, 12)


@settings(max_examples=200)
@given(spans=st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=5), first=DAYS, length=DAYS)
def test_a_stretch_is_covered_where_each_of_its_days_is(
    spans: list[tuple[int, int | None]], first: int, length: int
) -> None:
    def on(day: int) -> date:
        return MAY + timedelta(days=day)

    kept = [
        AgencyClient(
            agency=TenantId("a"),
            merchant=MerchantId("m"),
            tenant=TenantId("t"),
            from_day=on(start),
            to_day=None if end is None else on(end),
            by="x",
            at_ms=0,
        )
        for start, end in spans
    ]
    last_word = dict(spans)
    seen = {
        day for day in range(30) for start, end in last_word.items() if start <= day and (end is None or day <= end)
    }
    assert covers(standing(kept), on(first), on(first + length)) == (set(range(first, first + length + 1)) <= seen)
