"""Whatever is sent: a clear sentence in both languages, the right status, and nothing kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.web.api.reading import BODY_BYTES_MAX
from web.api.front import item_body, link_body, note_body, shop_body
from web.api.sent import HOSTILE, PATHS, QUERIES, fault

if TYPE_CHECKING:
    from web.api.front import Caller

STATUS = {"nothing_there": 404, "programme_unknown": 404, "link_unknown": 404}


# Bodies


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"a":}',
        b"\xff\xfe\x00",
        b'{"name": "\xc3\x28"}',
        b'{"name": "\\ud800"}',
        b"[]",
        b"null",
        b'"text"',
        b"1e999",
        b"[" * 50_000,
        b'{"id":' * 40_000,
        b"\x1f\x8b\x08\x00garbage",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_garbage_is_said_to_be_garbage(admin_of: Caller, path: str, body: bytes) -> None:
    answer = admin_of.send(path, body)
    assert answer.status_code == 422
    assert fault(answer)["params"]["place"]


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_field_is_refused_by_name(admin_of: Caller, path: str) -> None:
    answer = admin_of.post(path, {**PATHS[path], "colour": "red"})
    assert (answer.status_code, fault(answer)["code"]) == (422, "field_unknown")
    assert "colour" in fault(answer)["params"]["place"]


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, body in PATHS.items() for field in body])
def test_a_wrong_type_is_refused_by_name(admin_of: Caller, path: str, field: str) -> None:
    for wrong in ({"a": 1}, [1], 1.5, {} if isinstance(PATHS[path][field], bool) else True):
        answer = admin_of.post(path, {**PATHS[path], field: wrong})
        error = fault(answer)
        # Of a list it is the row that is named.
        place = error["params"]["place"].removesuffix("[0]")
        assert (answer.status_code, error["code"], place) == (422, "field_mistyped", field)


def test_what_is_missing_is_named(admin_of: Caller) -> None:
    for path, needed in {
        "/v1/tenants": {"name", "kind"},
        "/v1/items": {"shop", "spu", "platform_item_id", "title", "price_fen", "url"},
        "/v1/wallets/top-ups": {"merchant", "line", "amount_fen", "key"},
        "/v1/wallets/grants": {"merchant", "kind", "amount_fen", "key"},
        "/v1/links": {"note", "shop", "target", "button", "title", "price_fen"},
        "/v1/links/link-1/pause": {"paused"},
    }.items():
        for field in needed:
            answer = admin_of.post(path, {name: value for name, value in PATHS[path].items() if name != field})
            assert (answer.status_code, fault(answer)["code"]) == (422, "field_absent")
            assert fault(answer)["params"]["place"] == field
        assert admin_of.send(path, b"").status_code == 422


@pytest.mark.parametrize("path", PATHS)
def test_a_body_beyond_the_limit_is_not_read_on(admin_of: Caller, path: str) -> None:
    answer = admin_of.send(path, b'{"name": "' + b"x" * BODY_BYTES_MAX + b'"}')
    assert (answer.status_code, fault(answer)["code"]) == (413, "body_too_large")
    assert fault(answer)["params"]["limit"] == BODY_BYTES_MAX


def test_a_body_of_just_the_limit_is_read(admin_of: Caller) -> None:
    body = b'{"name": "n", "kind": "merchant"}'
    assert admin_of.send("/v1/tenants", body.ljust(BODY_BYTES_MAX)).status_code == 201
    assert admin_of.send("/v1/tenants", body.ljust(BODY_BYTES_MAX + 1)).status_code == 413


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("/v1/tenants", {"kind": "bank"}, "choice_unknown"),
        ("/v1/tenants", {"id": "a b"}, "id_malformed"),
        ("/v1/tenants", {"id": ""}, "id_malformed"),
        ("/v1/tenants", {"name": " "}, "text_blank"),
        ("/v1/tenants", {"name": "n" * 65}, "text_overlong"),
        ("/v1/tenants", {"name": "a\x00b"}, "text_unprintable"),
        ("/v1/users", {"login": "A B"}, "login_malformed"),
        ("/v1/users", {"password": "short"}, "password_weak"),
        ("/v1/users", {"role": "king"}, "choice_unknown"),
        ("/v1/shops", {"home_url": "javascript:alert(1)"}, "url_malformed"),
        ("/v1/shops", {"merchant": "merchant-9"}, "nothing_there"),
        ("/v1/items", {"price_fen": -1}, "number_beyond"),
        ("/v1/items", {"price_fen": 10**30}, "number_beyond"),
        ("/v1/items", {"shop": "shop-9"}, "nothing_there"),
        ("/v1/notes", {"type": "opera"}, "choice_unknown"),
        ("/v1/notes", {"creator": "nobody"}, "nothing_there"),
        ("/v1/notes", {"published_at_ms": -1}, "number_beyond"),
        ("/v1/notes", {"published_at_ms": 10**19}, "number_beyond"),
        ("/v1/notes", {"cover": "http://evil.example/x.png"}, "id_malformed"),
        ("/v1/links", {"shop": "shop-9"}, "nothing_there"),
        ("/v1/links", {"note": "note-9"}, "nothing_there"),
        ("/v1/links", {"item": "item-9"}, "nothing_there"),
        ("/v1/links", {"item": None}, "field_absent"),
        ("/v1/links", {"item": "item-2"}, "item_elsewhere"),
        ("/v1/links", {"target": "moon"}, "link_field_wrong"),
        ("/v1/links", {"line": "tv"}, "link_field_wrong"),
        ("/v1/links", {"price_fen": 10**20}, "link_field_wrong"),
        ("/v1/links", {"price_fen": -1}, "link_field_wrong"),
        ("/v1/links", {"button": "一二三四五六七"}, "words_too_long"),
        ("/v1/links", {"button": "a\x00b"}, "control_character"),
        ("/v1/links", {"title": "x" * 65}, "text_too_long"),
        ("/v1/links", {"fallback_url": None}, "fallback_missing"),
        ("/v1/links", {"fallback_url": "http://evil.example/"}, "address_refused"),
        ("/v1/links", {"deeplink": "javascript:alert(1)"}, "address_refused"),
        ("/v1/links", {"universal_link": "http://169.254.169.254/"}, "address_refused"),
        ("/v1/links", {"id": "x/y"}, "id_malformed"),
        ("/v1/links/link-1/review", {"deeplink": 4}, "link_field_wrong"),
        ("/v1/links/link-1/review", {"deeplink": 10**30}, "link_field_wrong"),
        ("/v1/links/link-1/review", {"universal_link": 2}, "nothing_to_review"),
        ("/v1/links/link-1/review", {"note": "n" * 201}, "text_too_long"),
        ("/v1/links/link-1/review", {"note": "\x1b[31m"}, "control_character"),
        ("/v1/links/link-9/review", {}, "link_unknown"),
        ("/v1/links/link-9/pause", {}, "link_unknown"),
        ("/v1/links/a%20b/pause", {}, "id_malformed"),
        ("/v1/keys/a%00b/revoke", {}, "id_malformed"),
        ("/v1/keys/key-nobody/revoke", {}, "nothing_there"),
        ("/v1/platform-accounts", {"secret": "short"}, "secret_weak"),
        ("/v1/platform-accounts", {"platform": "a b"}, "id_malformed"),
        ("/v1/wallets/top-ups", {"merchant": "merchant-9"}, "nothing_there"),
        ("/v1/wallets/top-ups", {"merchant": "a b"}, "id_malformed"),
        ("/v1/wallets/top-ups", {"line": "tv"}, "line_unknown"),
        ("/v1/wallets/top-ups", {"amount_fen": 0}, "top_up_beyond"),
        ("/v1/wallets/top-ups", {"amount_fen": 10**30}, "top_up_beyond"),
        ("/v1/wallets/top-ups", {"key": "a/b"}, "id_malformed"),
        ("/v1/wallets/grants", {"merchant": "merchant-9"}, "nothing_there"),
        ("/v1/wallets/grants", {"kind": "cash"}, "purse_unknown"),
        ("/v1/wallets/grants", {"amount_fen": -1}, "grant_beyond"),
        ("/v1/coinvest", {"own_parts": 0}, "programme_beyond"),
        ("/v1/coinvest", {"to": "2025-05-01"}, "programme_beyond"),
        ("/v1/coinvest/p/members", {"merchant": "merchant-9"}, "nothing_there"),
        ("/v1/coinvest/p/members", {}, "programme_unknown"),
        ("/v1/coinvest/p/members", {"joined": False}, "programme_unknown"),
        ("/v1/merchants", {"tenant": "tenant-9"}, "nothing_there"),
        ("/v1/merchants", {"tenant": "a b"}, "id_malformed"),
        ("/v1/merchants", {"tenant": ""}, "id_malformed"),
    ],
)
def test_what_cannot_be_is_said_plainly(admin_of: Caller, path: str, change: dict[str, object], code: str) -> None:
    answer = admin_of.post(path, {**_body_for(path), **change})
    assert (fault(answer)["code"], answer.status_code) == (code, STATUS.get(code, 422))


def _body_for(path: str) -> dict[str, Any]:
    """Give the body of the address that differs in its id only."""
    shape = re.sub(r"(?<=/)(links|keys)/[^/]+/", r"\1/*/", path)
    return next(body for known, body in PATHS.items() if re.sub(r"(?<=/)(links|keys)/[^/]+/", r"\1/*/", known) == shape)


# Queries and methods


@pytest.mark.parametrize("path", QUERIES)
def test_an_unknown_parameter_is_refused_by_name(admin_of: Caller, path: str) -> None:
    answer = (
        admin_of.get(path, colour="red", merchant="m") if path == "/v1/statement" else admin_of.get(path, colour="red")
    )
    assert (answer.status_code, fault(answer)["code"]) == (422, "field_unknown")
    assert fault(answer)["params"]["place"] == "colour"


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/v1/tenants", {"limit": "0"}, "number_out_of_range"),
        ("/v1/tenants", {"limit": "1001"}, "number_out_of_range"),
        ("/v1/tenants", {"limit": "9" * 400}, "number_out_of_range"),
        ("/v1/tenants", {"limit": "many"}, "field_mistyped"),
        ("/v1/links", {"waiting": "perhaps"}, "field_mistyped"),
        ("/v1/notes", {"limit": "-1"}, "number_out_of_range"),
        ("/v1/notes", {"before": "note-9"}, "nothing_there"),
        ("/v1/notes", {"creator": "%00"}, "id_malformed"),
        ("/v1/shops", {"merchant": "a%20b"}, "id_malformed"),
        ("/v1/items", {"shop": ""}, "id_malformed"),
        ("/v1/items", {"tenant": "tenant-9"}, "nothing_there"),
        ("/v1/statement", {}, "field_absent"),
        ("/v1/statement", {"merchant": "merchant-9"}, "nothing_there"),
        ("/v1/statement", {"merchant": "merchant-1", "from": "yesterday"}, "time_unreadable"),
        ("/v1/statement", {"merchant": "merchant-1", "to": "x" * 400}, "time_unreadable"),
        ("/v1/statement", {"merchant": "merchant-1", "from": "9999-12-31"}, "number_out_of_range"),
        ("/v1/statement", {"merchant": "merchant-1", "from": "0001-01-01"}, "number_out_of_range"),
        ("/v1/statement", {"merchant": "merchant-1", "from": "2025-05-08", "to": "2025-05-07"}, "times_backwards"),
        ("/v1/report", {"from": "2025-05-08", "to": "2025-05-07"}, "times_backwards"),
        ("/v1/orders/a%20b/trace", {}, "id_malformed"),
        ("/v1/orders/o-1/trace", {"platform": "'"}, "id_malformed"),
    ],
)
def test_a_wrong_question_is_said_plainly(admin_of: Caller, path: str, query: dict[str, str], code: str) -> None:
    answer = admin_of.get(path, **query)
    assert (fault(answer)["code"], answer.status_code) == (code, STATUS.get(code, 422))


@pytest.mark.parametrize("path", sorted({*PATHS, *QUERIES}))
def test_a_method_that_is_not_taken_is_named_with_those_that_are(admin_of: Caller, path: str) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = admin_of.send(path, b"", method)
        assert (answer.status_code, fault(answer)["code"]) == (405, "method_not_taken")
        assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST"}


def test_the_tenant_is_named_once(admin_of: Caller) -> None:
    body = {"tenant": "tenant-1", "name": "n"}
    assert admin_of.post("/v1/merchants?tenant=tenant-1", body).status_code == 201
    twice = admin_of.post("/v1/merchants?tenant=tenant-2", body)
    assert (twice.status_code, fault(twice)["params"]["place"]) == (422, "tenant")
    assert admin_of.post("/v1/merchants?tenant=tenant-2", {"name": "n"}).json()["tenant"] == "tenant-2"
    assert admin_of.post("/v1/creators?tenant=tenant-2", {"name": "n"}).status_code == 422


# Texts


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_come_back_to_the_character(admin: Caller, tenant: str, text: str) -> None:
    assert admin.add("/v1/tenants", id="t-x", name=text, kind="agency")["name"] == text
    assert admin.add("/v1/merchants", tenant=tenant, name=text)["name"] == text
    assert admin.add("/v1/shops", tenant=tenant, **{**shop_body(1), **fresh("shop"), "name": text})["name"] == text
    assert admin.add("/v1/items", tenant=tenant, **{**item_body(1), **fresh("item"), "title": text})["title"] == text
    made = admin.add("/v1/creators", id="c-x", name=text, bio=f"{text}\n{text}")
    assert (made["name"], made["bio"]) == (text, f"{text}\n{text}")
    note = {**note_body(1), "id": "n-x", "title": text, "body": text * 3, "topic": text}
    kept = admin.add("/v1/notes", **note)
    assert {name: kept[name] for name in note} == note
    assert admin.add("/v1/keys", tenant=tenant, name=text, role="analyst")["name"] == text
    reviewed = admin.add("/v1/links/link-1/review", fallback=3, note=text)
    assert reviewed["review_note"] == text
    short = text[:6].strip()
    linked = admin.add("/v1/links", tenant=tenant, **{**link_body(1), "id": "l-x", "button": short, "title": short})
    assert (linked["button"], linked["title"]) == (short, short)

    listed = {one["id"]: one for one in admin.get("/v1/notes").json()["notes"]}
    assert listed["n-x"] == kept
    assert admin.get("/v1/notes").headers["content-type"] == "application/json"
    assert admin.get("/v1/notes").headers["x-content-type-options"] == "nosniff"


def fresh(kind: str) -> dict[str, str]:
    return {"id": f"{kind}-x", f"platform_{kind}_id": f"{kind}-x"}
