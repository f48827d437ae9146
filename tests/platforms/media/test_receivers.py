"""The receivers by themselves: what they refuse, spoken to by hand as no client of ours would."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.platforms.media.gateway.tencent import callback_param
from platforms.media.mediahouse import SESSION, TARGETS, an_item, key_pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platforms.media.mediahouse import MediaHouse

CONVERSION = "/gw/media/juguang/api/open/conversion"
COMMON = "/gw/media/juguang/api/open/common"
APP = "/gw/media/juguang/api/open/app"
TENCENT = "/gw/media/tencent/v3.0/user_actions/add"
META = "/gw/media/meta/v24.0/900001/events"
TIKTOK = "/gw/media/tiktok/open_api/v1.3/event/track/"
OCEAN = "/gw/media/oceanengine/api/v2/conversion"
EVERY = (CONVERSION, COMMON, APP, TENCENT, META, TIKTOK, OCEAN)


def post(media: MediaHouse, path: str, body: object, **headers: str) -> tuple[int, Any]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = media.browser.send(
        "POST", path, headers={name.replace("_", "-"): value for name, value in headers.items()}, content=content
    )
    return answer.status_code, answer.json()


def juguang(media: MediaHouse, **changed: Any) -> dict[str, Any]:
    good: dict[str, Any] = {
        "app_id": "900001",
        "access_token": SESSION,
        "event_type": 404,
        "timestamp": media.clock.now_ms(),
        "click_id": "xhs-1",
        "platform": "淘宝电商平台",
        "context": {"ad": {"callback_param": ""}, "product": {"order_id": "o-1"}},
    }
    return good | changed


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({"access_token": "wrong"}, 900401),
        ({"access_token": 7}, 900401),
        ({"app_id": "nobody"}, 900401),
        ({"app_id": None}, 900401),
        ({"app_id": ["900001"]}, 900401),
        ({"click_id": "c" * 30}, 0),
        ({"click_id": "c" * 31}, 900413),
        ({"click_id": ""}, 900413),
        ({"click_id": None}, 900413),
        ({"context": {"ad": {"callback_param": "0"}}}, 900400),
        ({"context": {"ad": {"callback_param": 0}}}, 900400),
        ({"context": {"ad": {}}}, 900400),
        ({"context": {}}, 900400),
        ({"context": "x"}, 900400),
        ({"context": {"ad": {"callback_param": ""}, "product": "x"}}, 900400),
        ({"click_id": "atest-1"}, 900400),
        ({"event_type": 405}, 900400),
        ({"event_type": "404"}, 900400),
        ({"event_type": [404]}, 900400),
        ({"platform": "淘宝"}, 900400),
        ({"timestamp": "1746585000000"}, 900400),
        ({"timestamp": True}, 900400),
        ({"context": {"ad": {"callback_param": [""]}}}, 900400),
        ({"platform": {}}, 900400),
    ],
)
def test_juguang_says_what_it_does_not_take(media: MediaHouse, changed: dict[str, Any], code: int) -> None:
    status, body = post(media, CONVERSION, juguang(media, **changed))
    assert (status, body["code"], body["success"]) == (200, code, code == 0)
    assert len(media.kept("juguang_conversions")) == (code == 0)


def test_juguangs_hour_is_counted_from_the_event(media: MediaHouse) -> None:
    now_ms = media.clock.now_ms()
    at_the_hour = post(media, CONVERSION, juguang(media, timestamp=now_ms - HOUR_MS))
    beyond = post(media, CONVERSION, juguang(media, timestamp=now_ms - HOUR_MS - 1))
    assert (at_the_hour[1]["code"], beyond[1]["code"]) == (0, 900408)


def leads_sign(told: Mapping[str, Any]) -> str:
    text = (
        f"advertiser_id{told['advertiser_id']}&method{told['method']}"
        f"&timestamp{told['timestamp']}&version{told['version']}"
    )
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def lead(media: MediaHouse, **changed: Any) -> dict[str, Any]:
    now_ms = media.clock.now_ms()
    told = {
        "advertiser_id": "900001",
        "version": "1.0",
        "timestamp": now_ms,
        "method": "aurora.leads",
        "event_type": 101,
        "conv_time": now_ms - MINUTE_MS,
        "click_id": "xhs-1",
        "access_token": SESSION,
    }
    return told | changed


def test_leads_come_with_a_sign_or_without_one_but_never_with_a_wrong_one(media: MediaHouse) -> None:
    plain = lead(media)
    signed = lead(media, event_type=102)
    signed["sign"] = leads_sign(signed)

    assert post(media, COMMON, plain)[1]["code"] == 0
    assert post(media, COMMON, signed)[1]["code"] == 0
    assert post(media, COMMON, lead(media, sign="0" * 32))[1]["code"] == 900401
    assert len(media.kept("juguang_leads_conversions")) == 2


def test_a_leads_token_is_asked_for_at_the_same_address(media: MediaHouse) -> None:
    _, body = post(media, COMMON, lead(media, method="oauth.getAccessToken"))
    assert body["data"] == {"access_token": SESSION}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"access_token": "wrong"}, 900401),
        ({"advertiser_id": "nobody"}, 900401),
        ({"method": "aurora.unknown"}, 900400),
        ({"event_type": 999}, 900400),
        ({"click_id": None}, 900400),
        ({"conv_time": 0}, 900408),
        ({"conv_time": None}, 900400),
        ({"timestamp": 0}, 900400),
        ({"timestamp": "now"}, 900400),
    ],
)
def test_a_wrong_lead_is_refused(media: MediaHouse, changed: dict[str, Any], code: int) -> None:
    assert post(media, COMMON, lead(media, **changed))[1]["code"] == code
    assert media.kept("juguang_leads_conversions") == []


@pytest.mark.parametrize("device", ["bdb9fb43fa3473e68542f05d447beb98", "0" * 32, "oaid-0a1b", 7])
def test_juguang_takes_devices_in_capitals_only(media: MediaHouse, device: object) -> None:
    call = target_call(media)
    body = json.loads(call) | {"oaid_md5": device}
    assert post(media, APP, body)[1]["code"] == 900400
    assert post(media, APP, json.loads(call))[1]["code"] == 0


def target_call(media: MediaHouse) -> bytes:
    from platforms.media.mediahouse import TOLD  # noqa: PLC0415 - used once

    target, account = TOLD["juguang_token"], media.account("juguang_token")
    return target.call(account, [an_item("juguang_token")], now_ms=media.clock.now_ms()).body


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"event_type": 999}, 900400),
        ({"event_type": None}, 900400),
        ({"oaid_md5": None, "caid_md5": None}, 900400),
        ({"conv_time": 0}, 900408),
        ({"conv_time": "now"}, 900400),
        ({"access_token": "wrong"}, 900401),
        ({"advertiser_id": "nobody"}, 900401),
        ({"sign": "0" * 32}, 900401),
        ({"timestamp": 1}, 900401),  # the sign no longer covers it
    ],
)
def test_a_wrong_return_by_code_is_refused(media: MediaHouse, changed: dict[str, Any], code: int) -> None:
    body = {name: value for name, value in (json.loads(target_call(media)) | changed).items() if value is not None}
    assert post(media, APP, body)[1]["code"] == code
    assert media.kept("juguang_token_conversions") == []


def ocean(media: MediaHouse, **changed: Any) -> Any:
    """Send a body of one's own, rightly signed."""
    private = key_pair()[0]
    good = {
        "event_type": "in_app_pay",
        "timestamp": media.clock.now_ms(),
        "context": {"ad": {"callback": "cb", "customer_id": 900_001}},
        "properties": {"order_id": "o-1", "pay_amount": 1},
    }
    raw = json.dumps(good | changed).encode()
    seconds = media.clock.now_ms() // 1000
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
    key = load_pem_private_key(private, password=None)
    assert isinstance(key, RSAPrivateKey)
    signed = key.sign(f"POST\n{OCEAN}/\n{seconds}\n{digest}".encode(), PKCS1v15(), SHA256())
    token = f"credential=primary&timestamp={seconds}&signature={base64.b64encode(signed).decode()}"
    return post(media, OCEAN, raw, App_Access_Token=SESSION, x_rs256_token=token)[1]["code"]


def ocean_context(**ad: Any) -> dict[str, Any]:
    return {"ad": {"callback": "cb", "customer_id": 900_001} | ad}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({"event_type": "in_app_other"}, 900400),
        ({"timestamp": "now"}, 900400),
        ({"context": ocean_context(callback="")}, 900400),
        ({"context": ocean_context(customer_id=1)}, 900401),
        ({"context": {**ocean_context(), "device": {"phone_num_blurred": "13800138000"}}}, 900400),
        ({"context": {**ocean_context(), "device": {"phone_num_blurred": "*******8000"}}}, 900400),
        ({"context": {**ocean_context(), "device": {"phone_num_blurred": "138****8000"}}}, 0),
        ({"context": {**ocean_context(), "device": 7}}, 900400),
        ({"properties": {"pay_amount": 1.5}}, 900400),
        ({"properties": {"pay_amount": -1}}, 900400),
        ({"properties": [1]}, 900400),
    ],
)
def test_ocean_engine_says_what_it_does_not_take(media: MediaHouse, changed: dict[str, Any], code: int) -> None:
    assert ocean(media, **changed) == code
    assert len(media.kept("oceanengine_conversions")) == (code == 0)


def test_ocean_engine_answers_a_repeat_with_128(media: MediaHouse) -> None:
    assert [ocean(media), ocean(media)] == [0, 128]


def test_what_is_no_rsa_key_checks_nothing(media: MediaHouse) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (public.decode(), "a plain secret"):
        key = {"platform": "media", "app_key": "900001", "secret": secret, "session": SESSION}
        media.control("gateway-keys", key)
        assert ocean(media) == 900401


def meta_event(media: MediaHouse, **changed: Any) -> dict[str, Any]:
    good = {
        "event_name": "Purchase",
        "event_time": media.clock.now_ms() // 1000,
        "event_id": "e-1",
        "action_source": "other",
        "user_data": {"fbc": "fb.1.1.x"},
        "custom_data": {"value": 1.5, "currency": "CNY"},
    }
    return good | changed


def test_one_event_beyond_seven_days_fails_metas_whole_request(media: MediaHouse) -> None:
    old_s = (media.clock.now_ms() - 7 * DAY_MS) // 1000 - 1
    data = [meta_event(media), meta_event(media, event_id="e-2", event_time=old_s)]

    status, body = post(media, META, {"data": data}, Authorization=f"Bearer {SESSION}")
    alone, _ = post(media, META, {"data": data[:1]}, Authorization=f"Bearer {SESSION}")

    assert (status, body["error"]["error_subcode"]) == (400, 2804003)
    assert alone == 200
    assert [kept["event_id"] for kept in media.kept("meta_conversions")] == ["e-1"]


@pytest.mark.parametrize(
    "changed",
    [
        {"event_name": None},
        {"event_time": "1746585000"},
        {"event_time": 1.5},
        {"action_source": "nowhere"},
        {"user_data": {}},
        {"user_data": {"client_user_agent": "Mozilla"}},
        {"custom_data": {}},
        {"custom_data": {"value": "1.50", "currency": "CNY"}},
        {"action_source": "website"},
        {"event_id": None},
        {"event_id": 7},
        {"action_source": ["other"]},
        {"custom_data": [1]},
        {"custom_data": {"value": True, "currency": "CNY"}},
    ],
)
def test_meta_takes_no_event_of_a_request_that_has_a_wrong_one(media: MediaHouse, changed: dict[str, Any]) -> None:
    data = [meta_event(media), meta_event(media, **({"event_id": "e-2"} | changed))]
    status, body = post(media, META, {"data": data}, Authorization=f"Bearer {SESSION}")
    assert (status, body["error"]["code"]) == (400, 100)
    assert media.kept("meta_conversions") == []


def test_meta_knows_its_pixels_and_its_tokens(media: MediaHouse) -> None:
    body = {"data": [meta_event(media)]}
    nowhere = post(media, META.replace("900001", "1"), body, Authorization=f"Bearer {SESSION}")
    nobody = post(media, META, body)
    assert (nowhere[0], nowhere[1]["error"]["error_subcode"]) == (400, 33)
    assert (nobody[0], nobody[1]["error"]["code"]) == (401, 190)


@pytest.mark.parametrize(
    ("path", "body", "headers", "code"),
    [
        (META, {"data": [{}] * 1_001}, {"Authorization": f"Bearer {SESSION}"}, 100),
        (META, {"data": []}, {"Authorization": f"Bearer {SESSION}"}, 100),
        (TIKTOK, {"event_source_id": "900001", "data": [{}] * 1_001}, {"Access_Token": SESSION}, 40002),
        (TIKTOK, {"event_source_id": "900001", "event_source": "tv", "data": [{}]}, {"Access_Token": SESSION}, 40002),
    ],
)
def test_a_request_beyond_the_limits_is_rejected_whole(
    media: MediaHouse, path: str, body: dict[str, Any], headers: dict[str, str], code: int
) -> None:
    _, answer = post(media, path, body, **headers)
    assert (answer.get("error") or answer)["code"] == code


def tiktok_event(**changed: Any) -> dict[str, Any]:
    return {"event": "CompletePayment", "event_time": 1_746_585_000, "event_id": "e", "user": {"ttclid": "x"}} | changed


def test_tiktok_names_the_wrong_ones_and_keeps_the_right_ones(media: MediaHouse) -> None:
    wrong = (
        tiktok_event(event_id=""),
        tiktok_event(event_time="now"),
        tiktok_event(user={}),
        tiktok_event(user={"email": ["alice@example.com"]}),
        tiktok_event(properties={"value": "9.99"}),
        tiktok_event(properties={"value": -1}),
        tiktok_event(properties=[1]),
        tiktok_event(user={"phone": "+8613800138000"}),
        7,
    )
    body = {"event_source": "web", "event_source_id": "900001", "data": [tiktok_event(), *wrong]}

    _, answer = post(media, TIKTOK, body, Access_Token=SESSION)

    assert answer["code"] == 20001
    assert [row["order_in_request"] for row in answer["data"]["failed_events"]] == list(range(1, 10))
    assert len(media.kept("tiktok_conversions")) == 1
    assert post(media, TIKTOK, body | {"data": list(wrong)}, Access_Token=SESSION)[1]["code"] == 40002


def tencent_headers(media: MediaHouse, nonce: str = "n-1") -> dict[str, str]:
    return {"access_token": SESSION, "timestamp": str(media.clock.now_ms() // 1000), "nonce": nonce}


def action(**changed: Any) -> dict[str, Any]:
    return {
        "outer_action_id": "a_1",
        "action_time": 1_746_585_000,
        "action_type": "PURCHASE",
        "trace": {"click_id": "wx-1"},
        "action_param": {"value": 100},
    } | changed


@pytest.mark.parametrize(
    "actions",
    [
        [],
        [action()] * 51,
        [action(), action(outer_action_id="out:1")],
        [action(), action(action_time="now")],
        [action(), action(action_type="purchase")],
        [action(), action(trace={})],
        [action(), action(trace={"click_id": "c" * 65})],
        [action(), action(action_param={"value": 1.5})],
        [action(), action(action_param=[7])],
        [action(), action(trace="wx-1")],
        [action(), action(action_param={"value": -1})],
        [action(), 7],
        [action(url="u" * 51_200)],
        "x",
    ],
    ids=range(14),
)
def test_tencent_takes_no_action_of_a_request_that_has_a_wrong_one(media: MediaHouse, actions: Any) -> None:
    body = {"account_id": 900_001, "user_action_set_id": 11, "actions": actions}
    assert post(media, TENCENT, body, **tencent_headers(media))[1]["code"] == 900400
    assert media.kept("tencent_conversions") == []


def test_tencent_reads_account_and_click_from_a_callback_and_believes_no_other(media: MediaHouse) -> None:
    body = {"actions": [action(trace=None)]}
    good = f"{TENCENT}?cb={callback_param('900001', 'wx-9')}"
    assert post(media, good, body, **tencent_headers(media, "n-1"))[1]["code"] == 0
    for at, cb in enumerate(("AAAA", "*", callback_param("nobody", "wx-9"), "YWRz", "é")):
        assert post(media, f"{TENCENT}?cb={cb}", body, **tencent_headers(media, f"m-{at}"))[1]["code"] == 900401
    assert post(media, TENCENT, {**body, "account_id": 900_001}, **tencent_headers(media, "n-3"))[1]["code"] == 900400


@pytest.mark.parametrize("header", [{"nonce": ""}, {"nonce": "n" * 33}, {"timestamp": "now"}, {"timestamp": "1"}])
def test_tencent_wants_a_fresh_time_and_a_nonce(media: MediaHouse, header: dict[str, str]) -> None:
    body = {"account_id": 900_001, "user_action_set_id": 11, "actions": [action()]}
    assert post(media, TENCENT, body, **(tencent_headers(media) | header))[1]["code"] == 900401


@pytest.mark.parametrize(
    "token",
    [
        "",
        "credential=primary",
        "credential=other&timestamp={now}&signature={good}",
        "credential=primary&timestamp=x&signature={good}",
        "credential=primary&timestamp={now}&signature=",
        "credential=primary&timestamp={now}&signature=***",
        "credential=primary&timestamp={now}&signature={good}A",
        "timestamp={now}&signature={good}",
    ],
)
def test_ocean_engine_believes_no_half_of_a_signature(media: MediaHouse, token: str) -> None:
    target = TARGETS["oceanengine"]
    call = target.call(media.account("oceanengine"), [an_item("oceanengine")], now_ms=media.clock.now_ms())
    right = dict(part.split("=", 1) for part in call.headers["x-rs256-token"].split("&"))
    forged = token.format(now=right["timestamp"], good=right["signature"])

    _, answer = post(media, OCEAN, call.body, App_Access_Token=SESSION, x_rs256_token=forged)
    assert answer["code"] == 900401
    _, changed = post(
        media, OCEAN, call.body + b" ", App_Access_Token=SESSION, x_rs256_token=call.headers["x-rs256-token"]
    )
    assert changed["code"] == 900401
    _, good = post(media, OCEAN, call.body, App_Access_Token=SESSION, x_rs256_token=call.headers["x-rs256-token"])
    assert good["code"] == 0


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 20_000, b"{}", b'{"context":7,"data":7}'])
def test_what_is_no_request_gets_the_medias_own_word_for_it(media: MediaHouse, path: str, body: bytes) -> None:
    status, answer = post(media, path, body)
    assert status in {200, 400, 401}
    code = (answer.get("error") or answer)["code"]
    assert code != 0
