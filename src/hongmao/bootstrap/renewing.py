"""续期: renewing the grants of shops before they end, by the refresh token that came with each.

One server at a time has a grant to itself, and what it asks for is kept before it asks: whoever comes after a server that
died asks again with the old token. Where the platform lets that live, nothing is lost. Where it does not, its refusal is told
as that of an answer that was lost. A platform that does not answer refuses nothing, and is asked again for as long as the
refresh token lives.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.apps import read_apps
from hongmao.bootstrap.care import quick_caller
from hongmao.jobs.clockwork import Wheel
from hongmao.onboarding.api import ENDED, LEASE_MS, GrantPhase, again_at, can_renew, phase_of, renew_at
from hongmao.platforms.contracts import GrantApp
from hongmao.platforms.errors import RenewalRefused, RenewalUnanswered
from hongmao.storage.grants import SqlGrantStore
from hongmao.storage.vault import Vault
from hongmao.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.jobs.clockwork import Clockwork
    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.onboarding.api import HeldGrant
    from hongmao.platforms.contracts import Platform, Renewed, Renewing
    from hongmao.returns.store import PlatformAccount
    from hongmao.storage.grants import TakenGrant
    from hongmao.telemetry.metrics import Labels, Meter

GRANTS_A_TURN: Final = 5
"""A turn asks for so many: it shares its thread with pulls and sends."""
WHY_CHARS: Final = 64
RENEWED, REFUSED, UNANSWERED, OVER = "renewed", "refused", "unanswered", "ended"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """What grants stand on: the apps that platforms know us by, and where grants are kept."""

    apps: Mapping[str, GrantApp]
    grants: SqlGrantStore


def put_up_granting(ground: Foundations, platforms: Mapping[str, Platform], clockwork: Clockwork) -> Granting:
    """Read the apps, open the store and turn the wheel; whoever looks is told how grants stand."""
    grants = SqlGrantStore(ground.database, Vault(ground.layout.secrets / "vault.key"))
    ground.telling.meter.watch(names.GRANTS, lambda: _counted(grants, ground.clock.now_ms()))
    granting = Granting(apps=read_apps(ground.settings.apps, platforms), grants=grants)
    caller = quick_caller(ground, platforms)
    renewal = GrantRenewal(platforms, granting, caller, ground.clock, meter=ground.telling.meter)
    clockwork.add(Wheel("grants", renewal.turn))
    return granting


class GrantRenewal:
    """Renews what is due."""

    def __init__(
        self, platforms: Mapping[str, Platform], granting: Granting, caller: Caller, clock: Clock, *, meter: Meter
    ) -> None:
        """Ask by one door."""
        self._renews = {name: one.renews for name, one in platforms.items() if one.renews is not None}
        self._apps = granting.apps
        self._grants = granting.grants
        self._caller = caller
        self._clock = clock
        self._counted = meter.counter(names.GRANT_RENEWALS)
        self._unkept: dict[tuple[str, str], tuple[TakenGrant, Renewed]] = {}
        """Answers that the database would not take: they are in nobody's hands but ours."""

    def turn(self) -> int:
        """Renew some of the grants that are due, and say how many were looked at."""
        for taken, renewed in list(self._unkept.values()):
            self._keep(taken, renewed)
        done = 0
        for grant in self._grants.due(self._clock.now_ms(), GRANTS_A_TURN):
            done += self._look(grant)
        return done

    def _look(self, grant: HeldGrant) -> int:
        now_ms = self._clock.now_ms()
        taken = self._grants.take(grant, now_ms=now_ms, until_ms=now_ms + LEASE_MS)
        if taken is None:
            return 0
        renewing, asked_at_ms = self._renews.get(grant.platform), taken.grant.asked_at_ms
        was_asked = grant.asked_at_ms is not None or asked_at_ms != now_ms
        lost_at_ms = asked_at_ms if was_asked else None
        if renewing is None or taken.refresh is None or not can_renew(taken.grant, now_ms):
            self._lapse(taken, ENDED, now_ms, lost_at_ms)
            return 1
        try:
            renewed = self._ask(renewing, taken, taken.refresh, now_ms)
        except RenewalRefused as error:
            self._lapse(taken, str(error.params["answer"])[:WHY_CHARS], now_ms, lost_at_ms)
        except RenewalUnanswered as error:
            self._grants.put_off(taken, again_at(now_ms, taken.grant.tries))
            self._tell(grant, UNANSWERED, str(error.params["answer"]))
        else:
            self._keep(taken, renewed)
        return 1

    def _ask(self, renewing: Renewing, taken: TakenGrant, refresh: str, now_ms: int) -> Renewed:
        app = app_of(taken.account, self._apps.get(taken.grant.platform))
        return renewing.renew(app, refresh, self._caller, shop=taken.grant.shop, now_ms=now_ms)

    def _keep(self, taken: TakenGrant, renewed: Renewed) -> None:
        """Keep an answer; where the database is away, hold on to it and try again at the next turn."""
        key, now_ms = (taken.grant.platform, taken.grant.account), self._clock.now_ms()
        # A platform that sends no new token is taken to leave the old one as it was (RFC 6749, 6).
        refresh = renewed.refresh or taken.refresh
        refresh_until_ms = renewed.refresh_until_ms if renewed.refresh else taken.grant.refresh_until_ms
        grant = replace(
            taken.grant,
            until_ms=renewed.until_ms,
            refresh_until_ms=refresh_until_ms,
            renew_at_ms=renew_at(
                now_ms, until_ms=renewed.until_ms, renewable=refresh is not None, refresh_until_ms=refresh_until_ms
            ),
        )
        app = app_of(taken.account, self._apps.get(taken.grant.platform))
        signs = replace(taken, account=replace(taken.account, secret=app.secret))
        self._unkept[key] = (taken, renewed)
        kept = self._grants.renewed(signs, grant, renewed.settings, refresh)
        del self._unkept[key]
        self._tell(grant, RENEWED if kept else OVER, "")

    def _lapse(self, taken: TakenGrant, why: str, now_ms: int, asked_at_ms: int | None) -> None:
        if self._grants.lapse(taken, now_ms=now_ms, why=why, asked_at_ms=asked_at_ms):
            self._tell(taken.grant, OVER if why == ENDED else REFUSED, why)

    def _tell(self, grant: HeldGrant, outcome: str, answer: str) -> None:
        self._counted.with_(platform=grant.platform, outcome=outcome).add()
        if outcome != RENEWED:
            _log.warning("the grant %s at %s: %s (%s)", grant.account, grant.platform, outcome, answer)


def app_of(account: PlatformAccount, app: GrantApp | None) -> GrantApp:
    """Give the app that a grant was given to: as it is named now, its secret may be new; else as its account has it."""
    app_key = account.settings.get("app_key", "")
    if app is not None and app.app_key == app_key:
        return app
    settings = {"gateway": account.settings["gateway"]} if account.settings.get("gateway") else {}
    return GrantApp(platform=account.platform, app_key=app_key, secret=account.secret, settings=settings)


def _counted(grants: SqlGrantStore, now_ms: int) -> dict[Labels, float | None]:
    held = grants.held(None)
    counts = Counter((one.platform, str(phase_of(one, now_ms))) for one in held)
    # A phase that nobody is in is told as 0: an alert ends by that.
    return {
        (name, str(phase)): counts[name, str(phase)] for name in {one.platform for one in held} for phase in GrantPhase
    }
