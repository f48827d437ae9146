"""`POST /v1/events` and `POST /v1/returns/{platform}`: limits while reading, errors in both languages, no 500."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.api import BODY_BYTES_MAX, Kind, LogClosed
from hongmao.web.edge.app import EdgeApp
from hongmao.web.edge.reader import cookie_of, fresh_reader, read_reader
from returns.factories import NOW, Wire, body_of, pay, visit
from web.edge.house import EdgeHouse, Reply

if TYPE_CHECKING:
    from hongmao.web.services import Health

EVENT: Wire = {"event_id": "e-1", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1", "placement": "feed"}


@pytest.fixture
def house() -> EdgeHouse:
    return EdgeHouse()


def send(house: EdgeHouse, *events: object, **headers: str) -> Reply:
    return house.post("/v1/events", json.dumps({"events": events}).encode(), **{"cookie": "hm_r=r_lin", **headers})


def outcomes(reply: Reply) -> list[str]:
    return [outcome["outcome"] for outcome in reply.json()["outcomes"]]


def test_an_event_is_kept_with_the_readers_cookie_and_completed_from_note_and_link(house: EdgeHouse) -> None:
    reply = send(house, {**EVENT, "link": "link-1", "labelled": True, "reader": "r_somebody_else"})
    assert (reply.status, outcomes(reply)) == (200, ["accepted"])
    (event,) = house.memory.kept
    assert (event.reader, event.creator, event.tenant, event.merchant) == (
        "r_lin",
        "creator-1",
        "tenant-1",
        "merchant-1",
    )
    assert (event.shop, event.platform, event.line, event.labelled) == ("shop-1", "sandbox", "cid", True)
    assert house.catalog.remembered == ["r_lin"]


def test_the_same_event_again_is_a_duplicate(house: EdgeHouse) -> None:
    send(house, EVENT)
    assert outcomes(send(house, EVENT)) == ["duplicate"]


def test_a_bad_event_never_spoils_a_good_one_and_says_what_is_wrong(house: EdgeHouse) -> None:
    wrong = [
        {**EVENT, "event_id": "e-2", "note": "note-99"},
        {**EVENT, "event_id": "e-3", "link": "link-99"},
        {**EVENT, "event_id": "e-4", "note": "note-2", "link": "link-1"},
        {**EVENT, "event_id": "e-5", "creator": "creator-9"},
        {**EVENT, "event_id": "e-6", "kind": "component_click"},
        {"event_id": "e-7", "kind": "follow", "occurred_at_ms": NOW, "creator": "creator-9"},
    ]
    reply = send(house, *wrong, EVENT)
    assert (reply.status, outcomes(reply)) == (200, ["rejected"] * 6 + ["accepted"])
    codes = [outcome["errors"][0]["code"] for outcome in reply.json()["outcomes"][:6]]
    assert codes == [
        "note_unknown",
        "link_not_under_note",
        "link_not_under_note",
        "creator_unknown",
        "kind_not_yours",
        "creator_unknown",
    ]
    errors = [error for outcome in reply.json()["outcomes"][:6] for error in outcome["errors"]]
    assert all(error["message"]["zh"] and error["message"]["en"] for error in errors)


def test_a_batch_of_nothing_but_mistakes_is_422(house: EdgeHouse) -> None:
    assert send(house, {**EVENT, "note": "note-99"}).status == 422
    assert send(house).status == 200


@pytest.mark.parametrize(("kind", "kept"), [("impression", True), ("click", None), ("like", None)])
def test_LABEL_2_a_client_claims_the_label_for_impressions_only(house: EdgeHouse, kind: str, kept: bool | None) -> None:  # noqa: FBT001
    send(house, {**EVENT, "kind": kind, "link": "link-1", "labelled": True})
    assert house.memory.kept[0].labelled is kept


def test_a_claim_of_a_label_without_a_link_is_dropped(house: EdgeHouse) -> None:
    send(house, {**EVENT, "labelled": True})
    assert house.memory.kept[0].labelled is None


def test_following_a_creator_needs_no_note(house: EdgeHouse) -> None:
    reply = send(house, {"event_id": "e-1", "kind": "follow", "occurred_at_ms": NOW, "creator": "creator-1"})
    assert outcomes(reply) == ["accepted"]


def test_a_reader_without_a_cookie_gets_a_pseudonym_and_keeps_it(house: EdgeHouse) -> None:
    reply = send(house, EVENT, cookie="theme=dark")
    cookie = reply.header("set-cookie") or ""
    assert re.fullmatch(r"hm_r=r_[0-9a-f]{32}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax", cookie)
    reader = cookie.partition(";")[0].partition("=")[2]
    assert house.memory.kept[0].reader == reader
    again = send(house, {**EVENT, "event_id": "e-2"}, cookie=f"hm_r={reader}")
    assert again.header("set-cookie") is None
    assert house.memory.kept[1].reader == reader


@pytest.mark.parametrize("value", ["", "lin", "r_", "r_" + "x" * 63, "r_<script>", "r_a b", "r_红", "../../r_lin"])
def test_PRIV_2_a_cookie_that_is_none_of_ours_is_replaced(house: EdgeHouse, value: str) -> None:
    assert send(house, EVENT, cookie=f"hm_r={value}").header("set-cookie") is not None
    assert house.memory.kept[0].reader != value


def test_pseudonyms_are_random_and_secure_ones_stay_off_plain_http() -> None:
    assert len({fresh_reader() for _ in range(100)}) == 100
    assert cookie_of(fresh_reader(), secure=True).endswith("; Secure")
    assert read_reader({}) is None


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"events":1}', b'{"events":[' + b"[" * 100_000]
)
def test_a_body_that_is_no_batch_is_an_error_in_both_languages(house: EdgeHouse, body: bytes) -> None:
    reply = house.post("/v1/events", body)
    assert reply.status == 422
    error = reply.json()["error"]
    assert error["message"]["zh"]
    assert error["message"]["en"]
    assert house.memory.kept == []


def test_a_body_that_grows_beyond_the_limit_is_left_unread(house: EdgeHouse) -> None:
    piece = b" " * 65_536
    reply = house.call("POST", "/v1/events", body=[piece] * 40, headers={"content_length": "2"})
    assert (reply.status, reply.json()["error"]["code"]) == (413, "body_too_large")


def test_a_content_length_beyond_the_limit_is_believed_at_once(house: EdgeHouse) -> None:
    reply = house.call("POST", "/v1/events", body=[b"{}"], headers={"content_length": str(BODY_BYTES_MAX + 1)})
    assert reply.status == 413


@pytest.mark.parametrize("claimed", ["-1", "x", "", "9" * 5_000, "１"])
def test_a_content_length_that_is_no_number_harms_nobody(house: EdgeHouse, claimed: str) -> None:
    reply = house.call(
        "POST", "/v1/events", body=[json.dumps({"events": [EVENT]}).encode()], headers={"content_length": claimed}
    )
    assert reply.status in {200, 413}


def test_a_packed_body_is_refused_by_name(house: EdgeHouse) -> None:
    reply = house.post("/v1/events", b"\x1f\x8b", content_encoding="br")
    assert (reply.status, reply.json()["error"]["code"]) == (415, "encoding_unsupported")


def test_a_body_packed_by_gzip_is_taken_as_what_is_in_it(house: EdgeHouse) -> None:
    packed = gzip.compress(json.dumps({"events": [EVENT]}).encode(), mtime=0)
    reply = house.post("/v1/events", packed, content_encoding="gzip")
    assert [outcome["outcome"] for outcome in reply.json()["outcomes"]] == ["accepted"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{}", 400, "body_not_packed"),
        (b"", 400, "body_not_packed"),
        (gzip.compress(b'{"events":[]}', mtime=0)[:-5], 400, "body_not_packed"),
        (gzip.compress(b'{"events":[]}', mtime=0) + b"x", 400, "body_not_packed"),
        # 64 MiB of nothing, in 64 KiB: unpacked no further than the limit.
        (gzip.compress(bytes(2**26), mtime=0), 413, "body_too_large"),
    ],
)
def test_a_body_that_is_not_wholly_packed_or_too_much_is_refused(
    house: EdgeHouse, body: bytes, status: int, code: str
) -> None:
    reply = house.post("/v1/events", body, content_encoding="gzip")
    assert (reply.status, reply.json()["error"]["code"]) == (status, code)
    assert house.memory.kept == []


def test_a_client_that_goes_away_in_mid_body_is_not_answered(house: EdgeHouse) -> None:
    told: list[object] = []
    pieces: list[dict[str, object]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, object]:
        return pieces.pop(0)

    async def send_back(message: object) -> None:
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/events", "headers": [], "query_string": b""}
    asyncio.run(house.app(scope, receive, send_back))
    assert told == []


def test_a_full_log_answers_503_with_the_time_to_try_again(house: EdgeHouse) -> None:
    house.memory.full = True
    reply = send(house, EVENT)
    assert (reply.status, reply.header("retry-after")) == (503, "1")


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_other_methods_are_refused(house: EdgeHouse, method: str) -> None:
    assert house.call(method, "/v1/events").status == 405


def test_a_delivery_is_answered_row_by_row(house: EdgeHouse) -> None:
    body = body_of([pay(), visit(shop_id="s9"), pay()])
    headers = {name.replace("-", "_"): value for name, value in house.signing.signed(body).items()}
    reply = house.post("/v1/returns/sandbox", body, **headers)
    assert reply.status == 200
    assert reply.json() == {
        "outcomes": [
            {"index": 0, "outcome": "unmatched", "reason": "no_click_id"},
            {"index": 1, "outcome": "quarantined", "reason": "shop_unknown"},
            {"index": 2, "outcome": "duplicate", "reason": None},
        ]
    }
    again = house.post("/v1/returns/sandbox", body, **headers)
    assert (again.status, again.json()["error"]["code"]) == (409, "delivery_replayed")


@pytest.mark.parametrize(
    ("platform", "body", "status"),
    [("sandbox", b"{}", 401), ("nowhere", b"{}", 404), ("sandbox", b" " * (BODY_BYTES_MAX + 1), 413), ("", b"{}", 404)],
)
def test_ABUSE_6_a_delivery_that_proves_nothing_is_refused_and_noted(
    house: EdgeHouse, platform: str, body: bytes, status: int
) -> None:
    reply = house.post(f"/v1/returns/{platform}", body)
    assert reply.status == status
    assert reply.header("www-authenticate") == ("Signature" if status == 401 else None)
    assert reply.json()["error"]["message"]["zh"]
    assert [event.kind for event in house.memory.kept] == [Kind.RETURN_REFUSED]


def test_ABUSE_6_a_signature_header_that_stands_twice_is_not_the_first_one(house: EdgeHouse) -> None:
    body = body_of([pay()])
    pairs = [(name.encode(), value.encode()) for name, value in house.signing.signed(body).items()]
    reply = house.call(
        "POST", "/v1/returns/sandbox", body=[body], raw_headers=[*pairs, (b"X-Shop-Account", b"account-2")]
    )
    assert reply.status == 401


JSONS = st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
NAMES = st.sampled_from([b"cookie", b"x-shop-nonce", b"content-length", b"x"])


@given(
    body=st.one_of(st.binary(max_size=200), JSONS),
    headers=st.lists(st.tuples(NAMES, st.binary(max_size=60)), max_size=8),
    path=st.sampled_from(["/v1/events", "/v1/returns/sandbox", "/v1/returns/\x00", "/v1/returns/a/b"]),
)
def test_no_garbage_gets_a_500(body: bytes, headers: list[tuple[bytes, bytes]], path: str) -> None:
    reply = EdgeHouse().call("POST", path, body=[body], raw_headers=headers)
    assert 400 <= reply.status < 500


def test_health_says_alive_and_ready(house: EdgeHouse) -> None:
    assert house.get("/healthz").json() == {"status": "alive"}
    ready = house.get("/readyz")
    assert (ready.status, ready.json()["lag"], ready.json()["caught_up"]) == (200, {"sink": 0}, True)


def test_a_house_that_cannot_tell_its_health_is_not_ready(house: EdgeHouse) -> None:
    def broken() -> Health:
        raise LogClosed(path="log")

    house.app = EdgeApp(replace(house.services, health=broken), house.app, asset=str)
    reply = house.get("/readyz")
    assert (reply.status, reply.json()["error"]["params"]) == (503, {"why": "log_closed"})
    assert house.get("/healthz").status == 200


def test_what_is_not_the_edges_goes_on(house: EdgeHouse) -> None:
    assert house.get("/nowhere").status == 404
    assert house.get("/v1/returns/sandbox").status == 404
    assert house.get("/jump").status == 404


def test_what_breaks_inside_is_a_sentence_without_the_facts(house: EdgeHouse, caplog: pytest.LogCaptureFixture) -> None:
    house.services.catalog.remember_reader = None  # type: ignore[method-assign, assignment]
    reply = send(house, EVENT)
    assert (reply.status, reply.json()["error"]["code"]) == (500, "broken_inside")
    assert "NoneType" not in reply.text
    assert "NoneType" in caplog.text
