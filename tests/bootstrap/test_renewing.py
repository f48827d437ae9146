"""A connected shop stays connected: its grant is renewed in time, by one server, and what cannot be renewed is said by name."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.bootstrap.renewing import Granting, GrantRenewal
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, instant
from hongmao.onboarding.api import GrantPhase, HeldGrant, phase_of, renew_at
from hongmao.platforms.api import ScoresUnread
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from hongmao.storage.accounts import SqlAccountStore
from hongmao.storage.errors import StateBusy
from hongmao.storage.grants import SqlGrantStore
from hongmao.storage.vault import Vault
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from platforms.gatehouse import SHOP
from platforms.sellers import Sellers, account_from, open_sellers
from storage.opened import house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.calls import Call, Reply
    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import GrantApp, Platform
    from hongmao.storage.database import Database

GIVEN = "2025-05-07T10:00:00+08:00"
TENANT = TenantId("t-1")


@dataclass
class Connected:
    """A shop that was connected on 7 May, and a house that holds its grant."""

    sellers: Sellers
    database: Database
    grants: SqlGrantStore
    accounts: SqlAccountStore
    meter: LiveMeter
    wheel: GrantRenewal

    @property
    def clock(self) -> SetClock:
        return self.sellers.gate.front.clock

    @property
    def platform(self) -> str:
        return self.sellers.platform.name

    def another(self, apps: dict[str, GrantApp] | None = None, caller: Any = None) -> GrantRenewal:
        """Give the wheel of another server over the same database."""
        granting = Granting(apps={self.platform: self.sellers.app} if apps is None else apps, grants=self.grants)
        return GrantRenewal(
            load_platforms(), granting, caller or self.sellers.gate.caller, self.clock, meter=self.meter
        )

    def connect(self) -> None:
        """Let the seller consent, and keep what comes of it as joining does."""
        granted = self.sellers.exchange(self.sellers.code())
        grant = HeldGrant(
            platform=self.platform,
            account=granted.account,
            tenant=TENANT,
            shop=SHOP,
            renewable=granted.refresh is not None,
            until_ms=granted.until_ms,
            refresh_until_ms=granted.refresh_until_ms,
            renew_at_ms=renew_at(
                self.clock.now_ms(),
                until_ms=granted.until_ms,
                renewable=granted.refresh is not None,
                refresh_until_ms=granted.refresh_until_ms,
            ),
        )
        self.grants.begin(account_from(granted, self.platform), grant, granted.refresh)

    def at(self, when: str) -> int:
        """Let time pass until an instant, and turn the wheel once."""
        self.clock.set(instant(when))
        return self.wheel.turn()

    def held(self) -> HeldGrant:
        [grant] = self.grants.held(TENANT)
        return grant

    def phase(self) -> GrantPhase:
        return phase_of(self.held(), self.clock.now_ms())

    def reads(self) -> bool:
        """Tell whether the platform lets the shop's account in now."""
        [account] = self.accounts.of_tenant(TENANT)
        source = self.sellers.platform.scores
        assert source is not None
        try:
            source.read(SHOP, account, self.sellers.gate.caller, now_ms=self.clock.now_ms())
        except ScoresUnread:
            return False
        return True

    def counted(self) -> dict[str, float]:
        told = [one for one in self.meter.readings() if one.metric is names.GRANT_RENEWALS]
        return {labels[1]: value for one in told for labels, value in one.series}  # type: ignore[misc]


def _connected(platform: Platform, database: Database, tmp_path: Path, sellers: Sellers) -> Connected:
    vault = Vault(tmp_path / "vault.key")
    grants, accounts, meter = SqlGrantStore(database, vault), SqlAccountStore(database, vault), LiveMeter()
    granting = Granting(apps={platform.name: sellers.app}, grants=grants)
    wheel = GrantRenewal(load_platforms(), granting, sellers.gate.caller, sellers.gate.front.clock, meter=meter)
    return Connected(sellers, database, grants, accounts, meter, wheel)


@pytest.fixture(params=(TAOBAO, TMALL, JD, PDD), ids=lambda platform: platform.name)
def shop(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Connected]:
    """One on SQLite, of each platform."""
    clock.set(instant(GIVEN))
    with house() as around, open_sellers(request.param, tmp_path / "market.sqlite", clock) as sellers:
        clock.set(instant(GIVEN))
        around.tenant(TENANT)
        yield _connected(request.param, around.database, tmp_path, sellers)


@pytest.fixture(params=("sqlite", "postgresql"))
def of_taobao(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Connected]:
    """One of Taobao's, on each engine."""
    clock.set(instant(GIVEN))
    with house(request.param) as around, open_sellers(TAOBAO, tmp_path / "market.sqlite", clock) as sellers:
        clock.set(instant(GIVEN))
        around.tenant(TENANT)
        yield _connected(TAOBAO, around.database, tmp_path, sellers)


def test_a_grant_of_a_day_is_renewed_again_and_again_and_reading_never_stops(shop: Connected) -> None:
    shop.sellers.gate.weather(session_s=86_400, refresh_s=30 * 86_400)
    shop.connect()
    assert shop.at("2025-05-08T03:59:59.999+08:00") == 0
    assert shop.at("2025-05-08T04:00:00+08:00") == 1  # a quarter of the day is left
    assert shop.counted() == {"renewed": 1}
    for hour in range(6 * 24 * 10):
        shop.clock.advance(10 * MINUTE_MS)
        shop.wheel.turn()
        if hour % 60 == 0:
            assert shop.reads()
    assert shop.phase() is GrantPhase.LIVE
    assert shop.counted()["renewed"] in {14, 15}
    assert shop.reads()


def test_a_grant_of_a_year_is_renewed_a_week_ahead(shop: Connected) -> None:
    shop.connect()
    assert shop.at("2026-04-30T09:59:59+08:00") == 0
    assert shop.at("2026-04-30T10:00:00+08:00") == 1
    assert shop.held().until_ms == instant("2027-04-30T10:00:00+08:00")
    assert shop.at("2026-05-08T10:00:00+08:00") == 0  # what the seller consented to is over
    assert (shop.phase(), shop.reads()) == (GrantPhase.LIVE, True)


def test_a_refusal_is_told_with_its_word_while_there_is_time_and_a_new_consent_ends_it(shop: Connected) -> None:
    shop.connect()
    shop.sellers.gate.weather(refuses_refresh=True)
    shop.at("2026-04-30T10:00:00+08:00")
    held = shop.held()
    assert (shop.phase(), held.interrupted, held.lapsed_at_ms) == (GrantPhase.ENDING, False, shop.clock.now_ms())
    assert "refresh_refused" in str(held.why)
    assert shop.reads()
    assert shop.at("2026-05-07T09:59:59+08:00") == 0  # asked once: asking again is of no use
    assert shop.reads()
    shop.at("2026-05-07T10:00:00+08:00")
    assert (shop.phase(), shop.reads(), shop.counted()) == (GrantPhase.LAPSED, False, {"refused": 1})
    shop.sellers.gate.weather()
    shop.connect()
    assert (shop.phase(), shop.held().why, shop.reads()) == (GrantPhase.LIVE, None, True)
    assert shop.held().turn == 2


def test_a_grant_that_cannot_be_renewed_is_told_a_week_ahead_and_ends_when_it_does(shop: Connected) -> None:
    shop.sellers.gate.weather(session_s=30 * 86_400, refresh_s=0)
    shop.connect()
    assert (shop.held().renewable, shop.phase()) == (False, GrantPhase.LIVE)
    assert shop.at("2025-05-30T10:00:00+08:00") == 0
    assert shop.phase() is GrantPhase.ENDING
    assert shop.at("2025-06-06T10:00:00+08:00") == 1
    assert (shop.phase(), shop.held().why, shop.counted()) == (GrantPhase.LAPSED, "ended", {"ended": 1})


def test_a_platform_that_is_down_refuses_nothing_and_is_asked_less_and_less_until_it_answers(shop: Connected) -> None:
    shop.sellers.gate.weather(session_s=86_400)
    shop.connect()
    down = {"down_from_ms": instant("2025-05-08T04:00:00+08:00"), "down_until_ms": instant("2025-05-09T04:00:00+08:00")}
    shop.sellers.gate.weather(session_s=86_400, **down)
    asked = [minute for minute in range(6 * 60) if _turned(shop, "2025-05-08T04:00:00+08:00", minute)]
    assert asked == [0, 5, 15, 35, 75, 135, 195, 255, 315]
    assert shop.phase() is GrantPhase.LIVE
    shop.at("2025-05-08T12:00:00+08:00")
    assert shop.phase() is GrantPhase.LATE
    assert shop.at("2025-05-09T05:00:00+08:00") == 1
    assert (shop.phase(), shop.reads(), shop.held().tries) == (GrantPhase.LIVE, True, 0)


def _turned(shop: Connected, since: str, minute: int) -> int:
    shop.clock.set(instant(since) + minute * MINUTE_MS)
    return shop.wheel.turn()


def test_an_answer_that_is_lost_costs_nothing_where_the_old_token_lives(shop: Connected) -> None:
    shop.sellers.gate.weather(session_s=86_400, keeps_refresh=True)
    shop.connect()
    shop.sellers.gate.caller.losing = 1
    shop.at("2025-05-08T04:00:00+08:00")
    assert shop.held().asked_at_ms == instant("2025-05-08T04:00:00+08:00")
    assert shop.at("2025-05-08T04:05:00+08:00") == 1
    assert (shop.phase(), shop.held().asked_at_ms, shop.reads()) == (GrantPhase.LIVE, None, True)


def test_an_answer_that_is_lost_where_it_does_not_is_named_as_that(shop: Connected) -> None:
    shop.sellers.gate.weather(session_s=86_400)
    shop.connect()
    shop.sellers.gate.caller.losing = 1
    shop.at("2025-05-08T04:00:00+08:00")
    shop.at("2025-05-08T04:05:00+08:00")
    held = shop.held()
    assert ("refresh_used" in str(held.why), held.interrupted, shop.phase()) == (True, True, GrantPhase.ENDING)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_server_that_dies_between_the_answer_and_the_commit(of_taobao: Connected, keeps: bool) -> None:  # noqa: FBT001 - the parameter
    shop = of_taobao
    shop.sellers.gate.weather(session_s=86_400, keeps_refresh=keeps)
    shop.connect()
    shop.clock.set(instant("2025-05-08T04:00:00+08:00"))
    with pytest.raises(Died):
        shop.another(caller=Dying(shop.sellers.gate.caller)).turn()
    assert shop.at("2025-05-08T04:01:59.999+08:00") == 0  # it might yet come back
    assert shop.at("2025-05-08T04:02:00+08:00") == 1
    assert shop.phase() is (GrantPhase.LIVE if keeps else GrantPhase.ENDING)
    assert shop.held().interrupted is not keeps
    assert shop.reads() is keeps


class Died(BaseException):
    """The process is gone."""


class Dying:
    """Gets the answer, and dies before anything is kept of it."""

    def __init__(self, caller: Any) -> None:
        self._caller = caller

    def call(self, call: Call) -> Reply:
        self._caller.call(call)
        raise Died


def test_an_answer_that_the_database_would_not_take_is_kept_at_the_next_turn(
    of_taobao: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = of_taobao
    shop.sellers.gate.weather(session_s=86_400)
    shop.connect()
    renewed, fails = shop.grants.renewed, [True, True]

    def busy(*args: Any) -> bool:
        if fails:
            fails.pop()
            raise StateBusy
        return renewed(*args)

    monkeypatch.setattr(shop.grants, "renewed", busy)
    for _ in range(2):
        with pytest.raises(StateBusy):
            shop.at("2025-05-08T04:00:00+08:00")
    calls = len(shop.sellers.gate.caller.calls)
    shop.at("2025-05-08T04:10:00+08:00")
    assert len(shop.sellers.gate.caller.calls) == calls  # nobody is asked twice: the token is good once
    assert (shop.phase(), shop.reads(), shop.counted()) == (GrantPhase.LIVE, True, {"renewed": 1})


def test_a_server_that_was_taken_for_dead_brings_its_answer_after_another_was_refused(of_taobao: Connected) -> None:
    shop = of_taobao
    shop.sellers.gate.weather(session_s=86_400)
    shop.connect()
    shop.clock.set(instant("2025-05-08T04:00:00+08:00"))

    class Slow:
        """Stands still for three minutes with the answer in its hands, while another server tries."""

        def call(self, call: Call) -> Reply:
            reply = shop.sellers.gate.caller.call(call)
            shop.clock.advance(3 * MINUTE_MS)
            assert shop.wheel.turn() == 1
            assert shop.held().interrupted
            return reply

    assert shop.another(caller=Slow()).turn() == 1
    assert (shop.phase(), shop.held().why, shop.reads()) == (GrantPhase.LIVE, None, True)


def test_an_answer_to_an_older_consent_is_not_kept_over_a_newer_one(of_taobao: Connected) -> None:
    shop = of_taobao
    shop.sellers.gate.weather(session_s=86_400, keeps_refresh=True)
    shop.connect()
    shop.clock.set(instant("2025-05-08T04:00:00+08:00"))

    class Slow:
        """The seller connects the shop again while the answer is on its way."""

        def call(self, call: Call) -> Reply:
            reply = shop.sellers.gate.caller.call(call)
            shop.connect()
            return reply

    shop.another(caller=Slow()).turn()
    assert (shop.held().turn, shop.held().until_ms) == (2, instant("2025-05-09T04:00:00+08:00"))
    assert shop.reads()


def test_of_eight_servers_one_renews(of_taobao: Connected) -> None:
    shop = of_taobao
    shop.sellers.gate.weather(session_s=86_400)
    shop.connect()
    shop.clock.set(instant("2025-05-08T04:00:00+08:00"))
    calls, gate = len(shop.sellers.gate.caller.calls), threading.Barrier(8)
    done: list[int] = []

    def serve() -> None:
        wheel = shop.another()
        gate.wait()
        done.append(wheel.turn())

    threads = [threading.Thread(target=serve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(done), len(shop.sellers.gate.caller.calls) - calls) == ([0] * 7 + [1], 1)
    assert (shop.phase(), shop.held().turn, shop.counted()) == (GrantPhase.LIVE, 2, {"renewed": 1})


def test_a_new_secret_of_the_app_is_taken_up_and_a_wrong_one_lapses_nobody(of_taobao: Connected) -> None:
    shop = of_taobao
    shop.connect()
    shop.clock.set(instant("2026-04-30T10:00:00+08:00"))
    wrong = {"taobao": replace(shop.sellers.app, secret=b"another-secret")}
    assert shop.another(wrong).turn() == 1
    assert (shop.phase(), shop.counted()) == (GrantPhase.LIVE, {"unanswered": 1})
    app = {
        "platform": "taobao",
        "app_key": shop.sellers.app.app_key,
        "secret": "a-new-one",
        "name": "红猫",
        "backs": ["http://us.example/"],
    }
    shop.sellers.gate.front.control("gateway-apps", app)
    shop.clock.advance(HOUR_MS)
    assert shop.another({"taobao": replace(shop.sellers.app, secret=b"a-new-one")}).turn() == 1
    assert (shop.phase(), shop.reads()) == (GrantPhase.LIVE, True)


def test_a_house_that_names_no_app_any_more_renews_by_the_one_that_the_grant_was_given_to(of_taobao: Connected) -> None:
    of_taobao.connect()
    of_taobao.clock.set(instant("2026-04-30T10:00:00+08:00"))
    assert of_taobao.another({}).turn() == 1
    assert of_taobao.counted() == {"renewed": 1}


def test_a_withdrawn_account_is_neither_renewed_nor_told_of(of_taobao: Connected) -> None:
    of_taobao.connect()
    [account] = of_taobao.accounts.of_tenant(TENANT)
    of_taobao.accounts.add(replace(account, revoked=True))
    assert of_taobao.at("2026-05-08T10:00:00+08:00") == 0
    assert of_taobao.grants.held(None) == []


def test_another_tenant_sees_nothing_of_it(of_taobao: Connected) -> None:
    of_taobao.connect()
    assert of_taobao.grants.held(TenantId("t-2")) == []
    assert len(of_taobao.grants.held(None)) == 1


def test_no_token_lies_in_the_database_or_is_shown(tmp_path: Path, of_taobao: Connected) -> None:
    of_taobao.connect()
    taken = of_taobao.grants.take(
        of_taobao.held(), now_ms=instant("2026-05-01T00:00:00+08:00"), until_ms=instant("2026-05-01T00:02:00+08:00")
    )
    assert taken is not None
    assert taken.refresh is not None
    assert taken.refresh not in repr(taken)
    assert taken.account.settings["session"] not in repr(taken)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if taken.refresh.encode() in path.read_bytes()]
