"""The puller (拉取): asks each feed that is due for its next page, keeps the rows, and only then moves the cursor."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hongmao.kernel.calls import CallFailed
from hongmao.kernel.time import MINUTE_MS, SECOND_MS, TimeUnreadable, Window, instant
from hongmao.returns.contracts import ROWS_MAX
from hongmao.returns.intake import Parcel
from hongmao.returns.outcomes import Duplicate
from hongmao.returns.pull import rules
from hongmao.returns.pull.errors import (
    PullIncomplete,
    PullRefused,
    PullThrottled,
    PullUnreached,
    PullUnreadable,
    SourceUnknown,
)
from hongmao.returns.pull.store import Feed, FeedKey
from hongmao.returns.rules import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.returns.intake import Intake
    from hongmao.returns.pull.contracts import Page, PullSource
    from hongmao.returns.pull.store import FeedStore
    from hongmao.returns.store import AccountStore, PlatformAccount

LEASE_MS: Final = 2 * MINUTE_MS  # longer than the slowest page; a worker that died lets go by itself
READINGS_MAX: Final = 3
SOURCE_BROKEN: Final = "source_broken"
PAGES_PER_SAVE: Final = 10  # after a crash as many pages are read again at most, and their rows are duplicates
PAGES_PER_TURN: Final = 50  # of one feed: the others wait no longer than that

_log = logging.getLogger("hongmao.returns")


class Puller:
    """Pulls every account's feeds. Several may work at once: a feed is leased to one of them."""

    def __init__(
        self,
        store: FeedStore,
        accounts: AccountStore,
        sources: Mapping[str, Sequence[PullSource]],
        intake: Intake,
        caller: Caller,
        clock: Clock,
    ) -> None:
        """`sources` are the lists of each platform."""
        self._store = store
        self._accounts = accounts
        self._sources = sources
        self._intake = intake
        self._caller = caller
        self._clock = clock
        self._calls: Counter[tuple[str, str, int]] = Counter()

    def run_due(self) -> int:
        """Read what is due now; give how many pages that were. Bounded, and safe to run again."""
        known = {feed.key: feed for feed in self._store.every()}
        # Nearly no feed owes anything: those that do are asked for by name, the others not at all.
        owing = {span.key for span in self._store.owed()}
        return sum(self._run(account, source, known, owing) for account, source in self._feeds())

    def pull(self, account: PlatformAccount, source_name: str, span: Window) -> int:
        """Read a stretch of the past again (history re-pull), to its end; give how many rows were new.

        Raises what the platform says; what was read until then is kept. What was read before is a duplicate; the feed's own
        cursor does not move.
        """
        known = {one.name: one for one in self._sources.get(account.platform, ())}
        source = known.get(source_name)
        if source is None:
            raise SourceUnknown(platform=account.platform, id=source_name[:64], known=", ".join(known) or "—")
        try:
            return sum(self._read_whole(account, source, piece) for piece in rules.spans_of(span, source.limits))
        except CallFailed as error:
            raise PullUnreached(platform=account.platform, answer=error.failure.value) from None

    def _feeds(self) -> Iterator[tuple[PlatformAccount, PullSource]]:
        for account in self._accounts.every():
            if not account.revoked:
                for source in rules.lists_of(account, self._sources):
                    yield account, source

    def _run(
        self, account: PlatformAccount, source: PullSource, known: Mapping[FeedKey, Feed], owing: set[FeedKey]
    ) -> int:
        now_ms = self._clock.now_ms()
        key = FeedKey(platform=account.platform, account=account.account, source=source.name)
        if key in known and not self._due(known[key], account, source, now_ms):
            return 0
        # A new feed has nothing behind it that it could overlap.
        begin_ms = _begin_ms(account, now_ms)
        first = known.get(key) or Feed(key=key, tenant=account.tenant, watermark_ms=begin_ms, read_ms=begin_ms)
        feed = self._store.lease(first, now_ms=now_ms, until_ms=now_ms + LEASE_MS)
        if feed is None:
            return 0
        for pages in range(1, PAGES_PER_TURN + 1):
            now_ms = self._clock.now_ms()  # pages may be slow: each is signed, counted and leased by its own time
            feed = self._turn(feed, account, source, owing, now_ms)
            goes_on = pages < PAGES_PER_TURN and self._due(feed, account, source, now_ms)
            if not goes_on:
                self._store.save(feed, until_ms=0)
                return pages
            if pages % PAGES_PER_SAVE == 0:
                self._store.save(feed, until_ms=now_ms + LEASE_MS)
        raise AssertionError(feed.key)  # the last page never goes on

    def _due(self, feed: Feed, account: PlatformAccount, source: PullSource, now_ms: int) -> bool:
        if feed.refused_as and feed.refused_as == rules.fingerprint_of(account):
            return False
        return feed.next_at_ms <= now_ms and not self._spent(account, source, now_ms)

    def _spent(self, account: PlatformAccount, source: PullSource, now_ms: int) -> bool:
        """Tell whether an account has made as many calls within this minute as its platform allows."""
        return self._calls[account.platform, account.account, now_ms // MINUTE_MS] >= source.limits.per_minute_max

    def _turn(self, feed: Feed, account: PlatformAccount, source: PullSource, owing: set[FeedKey], now_ms: int) -> Feed:
        """Read one page, keep its rows, and say where the feed stands then."""
        opened = self._opened(feed, source, owing, now_ms)
        if opened is None:
            return replace(feed, next_at_ms=now_ms + source.limits.every_ms, refused_as="")
        span = Window(opened.span_start_ms or 0, opened.span_end_ms or 0)
        minute = now_ms // MINUTE_MS
        self._calls = Counter({key: count for key, count in self._calls.items() if key[2] >= minute})
        self._calls[account.platform, account.account, minute] += 1
        page = self._asked(opened, account, source, span, now_ms)
        return page if isinstance(page, Feed) else self._take(opened, account, source, page, owing, now_ms)

    def _asked(
        self, opened: Feed, account: PlatformAccount, source: PullSource, span: Window, now_ms: int
    ) -> Page | Feed:
        """Ask for the page; where there is none, give the feed as it stands then. The cursor has not moved."""
        wait_ms = 0
        try:
            return source.page(account, span, opened.token, self._caller, now_ms=now_ms)
        except PullRefused as error:
            return replace(opened, last_error=error.code, refused_as=rules.fingerprint_of(account))
        except PullThrottled as error:
            code, wait_s = error.code, error.params.get("wait_s", 0)
            wait_ms = wait_s * SECOND_MS if isinstance(wait_s, int) else 0
        except PullUnreadable as error:
            code = error.code
        except CallFailed as error:
            code = error.failure.value
        except Exception:  # noqa: BLE001 - a plugin's fault must not keep the other feeds waiting
            code = SOURCE_BROKEN
            _log.exception("the list %s of %s is broken", source.name, account.platform)
        return rules.failed(opened, code, now_ms=now_ms, wait_ms=wait_ms)

    def _opened(self, feed: Feed, source: PullSource, owing: set[FeedKey], now_ms: int) -> Feed | None:
        """Give the feed with a span under way: the one it has, one that is owed, or the next; None where nothing is due."""
        if feed.span_end_ms is not None:
            return feed
        spans = self._store.owed(feed.key) if feed.key in owing else ()
        owed = next((one for one in spans if one.next_at_ms <= now_ms), None)
        span = Window(owed.start_ms, owed.end_ms) if owed else rules.next_span(feed, source.limits, now_ms=now_ms)
        if span is None:
            return None
        return replace(
            feed, span_start_ms=span.start_ms, span_end_ms=span.end_ms, again=owed is not None, refused_as=""
        )

    def _take(
        self,
        feed: Feed,
        account: PlatformAccount,
        source: PullSource,
        page: Page,
        owing: set[FeedKey],
        now_ms: int,
    ) -> Feed:
        digest = rules.page_sha256(page)
        if rules.repeats(feed, page, digest):
            again = replace(feed, repeats=feed.repeats + len(page.rows))
            return rules.failed(again, "page_repeated", now_ms=now_ms)
        place = f"{source.name} {feed.span_start_ms} {feed.span_end_ms} {feed.token} {digest}"
        new = self._keep(account, source.name, place, page, now_ms)
        feed = replace(feed, rows=feed.rows + new, repeats=feed.repeats + len(page.rows) - new)
        moved = rules.turned(feed, page, digest)
        if page.next_token is not None:
            return moved
        self._settle(moved, page, owing, now_ms)
        return rules.ended(moved, source.limits, now_ms=now_ms)

    def _settle(self, feed: Feed, page: Page, owing: set[FeedKey], now_ms: int) -> None:
        """Note what is owed of a span that has ended, or that nothing is any more."""
        here = (feed.span_start_ms, feed.span_end_ms)
        spans = self._store.owed(feed.key) if feed.key in owing else ()
        before = next((one for one in spans if (one.start_ms, one.end_ms) == here), None)
        owed = rules.owed_after(feed, page.total, before, now_ms=now_ms)
        if owed is not None:
            self._store.owe(owed)
            owing.add(feed.key)
        elif before is not None:
            self._store.settle(before)

    def _keep(self, account: PlatformAccount, feed: str, place: str, page: Page, now_ms: int) -> int:
        """Keep a page's rows, durable on return; give how many were new. `place` names the page: read twice, it is kept once."""
        source = Source(platform=account.platform, account=account.account, tenant=account.tenant, now_ms=now_ms)
        new = 0
        for start in range(0, len(page.rows), ROWS_MAX):
            rows = page.rows[start : start + ROWS_MAX]
            named = hashlib.sha256(f"{place} {start}".encode()).hexdigest()
            parcel = Parcel(
                source=source,
                nonce=f"pull.{named[:32]}",
                size_bytes=sum(len(row.raw) for row in rows),
                sha256=rules.page_sha256(page),
                rows=rows,
                way="pull",
                feed=feed,
            )
            new += sum(not isinstance(outcome, Duplicate) for outcome in self._intake.take(parcel))
        return new

    def _read_whole(self, account: PlatformAccount, source: PullSource, span: Window) -> int:
        """Read a span as often as it takes until as many rows have come as the platform says it has."""
        new, seen, total = 0, set[str](), None
        for _ in range(READINGS_MAX):
            for page, place in self._pages(account, source, span):
                new += self._keep(account, source.name, place, page, self._clock.now_ms())
                seen |= {row.raw for row in page.rows}
                total = page.total if page.total is not None else total
            if total is None or len(seen) >= total:
                return new
        raise PullIncomplete(platform=account.platform, source=source.name, total=total, seen=len(seen))

    def _pages(self, account: PlatformAccount, source: PullSource, span: Window) -> Iterator[tuple[Page, str]]:
        """Ask for a span page by page; one that is the page before once more is asked for again."""
        token, before, repeats = None, "", 0
        while True:
            now_ms = self._clock.now_ms()
            page = source.page(account, span, token, self._caller, now_ms=now_ms)
            digest = rules.page_sha256(page)
            if page.rows and token is not None and digest == before and repeats < READINGS_MAX:
                repeats += 1
                continue
            # Somebody asked for it to be judged now: a shop that was unknown then may be known.
            yield page, f"{source.name} {span.start_ms} {span.end_ms} {token} {digest} at {now_ms}"
            if page.next_token is None or page.next_token == token:
                return
            token, before, repeats = page.next_token, digest, 0


def _begin_ms(account: PlatformAccount, now_ms: int) -> int:
    """Say where a new feed begins: where `pull_from` says, else (also where it says nothing readable) a day back."""
    try:
        return min(now_ms, instant(account.settings["pull_from"]))
    except (KeyError, TimeUnreadable):
        return now_ms - rules.FIRST_PULL_MS
