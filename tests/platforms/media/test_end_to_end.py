"""A return from the target's hand to the receiver's book: taken once, and in bad weather in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hongmao.events.contracts import Kind
from hongmao.kernel.time import MINUTE_MS, instant
from hongmao.platforms.api import Answered
from hongmao.platforms.media.gateway.tencent import callback_param
from platforms.media.mediahouse import CLICKED, MEDIA_OF, NOW, TARGETS, TOLD, a_click, an_event, an_item, key_pair
from platforms.sandbox.browser import BASE

if TYPE_CHECKING:
    from platforms.media.mediahouse import MediaHouse

EVERY = tuple(TOLD)
PAGES = {"juguang_goods": "juguang_conversions"}
BATCHED = ("tencent", "meta", "tiktok")


def page_of(name: str) -> str:
    return PAGES.get(name, f"{name}_conversions")


@pytest.mark.parametrize("name", EVERY)
def test_a_payment_is_taken_once_however_often_it_is_sent(media: MediaHouse, name: str) -> None:
    item = an_item(name)

    # 10:45 it is sent and taken; the answer is lost, and two minutes later it is sent again.
    first = media.send(name, [item])
    media.clock.advance(2 * MINUTE_MS)
    second = media.send(name, [item])

    assert [verdict.answered for verdict in first + second] == [Answered.DELIVERED, Answered.DELIVERED]
    assert len(media.kept(page_of(name))) == 1


@pytest.mark.parametrize("name", EVERY)
def test_every_event_a_target_wants_is_taken_by_its_media(media: MediaHouse, name: str) -> None:
    click = a_click(MEDIA_OF[name])
    wanted = [kind for kind in Kind if kind is not Kind.REPORT_CELL and TOLD[name].wants(an_event(kind), click)]

    for number, kind in enumerate(wanted):
        event = an_event(kind, f"2025-05-07T10:30:{number:02}+08:00", number=number)
        verdicts = media.send(name, [an_item(name, event, click, number=number)])
        assert [verdict.answered for verdict in verdicts] == [Answered.DELIVERED], (kind, verdicts)

    assert len(media.kept(page_of(name))) == len(wanted) > 0


@pytest.mark.parametrize("name", EVERY)
def test_a_wrong_token_keeps_the_item_waiting_for_a_person(media: MediaHouse, name: str) -> None:
    token = "app_access_token" if name == "oceanengine" else "access_token"

    (verdict,) = media.send(name, [an_item(name)], **{token: "not the token"})

    assert (verdict.answered, verdict.reason) == (Answered.RETRY, "credentials")
    assert verdict.wait_ms >= MINUTE_MS
    assert media.kept(page_of(name)) == []


def test_a_signature_by_another_key_is_not_believed(media: MediaHouse) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - the one test that makes a second key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: PLC0415 - same

    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    other = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    (verdict,) = media.send("oceanengine", [an_item("oceanengine")], secret=other)
    (right,) = media.send("oceanengine", [an_item("oceanengine")], secret=key_pair()[0])

    assert (verdict.answered, verdict.reason) == (Answered.RETRY, "credentials")
    assert right.answered is Answered.DELIVERED


@pytest.mark.parametrize("name", EVERY)
def test_while_the_media_is_down_nothing_is_refused(media: MediaHouse, name: str) -> None:
    # 10:40 to 10:50 it is down; at 10:45 nothing goes, at 10:51 it is taken.
    start = instant("2025-05-07T10:40:00+08:00")
    media.weather(down_from_ms=start, down_until_ms=start + 10 * MINUTE_MS)

    (during,) = media.send(name, [an_item(name)])
    media.at("2025-05-07T10:51:00+08:00")
    (after,) = media.send(name, [an_item(name)])

    assert (during.answered, during.reason) == (Answered.RETRY, "theirs")
    assert after.answered is Answered.DELIVERED


@pytest.mark.parametrize("name", EVERY)
def test_too_many_calls_a_minute_are_put_off_in_the_medias_own_words(media: MediaHouse, name: str) -> None:
    media.weather(per_minute_max=1)

    (first,) = media.send(name, [an_item(name, number=1)])
    (second,) = media.send(name, [an_item(name, number=2)])
    media.clock.advance(MINUTE_MS)
    (third,) = media.send(name, [an_item(name, number=2)])

    assert [one.answered for one in (first, second, third)] == [
        Answered.DELIVERED,
        Answered.RETRY,
        Answered.DELIVERED,
    ]
    assert second.reason == "throttled"
    assert second.wait_ms > 0


@pytest.mark.parametrize("name", EVERY)
def test_a_fault_of_theirs_before_or_after_keeping_ends_with_one_conversion(media: MediaHouse, name: str) -> None:
    # Every call fails once. Some had been kept when the answer was lost: their repeat is known as one.
    items = [
        an_item(name, an_event(at=f"2025-05-07T10:30:{number:02}+08:00", number=number), number=number)
        for number in range(1, 13)
    ]
    media.weather(error_share=1.0)
    for item in items:
        (failed,) = media.send(name, [item])
        assert (failed.answered, failed.reason) == (Answered.RETRY, "theirs")
    lost_after = len(media.kept(page_of(name)))

    media.weather()
    media.clock.advance(MINUTE_MS)
    for item in items:
        (taken,) = media.send(name, [item])
        assert taken.answered is Answered.DELIVERED

    assert 0 < lost_after < 12
    assert len(media.kept(page_of(name))) == 12


def test_an_hour_after_the_event_juguang_says_timeout_and_it_ends_there(media: MediaHouse) -> None:
    item = an_item("juguang")  # paid at 10:30

    media.at("2025-05-07T11:30:00+08:00")
    (in_time,) = media.send("juguang", [item])
    media.at("2025-05-07T11:30:00.001+08:00")
    (late,) = media.send("juguang", [an_item("juguang", number=2)])

    assert in_time.answered is Answered.DELIVERED
    assert (late.answered, late.reason) == (Answered.REFUSED, "deadline")


@pytest.mark.parametrize("name", BATCHED)
def test_a_batch_is_taken_whole_and_its_repeat_adds_nothing(media: MediaHouse, name: str) -> None:
    items = [an_item(name, an_event(number=number), number=number) for number in range(TARGETS[name].limits.batch_max)]

    first = media.send(name, items)
    media.clock.advance(MINUTE_MS)
    media.send(name, items)

    assert {verdict.answered for verdict in first} == {Answered.DELIVERED}
    assert len(media.kept(page_of(name))) == len(items)


def test_meta_counts_an_id_anew_after_48_hours(media: MediaHouse) -> None:
    item = an_item("meta")
    media.send("meta", [item])

    media.at("2025-05-09T10:44:59+08:00")
    media.send("meta", [item])
    assert len(media.kept("meta_conversions")) == 1

    # At 48 hours their memory of it ends: a sender that repeats so late is counted twice.
    media.at("2025-05-09T10:45:00+08:00")
    media.send("meta", [item])
    assert len(media.kept("meta_conversions")) == 2


@pytest.mark.parametrize("name", ["meta", "tiktok"])
def test_a_test_is_kept_apart_from_what_counts(media: MediaHouse, name: str) -> None:
    (verdict,) = media.send(name, [an_item(name)], test=True)

    assert verdict.answered is Answered.DELIVERED
    assert media.kept(page_of(name)) == []
    assert len(media.kept(f"{name}_test_conversions")) == 1


def test_juguangs_test_click_ends_among_tests(media: MediaHouse) -> None:
    click = a_click("juguang", "atest-0001", callback_param="cb-1")

    (by_click,) = media.send("juguang", [an_item("juguang", click=click)], test=True)
    (by_code,) = media.send("juguang_token", [an_item("juguang_token")], test=True)

    assert [by_click.answered, by_code.answered] == [Answered.DELIVERED] * 2
    assert media.kept("juguang_conversions") == media.kept("juguang_token_conversions") == []
    assert len(media.kept("juguang_test_conversions")) == len(media.kept("juguang_token_test_conversions")) == 1


def test_a_tencent_callback_is_the_address_and_names_the_click(media: MediaHouse) -> None:
    cb = callback_param("900001", "wx-click-7")
    address = f"{BASE}/gw/media/tencent/v3.0/user_actions/add?cb={cb}&conv_id=10001"
    click = a_click("tencent", "wx-click-7", callback_param=address)

    (verdict,) = media.send("tencent", [an_item("tencent", click=click)])

    (kept,) = media.kept("tencent_conversions")
    assert verdict.answered is Answered.DELIVERED
    assert kept["click_id"] == "wx-click-7"
    assert "trace" not in kept


def test_what_the_media_keep_is_what_was_paid(media: MediaHouse) -> None:
    for name in ("juguang", "oceanengine", "tencent", "meta", "tiktok"):
        media.send(name, [an_item(name)])

    kept: dict[str, Any] = {name: media.kept(page_of(name))[0] for name in EVERY if media.kept(page_of(name))}
    assert kept["juguang"]["context"]["product"]["pay_amount"] == 29_905
    assert kept["juguang"]["context"]["product"]["order_id"] == "2233445566778899001"
    assert kept["oceanengine"]["properties"]["pay_amount"] == 29_905
    assert kept["oceanengine"]["properties"]["order_id"] == "2233445566778899000"
    assert kept["tencent"]["action_param"]["value"] == 29_905
    assert kept["meta"]["custom_data"]["value"] == kept["tiktok"]["properties"]["value"] == 299.05


def test_clocks_that_differ_too_far_are_not_believed(media: MediaHouse) -> None:
    for name, minutes in (("oceanengine", 11), ("tencent", 6)):
        target = TARGETS[name]
        now_ms = media.clock.now_ms() - minutes * MINUTE_MS
        call = target.call(media.account(name), [an_item(name)], now_ms=now_ms)
        (verdict,) = target.read(media.call(call), [an_item(name)])
        assert (verdict.answered, verdict.reason) == (Answered.RETRY, "credentials"), name


def test_a_tencent_request_that_is_replayed_is_refused_by_its_nonce(media: MediaHouse) -> None:
    target = TARGETS["tencent"]
    call = target.call(media.account("tencent"), [an_item("tencent")], now_ms=instant(NOW))

    media.call(call)
    (again,) = target.read(media.call(call), [an_item("tencent")])

    assert (again.answered, again.reason) == (Answered.RETRY, "credentials")
    assert instant(CLICKED) < instant(NOW)
