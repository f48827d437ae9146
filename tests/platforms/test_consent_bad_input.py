"""Whatever is sent to a consent page, a token address or the control door is answered as wrong, and nothing is granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import instant
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.taobao.platform import TAOBAO
from platforms.gatehouse import SHOP
from platforms.sandbox.shopfront import TOKEN
from platforms.sellers import Sellers, open_sellers

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = {"content-type": "application/x-www-form-urlencoded"}
APP: dict[str, Any] = {
    "platform": "jd",
    "app_key": "a",
    "secret": "s",
    "name": "n",
    "backs": ["https://us.example/back"],
}
MARK: dict[str, Any] = {"shop_id": SHOP}


@pytest.fixture(scope="module", params=[TAOBAO, JD, PDD], ids=lambda platform: platform.name)
def sellers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sellers]:
    """One marketplace for all of this file: nothing here changes it."""
    clock = SetClock(instant("2025-05-07T10:00:00+08:00"))
    with open_sellers(request.param, tmp_path_factory.mktemp("market") / "market.sqlite", clock) as open_:
        yield open_


def granted(sellers: Sellers) -> list[Any]:
    """List what was granted."""
    notes: list[Any] = sellers.gate.front.control(f"notebook/{sellers.platform.name}/grants")["notes"]
    return notes


@given(
    told=st.dictionaries(
        st.sampled_from(["ticket", "decision", "shop", "code", "grant_type", "client_id"]) | st.text(max_size=8),
        st.text(max_size=40),
        max_size=6,
    )
)
def test_a_form_that_nobody_was_shown_grants_nothing(sellers: Sellers, told: dict[str, str]) -> None:
    body = urlencode({name: value.encode(errors="replace") for name, value in told.items()}).encode()
    path = f"/gw/{sellers.platform.name}/oauth"
    answer = sellers.gate.front.client.send("POST", f"{path}/authorize", headers=FORM, content=body)
    assert answer.status_code in {400, 413, 415, 422}
    method = "GET" if sellers.platform is JD else "POST"
    told_at = f"{path}/token?{body.decode()}" if sellers.platform is JD else f"{path}/token"
    token = sellers.gate.front.client.send(method, told_at, headers=FORM, content=body)
    assert "access_token" not in token.text
    assert granted(sellers) == []


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b"null", b'{"code": 7}', b"[" * 20_000, b'{"grant_type": "authorization_code"}']
)
def test_a_token_is_not_given_for_what_is_no_request(sellers: Sellers, body: bytes) -> None:
    path = f"/gw/{sellers.platform.name}/oauth/token"
    method = "GET" if sellers.platform is JD else "POST"
    answer = sellers.gate.front.client.send(method, path, headers={"content-type": "application/json"}, content=body)
    assert answer.status_code < 500
    assert "access_token" not in answer.text
    assert "error" in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("gateway-apps", APP | {"platform": "J D"}),
        ("gateway-apps", APP | {"app_key": ""}),
        ("gateway-apps", APP | {"secret": ""}),
        ("gateway-apps", APP | {"backs": []}),
        ("gateway-apps", APP | {"backs": ["javascript:alert(1)"]}),
        ("gateway-apps", APP | {"backs": ["https://["]}),
        ("gateway-apps", APP | {"more": 1}),
        ("gateway-apps", {name: value for name, value in APP.items() if name != "backs"}),
        ("shop-scores", MARK | {"shop_id": "nobodys"}),
        ("shop-scores", MARK | {"kind": "Marketplace"}),
        ("shop-scores", MARK | {"scores": {"goods": 4.5}}),
        ("shop-scores", MARK | {"scores": {"Goods!": "4.5"}}),
        ("shop-scores", MARK | {"observed_at_ms": -1}),
        ("shop-scores", MARK | {"observed_at_ms": "now"}),
        ("shop-scores", MARK | {"category": ""}),
    ],
)
def test_the_control_door_names_what_is_wrong(sellers: Sellers, path: str, body: dict[str, Any]) -> None:
    client = sellers.gate.front.client
    answer = client.post(f"/_control/{path}", headers={"x-control-token": TOKEN}, json=body)
    assert answer.status_code in {404, 422}
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize("path", ["gateway-apps", "shop-scores"])
def test_the_control_door_opens_to_its_token_alone(sellers: Sellers, path: str) -> None:
    body = APP if path == "gateway-apps" else MARK
    assert sellers.gate.front.client.post(f"/_control/{path}", json=body).status_code == 401
