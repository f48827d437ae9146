"""The client against the gateway, which shares no code with it: what buyers did is what is pulled, whatever the weather."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from hongmao.platforms.api import (
    HOUR_MS,
    Answered,
    CallFailed,
    Event,
    Kind,
    LinkNotMade,
    LinkWanted,
    Outgoing,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    Row,
    TargetAccount,
)
from hongmao_contracts.rehearsal import SHOP, Rehearsal
from hongmao_shopx import facts
from hongmao_shopx.platform import SHOPX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.platforms.api import Page, PlatformAccount

CLICK = "AZTxJ0-kAAAAAQ_zPq3vX8sW2bN4cQ"
[SOURCE] = SHOPX.pulls
WANTED = LinkWanted(page_url="https://m.shopx.example/i/i-1", platform_shop_id=SHOP, platform_item_id="i-1", line="cid")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Rehearsal]:
    with Rehearsal(SHOPX, tmp_path, at="2025-05-07T10:00:00+08:00") as stage:
        stage.stock({"i-1": 29_900, "i-2": 9_900})
        yield stage


def page(stage: Rehearsal, token: str | None = None, account: PlatformAccount | None = None) -> Page:
    return SOURCE.page(account or stage.account, stage.today, token, stage, now_ms=stage.now_ms)


def pulled(stage: Rehearsal) -> list[Row]:
    rows: list[Row] = []
    token: str | None = None
    while True:
        got = page(stage, token)
        rows += [row for row in got.rows if isinstance(row, Row)]
        token = got.next_token
        if token is None:
            return rows


def ids(rows: list[Row]) -> list[str]:
    return [f"{row.kind} {row.event_no} v{row.version}" for row in rows]


def test_a_day_in_the_shop_is_what_the_pull_brings(stage: Rehearsal) -> None:
    # 10:00 she comes by a click, orders two and pays.
    order = stage.buy("i-1", click_id=CLICK, quantity=2)
    # 15:00 the goods are there; 17:00 she wants a part of her money back.
    stage.clock.advance(5 * HOUR_MS)
    stage.receive(order)
    stage.clock.advance(2 * HOUR_MS)
    stage.refund(order, 8_950)
    stage.clock.advance(HOUR_MS)
    rows = pulled(stage)
    assert [row.kind for row in rows] == [
        Kind.OPEN,
        Kind.VISIT,
        Kind.ORDER,
        Kind.PAY,
        Kind.RECEIVE,
        Kind.REFUND,
    ]
    assert {row.click_id for row in rows} == {CLICK}
    by_kind = {row.kind: row for row in rows}
    assert (by_kind[Kind.PAY].amount_fen, by_kind[Kind.PAY].quantity) == (59_800, 2)
    assert by_kind[Kind.PAY].sub_order_id == order["sub_orders"][0]["sub_order_id"]
    assert (by_kind[Kind.REFUND].amount_fen, by_kind[Kind.VISIT].new_visitor) == (8_950, True)
    assert by_kind[Kind.REFUND].occurred_at_ms - by_kind[Kind.PAY].occurred_at_ms == 7 * HOUR_MS


def test_pages_join_without_a_gap_and_without_a_repeat(stage: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        stage.buy("i-1", click_id=CLICK, buyer=f"buyer-{number}")
    stage.clock.advance(1)
    whole = ids(pulled(stage))
    monkeypatch.setattr(facts, "PAGE_ROWS", 3)
    assert ids(pulled(stage)) == whole
    first = page(stage)
    assert (len(first.rows), first.total) == (3, len(whole))
    assert first.next_token is not None


def test_a_page_given_twice_brings_nothing_new(stage: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        stage.buy("i-1", click_id=CLICK, buyer=f"buyer-{number}")
    stage.clock.advance(1)
    whole = ids(pulled(stage))
    monkeypatch.setattr(facts, "PAGE_ROWS", 3)
    stage.weather(repeat_page_share=1.0)
    again = ids(pulled(stage))
    assert len(again) > len(whole)
    assert list(dict.fromkeys(again)) == whole


def test_a_page_that_is_lost_shows_by_the_total(stage: Rehearsal) -> None:
    stage.buy("i-1", click_id=CLICK)
    stage.clock.advance(1)
    stage.weather(missing_page_share=1.0)
    lost = page(stage)
    assert (len(lost.rows), lost.total) == (0, 4)
    found = page(stage)
    assert len(found.rows) == found.total == 4


def test_what_the_gateway_learns_late_comes_with_a_later_pull(stage: Rehearsal) -> None:
    stage.weather(late_ms=[2 * HOUR_MS, 2 * HOUR_MS])
    stage.buy("i-1", click_id=CLICK)
    stage.clock.advance(HOUR_MS)
    assert pulled(stage) == []
    stage.clock.advance(2 * HOUR_MS)
    assert len(pulled(stage)) == 4


def test_each_trouble_has_its_name(stage: Rehearsal) -> None:
    stage.buy("i-1", click_id=CLICK)
    stage.weather(per_minute_max=1)
    page(stage)
    with pytest.raises(PullThrottled) as slow:
        page(stage)
    assert slow.value.params == {"platform": "shopx", "answer": "too_many", "wait_s": 60}
    stage.weather(down_from_ms=stage.now_ms, down_until_ms=stage.now_ms + HOUR_MS)
    with pytest.raises(PullUnreadable):
        page(stage)
    stage.weather(error_share=1.0)
    with pytest.raises(PullUnreadable):
        page(stage)
    assert page(stage).rows  # the same question, and it fails once


@pytest.mark.parametrize(
    ("changes", "answer"),
    [({"secret": b"another secret"}, "bad_sign"), ({"account": "app-9"}, "unknown_app")],
)
def test_who_cannot_prove_himself_is_refused_by_the_gateways_own_lines(
    stage: Rehearsal, changes: dict[str, bytes | str], answer: str
) -> None:
    with pytest.raises(PullRefused) as refused:
        page(stage, account=replace(stage.account, **changes))  # type: ignore[arg-type]  # one field or the other
    assert refused.value.params["answer"] == answer


def test_a_call_of_another_time_is_stale(stage: Rehearsal) -> None:
    with pytest.raises(PullRefused) as refused:
        SOURCE.page(stage.account, stage.today, None, stage, now_ms=stage.now_ms - HOUR_MS)
    assert refused.value.params["answer"] == "stale"


def test_nothing_is_sent_to_a_host_of_nobodys(stage: Rehearsal) -> None:
    elsewhere = replace(stage.account, settings={"gateway": "https://elsewhere.example"})
    with pytest.raises(CallFailed):
        page(stage, account=elsewhere)


def test_a_made_link_brings_the_click_back_with_the_order(stage: Rehearsal) -> None:
    maker = SHOPX.links
    assert maker is not None
    made = maker.make(WANTED, stage.account, stage, now_ms=stage.now_ms)
    inner = parse_qs(urlsplit(str(made.deeplink)).query)["h5url"][0]
    assert inner == made.fallback_url == "https://m.shopx.example/i/i-1?click_id=__CLICK_ID__"
    # She taps, the jump fills the macro in, and the shop remembers whose click it was.
    click = parse_qs(urlsplit(inner.replace("__CLICK_ID__", CLICK)).query)["click_id"][0]
    stage.buy("i-1", click_id=click)
    stage.clock.advance(1)
    assert [row.click_id for row in pulled(stage) if row.kind is Kind.PAY] == [CLICK]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"platform_shop_id": "s-9"}, "not_your_store"),
        ({"platform_item_id": "i-9"}, "unknown_item"),
        ({"page_url": "红猫"}, "bad_page"),
    ],
)
def test_a_link_that_is_not_made_says_why(stage: Rehearsal, changes: dict[str, str], answer: str) -> None:
    maker = SHOPX.links
    assert maker is not None
    with pytest.raises(LinkNotMade) as refused:
        maker.make(replace(WANTED, **changes), stage.account, stage, now_ms=stage.now_ms)
    assert refused.value.params["answer"] == answer


def outgoing(id: str, *, amount_fen: int = 29_900, media_click: str | None = "sxc-83f1") -> Outgoing:
    click = Event(
        event_id="click:1", kind=Kind.COMPONENT_CLICK, occurred_at_ms=1, media="shopx", media_click=media_click
    )
    pay = Event(event_id=f"ret:{id}", kind=Kind.PAY, occurred_at_ms=2, sub_order_id="L-7-1", amount_fen=amount_fen)
    return Outgoing(id=id, event=pay, click=click, event_type="paid")


def test_a_conversion_sent_again_is_written_down_once(stage: Rehearsal) -> None:
    [target] = SHOPX.targets
    account = TargetAccount(
        id="ads-1",
        target=target.name,
        tenant=stage.account.tenant,
        settings={"app": stage.account.account, "gateway": stage.account.settings["gateway"]},
        secret=stage.account.secret,
    )
    items = [outgoing("out-1"), outgoing("out-2", amount_fen=-1), outgoing("out-3", media_click=None)]
    for _ in range(2):
        verdicts = target.read(stage.call(target.call(account, items, now_ms=stage.now_ms)), items)
        assert [(one.answered, one.answer) for one in verdicts] == [
            (Answered.DELIVERED, ""),
            (Answered.REFUSED, "bad_amount"),
            (Answered.REFUSED, "no_click"),
        ]
        stage.clock.advance(HOUR_MS)
    assert [note["key"] for note in stage.control("notebook/shopx/conversions")["notes"]] == ["out-1"]
    # In test mode it is answered as well, and stands in no report.
    trial = replace(account, test=True)
    target.read(stage.call(target.call(trial, [outgoing("out-9")], now_ms=stage.now_ms)), items[:1])
    assert len(stage.control("notebook/shopx/conversions")["notes"]) == 1
