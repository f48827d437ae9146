"""授权, on both sides of every platform that grants: a seller consents, a code is redeemed once, and the key that comes signs."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hongmao.kernel.time import DAY_MS, MINUTE_MS
from hongmao.platforms.api import GrantApp, Granted, GrantRefused, GrantUnanswered, PullRefused, Reply
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from platforms.gatehouse import SHOP, Canned, of_kind
from platforms.sandbox.browser import BASE
from platforms.sellers import (
    APP,
    APP_SECRET,
    BACK,
    STATE,
    VERIFIER,
    Sellers,
    account_from,
    challenge_of,
    open_sellers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Platform

GRANTING = (TAOBAO, TMALL, JD, PDD)
OTHER_VERIFIER = "another-verifier-of-nobody-0123456789-abcdefghijk"


@pytest.fixture(params=GRANTING, ids=lambda platform: platform.name)
def sellers(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Sellers]:
    """A marketplace with one shop, and our app."""
    with open_sellers(request.param, tmp_path / "market.sqlite", clock) as open_:
        yield open_


def test_these_are_all_that_grant() -> None:
    assert {name for name, platform in load_platforms().items() if platform.grants is not None} == {
        platform.name for platform in GRANTING
    }


def test_a_seller_consents_and_the_key_that_comes_signs_for_that_shop_alone(sellers: Sellers) -> None:
    front = sellers.gate.front
    front.control("stock", {"shops": [{"shop_id": "880002", "name": "山野茶行", "platform": sellers.platform.name}]})
    url = sellers.ask()
    page = sellers.page(url)
    assert all(words in page.text for words in ("红猫", "红枫小铺", "山野茶行", "同意授权", "拒绝", "<legend>"))
    told = sellers.answer(url)
    assert told.keys() == {"code", "state"}
    assert told["state"] == STATE

    granted = sellers.exchange(told["code"])
    assert [tuple(shop) for shop in granted.shops] == [(SHOP, "红枫小铺")]
    assert granted.until_ms == front.clock.now_ms() + 365 * DAY_MS
    assert granted.account == f"{APP}.{SHOP}"

    order = sellers.gate.buy("c-1")
    front.clock.advance(6 * MINUTE_MS)
    sellers.gate.account = account_from(granted, sellers.platform.name)
    orders = next(source for source in sellers.platform.pulls if source.name == "orders")
    assert {row.order_id for row in of_kind(sellers.gate.pull(orders), "pay")} & {order, f"{order}-1"}

    other = account_from(sellers.exchange(sellers.answer(sellers.ask(), shop="880002")["code"]), sellers.platform.name)
    sellers.gate.account = other
    assert of_kind(sellers.gate.pull(orders), "pay") == []


def test_a_seller_who_says_no_is_sent_back_with_that_and_without_a_code(sellers: Sellers) -> None:
    told = sellers.answer(sellers.ask(), shop=None)
    assert (told["error"], told["state"], "code" in told) == ("access_denied", STATE, False)


def test_a_code_that_comes_twice_is_refused_and_ends_what_it_gave(sellers: Sellers) -> None:
    code = sellers.code()
    granted = sellers.exchange(code)
    with pytest.raises(GrantRefused, match="code_used"):
        sellers.exchange(code)
    sellers.gate.account = account_from(granted, sellers.platform.name)
    with pytest.raises(PullRefused):
        sellers.gate.pull(sellers.platform.pulls[0])


def test_a_code_expires_to_the_millisecond(sellers: Sellers) -> None:
    first, second = sellers.code(), sellers.code()
    assert first != second
    sellers.gate.front.clock.advance(10 * MINUTE_MS - 1)
    sellers.exchange(first)
    sellers.gate.front.clock.advance(1)
    with pytest.raises(GrantRefused, match="code_expired"):
        sellers.exchange(second)


def test_a_session_is_over_when_the_platform_said_so(sellers: Sellers) -> None:
    granted = sellers.exchange(sellers.code())
    sellers.gate.account = account_from(granted, sellers.platform.name)
    sellers.gate.pull(sellers.platform.pulls[0])
    assert granted.until_ms is not None
    sellers.gate.front.clock.advance(granted.until_ms - sellers.gate.front.clock.now_ms())
    with pytest.raises(PullRefused):
        sellers.gate.pull(sellers.platform.pulls[0])


@pytest.mark.parametrize(
    "verifier", [OTHER_VERIFIER, "", "short", f"{VERIFIER} ", VERIFIER.upper(), challenge_of(VERIFIER)]
)
def test_a_wrong_verifier_is_refused_and_spends_the_code(sellers: Sellers, verifier: str) -> None:
    code = sellers.code()
    with pytest.raises(GrantRefused, match="verifier_wrong"):
        sellers.exchange(code, verifier=verifier)
    with pytest.raises(GrantRefused, match="code_used"):
        sellers.exchange(code)


def test_another_address_than_was_asked_with_is_refused(sellers: Sellers) -> None:
    with pytest.raises(GrantRefused, match="back_differs"):
        sellers.exchange(sellers.code(), back=f"{BACK}/elsewhere")


@pytest.mark.parametrize(
    ("changed", "word"),
    [({"secret": b"another-secret"}, "app_or_secret"), ({"app_key": "app-8"}, "app_or_secret")],
)
def test_another_app_and_another_secret_are_refused_and_leave_the_code_good(
    sellers: Sellers, changed: dict[str, object], word: str
) -> None:
    code = sellers.code()
    with pytest.raises(GrantRefused, match=word):
        sellers.exchange(code, app=replace(sellers.app, **changed))  # type: ignore[arg-type]
    assert sellers.exchange(code).shops


def test_a_code_of_one_app_is_worth_nothing_to_another(sellers: Sellers) -> None:
    name = sellers.platform.name
    other = {"platform": name, "app_key": "app-8", "secret": "not-a-secret-either", "name": "别家", "backs": [BACK]}
    sellers.gate.front.control("gateway-apps", other)
    app = GrantApp(platform=name, app_key="app-8", secret=b"not-a-secret-either", settings=sellers.app.settings)
    code = sellers.code()
    with pytest.raises(GrantRefused, match="code_unknown"):
        sellers.exchange(code, app=app)
    granted = sellers.exchange(code)
    stolen = replace(account_from(granted, name), settings={**granted.settings, "app_key": "app-8"}, secret=app.secret)
    sellers.gate.account = stolen
    with pytest.raises(PullRefused):
        sellers.gate.pull(sellers.platform.pulls[0])


@pytest.mark.parametrize("code", ["", "nonsense", "x" * 4_000, "\udce4", "红猫"])
def test_a_code_that_nobody_gave_is_refused(sellers: Sellers, code: str) -> None:
    if code == "\udce4":
        with pytest.raises(UnicodeEncodeError):  # no browser brings one: an address has no half characters
            sellers.exchange(code)
        return
    with pytest.raises(GrantRefused, match="code_unknown"):
        sellers.exchange(code)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("state", None, "invalid_request"),
        ("state", "s" * 513, "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
    ],
)
def test_a_question_that_is_wrong_goes_back_as_an_error(
    sellers: Sellers, name: str, value: str | None, error: str
) -> None:
    response = sellers.page(changed(sellers.ask(), name, value))
    [sent] = response.history
    location = urlsplit(sent.headers["location"])
    told = parse_qs(location.query)
    assert sent.headers["location"].startswith(f"{BACK}?")
    assert told["error"] == [error]
    assert "code" not in told


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/console/join/back",
        f"{BACK}s",
        "http://us.example.evil.example/console/join/back",
        "http://us.example@evil.example/console/join/back",
        f"{BACK}#fragment",
        "javascript:alert(1)",
        "//us.example/console/join/back",
        "http://[",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_that_the_app_has_not_registered(sellers: Sellers, back: str) -> None:
    response = sellers.page(changed(sellers.ask(), "redirect_uri", back))
    assert (response.status_code, response.history) == (400, [])
    assert "回调地址未登记" in response.text


def test_an_app_that_is_unknown_is_shown_as_that(sellers: Sellers) -> None:
    name = "app_key" if sellers.platform is JD else "client_id"
    response = sellers.page(changed(sellers.ask(), name, "app-7"))
    assert (response.status_code, response.history) == (400, [])
    assert "没有这个应用" in response.text


def test_a_consent_is_given_once_and_soon(sellers: Sellers) -> None:
    url = sellers.ask()
    page = sellers.page(url)
    ticket = page.text.partition('name="ticket" value="')[2].partition('"')[0]
    told = {"ticket": ticket, "decision": "grant", "shop": SHOP}
    assert sellers.post({**told, "shop": "nobodys"}).status_code == 400
    assert sellers.post(told).history[0].status_code == 303
    again = sellers.post(told)
    assert (again.status_code, again.history) == (400, [])
    assert "已经处理过" in again.text
    late = sellers.page(sellers.ask()).text.partition('name="ticket" value="')[2].partition('"')[0]
    sellers.gate.front.clock.advance(30 * MINUTE_MS)
    assert "已过期" in sellers.post({**told, "ticket": late}).text


def test_the_page_lets_its_form_lead_back_to_us_and_nowhere_else(sellers: Sellers) -> None:
    policy = sellers.page(sellers.ask()).headers["content-security-policy"]
    assert "form-action 'self' http://us.example;" in policy
    assert "default-src 'none'" in policy


def test_a_gateway_that_is_down_is_no_refusal(sellers: Sellers) -> None:
    code, now = sellers.code(), sellers.gate.front.clock.now_ms()
    sellers.gate.weather(down_from_ms=now, down_until_ms=now + MINUTE_MS)
    with pytest.raises(GrantUnanswered, match="HTTP 503"):
        sellers.exchange(code)
    sellers.gate.front.clock.advance(MINUTE_MS)
    assert sellers.exchange(code).shops


def test_an_answer_lost_on_the_way_is_no_refusal_and_the_code_is_spent(sellers: Sellers) -> None:
    code = sellers.code()
    sellers.gate.caller.losing = 1
    with pytest.raises(GrantUnanswered, match="timeout"):
        sellers.exchange(code)
    with pytest.raises(GrantRefused, match="code_used"):
        sellers.exchange(code)


def test_neither_code_nor_verifier_nor_secret_nor_session_is_shown_or_logged(
    sellers: Sellers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code = sellers.code()
    granted = sellers.exchange(code)
    shown = [repr(granted), str(granted), repr(sellers.app), *map(repr, sellers.gate.caller.calls)]
    for wrong in ({}, {"verifier": OTHER_VERIFIER}, {"app": replace(sellers.app, secret=b"another-secret-of-nobody")}):
        with pytest.raises(GrantRefused) as told:
            sellers.exchange(code, **wrong)
        shown += [str(told.value), repr(told.value), repr(told.value.__cause__), told.value.message("zh")]
    session = granted.settings.get("session") or granted.settings["access_token"]
    # The browser of this test writes down every address it asks, and the code stands in the one it brings back.
    shown += [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    kept = sellers.gate.front.control(f"notebook/{sellers.platform.name}/codes")
    kept_grants = sellers.gate.front.control(f"notebook/{sellers.platform.name}/grants")
    shown += [str(kept), str(kept_grants)]
    for secret in (code, VERIFIER, OTHER_VERIFIER, APP_SECRET, "another-secret-of-nobody", session):
        assert [one for one in shown if secret in one] == []


@pytest.mark.parametrize("platform", GRANTING, ids=lambda platform: platform.name)
@pytest.mark.parametrize("told", [VERIFIER, APP_SECRET, "the-code-itself", f"sorry, {VERIFIER} is wrong"])
def test_an_answer_that_repeats_what_was_sent_is_not_repeated(platform: Platform, told: str) -> None:
    error = {
        "error": told,
        "error_description": told,
        "code": told,
        "error_response": {"error_code": told, "sub_code": told},
    }
    app = GrantApp(platform=platform.name, app_key=APP, secret=APP_SECRET.encode())
    with pytest.raises(GrantRefused) as refused:
        redeem(platform, app, Canned(json_of(error)))
    for secret in (VERIFIER, APP_SECRET, "the-code-itself"):
        assert secret not in str(refused.value)


@pytest.mark.parametrize("platform", GRANTING, ids=lambda platform: platform.name)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=200, body=b""),
        Reply(status=200, body=b"[]"),
        Reply(status=200, body=b"{}"),
        Reply(status=200, body=b"[" * 20_000),
        Reply(status=200, body=b"\xff"),
        Reply(status=200, body=b'{"access_token": 7.5}'),
        Reply(status=200, body=b'{"access_token": "t", "taobao_user_id": "a b", "owner_id": {"a": 1}}'),
        Reply(status=502, body=b"<html>"),
        Reply(status=429),
    ],
)
def test_what_is_no_token_is_no_grant(platform: Platform, reply: Reply) -> None:
    app = GrantApp(platform=platform.name, app_key=APP, secret=APP_SECRET.encode())
    with pytest.raises(GrantUnanswered):
        redeem(platform, app, Canned(reply, Reply(status=200, body=b"{}")))


@pytest.mark.parametrize(
    ("platform", "consent", "token"),
    [
        (TAOBAO, "https://oauth.taobao.com/authorize", "https://oauth.taobao.com/token"),
        (TMALL, "https://oauth.taobao.com/authorize", "https://oauth.taobao.com/token"),
        (JD, "https://open-oauth.jd.com/oauth2/to_login", "https://open-oauth.jd.com/oauth2/access_token"),
        (PDD, "https://fuwu.pinduoduo.com/service-market/auth", "https://open-api.pinduoduo.com/oauth/token"),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_without_a_sandbox_the_platform_itself_is_asked(platform: Platform, consent: str, token: str) -> None:
    app = GrantApp(platform=platform.name, app_key=APP, secret=APP_SECRET.encode())
    assert platform.grants is not None
    url = platform.grants.ask(app, state="s 1&x=红", challenge=challenge_of(VERIFIER), back=f"{BACK}?a=1&b=2")
    asked = parse_qs(urlsplit(url).query)
    assert url.partition("?")[0] == consent
    assert (asked["state"], asked["redirect_uri"]) == (["s 1&x=红"], [f"{BACK}?a=1&b=2"])
    assert asked["code_challenge"] == [challenge_of(VERIFIER)]
    assert VERIFIER not in url
    assert APP_SECRET not in url

    caller = Canned(
        json_of(
            {
                "access_token": "tok",
                "expires_in": 86_400,
                "taobao_user_id": "88",
                "taobao_user_nick": "%E7%BA%A2%20%E6%9E%AB",
            }
            | {"owner_id": "88", "owner_name": "红 枫", "code": 0}
        ),
        json_of(
            {
                "jingdong_vender_shop_query_responce": {
                    "code": "0",
                    "shop_jos_result": {"vender_id": 88, "shop_name": "红 枫"},
                }
            }
        ),
    )
    granted = redeem(platform, app, caller)
    assert caller.calls[0].url.partition("?")[0] == token
    assert (granted.account, granted.secret, granted.until_ms) == (f"{APP}.88", APP_SECRET.encode(), 86_400_000 + 1_000)
    assert [tuple(shop) for shop in granted.shops] == [("88", "红 枫")]
    assert "gateway" not in granted.settings
    for host in {urlsplit(call.url).hostname for call in caller.calls}:
        assert host in platform.hosts


def test_a_sandbox_that_is_given_with_its_route_is_the_same_sandbox() -> None:
    for platform, route in ((TAOBAO, "/router/rest"), (JD, "/routerjson"), (PDD, "/api/router")):
        for gateway in (f"{BASE}/gw/x", f"{BASE}/gw/x/", f"{BASE}/gw/x{route}"):
            app = GrantApp(platform=platform.name, app_key=APP, secret=b"s", settings={"gateway": gateway})
            assert platform.grants is not None
            url = platform.grants.ask(app, state="s", challenge=challenge_of(VERIFIER), back=BACK)
            assert url.partition("?")[0] == f"{BASE}/gw/x/oauth/authorize"


def changed(url: str, name: str, value: str | None) -> str:
    """Change a parameter of an address, or leave it out."""
    path, _, query = url.partition("?")
    told = {key: values[0] for key, values in parse_qs(query).items() if key != name}
    if value is not None:
        told[name] = value
    return f"{path}?{urlencode(told)}"


def redeem(platform: Platform, app: GrantApp, caller: Canned) -> Granted:
    assert platform.grants is not None
    return platform.grants.exchange(app, "the-code-itself", VERIFIER, caller, back=BACK, now_ms=1_000)


def json_of(value: object) -> bytes:
    return json.dumps(value).encode()
