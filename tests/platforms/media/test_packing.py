"""What travels together: within every limit of a target, each item once, and a bad one never with the good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.contracts import Kind
from hongmao.kernel.time import DAY_MS, MINUTE_MS, instant
from hongmao.platforms.api import Answered, Call, Outgoing, Rate, ReturnUnfit, TargetLimits, Verdict
from hongmao.returns.out.parcels import pack
from platforms.media.mediahouse import NOW, TARGETS, a_click, account_of, all_of, an_event, an_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Event, Reply, TargetAccount


class Plain:
    """A target without care: it only has limits."""

    name = "plain"

    def __init__(self, batch_max: int, body_bytes_max: int) -> None:
        self.limits = TargetLimits(
            deadline_ms=DAY_MS, batch_max=batch_max, body_bytes_max=body_bytes_max, rate=Rate(per_minute=1, burst=1)
        )

    def wants(self, event: Event, click: Event | None) -> str | None:
        del event, click
        return "x"

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        del account, now_ms
        return Call(method="POST", url="https://a.example", body="".join(item.facts["body"] for item in items).encode())

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        del reply
        return [Verdict(answered=Answered.DELIVERED) for _ in items]


def plain_items(sizes: Sequence[int]) -> list[Outgoing]:
    return [
        Outgoing(id=f"out:{at}", event=an_event(), event_type="x", click=None, facts={"body": "b" * size})
        for at, size in enumerate(sizes)
    ]


@given(sizes=st.lists(st.integers(0, 40), max_size=40), batch_max=st.integers(1, 12), bytes_max=st.integers(1, 60))
def test_every_item_is_packed_once_in_order_and_no_limit_is_broken(
    sizes: list[int], batch_max: int, bytes_max: int
) -> None:
    packed = pack(Plain(batch_max, bytes_max), account_of("meta"), plain_items(sizes), now_ms=instant(NOW))

    sent = [item.id for parcel in packed.parcels for item in parcel.items]
    assert sent == [f"out:{at}" for at, size in enumerate(sizes) if size <= bytes_max]
    assert sorted(all_of(packed)) == sorted(f"out:{at}" for at in range(len(sizes)))
    for parcel in packed.parcels:
        assert len(parcel.items) <= batch_max
        assert len(parcel.call.body) == sum(len(item.facts["body"]) for item in parcel.items) <= bytes_max
    assert {verdict.reason for _, verdict in packed.turned_away} <= {"too_large"}


@given(names=st.integers(0, 9_000), count=st.integers(1, 120))
def test_a_tencent_request_has_50_actions_and_50_kilobytes_at_most(names: int, count: int) -> None:
    items = [an_item("tencent", number=at, page_url=f"https://a.example/{'页' * (names // 3)}") for at in range(count)]

    packed = pack(TARGETS["tencent"], account_of("tencent"), items, now_ms=instant(NOW))

    assert [item.id for parcel in packed.parcels for item in parcel.items] == [item.id for item in items]
    for parcel in packed.parcels:
        assert len(parcel.items) <= 50
        assert len(parcel.call.body) <= 51_200
        assert len(msgspec.json.decode(parcel.call.body)["actions"]) == len(parcel.items)


def test_one_old_event_never_takes_the_others_of_a_meta_request_with_it() -> None:
    # Seven days to the minute, less the ten that a request may take: 30 April 10:55 is still in time, 10:54 is not.
    ages = ("2025-05-07T10:30:00+08:00", "2025-04-30T10:55:00+08:00", "2025-04-30T10:54:59.999+08:00")
    items = [an_item("meta", an_event(at=at, number=number), number=number) for number, at in enumerate(ages)]

    packed = pack(TARGETS["meta"], account_of("meta"), items, now_ms=instant(NOW))

    (parcel,) = packed.parcels
    ((old, verdict),) = packed.turned_away
    assert [item.id for item in parcel.items] == [items[0].id, items[1].id]
    assert (old.id, verdict.answered, verdict.reason) == (items[2].id, Answered.REFUSED, "deadline")
    assert TARGETS["meta"].limits.deadline_ms == 7 * DAY_MS - 10 * MINUTE_MS
    with pytest.raises(ReturnUnfit):
        TARGETS["meta"].call(account_of("meta"), items, now_ms=instant(NOW))


def test_actions_of_two_callbacks_go_to_two_addresses() -> None:
    one = a_click("tencent", "wx-1", callback_param="https://api.e.qq.com/v3.0/user_actions/add?cb=AAA")
    two = a_click("tencent", "wx-2", callback_param="https://api.e.qq.com/v3.0/user_actions/add?cb=BBB")
    direct = a_click("tencent", "wx-3")
    clicks = (one, two, one, direct, direct)
    items = [an_item("tencent", click=click, number=number) for number, click in enumerate(clicks)]

    packed = pack(TARGETS["tencent"], account_of("tencent"), items, now_ms=instant(NOW))

    assert [(parcel.call.url, [item.id for item in parcel.items]) for parcel in packed.parcels] == [
        ("https://api.e.qq.com/v3.0/user_actions/add?cb=AAA", [items[0].id, items[2].id]),
        ("https://api.e.qq.com/v3.0/user_actions/add?cb=BBB", [items[1].id]),
        ("https://api.e.qq.com/v3.0/user_actions/add", [items[3].id, items[4].id]),
    ]
    with pytest.raises(ReturnUnfit, match="not_of_this_lot"):
        TARGETS["tencent"].call(account_of("tencent"), items, now_ms=instant(NOW))


def test_what_was_refused_in_company_is_tried_alone() -> None:
    items = [an_item("tiktok", number=number) for number in range(4)]
    packed = pack(TARGETS["tiktok"], account_of("tiktok"), items, now_ms=instant(NOW), alone={items[1].id})
    assert [[item.id for item in parcel.items] for parcel in packed.parcels] == [
        [items[0].id, items[2].id, items[3].id],
        [items[1].id],
    ]


@pytest.mark.parametrize("name", ["juguang", "juguang_goods", "oceanengine"])
def test_where_a_request_is_one_item_each_has_its_own(name: str) -> None:
    items = [an_item(name, number=number) for number in range(3)]
    packed = pack(TARGETS[name], account_of(name), items, now_ms=instant(PAID_SOON))
    assert [len(parcel.items) for parcel in packed.parcels] == [1, 1, 1]
    with pytest.raises(ReturnUnfit, match="too_many"):
        TARGETS[name].call(account_of(name), items, now_ms=instant(PAID_SOON))


PAID_SOON = "2025-05-07T10:31:00+08:00"


def test_nothing_makes_no_request() -> None:
    assert pack(TARGETS["meta"], account_of("meta"), [], now_ms=0).parcels == []
    with pytest.raises(ReturnUnfit, match="nothing_to_send"):
        TARGETS["meta"].call(account_of("meta"), [], now_ms=0)


def test_a_missing_setting_waits_and_a_lost_click_is_refused() -> None:
    bare = account_of("tiktok", access_token="")
    lost = an_item("tiktok", click=a_click("tiktok", None, media_problem="macro_unresolved"), number=2)

    packed = pack(TARGETS["tiktok"], bare, [an_item("tiktok"), lost], now_ms=instant(NOW))

    assert packed.parcels == []
    assert [(verdict.answered, verdict.reason, verdict.answer) for _, verdict in packed.turned_away] == [
        (Answered.RETRY, "setting_missing", "access_token"),
        (Answered.REFUSED, "macro_unresolved", ""),
    ]
    assert an_event().kind is Kind.PAY
