"""Reads the health of every feed: what the puller knows, and what the log says came of it."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from hongmao.kernel.time import DAY_MS
from hongmao.returns.feed import rules
from hongmao.returns.feed.contracts import COVERAGE_DAYS, Came
from hongmao.returns.pull.rules import fingerprint_of, lists_of
from hongmao.returns.pull.store import FeedKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.events.api import Tables
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.returns.feed.contracts import FeedHealth
    from hongmao.returns.pull.contracts import PullSource
    from hongmao.returns.pull.store import FeedStore, OwedSpan
    from hongmao.returns.store import AccountStore, PlatformAccount

_CAME = (files("hongmao.returns.feed") / "sql" / "came.sql").read_text(encoding="utf-8")


class FeedWatch:
    """Looks at every feed of a deployment, or of one tenant."""

    def __init__(
        self,
        tables: Tables,
        store: FeedStore,
        accounts: AccountStore,
        sources: Mapping[str, Sequence[PullSource]],
        clock: Clock,
    ) -> None:
        """`sources` are the lists of each platform."""
        self._tables = tables
        self._store = store
        self._accounts = accounts
        self._sources = sources
        self._clock = clock

    def read(self, tenant: TenantId | None = None) -> list[FeedHealth]:
        """Give every feed's health, by platform, account, way and list; `tenant` None is for the house itself."""
        now_ms = self._clock.now_ms()
        came = {_key(one): one for one in self._came(tenant, now_ms)}
        found = [self._pulled(account, source, came, now_ms) for account, source in self._feeds(tenant)]
        for one in came.values():
            if one.way == "file":
                found.append(rules.of_file(one, now_ms=now_ms))
            elif one.way == "webhook":
                found.append(rules.of_webhook(one, now_ms=now_ms))
        return sorted(found, key=lambda one: (one.platform, one.account, one.way, one.feed))

    def _feeds(self, tenant: TenantId | None) -> Iterator[tuple[PlatformAccount, PullSource]]:
        for account in self._accounts.every() if tenant is None else self._accounts.of_tenant(tenant):
            if not account.revoked:
                for source in lists_of(account, self._sources):
                    yield account, source

    def _pulled(
        self,
        account: PlatformAccount,
        source: PullSource,
        came: Mapping[tuple[str, str, str, str], Came],
        now_ms: int,
    ) -> FeedHealth:
        key = FeedKey(platform=account.platform, account=account.account, source=source.name)
        feed, owed = self._store.find(key), self._store.owed(key)
        stand = rules.Stand(
            watermark_ms=None if feed is None or feed.last_ok_ms is None else feed.watermark_ms,
            lag_ms_max=source.limits.lag_ms_max,
            missing=sum(map(_missing, owed)),
            owed_spans=len(owed),
            failures=0 if feed is None else feed.failures,
            refused=feed is not None and bool(feed.refused_as) and feed.refused_as == fingerprint_of(account),
            last_error="" if feed is None else feed.last_error,
            last_ok_ms=None if feed is None else feed.last_ok_ms,
            rows_new=0 if feed is None else feed.rows,
            repeats=0 if feed is None else feed.repeats,
        )
        here = (account.platform, account.account, "pull", source.name)
        return rules.of_pull(came.get(here) or _nothing(account, source), stand, now_ms=now_ms)

    def _came(self, tenant: TenantId | None, now_ms: int) -> list[Came]:
        found = self._tables.rows(_CAME, {"tenant": tenant, "from_ms": now_ms - COVERAGE_DAYS * DAY_MS})
        return msgspec.convert(found, list[Came])


def told(health: FeedHealth) -> dict[str, object]:
    """Write a feed's health for programs: exact shares as text, and what may be decided."""
    written = {
        name: str(value) if isinstance(value, Fraction) else value
        for name, value in asdict(health).items()
        if name != "alerts"
    }
    return {
        **written,
        "coverage_shown": rules.percent_of(health.coverage),
        "alerts": [alert.value for alert in health.alerts],
        "decision_ready": health.decision_ready,
    }


def _missing(span: OwedSpan) -> int:
    return max(0, span.total - span.seen)


def _key(one: Came) -> tuple[str, str, str, str]:
    return one.platform, one.account, one.way, one.feed


def _nothing(account: PlatformAccount, source: PullSource) -> Came:
    return Came(
        platform=account.platform,
        account=account.account,
        tenant=account.tenant,
        way="pull",
        feed=source.name,
        rows=0,
        matched=0,
        last_at_ms=0,
    )
