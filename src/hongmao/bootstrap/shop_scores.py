"""Reading the scores of granted shops again, once a day: a score that is a week old lets nothing new begin (ELIG-6).

A platform in trouble costs nothing that is known: the scores that are there stay, the look is counted as one in vain, and
an hour later there is another. What a platform does not say stays as somebody said it before.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.care import quick_caller
from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.eligibility.api import ScoreSource, ScoreTold
from hongmao.kernel.calls import Failure
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, day_of
from hongmao.platforms.errors import ScoresUnread
from hongmao.platforms.granted_items import account_for
from hongmao.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.catalog.api import Catalog, Shop
    from hongmao.eligibility.api import Eligibility
    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import ShopId
    from hongmao.platforms.contracts import Platform, ShopRead
    from hongmao.returns.api import AccountStore
    from hongmao.telemetry.metrics import Meter

LOOK_EVERY_MS: Final = 10 * MINUTE_MS
RETRY_MS: Final = HOUR_MS
SHOPS_A_TURN: Final = 5
"""A turn asks about so many: it shares its thread with pulls and sends."""
SHOPS_A_PIECE: Final = 500
HOUSE: Final = Principal(id="house:scores", tenant=PLATFORM, role=Role.ADMIN, name="scores")
TOLD, NOTHING, UNREAD = "told", "nothing", "unread"
_SILENT: Final = frozenset({Failure.TIMEOUT.value, Failure.UNREACHABLE.value})
_log = logging.getLogger(__name__)


def put_up_scores(
    ground: Foundations,
    platforms: Mapping[str, Platform],
    accounts: AccountStore,
    catalog: Catalog,
    eligibility: Eligibility,
) -> ShopScores:
    """Read scores by a door that waits for nobody long."""
    caller = quick_caller(ground, platforms)
    return ShopScores(platforms, accounts, catalog, eligibility, caller, ground.clock, meter=ground.telling.meter)


class ShopScores:
    """Knows which shops were read today. It forgets that with the process, and then reads them once more."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        accounts: AccountStore,
        catalog: Catalog,
        eligibility: Eligibility,
        caller: Caller,
        clock: Clock,
        *,
        meter: Meter,
    ) -> None:
        """Have read nothing yet."""
        self._platforms = {name: one for name, one in platforms.items() if one.scores is not None}
        self._accounts = accounts
        self._catalog = catalog
        self._eligibility = eligibility
        self._caller = caller
        self._clock = clock
        self._reads = meter.counter(names.SCORE_READS)
        self._due: deque[Shop] = deque()
        self._looked_at_ms: int | None = None
        self._read_on: dict[ShopId, date] = {}
        self._again_at_ms: dict[ShopId, int] = {}

    def turn(self) -> int:
        """Ask about some of the shops that are due, and say how many."""
        now_ms = self._clock.now_ms()
        # A clock that was set back must not keep us from looking.
        if not self._due and (self._looked_at_ms is None or abs(now_ms - self._looked_at_ms) >= LOOK_EVERY_MS):
            self._looked_at_ms = now_ms
            self._due.extend(self._now_due(now_ms))
        asked = 0
        while self._due and asked < SHOPS_A_TURN:
            self._ask(self._due.popleft(), now_ms)
            asked += 1
        return asked

    def _now_due(self, now_ms: int) -> Iterator[Shop]:
        """List shops of platforms that tell, owned by somebody who has an account there, and not read today."""
        holders = {(one.tenant, one.platform) for one in self._accounts.every() if not one.revoked}
        today, after = day_of(now_ms), ""
        while piece := self._catalog.shops(HOUSE, after=after, limit=SHOPS_A_PIECE):
            after = piece[-1].id
            for shop in piece:
                tells = shop.platform in self._platforms and (shop.tenant, shop.platform) in holders
                waits = now_ms < self._again_at_ms.get(shop.id, 0) <= now_ms + RETRY_MS
                if tells and not waits and self._read_on.get(shop.id) != today:
                    yield shop

    def _ask(self, shop: Shop, now_ms: int) -> None:
        account = account_for(self._accounts, shop.tenant, shop.platform, shop.platform_shop_id)
        source = self._platforms[shop.platform].scores
        if account is None or source is None:
            return
        self._read_on[shop.id] = day_of(now_ms)
        try:
            read = source.read(shop.platform_shop_id, account, self._caller, now_ms=now_ms)
            outcome = TOLD if self._tell(shop, read, now_ms) else NOTHING
        except ScoresUnread as fault:
            self._in_vain(shop, now_ms, str(fault.params["answer"]))
            return
        except HongmaoError as fault:  # it was read, and admission will not have it: the shop waits, the others do not
            self._in_vain(shop, now_ms, fault.code)
            return
        self._again_at_ms.pop(shop.id, None)
        self._reads.with_(platform=shop.platform, outcome=outcome).add()

    def _in_vain(self, shop: Shop, now_ms: int, answer: str) -> None:
        """Try again in an hour; a platform that does not answer is asked about no other shop before that."""
        self._reads.with_(platform=shop.platform, outcome=UNREAD).add()
        _log.warning("scores of shop %s were not read from %s (%s)", shop.id, shop.platform, answer)
        waiting = [shop]
        if answer in _SILENT:
            waiting += [one for one in self._due if one.platform == shop.platform]
            self._due = deque(one for one in self._due if one.platform != shop.platform)
        for one in waiting:
            self._read_on.pop(one.id, None)
            self._again_at_ms[one.id] = now_ms + RETRY_MS

    def _tell(self, shop: Shop, read: ShopRead, now_ms: int) -> bool:
        """Enter what is new; tell whether the platform said anything at all."""
        facts = self._eligibility.stands(HOUSE, shop.id).verdict.facts
        known = (facts.kind, facts.badge, facts.category)
        said = (read.kind or facts.kind, read.badge or facts.badge, read.category or facts.category)
        if said != known:
            kind, badge, category = said
            self._eligibility.tell_facts(
                HOUSE, shop.id, kind=kind, badge=badge, category=category, source=ScoreSource.API
            )
        observed_at_ms = now_ms if read.observed_at_ms is None else read.observed_at_ms
        before = {(one.name, one.value, one.observed_at_ms) for one in facts.scores if one.source == ScoreSource.API}
        evidence = f"{shop.platform} {shop.platform_shop_id}"
        fresh = [
            ScoreTold(name=name, value=value, source=ScoreSource.API, observed_at_ms=observed_at_ms, evidence=evidence)
            for name, value in read.scores.items()
            if (name, value, observed_at_ms) not in before
        ]
        if fresh:
            self._eligibility.tell_scores(HOUSE, shop.id, fresh)
        return bool(read.scores or read.kind or read.badge or read.category)
