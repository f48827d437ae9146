"""UD效果: views and taps told to the monitor, what the shop saw of them, and the day's report read as cells."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import TenantId
from hongmao.platforms.api import FileHead, Outgoing, ReportCell, RowProblem, TargetAccount
from hongmao.platforms.taobao.files import UD_DAILY, report_call
from hongmao.platforms.taobao.pulls import ORDERS
from hongmao.platforms.taobao.targets import ALIMAMA
from platforms.gatehouse import ms
from platforms.sandbox.browser import BASE
from platforms.taobao.bazaar import PRESALE_ITEM, SHOP, account_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platforms.taobao.bazaar import Bazaar

HEAD = FileHead(name="ud.csv", snapshot_ms=ms("2025-05-09T08:00:00"))
NAMES = {header: field for field, headers in UD_DAILY.aliases.items() for header in headers}
ROW = {"day": "2025-05-07", "note": "66c0ffee000000001f00abcd", "shop": SHOP, "spend": "2,694.23", "visits": "25"}


def cell(row: Mapping[str, str], head: FileHead = HEAD) -> ReportCell:
    [found] = UD_DAILY.read(row, place="row 2", head=head, account=account_with())
    assert isinstance(found, ReportCell), found
    return found


def problem(row: Mapping[str, str]) -> tuple[str, str]:
    [found] = UD_DAILY.read(row, place="row 2", head=HEAD, account=account_with())
    assert isinstance(found, RowProblem), found
    return found.code, found.place


def tell(bazaar: Bazaar, event: Event, *, e: str = SHOP) -> None:
    """Send an event to the monitor, as the target does."""
    to = TargetAccount(
        id="a-1", target="alimama", tenant=TenantId("t-1"), settings={"gateway": f"{BASE}/gw/taobao", "monitor_e": e}
    )
    item = Outgoing(id=event.event_id, event=event, event_type=ALIMAMA.wants(event, None) or "", click=None)
    bazaar.caller.call(ALIMAMA.call(to, [item], now_ms=bazaar.front.clock.now_ms()))


def view(bazaar: Bazaar, note: str, number: int) -> None:
    now_ms = bazaar.front.clock.now_ms()
    tell(
        bazaar, Event(event_id=f"i-{note}-{number}", kind=Kind.IMPRESSION, occurred_at_ms=now_ms, note=note, line="ud")
    )


def tap(bazaar: Bazaar, note: str, click_id: str) -> None:
    now_ms = bazaar.front.clock.now_ms()
    tell(
        bazaar,
        Event(
            event_id=f"e-{click_id}",
            kind=Kind.COMPONENT_CLICK,
            occurred_at_ms=now_ms,
            note=note,
            line="ud",
            click_id=click_id,
        ),
    )


def report(bazaar: Bazaar, day: str) -> Sequence[Sequence[str]]:
    call = report_call(bazaar.account, day, now_ms=bazaar.front.clock.now_ms())
    reply = bazaar.caller.call(call)
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "text/csv; charset=gb18030"
    return list(csv.reader(io.StringIO(reply.body.decode("gb18030"))))


def read(lines: Sequence[Sequence[str]]) -> list[ReportCell | RowProblem]:
    header = [NAMES[name] for name in lines[0]]
    return [
        found
        for line in lines[1:]
        for found in UD_DAILY.read(dict(zip(header, line, strict=True)), place="", head=HEAD, account=account_with())
    ]


def test_a_ud_day_from_the_views_to_the_refund(bazaar: Bazaar) -> None:
    # 7 May: note n-1 is seen three times and tapped twice, n-2 seen once; one of the taps never arrives.
    for number in range(3):
        view(bazaar, "n-1", number)
    view(bazaar, "n-1", 0)  # told twice, seen once
    view(bazaar, "n-2", 0)
    tap(bazaar, "n-1", "u-1")
    tap(bazaar, "n-1", "u-lost")
    order = bazaar.buy("u-1")
    presale = bazaar.buy("u-1", PRESALE_ITEM)
    # 8 May: the balance is paid, and part of the first order goes back.
    bazaar.at("2025-05-08T09:00:00+08:00")
    bazaar.front.do(f"/order/{presale}/balance")
    bazaar.front.do(f"/order/{order}/refund", sub_order_id=f"{order}-1", amount_fen="9900")

    first, second = report(bazaar, "2025-05-07"), report(bazaar, "2025-05-08")
    assert first[-1][0] == "合计2条记录"
    cells = {one.note: one for one in read(first) if isinstance(one, ReportCell)}
    spend_fen = cells["n-1"].values["spend_fen"]
    assert 120 <= spend_fen <= 358
    assert cells["n-1"].values == {
        "spend_fen": spend_fen,
        "impressions": 3,
        "clicks": 2,
        "visits": 1,
        "carts": 0,
        "orders": 2,
        "gmv_fen": 29_900,
        "refund_fen": 0,
    }
    assert cells["n-2"].values["impressions"] == 1
    assert cells["n-2"].values["clicks"] == 0
    [later] = read(second)
    assert isinstance(later, ReportCell)
    assert (later.day, later.note, later.line, later.platform_shop_id) == ("2025-05-08", "n-1", "ud", SHOP)
    assert (later.values["gmv_fen"], later.values["refund_fen"], later.values["clicks"]) == (50_000, 9_900, 0)


def test_what_alibaba_bought_is_in_no_list_of_cid(bazaar: Bazaar) -> None:
    tap(bazaar, "n-1", "u-1")
    bazaar.buy("u-1")
    bazaar.buy("c-1")
    assert {row.click_id for row in bazaar.pull(ORDERS)} == {"c-1"}
    lines = report(bazaar, "2025-05-07")
    assert len(lines) == 3
    assert read(lines)[0].values["orders"] == 1  # type: ignore[union-attr] # a cell, as counted


def test_a_report_wants_a_key(bazaar: Bazaar) -> None:
    call = report_call(account_with(secret="another"), "2025-05-07", now_ms=bazaar.front.clock.now_ms())
    assert b'"code":25' in bazaar.caller.call(call).body
    other_day = report_call(bazaar.account, "2025-05-07", now_ms=bazaar.front.clock.now_ms()).url.replace(
        "05-07", "05-08", 1
    )
    assert "day=2025-05-08" in other_day
    assert b'"code":25' in bazaar.front.client.get(other_day.removeprefix(BASE)).content


def test_a_row_is_one_cell_of_the_ud_line() -> None:
    row = ROW | {"gmv": "6,000", "orders": "12", "impressions": "10,000", "clicks": "600"}
    found = cell(row)
    assert found.key == f"2025-05-07:66c0ffee000000001f00abcd:{SHOP}"
    assert (found.report, found.line, found.day, found.platform_shop_id) == ("ud_daily", "ud", "2025-05-07", SHOP)
    assert found.values == {
        "impressions": 10_000,
        "clicks": 600,
        "visits": 25,
        "orders": 12,
        "spend_fen": 269_423,
        "gmv_fen": 600_000,
    }
    assert "6,000" in found.raw


def test_ATTR_11_a_roi_without_gmv_gives_an_approximate_one_with_its_mark() -> None:
    # Audience ROI 3 at a spend of 100 is 300, marked approximate.
    approximate = cell(ROW | {"spend": "100", "roi": "3"})
    assert (approximate.values["gmv_fen"], approximate.marks) == (30_000, ("approximate",))
    told = cell(ROW | {"spend": "100", "roi": "3", "gmv": "299.50"})
    assert (told.values["gmv_fen"], told.marks) == (29_950, ())
    assert "gmv_fen" not in cell(ROW).values


def test_ATTR_11_a_later_snapshot_wins_and_a_total_row_is_nothing() -> None:
    later = FileHead(name="ud.csv", snapshot_ms=HEAD.snapshot_ms + 86_400_000)
    assert cell(ROW, later).version - cell(ROW).version == 86_400
    assert cell(ROW, later).key == cell(ROW).key
    total = {"day": "合计20条记录", "spend": "2,694.23"}
    assert UD_DAILY.read(total, place="row 22", head=HEAD, account=account_with()) == ()


def test_ATTR_7_a_blank_figure_is_unknown_and_not_zero() -> None:
    assert cell(ROW | {"visits": "", "orders": "0"}).values == {"orders": 0, "spend_fen": 269_423}


@pytest.mark.parametrize("text", ["2025-05-07", "2025/5/7", "20250507", "2025.05.07"])
def test_a_day_is_written_in_several_ways(text: str) -> None:
    assert cell(ROW | {"day": text}).day == "2025-05-07"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"day": "2025-02-30"}, "bad_time", "day"),
        ({"day": "yesterday"}, "bad_time", "day"),
        ({"day": ""}, "missing_field", "day"),
        ({"note": ""}, "missing_field", "note"),
        ({"note": "a b"}, "bad_value", "note"),
        ({"shop": "红枫"}, "bad_value", "shop"),
        ({"note": "n" * 40, "shop": "s" * 40}, "bad_value", "shop"),
        ({"spend": "-1"}, "below_zero", "spend"),
        ({"spend": "1.005"}, "not_whole_fen", "spend"),
        ({"spend": "many"}, "bad_value", "spend"),
        ({"visits": "2.5"}, "bad_value", "visits"),
        ({"visits": "-2"}, "below_zero", "visits"),
        ({"roi": "3%"}, "bad_value", "roi"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, str], code: str, field: str) -> None:
    assert problem(ROW | change) == (code, f"row 2.{field}")


def test_a_row_without_a_shop_takes_that_of_the_import() -> None:
    head = FileHead(name="ud.csv", snapshot_ms=HEAD.snapshot_ms, facts={"shop": "880002"})
    assert cell(ROW | {"shop": ""}, head).platform_shop_id == "880002"
    assert cell(ROW | {"shop": ""}).platform_shop_id is None


@given(field=st.sampled_from(sorted(UD_DAILY.aliases)), text=st.text(max_size=12))
def test_no_cell_raises(field: str, text: str) -> None:
    row: dict[str, Any] = ROW | {field: text}
    for found in UD_DAILY.read(row, place="row 2", head=HEAD, account=account_with()):
        assert isinstance(found, RowProblem) or all(value >= 0 for value in found.values.values())
