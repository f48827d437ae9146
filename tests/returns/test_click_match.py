"""Which click a row belongs to: the token is verified offline, then the log is asked."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hongmao.events.api import Kind
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import DAY_MS
from hongmao.links.api import KeyRing, TokenMinter
from hongmao.returns.contracts import Row
from hongmao.returns.rules import Goods, Source, event_of
from returns.factories import NOW, House, pay

THEIRS = b"somebody else's key of some bytes"


def token(key: bytes = THEIRS, key_id: int = 1, at_ms: int = NOW) -> str:
    return TokenMinter(KeyRing(key_id, {key_id: key}), SetClock(at_ms), random.Random(8)).mint()


@pytest.mark.parametrize(
    ("click_id", "reason"),
    [
        (None, "no_click_id"),
        ("__CLICK_ID__", "macro_unresolved"),
        ("0", "click_id_zero"),
        ("a~mangled.one", "malformed"),
        (token(), "forged"),
        (token(key_id=7), "unknown_key"),
    ],
)
def test_ABUSE_6_a_conversion_without_a_click_of_ours_is_kept_with_the_reason(
    click_id: str | None, reason: str
) -> None:
    house = House()
    assert house.deliver(pay(click_id=click_id)) == [("unmatched", reason)]
    (event,) = house.of_kind(Kind.PAY)
    assert event.amount_fen == 29_900


def test_a_token_of_ours_whose_click_the_log_never_saw_is_unknown() -> None:
    house = House()
    assert house.deliver(pay(click_id=house.minter.mint())) == [("unmatched", "click_unknown")]


def test_PRIV_6_a_click_older_than_its_lifetime_is_expired() -> None:
    house = House()
    click = house.click()
    house.clock.advance(60 * DAY_MS)
    assert house.deliver(pay(click_id=click)) == [("unmatched", "expired")]


def test_a_token_minted_after_now_is_not_believed() -> None:
    house = House()
    house.clock.advance(DAY_MS)
    click = house.click()
    house.clock.set(NOW)
    assert house.deliver(pay(click_id=click)) == [("unmatched", "future")]


def test_a_click_id_that_no_field_can_hold_leaves_the_order_and_its_reason() -> None:
    house = House()
    assert house.deliver(pay(click_id="a:b")) == [("unmatched", "malformed")]
    assert house.of_kind(Kind.PAY)[0].click_id is None


def test_ATTR_3_an_order_keeps_both_click_ids_and_the_note_that_its_platform_names() -> None:
    source = Source(platform="taobao", account="acc-1", tenant="ten-1", now_ms=NOW)
    shop = SimpleNamespace(id="shop-1", merchant="mer-1")
    row = Row(
        kind=Kind.PAY, event_no="n-1", occurred_at_ms=NOW, platform_shop_id="s", raw="{}", order_id="o", sub_order_id="o-1",
        amount_fen=1, click_id="sync-1", click_by="sync", async_click_id="async-1", note="note-1",
    )  # fmt: skip
    event = event_of(source, row, Goods(shop=cast("Any", shop), item=None, pay_item=None))
    assert (event.click_id, event.async_click_id, event.note, event.reader) == ("sync-1", "async-1", "note-1", None)
