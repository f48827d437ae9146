"""Returns by the market's three addresses: what counts, what is kept with a reason, what is only acknowledged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, instant
from hongmao.links.api import click_event_id
from hongmao.returns.api import Intake, Parcel, PlatformAccount, Row
from hongmao.returns.contracts import QuarantineRecord
from hongmao.returns.rules import Source
from hongmao.storage.shelves import SqlShelves
from web.juguang.gate import gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate, Program

NOW_MS = instant("2025-05-07T10:00:00+08:00")


@pytest.fixture
def opened() -> Iterator[Gate]:
    with gate() as made:
        yield made


@pytest.fixture
def program(opened: Gate) -> Program:
    return opened.program()


def tapped(opened: Gate) -> str:
    """Let a reader tap the first merchant's link."""
    token = str(opened.minter.mint())
    event_id = click_event_id(token)
    assert event_id is not None
    opened.log.append(
        [
            Event(
                event_id=event_id,
                kind=Kind.COMPONENT_CLICK,
                occurred_at_ms=NOW_MS,
                received_at_ms=NOW_MS,
                source="community",
                tenant="tenant-1",
                link="link-1",
                note="note-1",
                line="cid",
                click_id=token,
            )
        ]
    )
    return token


def paid(click_id: str, **other: Any) -> dict[str, Any]:
    """Fill in a paid sub-order of 129.00 yuan."""
    product = {
        "order_id": "so-1",
        "order_count": 1,
        "pay_amount": 12_900,
        "product_id": "item-1",
        "product_name": "清透防晒乳",
        "shop_name": "初晴旗舰店",
    }
    return {
        "app_id": "1001",
        "event_type": 1,
        "timestamp": NOW_MS - MINUTE_MS,
        "click_id": click_id,
        "platform": "sandbox电商平台",
        "context": {"ad": {"callback_param": ""}, "product": product},
        **other,
    }


def kept(opened: Gate, *kinds: Kind) -> list[Event]:
    return [event for event in opened.log.kept if event.kind in kinds]


def reasons(opened: Gate) -> list[str | None]:
    return [event.outcome for event in kept(opened, Kind.RETURN_QUARANTINED)]


def test_a_paid_order_becomes_an_event_of_the_shop_and_counts_once(opened: Gate, program: Program) -> None:
    token = tapped(opened)
    body = paid(token)
    first = program.send("/conversion", body)
    assert (first["code"], first["data"]) == (0, {"outcome": "accepted", "reason": None})
    for again in (body, body | {"timestamp": NOW_MS - 2 * MINUTE_MS}, body | {"event_type": 404}):
        assert program.send("/conversion", again)["data"]["outcome"] == "duplicate"
    [event] = kept(opened, Kind.PAY)
    assert (event.platform, event.tenant, event.shop, event.item) == ("sandbox", "tenant-1", "shop-1", "item-1")
    assert (event.sub_order_id, event.amount_fen, event.quantity, event.click_id) == ("so-1", 12_900, 1, token)
    assert event.occurred_at_ms == NOW_MS - MINUTE_MS


def test_ABUSE_6_an_order_that_the_shop_s_own_account_brought_is_one_event(opened: Gate, program: Program) -> None:
    tenant = TenantId("tenant-1")
    opened.front.accounts.add(
        PlatformAccount(
            platform="sandbox", account="a-1", tenant=tenant, secret=b"the shop signs with this", revoked=False
        )
    )
    token = tapped(opened)
    source = Source(platform="sandbox", account="a-1", tenant=tenant, now_ms=NOW_MS)
    row = Row(
        kind=Kind.PAY,
        event_no="e-1",
        occurred_at_ms=NOW_MS,
        platform_shop_id="shop-1",
        raw="{}",
        click_id=token,
        order_id="o-1",
        sub_order_id="so-1",
        amount_fen=12_900,
    )
    intake = Intake(opened.log, shelves=SqlShelves(opened.front.house.database), minter=opened.minter)
    intake.take(Parcel(source=source, nonce="n-1", size_bytes=2, sha256="0" * 64, rows=[row]))
    assert program.send("/conversion", paid(token))["data"]["outcome"] == "duplicate"
    assert len(kept(opened, Kind.PAY)) == 1


def test_acts_without_an_order_are_one_by_click_and_type(opened: Gate, program: Program) -> None:
    token = tapped(opened)
    for event_type in (401, 402, 402):
        assert program.send("/conversion", paid(token, event_type=event_type))["success"]
    assert [event.kind for event in kept(opened, Kind.OPEN, Kind.VISIT)] == [Kind.OPEN, Kind.VISIT]


def test_a_return_an_hour_late_is_answered_so_and_kept_with_the_reason(opened: Gate, program: Program) -> None:
    token = tapped(opened)
    in_time = program.send("/conversion", paid(token, timestamp=NOW_MS - HOUR_MS))
    assert in_time["success"]
    late = paid(token, timestamp=NOW_MS - HOUR_MS - 1)
    late["context"]["product"]["order_id"] = "so-2"
    for _ in range(2):
        answer = program.send("/conversion", late)
        assert (answer["code"], answer["error"]) == (900408, "return_too_late")
    assert reasons(opened) == ["return_late"]
    assert [event.sub_order_id for event in kept(opened, Kind.PAY)] == ["so-1"]


def test_a_test_click_is_acknowledged_and_never_counted(opened: Gate, program: Program) -> None:
    body = paid("atest0001")
    assert "callback_param" in program.send("/conversion", body)["msg"]
    body["context"]["ad"]["callback_param"] = "cb"
    answer = program.send("/conversion", body)
    assert (answer["code"], answer["data"]["reason"]) == (0, "test_click")
    assert kept(opened, Kind.PAY) == []
    assert reasons(opened) == ["test_click"]


def test_a_click_nobody_minted_leaves_the_order_unmatched(opened: Gate, program: Program) -> None:
    answer = program.send("/conversion", paid("some-other-click"))
    assert (answer["code"], answer["data"]["outcome"]) == (0, "unmatched")
    assert program.send("/conversion", paid("__CLICK_ID__"))["data"]["outcome"] == "duplicate"
    [event] = kept(opened, Kind.PAY)
    assert event.click_id == "some-other-click"


@pytest.mark.parametrize("event_type", [2, 3, 101, 102, 103, 104, 121, 122, 123, 124, 131, 200, 403])
def test_what_no_fact_of_ours_stands_for_is_kept_and_acknowledged(
    opened: Gate, program: Program, event_type: int
) -> None:
    answer = program.send("/conversion", paid("some-click", event_type=event_type))
    assert (answer["code"], answer["data"]) == (0, {"outcome": "quarantined", "reason": "event_not_counted"})
    assert kept(opened, Kind.PAY, Kind.VISIT) == []


FAULTS: list[tuple[str, dict[str, Any], int]] = [
    ("event_type", {"event_type": 5}, 900400),
    ("timestamp", {"timestamp": NOW_MS // 1_000}, 900400),
    ("timestamp", {"timestamp": 2**70}, 900400),
    ("click_id", {"click_id": "a" * 31}, 900413),
    ("click_id", {"click_id": ""}, 900413),
    ("click_id", {"click_id": "a b"}, 900413),
    ("platform", {"platform": "淘宝"}, 900400),
    ("callback_param", {"context": {"ad": {"callback_param": "0"}}}, 900400),  # LINK-4
    ("order_id_missing", {"context": {"product": {"pay_amount": 1}}}, 900400),
    ("pay_amount_missing", {"context": {"product": {"order_id": "so-1"}}}, 900400),
    ("context.product.pay_amount", {"context": {"product": {"order_id": "so-1", "pay_amount": -1}}}, 900400),
    ("context.product.order_id", {"context": {"product": {"order_id": "so 1", "pay_amount": 1}}}, 900400),
    ("context.product.order_count", {"context": {"product": {"order_count": 0}}}, 900400),
    ("pay_amount", {"context": {"product": {"pay_amount": 1.5}}}, 900400),
    ("shop_unknown", {"platform": "淘宝电商平台"}, 900400),
    ("buyer_phone", {"buyer_phone": "13800000000"}, 900400),
]


@pytest.mark.parametrize(("place", "broken", "code"), FAULTS)
def test_LINK_3_LINK_4_a_return_names_what_is_wrong(
    opened: Gate, program: Program, place: str, broken: dict[str, Any], code: int
) -> None:
    answer = program.send("/conversion", paid("some-click") | broken)
    assert (answer["code"], answer["success"]) == (code, False)
    assert place in answer["msg"]
    assert kept(opened, Kind.PAY) == []


def test_the_token_may_stand_in_the_body_and_is_never_kept(opened: Gate, program: Program) -> None:
    key = program.caller.key
    body = paid("some-click", event_type=200, access_token=key)
    answer = opened.browser.post("/api/open/conversion", {}, json=body).json()
    assert answer["success"], answer
    bad = opened.browser.post("/api/open/conversion", {}, json=body | {"access_token": "hk_1"}).json()
    assert bad["code"] == 900401
    assert key is not None
    assert all(key not in (event.detail or "") for event in opened.log.kept)


def test_another_tenant_s_key_returns_into_its_own_shops_only(opened: Gate) -> None:
    stranger = opened.program(2)
    assert stranger.send("/conversion", paid(tapped(opened)))["success"]
    [event] = kept(opened, Kind.PAY)
    assert (event.tenant, event.shop) == ("tenant-2", "shop-2")


def lead(program: Program, **other: Any) -> dict[str, Any]:
    """Fill in a lead, signed."""
    text = f"advertiser_id{program.account}&methodaurora.leads&timestamp{NOW_MS}&version1.0"
    return {
        "advertiser_id": str(program.account),
        "version": "1.0",
        "timestamp": NOW_MS,
        "method": "aurora.leads",
        "event_type": 101,
        "conv_time": NOW_MS - MINUTE_MS,
        "click_id": "some-click",
        "access_token": program.caller.key,
        "sign": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper(),
        **other,
    }


def test_a_lead_is_kept_with_or_without_a_sign(opened: Gate, program: Program) -> None:
    for body in (lead(program), {k: v for k, v in lead(program, click_id="other").items() if k != "sign"}):
        answer = opened.browser.post("/api/open/common", {}, json=body).json()
        assert answer["data"] == {"outcome": "quarantined", "reason": "event_not_counted"}
    assert reasons(opened) == ["event_not_counted", "event_not_counted"]
    [first, _] = [
        msgspec.json.decode(e.detail or "", type=QuarantineRecord) for e in kept(opened, Kind.RETURN_QUARANTINED)
    ]
    assert '"some-click"' in first.raw
    assert "sign" not in first.raw


@pytest.mark.parametrize(
    ("place", "broken", "code"),
    [
        ("sign", {"sign": "0" * 32}, 900400),
        ("version", {"version": "2.0"}, 900400),
        ("timestamp", {"timestamp": NOW_MS - 11 * MINUTE_MS}, 900400),
        ("conv_time", {"conv_time": None}, 900400),
        ("conv_time", {"conv_time": NOW_MS - 2 * HOUR_MS}, 900408),
        ("advertiser_id", {"advertiser_id": "2"}, 900404),
        ("method", {"method": "aurora.other"}, 900501),
        ("oauth.getAccessToken", {"method": "oauth.getAccessToken"}, 900501),
    ],
)
def test_a_lead_names_what_is_wrong(program: Program, place: str, broken: dict[str, Any], code: int) -> None:
    answer = program.send("/common", lead(program) | broken)
    assert answer["code"] == code, answer
    assert place in answer["msg"]


def token_return(program: Program, **other: Any) -> dict[str, Any]:
    """Fill in a return by 口令码."""
    return {
        "advertiser_id": str(program.account),
        "version": "1.0",
        "timestamp": NOW_MS,
        "oaid_md5": hashlib.md5(b"oaid-1", usedforsecurity=False).hexdigest().upper(),
        "token_code": "复制这段话",
        "event_type": 401,
        "conv_time": NOW_MS - MINUTE_MS,
        "access_token": program.caller.key,
        **other,
    }


def test_PRIV_2_a_return_by_code_keeps_no_device(opened: Gate, program: Program) -> None:
    body = token_return(program, for_test=True)
    answer = program.send("/app", body)
    assert (answer["code"], answer["data"]["reason"]) == (0, "test_click")
    assert all(body["oaid_md5"] not in (event.detail or "") for event in opened.log.kept)
    for broken in (
        {"oaid_md5": body["oaid_md5"].lower()},
        {"oaid_md5": "0" * 32},
        {"caid_md5": "D41D8CD98F00B204E9800998ECF8427E"},
    ):
        assert program.send("/app", body | broken)["error"] == "field_refused"
    assert "token_code" in program.send("/app", token_return(program, oaid_md5=None, token_code=None))["msg"]


def test_where_the_log_is_full_nothing_is_acknowledged(opened: Gate, program: Program) -> None:
    opened.log.full = True
    answer = opened.browser.post("/api/open/conversion", program.headers, json=paid("some-click"))
    assert (answer.status_code, answer.json()["code"]) == (503, 900503)
    assert answer.headers["retry-after"] == "1"
