"""A seller for tests: opens a marketplace's consent page in a browser, chooses a shop or says no, and is sent back."""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from hongmao.kernel.ids import TenantId
from hongmao.platforms.api import GrantApp, Granted, Platform, PlatformAccount
from platforms.gatehouse import SHOP, Gatehouse, open_gatehouse
from platforms.sandbox.browser import BASE
from platforms.sandbox.forms import Forms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from hongmao.kernel.clock import SetClock

APP, APP_SECRET = "app-9", "not-a-secret-of-any-app"
BACK = "http://us.example/console/join/back"
VERIFIER = "not-a-verifier-of-anybody-0123456789-abcdefghijk"
STATE = "state-of-this-browser"


@dataclass
class Sellers:
    """The marketplace, our app with it, and the port by which we ask."""

    gate: Gatehouse
    platform: Platform
    app: GrantApp

    def ask(self, verifier: str = VERIFIER) -> str:
        """Write the address of the consent page."""
        assert self.platform.grants is not None
        return self.platform.grants.ask(self.app, state=STATE, challenge=challenge_of(verifier), back=BACK)

    def page(self, url: str) -> httpx.Response:
        """Open it."""
        return self.gate.front.client.get(url.removeprefix(BASE))

    def answer(self, url: str, *, shop: str | None = SHOP) -> dict[str, str]:
        """Consent, or say no, and give what the browser brought back to us."""
        return came_back(self.press(url, shop=shop))

    def press(self, url: str, *, shop: str | None = SHOP) -> httpx.Response:
        """Press a button of the page."""
        forms = Forms(self.page(url).text)
        if shop is None:
            return forms.press(self.gate.front.client, "拒绝")
        return forms.press(self.gate.front.client, "同意授权", shop=shop)

    def post(self, told: dict[str, str]) -> httpx.Response:
        """Send the form, as it may be."""
        return self.gate.front.client.post(f"/gw/{self.platform.name}/oauth/authorize", data=told)

    def code(self) -> str:
        """Consent, and give the code."""
        return self.answer(self.ask())["code"]

    def exchange(
        self, code: str, *, verifier: str = VERIFIER, back: str = BACK, app: GrantApp | None = None
    ) -> Granted:
        """Redeem it."""
        assert self.platform.grants is not None
        now_ms = self.gate.front.clock.now_ms()
        return self.platform.grants.exchange(
            app or self.app, code, verifier, self.gate.caller, back=back, now_ms=now_ms
        )


def challenge_of(verifier: str) -> str:
    """Give the S256 of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def came_back(response: httpx.Response) -> dict[str, str]:
    """Read what a browser was sent back to us with."""
    [sent] = response.history
    location = sent.headers["location"]
    assert location.startswith(f"{BACK}?"), location
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def account_from(granted: Granted, platform: str) -> PlatformAccount:
    """Keep a grant as the house does."""
    return PlatformAccount(
        platform=platform,
        account=granted.account,
        tenant=TenantId("t-1"),
        secret=granted.secret,
        revoked=False,
        settings=granted.settings,
    )


@contextmanager
def open_sellers(platform: Platform, db_path: Path, clock: SetClock) -> Iterator[Sellers]:
    """Open a marketplace that knows our app."""
    with open_gatehouse(platform, db_path, clock) as gate:
        told = {"platform": platform.name, "app_key": APP, "secret": APP_SECRET, "name": "红猫", "backs": [BACK]}
        gate.front.control("gateway-apps", told)
        settings = {"gateway": f"{BASE}/gw/{platform.name}"}
        app = GrantApp(platform=platform.name, app_key=APP, secret=APP_SECRET.encode(), settings=settings)
        yield Sellers(gate=gate, platform=platform, app=app)
