"""The ops page and the city report: the whole deployment, in counts and codes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import msgspec
import pytest

from hongmao.events.contracts import Event, Kind
from hongmao.insight.api import render_report
from hongmao.insight.contracts import ReturnCount, WakeCount
from hongmao.kernel.time import HOUR_MS, instant
from hongmao.returns.api import QuarantineRecord, RefusalRecord
from insight.stage import B, Stage, charge, click, delivery, impression, order, pay, refund, tap, visit, wakeup

NOON = "2025-05-07 12:00"


@dataclass(frozen=True)
class Health:
    log_end: int = 10
    lag: dict[str, int] = field(default_factory=lambda: {"billing": 3})


def desk(kind: Kind, when: str, number: int, record: RefusalRecord | QuarantineRecord) -> Event:
    return Event(
        event_id=f"desk:{number}",
        kind=kind,
        occurred_at_ms=instant(when),
        received_at_ms=instant(when),
        source="desk",
        platform="sandbox",
        outcome=record.reason,
        detail=msgspec.json.encode(record).decode(),
    )


def test_the_ops_page_counts_by_hour_reason_and_outcome() -> None:
    good, twice = pay(NOON, "o-1-1", 100, None), visit(NOON, None)
    stage = Stage(
        impression("2025-05-06 12:59"),  # 24 whole hours end with the one that is running
        impression("2025-05-06 13:00"),
        impression(NOON),
        impression(NOON, invalid="prefetch"),
        good,
        twice,
        delivery(NOON, "n-1", (good, "accepted", None), (twice, "unmatched", "no_click_id")),
        delivery(NOON, "n-2", (good, "duplicate", None), platform="shopx", source="shopx"),
        desk(Kind.RETURN_REFUSED, NOON, 1, RefusalRecord(reason="bad_signature")),
        desk(Kind.RETURN_REFUSED, NOON, 2, RefusalRecord(reason="bad_signature", count=40)),
        desk(Kind.RETURN_QUARANTINED, NOON, 3, QuarantineRecord(reason="too_old", account="a", raw='{"buyer": "x"}')),
        now="2025-05-07 12:30",
    )
    page = stage.insight.ops(Health())
    noon = instant(NOON)
    assert [(one.hour_at_ms, one.count) for one in page.hours if one.kind == "impression"] == [
        (noon - 23 * HOUR_MS, 1),
        (noon, 2),
    ]
    assert [(one.kind, one.reason, one.count) for one in page.invalid] == [("impression", "prefetch", 1)]
    assert page.returns == (
        ReturnCount(platform="sandbox", outcome="accepted", reason=None, count=1),
        ReturnCount(platform="sandbox", outcome="unmatched", reason="no_click_id", count=1),
        ReturnCount(platform="shopx", outcome="duplicate", reason=None, count=1),
    )
    assert [(one.platform, one.reason, one.count) for one in page.refused] == [("sandbox", "bad_signature", 41)]
    assert [(one.reason, one.chars) for one in page.quarantine] == [("too_old", 14)]
    assert "buyer" not in repr(page)  # no tenant's content
    assert [(one.source, one.age_ms) for one in page.freshness] == [
        ("community", HOUR_MS // 2),
        ("sandbox", HOUR_MS // 2),
    ]
    assert (page.log_end, page.lag) == (10, {"billing": 3})


def test_wakeups_add_up_to_the_taps_that_count_of_the_last_seven_days_whoever_they_belong_to() -> None:
    theirs = {"tenant": B, "merchant": "merchant-b", "shop": "shop-b", "link": "link-9"}
    ends = ("opened", "opened", "store", "fallback", "blocked", "timeout", None)
    at = "2025-05-01 00:00"  # seven days end with 2025-05-07
    stage = Stage(
        *(click(at, f"c-{n}", agent="wechat", **(theirs if n % 2 else {})) for n in range(len(ends))),
        *(wakeup(at, f"c-{n}", end) for n, end in enumerate(ends) if end is not None),
        wakeup("2025-05-01 00:01", "c-0", "timeout", event_id="wak:c-0-again"),  # a page's first word counts
        click(NOON, "s-1", agent="safari-ios"),
        click(NOON, "s-2", agent="safari-ios"),
        click(NOON, "old"),  # before clicks told of their browser
        click("2025-04-30 23:59", "o-1", agent="wechat"),
        wakeup("2025-05-01 00:00", "o-1", "opened"),
        click(NOON, "b-1", agent="crawler", invalid="bot"),
        click(NOON, "r-1", agent="wechat", invalid="repeat_tap"),
        wakeup(NOON, "r-1", "opened"),
        wakeup(NOON, "nobody", "opened", agent="wechat"),  # its click is not on this log
        now="2025-05-07 23:59",
    )
    wechat, safari, silent = stage.insight.ops().wakeups
    assert wechat == WakeCount(agent="wechat", taps=7, opened=2, store=1, fallback=1, blocked=1, timeout=1, unknown=1)
    assert (wechat.told, wechat.told + wechat.unknown) == (6, wechat.taps)
    # No page told anything: its ends are unknown, not 0.
    assert safari == WakeCount(
        agent="safari-ios", taps=2, opened=None, store=None, fallback=None, blocked=None, timeout=None, unknown=2
    )
    assert (silent.agent, silent.taps, silent.opened) == (None, 1, None)


def test_an_empty_deployment_has_an_ops_page_and_a_report() -> None:
    stage = Stage()
    page = stage.insight.ops()
    assert (page.hours, page.returns, page.freshness, page.wakeups, page.log_end) == ((), (), (), (), None)
    report = stage.insight.city_report()
    assert (report["impressions"], report["visits"], report["roi_net"]) == (0, None, None)
    assert "—" in render_report(report)


def city() -> tuple[list[Event], list[Event]]:
    """Give what happened to two tenants on two platforms, and which clicks of it were charged."""
    theirs = {"tenant": B, "merchant": "merchant-b", "shop": "shop-b", "platform": "shopx"}
    one, two = click("2025-05-01 10:00", "c-1"), click("2025-05-02 10:00", "c-2", link="link-9", **theirs)
    return [
        impression("2025-05-01 09:00"), tap("2025-05-01 09:01"), one,
        impression("2025-05-02 09:00", link="link-9", **theirs),
        impression("2025-05-02 09:00", tenant=None, merchant=None, link=None), two,
        visit("2025-05-01 10:01", "c-1"), visit("2025-05-02 10:01", "c-2", source="shopx", **theirs),
        order("2025-05-01 10:05", "o-1-1", "c-1"), pay("2025-05-01 10:06", "o-1-1", 29_900, "c-1"),
        refund("2025-05-03 10:00", "o-1-1", 9_900), pay("2025-05-02 11:00", "o-2-1", 1_000, None),
        pay("2025-05-02 10:06", "o-1-1", 700, "c-2", source="shopx", **theirs),
    ], [one, two]  # fmt: skip


def test_the_city_report_adds_up_and_shows_each_platform() -> None:
    events, clicks = city()
    report = Stage(*events, charges=[charge(one) for one in clicks]).insight.city_report()
    figures = {
        key: report[key]
        for key in ("impressions", "clicks", "component_clicks", "visits", "orders", "purchases", "refunds")
    }
    assert figures == {
        "impressions": 2, "clicks": 1, "component_clicks": 2, "visits": 2, "orders": 1, "purchases": 2, "refunds": 1,
    }  # fmt: skip
    assert (report["spend_fen"], report["gmv_fen"], report["gmv_net_fen"]) == (100, 30_600, 20_700)
    assert (report["roi_gross"], report["roi_net"]) == ("306.00", "207.00")
    assert (report["gmv_all_returned_fen"], report["impressions_organic"], report["ledger_balanced"]) == (
        31_600,
        1,
        True,
    )
    platforms = report["platforms"]
    assert isinstance(platforms, dict)
    assert list(platforms) == ["sandbox", "shopx"]
    for key in (*figures, "spend_fen", "gmv_fen", "gmv_net_fen", "gmv_all_returned_fen"):
        assert platforms["sandbox"][key] + platforms["shopx"][key] == report[key], key
    assert (platforms["shopx"]["gmv_fen"], platforms["shopx"]["roi_net"]) == (700, "14.00")
    definitions = report["definitions"]
    assert isinstance(definitions, dict)
    assert (definitions["window"], definitions["clock"], len(definitions["last_click.v1"])) == ("15d", "billing", 16)


def test_reports_are_the_same_bytes_in_any_order_of_arrival_and_on_any_day() -> None:
    events, clicks = city()
    charges = [charge(one) for one in clicks]
    there = Stage(*events, charges=charges).insight
    back = Stage(*reversed(events), *events[:3], charges=charges[::-1], now="2026-01-01 00:00").insight
    assert json.dumps(there.city_report()) == json.dumps(back.city_report())
    for tenant, merchant in (("tenant-a", "merchant-a"), ("tenant-b", "merchant-b")):
        reports = [one.merchant_report(tenant, merchant) for one in (there, back)]  # type: ignore[arg-type]
        assert json.dumps(reports[0]) == json.dumps(reports[1])


@pytest.mark.parametrize(
    ("first", "last", "gmv"), [("2025-05-01", "2025-05-02", 29_900), ("2025-05-02", "2025-05-03", 700)]
)
def test_a_report_covers_the_days_asked_for(first: str, last: str, gmv: int) -> None:
    events, _ = city()
    report = Stage(*events).insight.city_report(instant(first), instant(last))
    assert (report["from_day"], report["to_day"], report["gmv_fen"]) == (first, first, gmv)


def test_the_table_for_people_is_aligned_and_says_what_its_figures_mean() -> None:
    events, clicks = city()
    insight = Stage(*events, charges=[charge(one) for one in clicks]).insight
    text = insight.render_report(insight.city_report())
    assert "净ROI net" in text
    assert "306.00" in text
    assert "last click, 15d, by billing time" in text
    heads = [line.split() for line in text.splitlines()]
    assert ["账本", "ledger", "balanced"] in heads
    # Below stands one line for each platform and line, under heads of its own; what nobody reconciled is unknown.
    (cid,) = [line for line in heads if line[:2] == ["sandbox", "CID"]]
    assert cid[-1] == "—"
