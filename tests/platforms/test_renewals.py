"""续期, on both sides of every platform that grants: renewed in time, ended, refused, and what an answer lost on the way costs."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.time import DAY_MS, MINUTE_MS, SECOND_MS
from hongmao.platforms.api import PullRefused, RenewalRefused, RenewalUnanswered
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from platforms.gatehouse import SHOP
from platforms.sellers import APP_SECRET, Sellers, account_from, open_sellers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import GrantApp, Granted, Renewed

GRANTING = (TAOBAO, TMALL, JD, PDD)
HOUR_S = 3_600


@pytest.fixture(params=GRANTING, ids=lambda platform: platform.name)
def sellers(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Sellers]:
    """A marketplace with one shop, and our app."""
    with open_sellers(request.param, tmp_path / "market.sqlite", clock) as open_:
        yield open_


def renew(sellers: Sellers, refresh: str | None, *, shop: str = SHOP, app: GrantApp | None = None) -> Renewed:
    assert sellers.platform.renews is not None
    assert refresh is not None
    now_ms = sellers.gate.front.clock.now_ms()
    return sellers.platform.renews.renew(app or sellers.app, refresh, sellers.gate.caller, shop=shop, now_ms=now_ms)


def pulls_by(sellers: Sellers, granted: Granted, renewed: Renewed | None = None) -> bool:
    """Tell whether the platform lets a pull in by what it gave."""
    settings = {**granted.settings, **(renewed.settings if renewed is not None else {})}
    sellers.gate.account = account_from(replace(granted, settings=settings), sellers.platform.name)
    try:
        sellers.gate.pull(sellers.platform.pulls[0])
    except PullRefused:
        return False
    return True


def test_a_grant_is_renewed_before_it_ends_and_lasts_anew(sellers: Sellers) -> None:
    sellers.gate.weather(session_s=HOUR_S, refresh_s=2 * HOUR_S)
    granted = sellers.exchange(sellers.code())
    sellers.gate.front.clock.advance(50 * MINUTE_MS)
    renewed = renew(sellers, granted.refresh)
    now_ms = sellers.gate.front.clock.now_ms()
    assert renewed.until_ms == now_ms + HOUR_S * SECOND_MS
    assert renewed.refresh not in {None, granted.refresh}
    # JD does not tell when a refresh token ends.
    assert renewed.refresh_until_ms == (None if sellers.platform is JD else now_ms + 2 * HOUR_S * SECOND_MS)
    sellers.gate.front.clock.advance(55 * MINUTE_MS)  # what the code gave would be over
    assert pulls_by(sellers, granted, renewed)
    again = renew(sellers, renewed.refresh)
    assert pulls_by(sellers, granted, again)


def test_what_was_renewed_ends_where_tokens_are_good_once(sellers: Sellers) -> None:
    granted = sellers.exchange(sellers.code())
    renewed = renew(sellers, granted.refresh)
    assert (pulls_by(sellers, granted), pulls_by(sellers, granted, renewed)) == (False, True)
    with pytest.raises(RenewalRefused, match="refresh_used"):
        renew(sellers, granted.refresh)
    assert pulls_by(sellers, granted, renewed)


def test_where_tokens_stay_good_an_answer_lost_on_the_way_costs_nothing(sellers: Sellers) -> None:
    sellers.gate.weather(keeps_refresh=True)
    granted = sellers.exchange(sellers.code())
    sellers.gate.caller.losing = 1
    with pytest.raises(RenewalUnanswered, match="timeout"):
        renew(sellers, granted.refresh)
    assert pulls_by(sellers, granted)
    renewed = renew(sellers, granted.refresh)
    assert renewed.refresh == granted.refresh
    assert pulls_by(sellers, granted, renewed)


def test_where_they_do_not_it_is_lost_and_that_is_refused_by_name(sellers: Sellers) -> None:
    granted = sellers.exchange(sellers.code())
    sellers.gate.caller.losing = 1
    with pytest.raises(RenewalUnanswered):
        renew(sellers, granted.refresh)
    with pytest.raises(RenewalRefused, match="refresh_used"):
        renew(sellers, granted.refresh)


def test_a_refresh_token_ends_to_the_millisecond(sellers: Sellers) -> None:
    sellers.gate.weather(refresh_s=HOUR_S, keeps_refresh=True)
    granted, later = sellers.exchange(sellers.code()), sellers.exchange(sellers.code())
    sellers.gate.front.clock.advance(HOUR_S * SECOND_MS - 1)
    renew(sellers, granted.refresh)
    sellers.gate.front.clock.advance(1)
    with pytest.raises(RenewalRefused, match="refresh_expired"):
        renew(sellers, later.refresh)


def test_a_seller_who_withdrew_is_a_refusal_and_the_session_lives_on_to_its_end(sellers: Sellers) -> None:
    granted = sellers.exchange(sellers.code())
    sellers.gate.weather(refuses_refresh=True)
    with pytest.raises(RenewalRefused, match="refresh_refused"):
        renew(sellers, granted.refresh)
    assert pulls_by(sellers, granted)


def test_a_grant_that_can_never_be_renewed_comes_without_a_token(sellers: Sellers) -> None:
    sellers.gate.weather(refresh_s=0)
    granted = sellers.exchange(sellers.code())
    assert granted.until_ms == sellers.gate.front.clock.now_ms() + 365 * DAY_MS
    assert granted.refresh is None


def test_another_secret_of_the_app_is_no_refusal_of_the_grant(sellers: Sellers) -> None:
    granted = sellers.exchange(sellers.code())
    with pytest.raises(RenewalUnanswered):
        renew(sellers, granted.refresh, app=replace(sellers.app, secret=b"another-secret"))
    assert renew(sellers, granted.refresh).settings


def test_a_gateway_that_is_down_is_no_refusal(sellers: Sellers) -> None:
    granted, now_ms = sellers.exchange(sellers.code()), sellers.gate.front.clock.now_ms()
    sellers.gate.weather(down_from_ms=now_ms, down_until_ms=now_ms + MINUTE_MS)
    with pytest.raises(RenewalUnanswered, match="HTTP 503"):
        renew(sellers, granted.refresh)
    sellers.gate.front.clock.advance(MINUTE_MS)
    assert renew(sellers, granted.refresh).settings


def test_a_token_of_another_shop_renews_nothing_where_the_answer_names_one(sellers: Sellers) -> None:
    granted = sellers.exchange(sellers.code())
    if sellers.platform is JD:  # whose it is, JD does not tell
        assert renew(sellers, granted.refresh, shop="990009").settings
        return
    with pytest.raises(RenewalUnanswered, match=r"taobao_user_id|owner_id"):
        renew(sellers, granted.refresh, shop="990009")


@pytest.mark.parametrize("refresh", ["", "nonsense", "x" * 4_000, "红猫"])
def test_a_token_that_nobody_gave_is_refused(sellers: Sellers, refresh: str) -> None:
    with pytest.raises(RenewalRefused, match="refresh_unknown"):
        renew(sellers, refresh)


def test_a_session_of_one_app_is_renewed_by_no_other(sellers: Sellers) -> None:
    name = sellers.platform.name
    other = {
        "platform": name,
        "app_key": "app-8",
        "secret": "not-a-secret-either",
        "name": "别家",
        "backs": ["http://a.example/"],
    }
    sellers.gate.front.control("gateway-apps", other)
    granted = sellers.exchange(sellers.code())
    stranger = replace(sellers.app, app_key="app-8", secret=b"not-a-secret-either")
    with pytest.raises(RenewalRefused, match="refresh_unknown"):
        renew(sellers, granted.refresh, app=stranger)
    assert renew(sellers, granted.refresh).settings


def test_no_token_is_shown_logged_or_kept_by_the_marketplace(
    sellers: Sellers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    granted = sellers.exchange(sellers.code())
    renewed = renew(sellers, granted.refresh)
    shown = [repr(granted), repr(renewed), *map(repr, sellers.gate.caller.calls)]
    with pytest.raises(RenewalRefused) as told:
        renew(sellers, granted.refresh)
    shown += [str(told.value), repr(told.value), told.value.message("zh"), told.value.hint("zh")]
    shown += [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    for page in ("grants", "refreshes", "refreshes_used", "grants_ended"):
        shown.append(str(sellers.gate.front.control(f"notebook/{sellers.platform.name}/{page}")))
    for secret in (granted.refresh, renewed.refresh, APP_SECRET, *renewed.settings.values()):
        assert secret is not None
        assert [one for one in shown if secret in one] == []
