"""What an answer means: nothing is lost to a strange one, and nothing is tried for ever that was truly refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.api import Answered, Reply
from platforms.media.mediahouse import TARGETS, TOLD, an_event, an_item

TEN_MINUTES = 600_000
GOOD: dict[str, object] = {
    "juguang": {"success": True, "code": 0, "msg": "成功"},
    "juguang_goods": {"success": True, "code": 0},
    "oceanengine": {"code": 0, "message": "success"},
    "tencent": {"code": 0, "message": "", "message_cn": ""},
    "meta": {"events_received": 1, "messages": []},
    "tiktok": {"code": 0, "message": "OK"},
}
NAMES = tuple(GOOD)


def verdict(name: str, status: int, body: object, **headers: str) -> tuple[str, str, int]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    (one,) = TARGETS[name].read(Reply(status=status, headers=headers, body=raw), [an_item(name)])
    return one.answered.value, one.reason, one.wait_ms


@pytest.mark.parametrize("name", NAMES)
def test_a_receipt_is_a_receipt(name: str) -> None:
    assert verdict(name, 200, GOOD[name]) == ("delivered", "", 0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (500, {}, ("retry", "theirs", 0)),
        (502, {}, ("retry", "theirs", 0)),
        (503, {"retry-after": "120"}, ("retry", "theirs", 120_000)),
        (504, {}, ("retry", "theirs", 0)),
        (408, {}, ("retry", "theirs", 0)),
        (425, {}, ("retry", "throttled", 30_000)),
        (429, {}, ("retry", "throttled", 30_000)),
        (429, {"retry-after": "7"}, ("retry", "throttled", 7_000)),
        (429, {"retry-after": "Wed, 07 May 2025 02:45:00 GMT"}, ("retry", "throttled", 30_000)),
        (429, {"retry-after": "-5"}, ("retry", "throttled", 30_000)),
        (429, {"retry-after": "999999"}, ("retry", "throttled", 1_800_000)),
        (429, {"retry-after": "9" * 400}, ("retry", "throttled", 30_000)),
        (401, {}, ("retry", "credentials", TEN_MINUTES)),
        (403, {}, ("retry", "credentials", TEN_MINUTES)),
        (400, {}, ("refused", "http_400", 0)),
        (404, {}, ("retry", "endpoint", TEN_MINUTES)),  # an address of ours that is wrong is no fault of the item
        (405, {}, ("retry", "endpoint", TEN_MINUTES)),
        (413, {}, ("refused", "http_413", 0)),
        (200, {}, ("retry", "unreadable", 0)),
        (302, {}, ("retry", "unreadable", 0)),  # somebody's gate between us and them
    ],
)
def test_http_alone_decides_where_there_is_no_body(
    name: str, status: int, headers: dict[str, str], expected: tuple[str, str, int]
) -> None:
    for body in (b"", b"<html>Bad Gateway</html>", b"[]", b"7", b"\xff\xfe", b"[" * 20_000):
        assert verdict(name, status, body, **headers) == expected


@pytest.mark.parametrize(
    ("name", "status", "body", "expected"),
    [
        ("juguang", 200, {"success": False, "code": 0, "msg": "?"}, ("retry", "unreadable", 0)),
        ("juguang", 200, {"success": False, "errorCode": 900408, "errorMsg": "x"}, ("refused", "deadline", 0)),
        ("juguang", 200, {"code": 0, "msg": "no success"}, ("retry", "unreadable", 0)),
        ("juguang", 200, {"success": False, "code": 31337}, ("retry", "unknown_answer", 0)),
        ("juguang", 500, {"success": True, "code": 0}, ("retry", "theirs", 0)),
        ("juguang", 200, {"success": "true", "code": 0}, ("retry", "unreadable", 0)),
        ("oceanengine", 200, {"code": 128, "message": "x"}, ("delivered", "", 0)),
        ("oceanengine", 200, {"code": "0"}, ("delivered", "", 0)),
        ("oceanengine", 200, {"code": "9" * 5_000}, ("retry", "unreadable", 0)),
        ("oceanengine", 200, {"code": True}, ("retry", "unreadable", 0)),
        ("oceanengine", 200, {"code": 0.0}, ("retry", "unreadable", 0)),
        ("oceanengine", 200, {"code": 40001}, ("retry", "unknown_answer", 0)),
        ("oceanengine", 400, {"code": 40001}, ("refused", "http_400", 0)),
        ("tencent", 200, {"code": 11017}, ("retry", "unknown_answer", 0)),
        ("meta", 200, {"events_received": 0}, ("retry", "theirs", 0)),
        ("meta", 200, {"events_received": 2}, ("retry", "theirs", 0)),
        ("meta", 200, {"events_received": "1"}, ("retry", "unreadable", 0)),
        ("meta", 200, {"events_received": 1, "error": {"code": 2}}, ("retry", "theirs", 0)),
        ("meta", 400, {"error": {"code": 100, "error_subcode": 2804003}}, ("refused", "deadline", 0)),
        ("meta", 400, {"error": {"code": 100, "error_subcode": 33}}, ("retry", "credentials", TEN_MINUTES)),
        ("meta", 400, {"error": {"code": 100}}, ("refused", "refused", 0)),
        ("meta", 400, {"error": {"code": 190, "error_subcode": 460}}, ("retry", "credentials", TEN_MINUTES)),
        ("meta", 400, {"error": {"code": 17, "is_transient": True}}, ("retry", "throttled", 30_000)),
        ("meta", 400, {"error": {"code": 77, "is_transient": True}}, ("retry", "theirs", 0)),
        ("meta", 400, {"error": "broken"}, ("refused", "http_400", 0)),
        ("tiktok", 200, {"code": 40001}, ("retry", "credentials", TEN_MINUTES)),
        ("tiktok", 200, {"code": 40100}, ("retry", "throttled", 30_000)),
        ("tiktok", 200, {"code": 40002}, ("refused", "refused", 0)),
        ("tiktok", 200, {"code": 40700}, ("retry", "theirs", 0)),
        ("tiktok", 200, {"code": 20001, "data": {}}, ("refused", "partly", 0)),
        ("tiktok", 200, {"code": 20001, "data": {"failed_events": "x"}}, ("refused", "partly", 0)),
        ("tiktok", 502, {"code": 0}, ("retry", "theirs", 0)),
    ],
)
def test_a_medias_own_code_means_what_its_data_file_says(
    name: str, status: int, body: object, expected: tuple[str, str, int]
) -> None:
    assert verdict(name, status, body) == expected


def test_tiktok_names_the_events_that_failed() -> None:
    items = [an_item("tiktok", number=number) for number in range(3)]
    body = {"code": 20001, "data": {"failed_events": [{"order_in_request": 1, "error_message": "bad"}, {"x": 1}, 7]}}
    verdicts = TARGETS["tiktok"].read(Reply(status=200, body=json.dumps(body).encode()), items)
    assert [(one.answered, one.reason) for one in verdicts] == [
        (Answered.DELIVERED, ""),
        (Answered.REFUSED, "refused"),
        (Answered.DELIVERED, ""),
    ]
    assert verdicts[1].answer == "bad"


@pytest.mark.parametrize("name", ["tencent", "meta", "tiktok"])
def test_a_refusal_of_several_is_a_refusal_of_each(name: str) -> None:
    """The sender then tries each alone, and the one that is wrong shows."""
    items = [an_item(name, an_event(number=number), number=number) for number in range(3)]
    verdicts = TARGETS[name].read(Reply(status=400), items)
    assert [one.answered for one in verdicts] == [Answered.REFUSED] * 3


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_cut_short_and_repeats_no_token(name: str) -> None:
    token = "EAAB" + "x9Z_" * 40
    told = f"Token {token} is wrong. " + "blah " * 200
    for body in (
        {"success": False, "code": 900401, "msg": told, "message": told},
        {"code": 1, "message": told, "message_cn": told},
        {"error": {"code": 190, "error_user_title": told, "message": told}},
    ):
        (one,) = TARGETS[name].read(Reply(status=400, body=json.dumps(body).encode()), [an_item(name)])
        assert len(one.answer) <= 200
        assert token[:30] not in one.answer


@pytest.mark.parametrize("name", sorted(TOLD))
@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["code", "success", "error", "data", "failed_events", "events_received", "message"]),
                inner,
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
    count=st.integers(1, 3),
)
def test_whatever_comes_back_every_item_has_one_verdict(name: str, status: int, body: bytes, count: int) -> None:
    items = [an_item(name, number=number) for number in range(count)]
    verdicts = TOLD[name].read(Reply(status=status, body=body), items)
    assert len(verdicts) == count
    assert all(one.wait_ms >= 0 for one in verdicts)
    if not 200 <= status < 300:
        assert all(one.answered is not Answered.DELIVERED for one in verdicts)
