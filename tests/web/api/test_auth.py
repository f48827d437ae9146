"""Who gets in: keys, sessions, guessing, and pages of other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from hongmao.kernel.ids import TenantId, UserId
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, SECOND_MS
from hongmao.storage.models import UserRow
from hongmao.storage.revisions import CATALOG, grow
from hongmao.storage.scope import PlatformScope
from hongmao.web.auth import SESSION_COOKIE
from web.api.front import PASSWORD, Caller

if TYPE_CHECKING:
    import httpx

    from platforms.sandbox.browser import Browser
    from web.api.front import Front

OURS = {"sec-fetch-site": "same-origin"}
TEST = PlatformScope("a test changes a user behind the catalog's back")


def sign_in(browser: Browser, password: str = PASSWORD, **headers: str) -> httpx.Response:
    sent = {"login": "admin", "password": password}
    return browser.post("/sign-in", {name.replace("_", "-"): text for name, text in headers.items()}, json=sent)


# Keys


@pytest.mark.parametrize(
    "shown",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer hk_",
        "Bearer hk_0123456789_" + "A" * 43,
        "Basic YWRtaW46YWRtaW4=",
        "hk_0123456789_" + "A" * 43,
        "Bearer ' OR 1=1 --",
    ],
)
def test_without_a_key_that_is_ours_nobody_is_let_in(browser: Browser, shown: str | None) -> None:
    headers = {} if shown is None else {"authorization": shown}
    for answer in (browser.get("/v1/tenants", headers), browser.post("/v1/tenants", headers, json={})):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        error = answer.json()["error"]
        assert error["code"] == "not_signed_in"
        assert set(error["message"]) == {"zh", "en"}


def test_one_wrong_character_is_another_key(admin: Caller, browser: Browser) -> None:
    key = admin.key or ""
    for at in range(len("hk_"), len(key)):
        other = "A" if key[at] != "A" else "B"
        forged = Caller(browser, key[:at] + other + key[at + 1 :])
        assert forged.get("/v1/tenants").status_code == 401


def test_the_scheme_is_read_as_http_reads_it(admin: Caller, browser: Browser) -> None:
    assert browser.get("/v1/tenants", {"authorization": f"bearer  {admin.key}"}).status_code == 200


def test_a_key_works_until_it_is_revoked(admin: Caller, browser: Browser) -> None:
    made = admin.add("/v1/keys", name="etl", role="analyst", id="key-etl")
    program = Caller(browser, made["secret"])
    assert program.get("/v1/tenants").status_code == 200

    revoked = admin.post("/v1/keys/key-etl/revoke", {})
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at_ms"] is not None
    assert program.get("/v1/tenants").status_code == 401

    # Revoking twice says when it was ended first; nobody else's list shows a secret.
    assert admin.post("/v1/keys/key-etl/revoke", {}).json() == revoked.json()
    listed = admin.get("/v1/keys").text
    assert "key-etl" in listed
    assert made["secret"] not in listed
    assert "secret" not in listed


def test_a_shown_key_that_is_wrong_is_not_made_up_for_by_a_cookie(browser: Browser) -> None:
    sign_in(browser, **OURS)
    assert browser.get("/me").status_code == 200
    assert browser.get("/v1/tenants", {"authorization": "Bearer hk_nothing"}).status_code == 401


# Sessions


def test_a_session_lasts_half_a_day_on_the_deployments_clock(house: Front, browser: Browser) -> None:
    assert sign_in(browser, **OURS).status_code == 200
    assert browser.get("/me").json() == {"id": "user-admin", "tenant": "platform", "role": "admin"}
    assert browser.get("/v1/tenants").status_code == 200

    house.clock.advance(12 * HOUR_MS)
    assert browser.get("/v1/tenants").status_code == 200
    house.clock.advance(SECOND_MS)
    assert browser.get("/v1/tenants").status_code == 401


def test_a_session_from_the_future_is_none(house: Front, browser: Browser) -> None:
    sign_in(browser, **OURS)
    house.clock.advance(-HOUR_MS)
    assert browser.get("/v1/tenants").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(house: Front, browser: Browser) -> None:
    cookie = sign_in(browser, **OURS).headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/", "max-age=43200"))
    assert "secure" not in cookie

    house.app.state.cookie_secure = True
    assert "secure" in sign_in(browser, **OURS).headers["set-cookie"].lower()


def test_signing_out_takes_the_cookie_back(browser: Browser) -> None:
    sign_in(browser, **OURS)
    assert browser.send("POST", "/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert SESSION_COOKIE in browser.cookies
    assert browser.send("POST", "/sign-out", headers=OURS).status_code == 204
    assert SESSION_COOKIE not in browser.cookies
    assert browser.get("/v1/tenants").status_code == 401


def test_every_forged_cookie_is_nobody(house: Front, browser: Browser) -> None:
    sign_in(browser, **OURS)
    cookie = browser.cookies[SESSION_COOKIE]
    at = len(cookie) // 2
    forged = [cookie[:-1], cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]]
    forged += ["", "a.b.c", "é", "\x80", "." * 100, '"user-admin"']
    for text in forged:
        header = {b"cookie": f"{SESSION_COOKIE}={text}".encode("latin-1")}
        browser.cookies.clear()
        assert browser.send("GET", "/v1/tenants", headers=header).status_code == 401

    # Another deployment's key signs nothing here.
    house.app.state.session_key = b"another key of thirty-two bytes!"
    browser.cookies.set(SESSION_COOKIE, cookie)
    assert browser.get("/v1/tenants").status_code == 401


def test_another_role_or_a_removed_user_counts_at_once(house: Front, browser: Browser) -> None:
    sign_in(browser, **OURS)
    assert browser.get("/v1/users").status_code == 200

    with house.house.database.session(TEST, write=True) as session:
        row = session.get_one(UserRow, "user-admin")
        row.role = Role.ANALYST
        grow(session, CATALOG)
    house.clock.advance(SECOND_MS)
    assert browser.get("/v1/users").status_code == 403
    assert browser.get("/me").json()["role"] == "analyst"

    with house.house.database.session(TEST, write=True) as session:
        session.delete(session.get_one(UserRow, "user-admin"))
        grow(session, CATALOG)
    house.clock.advance(SECOND_MS)
    assert browser.get("/v1/users").status_code == 401
    assert house.catalog.principal_of_user(UserId("user-admin")) is None


# Guessing


def test_ten_tries_in_a_quarter_of_an_hour_and_no_more(house: Front, browser: Browser) -> None:
    for _ in range(10):
        assert sign_in(browser, "wrong", **OURS).status_code == 401
    # Even the right password waits now, and nothing about it is told.
    assert sign_in(browser, **OURS).status_code == 429

    # Another login is another count.
    other = browser.post("/sign-in", OURS, json={"login": "somebody", "password": "wrong"})
    assert other.status_code == 401

    house.clock.advance(15 * MINUTE_MS)
    assert sign_in(browser, **OURS).status_code == 200


def test_getting_in_begins_the_count_anew(browser: Browser) -> None:
    for _ in range(3):
        for _ in range(9):
            assert sign_in(browser, "wrong", **OURS).status_code == 401
        assert sign_in(browser, **OURS).status_code == 200


def test_an_unknown_login_answers_like_a_wrong_password(browser: Browser) -> None:
    known = sign_in(browser, "wrong", **OURS)
    unknown = browser.post("/sign-in", OURS, json={"login": "nobody' OR 1=1 --", "password": "\x00" * 5000})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


# Other sites


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "http://shop.example"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://shop.example"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://shop.example:81"}, 403),
        ({"origin": "http://shop.example.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "shop.example"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_acts_from_our_own_pages_only(browser: Browser, headers: dict[str, str], status: int) -> None:
    sign_in(browser, **OURS)
    answer = browser.post("/v1/ops/settle", headers, json={})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "cross_site"
    assert browser.get("/v1/tenants", headers).status_code == 200  # looking is free: SameSite and CORS guard it


def test_a_key_acts_from_anywhere(admin: Caller, browser: Browser) -> None:
    headers = {**admin.headers, "sec-fetch-site": "cross-site", "origin": "http://evil.example"}
    assert browser.post("/v1/ops/settle", headers, json={}).status_code == 200


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}])
def test_nobody_is_signed_in_by_another_sites_page(browser: Browser, headers: dict[str, str]) -> None:
    answer = browser.post("/sign-in", headers, json={"login": "admin", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_site")
    assert SESSION_COOKIE not in browser.cookies


# Roles


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.OPTIMISER, ["/v1/merchants", "/v1/links", "/v1/keys", "/v1/wallets"], ["/v1/users", "/v1/ops/lag"]),
        (Role.ANALYST, ["/v1/merchants", "/v1/links"], ["/v1/keys", "/v1/wallets", "/v1/ledger/verify"]),
        (Role.FINANCE, ["/v1/merchants", "/v1/wallets", "/v1/ledger/verify"], ["/v1/keys", "/v1/ops/lag"]),
        (Role.OPS, ["/v1/ops/lag"], ["/v1/merchants", "/v1/links", "/v1/wallets", "/v1/ledger/verify", "/v1/report"]),
    ],
)
def test_a_role_opens_its_doors_and_no_others(
    house: Front, browser: Browser, tenant: str, role: Role, may: list[str], may_not: list[str]
) -> None:
    caller = house.caller(browser, role, tenant)
    assert {path: caller.get(path).status_code for path in may} == dict.fromkeys(may, 200)
    refused = {path: caller.get(path) for path in may_not}
    assert {path: answer.status_code for path, answer in refused.items()} == dict.fromkeys(may_not, 403)
    assert {answer.json()["error"]["code"] for answer in refused.values()} == {"not_allowed"}


def test_nobody_hands_out_more_than_they_hold(house: Front, browser: Browser, tenant: str) -> None:
    optimiser = house.caller(browser, Role.OPTIMISER, tenant)
    assert optimiser.post("/v1/keys", {"name": "reads", "role": "analyst"}).status_code == 201
    assert optimiser.post("/v1/keys", {"name": "rules", "role": "admin"}).status_code == 403
    assert TenantId(optimiser.get("/v1/keys").json()["keys"][0]["tenant"]) == tenant
