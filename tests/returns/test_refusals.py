"""Who is not let in, and that nothing about it is silent."""

from __future__ import annotations

import asyncio
import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.api import DESK, Kind, LogFull
from hongmao.kernel.time import MINUTE_MS
from hongmao.returns.api import (
    BODY_BYTES_MAX,
    Answer,
    Delivered,
    QuarantineRecord,
    RefusalRecord,
    Refused,
)
from returns.factories import SECRET, House, account, body_of, pay

BODY = body_of([pay()])


def code_of(answer: Answer) -> tuple[int, str]:
    assert isinstance(answer, Refused)
    assert answer.error.message("zh")
    assert answer.error.message("en")
    assert answer.error.hint("zh")
    return answer.error.status, answer.error.code


def records(house: House) -> list[RefusalRecord]:
    return [msgspec.json.decode(event.detail or "", type=RefusalRecord) for event in house.of_kind(Kind.RETURN_REFUSED)]


def test_ABUSE_6_a_body_changed_after_signing_is_refused_and_noted_with_its_hash() -> None:
    house = House()
    forged = body_of([pay(amount_fen=99_999_999)])
    assert code_of(house.receive(forged, house.signed(BODY))) == (401, "delivery_refused")
    (record,) = records(house)
    assert record.reason == "bad_signature"
    assert record.account == "account-1"
    assert record.body_sha256 == hashlib.sha256(forged).hexdigest()
    assert house.of_kind(Kind.PAY) == []
    assert SECRET.decode() not in repr(house.log.kept)


def test_ABUSE_6_unknown_revoked_and_wrongly_signed_read_the_same_outside_and_differ_in_the_log() -> None:
    house = House()
    house.accounts.add(account(2, revoked=True))
    answers = [
        house.receive(BODY, house.signed(BODY, account="account-9")),
        house.receive(BODY, house.signed(BODY, number=2)),
        house.receive(BODY, {**house.signed(BODY), "x-shop-signature": "0" * 64}),
    ]
    assert {code_of(answer) for answer in answers} == {(401, "delivery_refused")}
    assert [record.reason for record in records(house)] == ["unknown_account", "revoked", "bad_signature"]


@pytest.mark.parametrize("header", ["x-shop-account", "x-shop-timestamp", "x-shop-nonce", "x-shop-signature"])
@pytest.mark.parametrize("value", [None, "", "<script>", "\u00ff", "a, b"])
def test_a_header_that_is_absent_or_odd_is_refused(header: str, value: str | None) -> None:
    house = House()
    headers = house.signed(BODY)
    if value is None:
        del headers[header]
    else:
        headers[header] = value
    status, _ = code_of(house.receive(BODY, headers))
    assert status == 401
    assert house.of_kind(Kind.PAY) == []


@pytest.mark.parametrize(("off_s", "status"), [(-601, 401), (-600, 200), (600, 200), (601, 401)])
def test_ABUSE_6_a_timestamp_may_differ_by_ten_minutes_either_way(off_s: int, status: int) -> None:
    house = House()
    headers = house.signed(BODY, timestamp=str(house.clock.now_ms() // 1000 + off_s))
    answer = house.receive(BODY, headers)
    if status == 200:
        assert isinstance(answer, Delivered)
    else:
        assert code_of(answer) == (401, "delivery_skewed")
        assert records(house)[0].reason == "skew"


def test_ABUSE_6_a_delivery_replayed_with_its_nonce_is_refused_for_ever() -> None:
    house = House()
    headers = house.signed(BODY, nonce="A" * 32)
    assert isinstance(house.receive(BODY, headers), Delivered)
    assert code_of(house.receive(BODY, headers)) == (409, "delivery_replayed")
    # The same nonce in another spelling, from a desk that was started afresh: the log remembers.
    house.desk = house.another_desk()
    again = house.signed(BODY, nonce="a" * 32)
    assert code_of(house.receive(BODY, again)) == (409, "delivery_replayed")
    assert [record.reason for record in records(house)] == ["replayed", "replayed"]
    assert len(house.of_kind(Kind.RETURN_BATCH)) == 1


def test_the_same_nonce_of_another_account_is_another_nonce() -> None:
    house = House()
    assert isinstance(house.receive(BODY, house.signed(BODY, nonce="b" * 16)), Delivered)
    theirs = body_of([pay(shop_id="s2")], number=2)
    assert isinstance(house.receive(theirs, house.signed(theirs, number=2, nonce="b" * 16)), Delivered)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"status=ok",
        b'{"account":"',
        b'{"account":"account-1","events":[[[[',
        b"[]",
        b'{"account":7,"events":"all"}',
        b'{"account":"account-2","events":[]}',
        b'{"account":"account-1","events":[],"more":1}',
        b'{"account":"account-1","events":' + b"[" * 100_000,
        b'{"account":"account-1","events":[' + b"[" * 5_000 + b"]" * 5_000 + b"]}",
    ],
)
def test_a_signed_body_that_cannot_be_read_is_kept_whole_and_answered_422(body: bytes) -> None:
    house = House()
    answer = house.receive(body, house.signed(body))
    if isinstance(answer, Delivered):  # deep nesting inside one row spoils that row only
        assert [type(outcome).__name__ for outcome in answer.outcomes] == ["Quarantined"]
        return
    assert code_of(answer) == (422, "delivery_unreadable")
    (kept,) = house.of_kind(Kind.RETURN_QUARANTINED)
    record = msgspec.json.decode(kept.detail or "", type=QuarantineRecord)
    assert record.raw == body.decode()
    assert house.batches()[0].rows == []


def test_a_signed_body_that_is_no_text_is_kept_as_base64() -> None:
    house = House()
    body = b"\xff\xfe\x00{}"
    assert code_of(house.receive(body, house.signed(body))) == (422, "delivery_unreadable")
    record = msgspec.json.decode(house.of_kind(Kind.RETURN_QUARANTINED)[0].detail or "", type=QuarantineRecord)
    assert (record.base64, record.raw) == (True, "//4Ae30=")


def test_an_unreadable_body_cannot_be_replayed_either() -> None:
    house = House()
    headers = house.signed(b"[]")
    house.receive(b"[]", headers)
    assert code_of(house.receive(b"[]", headers)) == (409, "delivery_replayed")


def test_a_thousand_rows_are_taken_and_one_more_is_set_aside_whole() -> None:
    house = House()
    assert len(house.deliver(*(pay(f"o-{n}-1") for n in range(1_000)))) == 1_000
    body = body_of([pay(f"x-{n}-1") for n in range(1_001)])
    assert code_of(house.receive(body, house.signed(body))) == (413, "delivery_too_large")
    assert len(house.of_kind(Kind.PAY)) == 1_000
    assert len(house.of_kind(Kind.RETURN_QUARANTINED)) == 1


def test_a_body_beyond_a_mebibyte_is_refused_before_anything_is_hashed() -> None:
    house = House()
    body = b" " * (BODY_BYTES_MAX + 1)
    assert code_of(house.receive(body, house.signed(body))) == (413, "delivery_too_large")
    assert records(house)[0].reason == "too_large"


def test_a_platform_nobody_speaks_for_is_refused_and_noted() -> None:
    house = House()
    for name in ("nowhere", "../../etc", "<script>", "x" * 5_000):
        assert code_of(house.receive(BODY, {}, platform=name)) == (404, "platform_unknown")
    platforms = {event.platform for event in house.of_kind(Kind.RETURN_REFUSED)}
    assert platforms == {"nowhere", "unknown"}


def test_a_flood_of_forgeries_is_noted_singly_up_to_a_limit_and_then_as_one_sum() -> None:
    house = House(per_minute_max=5)
    for _ in range(12):
        house.receive(BODY, {**house.signed(BODY), "x-shop-signature": "0" * 64})
    house.receive(BODY, {})
    assert len(house.log.kept) == 5
    # The next minute: the sums of the last one are written with whatever comes first.
    house.clock.advance(MINUTE_MS)
    assert house.deliver(pay()) == [("unmatched", "no_click_id")]
    sums = [record for record in records(house) if record.count > 1 or record.from_ms]
    assert {(record.reason, record.count) for record in sums} == {("bad_signature", 7), ("headers_malformed", 1)}
    assert sum(record.count for record in records(house)) == 13


def test_what_is_only_counted_is_written_down_on_the_way_out() -> None:
    house = House(per_minute_max=1)
    for _ in range(3):
        house.receive(BODY, {})
    asyncio.run(house.desk.close())
    assert sum(record.count for record in records(house)) == 3
    asyncio.run(house.desk.close())
    assert len(records(house)) == 2


def test_sums_that_could_not_be_written_are_not_forgotten() -> None:
    house = House(per_minute_max=1)
    for _ in range(3):
        house.receive(BODY, {})
    house.clock.advance(MINUTE_MS)
    house.log.full = True
    with pytest.raises(LogFull):
        house.receive(BODY, {})
    house.log.full = False
    house.receive(BODY, {})
    assert sum(record.count for record in records(house)) == 4


@given(body=st.binary(max_size=200), headers=st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=6))
def test_ABUSE_6_no_garbage_raises_and_none_is_let_in(body: bytes, headers: dict[str, str]) -> None:
    house = House()
    assert isinstance(house.receive(body, headers), Refused)


@given(at=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_ABUSE_6_every_flipped_bit_of_a_signed_body_is_refused(at: int, bit: int) -> None:
    house = House()
    flipped = bytearray(BODY)
    flipped[at] ^= 1 << bit
    assert code_of(house.receive(bytes(flipped), house.signed(BODY))) == (401, "delivery_refused")


@given(body=st.binary(max_size=300))
def test_whatever_is_signed_is_kept(body: bytes) -> None:
    house = House()
    house.receive(body, house.signed(body))
    assert {event.kind for event in house.log.kept} & DESK
