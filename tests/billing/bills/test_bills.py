"""Bills of platforms: every row is kept with what our books say of it, and both sums meet to the fen."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from billing.bills.desk import FIRST_MS, M1, counted, desk, told
from billing.budgeted import shown
from billing.test_cpm import by_shown
from hongmao.billing.bills.errors import (
    BillEmpty,
    BillPlatformUnknown,
    BillSeenAlready,
    BillTooLong,
    BillUnknown,
    BillUnreadable,
    PeriodMalformed,
)
from hongmao.billing.bills.loading import shipped
from hongmao.billing.bills.rules import month
from hongmao.billing.budgets import PlacedTerms
from hongmao.campaigns.api import Binding
from hongmao.catalog.api import NotAllowed, NothingThere, Principal, Role, TenantKind
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import LinkId, MerchantId, TenantId
from hongmao.kernel.time import DAY_MS
from hongmao.returns.api import FileTooLarge
from hongmao.returns.files.errors import FormatAmbiguous, FormatUnknown, FormatUnrecognised, HeadersMissing
from hongmao.storage.models import BillLineRow, BillOutcomeRow, BillRow
from hongmao.storage.scope import PlatformScope
from storage.opened import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from billing.bills.desk import Desk

MAY = """聚光账单,,,
日期,笔记ID,展现,消费(元)
2025-05-07,n1,100,1.20
2025/5/7,n1,50,1.20
2025-05-07,n2,10,"¥1,234.50"
2025-05-08,n9,10,5.00
2025-05-08,n1,10,0.1234
2025-05-32,n1,1,1.00
2025-06-01,n1,1,1.00
2025-05-09,n1,1,-０．３０
2025-05-09,n2,1,0.00
合计,,182,1242.80
"""


def spent(at: Desk) -> None:
    """Two clicks of n1 on the 7th, one of n2; n3 on the 8th; nothing on the 9th."""
    at.click("a", 7, 120)
    at.click("b", 7, 120)
    at.click("c", 7, 1_234_00, note="n2")
    at.click("d", 8, 300, note="n3")
    at.click("free", 9, 100, invalid="bot")
    at.click("ud", 7, 999, line="ud")
    at.click("other", 7, 555, merchant="m2", tenant="t2", link="l9")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_month_of_ads_with_every_outcome_and_both_sums_explained_to_the_fen(tmp_path: Path, engine: str) -> None:
    with desk(tmp_path, engine) as at:
        spent(at)
        look = at.take(MAY)
        assert (look.bill.format, look.bill.period, look.duplicate, look.lines) == (
            "juguang_note",
            "2025-05",
            False,
            10,
        )
        assert [told(one) for one in look.compared] == [
            ("05-07", "n1", "same", 240, 240),
            ("05-07", "n2", "differs", 1_234_00, 1_234_50),
            ("05-08", "n3", "missing", 300, None),
            ("05-08", "n9", "extra", None, 500),
            ("05-09", "n1", "extra", None, -30),
            ("05-09", "n2", "same", None, 0),
        ]
        assert look.compared[0].rows == (3, 4)
        assert [(one.row, one.field, one.code) for one in look.unreadable] == [
            (7, "amount", "not_whole_fen"),
            (8, "day", "bad_time"),
            (9, "day", "day_outside_period"),
        ]
        assert counted(look) == (2, 1, 2, 1, 3)
        assert [(one.row, one.amount_fen) for one in look.total_rows] == [(12, 1_242_80)]
        assert [(str(one.day), one.ours_fen, one.theirs_fen, one.difference_fen) for one in look.days] == [
            ("2025-05-07", 1_236_40, 1_236_90, -50),
            ("2025-05-08", 300, 500, -200),
            ("2025-05-09", 0, -30, 30),
        ]
        assert (look.sums.missing_fen, look.sums.extra_fen, look.sums.differs_fen) == (300, 470, -50)
        assert look.sums.explained
        assert all(one.explained for one in look.days)
        head = at.city.ledger.head()
        assert (look.seal, look.head) == (head.seal, head.hash)
        # Our side is the ledger's own word: what left m1's wallet on the line.
        turned = at.city.ledger.turnover(M1, month("2025-05", place="month"))
        (cid,) = [one for one in turned if (one.account.kind, one.account.line) == ("cash", "cid")]
        assert look.sums.ours_fen == -sum(move.amount_fen for move in cid.movements if move.why == "click")


def test_every_row_is_kept_as_it_came(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        number = at.take(MAY).bill.number
        lines = at.bills.lines(at.finance, number)
        assert [line.row for line in lines] == list(range(3, 13))
        assert json.loads(lines[2].raw) == ["2025-05-07", "n2", "10", "¥1,234.50"]
        assert json.loads(lines[7].raw)[3] == "-０．３０"
        assert [line.row for line in at.bills.lines(at.finance, number, after=10, limit=1)] == [11]


def test_the_same_file_again_is_the_bill_that_is_there_and_under_other_terms_a_conflict(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        first = at.take(MAY)
        again = at.take(MAY)
        assert (again.bill, again.duplicate) == (first.bill, True)
        path = at.file(MAY)
        with pytest.raises(BillSeenAlready) as error:
            at.bills.take(at.finance, path, name="x", merchant=M1, platform="juguang", period="2025-05")
        assert error.value.params["id"] == first.bill.number
        # Another tenant may have the very same file and is told nothing of this one.
        other = Principal(id="x", tenant=TenantId("t2"), role=Role.FINANCE, name="x")
        theirs = at.bills.take(other, path, name="x", merchant=MerchantId("m2"), platform="xhs", period="2025-05")
        assert not theirs.duplicate
        assert [bill.number for bill in at.bills.listed(at.finance)] == [first.bill.number]
        assert len(at.bills.listed(ROOT)) == 2
        with at.city.database.session(PlatformScope("a test")) as session:
            assert session.query(BillLineRow).count() == 20


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_after_a_correction_a_look_finds_it_mended_says_since_when_and_leaves_the_rows(
    tmp_path: Path, engine: str
) -> None:
    with desk(tmp_path, engine) as at:
        at.click("a", 7, 120)
        at.click("twice", 7, 120)
        began_ms = at.city.clock.now_ms()
        look = at.take("日期,笔记ID,消费\n2025-05-07,n1,1.20\n2025-05-08,n1,1.00\n")
        number, rows = look.bill.number, at.bills.lines(at.finance, look.bill.number)
        assert [told(one)[2:] for one in look.compared] == [("differs", 240, 120), ("extra", None, 100)]
        assert {one.since_ms for one in look.compared} == {began_ms}
        # The house gives one of the two back: found to have been charged by mistake.
        at.city.clock.advance(3 * DAY_MS)
        at.city.billing.credits.give(ROOT, ["e-twice"], "mistake")
        seen = at.bills.look(at.finance, number)
        assert [(one.outcome.value, one.since_ms) for one in seen.compared] == [("same", None), ("extra", began_ms)]
        assert seen.seal > look.seal  # of another book than before, and nothing of this look is kept
        mended_ms = at.city.clock.now_ms()
        at.bills.reconcile(at.finance, number)
        at.city.clock.advance(DAY_MS)
        later = at.bills.reconcile(at.finance, number)
        assert [(one.outcome.value, one.since_ms) for one in later.compared] == [
            ("same", mended_ms),
            ("extra", began_ms),
        ]
        assert at.bills.lines(at.finance, number) == rows
        with at.city.database.session(PlatformScope("a test")) as session:
            assert session.query(BillOutcomeRow).count() == 3


@pytest.mark.parametrize("model", [BillRow, BillLineRow, BillOutcomeRow])
def test_nothing_of_a_bill_is_ever_changed_or_removed(
    tmp_path: Path, model: type[BillRow | BillLineRow | BillOutcomeRow]
) -> None:
    with desk(tmp_path) as at:
        at.take(MAY)
        for act in (update(model).values(tenant_id="t2"), delete(model)):
            with (
                pytest.raises(DBAPIError, match="append-only"),
                at.city.database.session(PlatformScope("a test"), write=True) as session,
            ):
                session.execute(act)


def test_a_bill_by_campaign_goes_by_the_campaign_of_the_act_whatever_the_link_carries_today(tmp_path: Path) -> None:
    """Link 1 is campaign 7's on 7 May and campaign 8's from 8 May on; 8 pays for impressions of its own link as well."""
    with desk(tmp_path) as at:
        at.carried["l1"] = PlacedTerms(campaign=7, account=1)
        at.click("a", 7, 120)
        at.click("b", 7, 80)
        at.carried["l1"] = PlacedTerms(campaign=8, account=1, since_ms=FIRST_MS + 7 * DAY_MS)
        at.click("c", 8, 50)
        at.carried["l4"] = by_shown(4_000, campaign=8)
        for number in range(3):
            seen = shown(number, link="l4", occurred_at_ms=FIRST_MS + 7 * DAY_MS + number)
            at.absorb(seen)
        # Bound to campaign 9 by now: that says nothing of what was charged.
        at.bound = [Binding(link=LinkId("l1"), tenant=TenantId("t1"), creativity=101, campaign=9, at_ms=0)]
        look = at.take("日期,计划ID,消费\n2025-05-07,7,2.00\n2025-05-08,8,0.62\n")
        assert [told(one) for one in look.compared] == [
            ("05-07", "7", "same", 200, 200), ("05-08", "8", "same", 62, 62),
        ]  # fmt: skip
        at.city.billing.credits.give(ROOT, ["e-b"], "mistake")
        again = at.bills.reconcile(at.finance, look.bill.number)
        assert next(told(one)[1:] for one in again.compared) == ("7", "differs", 120, 200)


def test_a_bill_by_creativity_and_one_by_campaign_go_by_what_links_carry(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.carried.update(dict.fromkeys(("l1", "l2"), PlacedTerms(campaign=7, account=1)))
        at.click("a", 7, 120)
        at.click("b", 7, 80, note="n2")
        at.click("c", 7, 10, note="n3")  # a link that carries nothing: still ours, under its own name
        by = at.take("日期,创意ID,消费\n2025-05-07,101,1.20\n2025-05-07,102,0.80\n")
        assert [told(one)[1:] for one in by.compared] == [
            ("101", "same", 120, 120), ("102", "same", 80, 80), ("link:l3", "missing", 10, None),
        ]  # fmt: skip
        by = at.take("日期,计划ID,消费\n2025-05-07,7,2.00\n")
        assert [told(one)[1:3] for one in by.compared] == [("7", "same"), ("link:l3", "missing")]
        both = "日期,计划ID,创意ID,消费\n2025-05-07,7,101,1.20\n"
        with pytest.raises(FormatAmbiguous):
            at.take(both)
        assert at.take(both, format="juguang_creativity").counts["same"] == 1


def test_a_bill_of_alibaba_s_side_is_held_against_its_own_line(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        spent(at)
        look = at.take("日期,内容ID,花费(元)\n20250507,n1,9.99\n", platform="taobao")
        assert look.bill.format == "ud_note"
        assert [told(one) for one in look.compared] == [("05-07", "n1", "same", 999, 999)]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_bill_of_service_fees_meets_our_bookings_whatever_their_day(tmp_path: Path, engine: str) -> None:
    with desk(tmp_path, engine) as at:
        at.city.billing.fees.set_terms(ROOT, M1, "taobao", payer="merchant", from_day="2025-05-01")
        for sub, day, fee_fen in (("o1", 7, 8_00), ("o2", 8, 5_00), ("o3", 31, 1_00), ("june", 32, 2_00)):
            at.absorb(
                Event(
                    event_id=f"ret:{sub}",
                    kind=Kind.SETTLE,
                    occurred_at_ms=FIRST_MS + (day - 1) * DAY_MS,
                    source="taobao",
                    tenant="t1",
                    merchant="m1",
                    shop="s1",
                    platform="taobao",
                    order_id=f"p-{sub}",
                    sub_order_id=sub,
                    version=1,
                    amount_fen=100_00,
                    commission_fen=fee_fen,
                )
            )
        text = (
            "结算日期,子订单号,服务费(元)\n2025-05-20,o1,8.00\n2025-05-20,o2,3.00\n2025-05-21,o2,2.50\n"
            "2025-05-31,june,2.00\n2025-05-31,nobody,1.00\n"
        )
        look = at.take(text, platform="taobao")
        # The day is the bill's where it has the order: o3, which it lacks, stands under ours.
        assert {one.key: told(one)[2:] for one in look.compared} == {
            "o1": ("same", 8_00, 8_00),
            "o2": ("differs", 5_00, 5_50),
            "june": ("same", 2_00, 2_00),
            "o3": ("missing", 1_00, None),
            "nobody": ("extra", None, 1_00),
        }
        assert look.sums.explained
        assert look.sums.difference_fen == 16_00 - 16_50


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_bill_of_co_investment_is_held_against_what_left_the_purse(tmp_path: Path, engine: str) -> None:
    with desk(tmp_path, engine) as at:
        at.city.billing.coinvest.found(
            ROOT, "p", own_parts=10, match_parts=3, cap_fen=1_000_00, member_cap_fen=None,
            from_ms=FIRST_MS - DAY_MS, to_ms=FIRST_MS + 60 * DAY_MS,
        )  # fmt: skip
        at.city.billing.coinvest.join(ROOT, "p", M1)
        at.click("a", 20, 130_00)
        at.click("b", 21, 13_00)
        text = "日期,共投计划,平台出资\n2025-05-20,p,30.00\n2025-05-21,p,2.00\n"
        look = at.take(text, platform="taobao")
        assert [told(one) for one in look.compared] == [
            ("05-20", "p", "same", 30_00, 30_00), ("05-21", "p", "differs", 3_00, 2_00),
        ]  # fmt: skip
        at.city.billing.credits.give(ROOT, ["e-b"], "mistake")
        mended = at.bills.reconcile(at.finance, look.bill.number)
        assert told(mended.compared[1]) == ("05-21", "p", "differs", 0, 2_00)


def test_encodings_and_a_spreadsheet_say_the_same(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        spent(at)
        wanted = [told(one) for one in at.take(MAY).compared]
        for encoding in ("gb18030", "utf-16"):
            path = at.file(MAY.replace("聚光账单", encoding), encoding=encoding)
            assert [told(one) for one in at.take_file(path).compared] == wanted
        path = tmp_path / "bill.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet()
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            page.write_row(0, 0, ["日期", "笔记ID", "消费"])
            for number, (of, note, yuan) in enumerate(
                [(7, "n1", 2.4), (7, "n2", 1234.5), (8, "n9", 5), (9, "n1", -0.3), (9, "n2", 0)], 1
            ):
                page.write_datetime(number, 0, date(2025, 5, of), day)
                page.write(number, 1, note)
                page.write(number, 2, yuan)
            page.write_row(6, 0, ["总计", "", 1241.6])
        look = at.take_file(path)
        assert [told(one) for one in look.compared] == wanted
        assert [one.amount_fen for one in look.total_rows] == [1_241_60]


def test_what_is_no_bill_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(tmp_path) as at:
        for text, error in (
            ("", BillUnreadable),
            ("日期,笔记ID,消费\n", BillEmpty),
            ("一,二\n1,2\n", FormatUnrecognised),
            ('日期,笔记ID,消费\n2025-05-07,n1,1.00\n2025-05-07,"n1,1.00\n', BillUnreadable),
        ):
            with pytest.raises(error):
                at.take_file(at.file(text, encoding="utf-8"))
        with pytest.raises(HeadersMissing):
            at.take("日期,消费\n2025-05-07,1.00\n", format="juguang_note")
        with pytest.raises(FormatUnknown):
            at.take(MAY, format="nothing")
        with pytest.raises(BillPlatformUnknown):
            at.take(MAY, platform="nowhere")
        for period in ("2025-13", "2025-5", "25-05", "2025-05-01", "２０２５-05", ""):
            with pytest.raises(PeriodMalformed):
                at.bills.take(at.finance, at.file(MAY), name="x", merchant=M1, platform="xhs", period=period)
        monkeypatch.setattr("hongmao.billing.bills.service.BILL_ROWS_MAX", 9)
        with pytest.raises(BillTooLong):
            at.take(MAY)
        monkeypatch.setattr("hongmao.billing.bills.service.BILL_BYTES_MAX", 10)
        with pytest.raises(FileTooLarge):
            at.take(MAY)
        assert not at.bills.listed(at.finance)


def test_who_may_keep_a_bill_and_who_may_see_it(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        number = at.take(MAY).bill.number
        of_one = {role: Principal(id="x", tenant=TenantId("t1"), role=role, name="x") for role in Role}
        other = Principal(id="y", tenant=TenantId("t2"), role=Role.FINANCE, name="y")
        for role in (Role.OPTIMISER, Role.ANALYST, Role.OPS):
            with pytest.raises(NotAllowed):
                at.bills.take(of_one[role], at.file(MAY), name="x", merchant=M1, platform="xhs", period="2025-05")
            with pytest.raises(NotAllowed):
                at.bills.reconcile(of_one[role], number)
        assert at.bills.look(of_one[Role.OPTIMISER], number).bill.number == number
        with pytest.raises(NothingThere):
            at.bills.take(other, at.file(MAY), name="x", merchant=M1, platform="xhs", period="2025-05")
        for asked in (number, number + 1, 0, -1, 10**17):
            for act in (at.bills.look, at.bills.lines, at.bills.reconcile):
                with pytest.raises(BillUnknown) as error:
                    act(other, asked)
                assert error.value.status == 404
        assert not at.bills.listed(other)
        assert not at.bills.listed(other, M1)


def test_an_agency_sees_the_bills_of_a_client_s_months_that_lie_within_its_days(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        number = at.take(MAY).bill.number
        at.city.catalog.add_tenant(ROOT, name="代理", kind=TenantKind.AGENCY, id="dai")
        agent = Principal(id="a", tenant=TenantId("dai"), role=Role.FINANCE, name="a")
        assert not at.bills.listed(agent)
        at.agencies.appoint(ROOT, M1, agent.tenant, date(2025, 5, 2), None)
        with pytest.raises(BillUnknown):
            at.bills.look(agent, number)  # the first of May is not its day
        at.agencies.appoint(ROOT, M1, agent.tenant, date(2025, 5, 1), date(2025, 5, 31))
        assert at.bills.look(agent, number).bill.number == number
        assert [bill.number for bill in at.bills.listed(agent)] == [number]
        with pytest.raises(NothingThere):  # it reads; the client's own people keep
            at.bills.take(agent, at.file(MAY), name="x", merchant=M1, platform="xhs", period="2025-05")
        with pytest.raises(BillUnknown):
            at.bills.reconcile(agent, number)


def test_every_format_that_ships_is_named_as_its_file_and_has_the_three_columns() -> None:
    assert len(shipped()) == 6
    for one in shipped():
        assert sorted(one.columns) == ["amount", "day", "key"]
        assert all(one.columns.values())
        assert one.zh
        assert one.en
        assert one.source
        assert one.unit in ("yuan", "fen")
