"""What to ask for next, and what a page means: pure decisions over where a feed stands."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Window
from hongmao.returns.pull.store import OwedSpan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.returns.pull.contracts import Page, PullLimits, PullSource
    from hongmao.returns.pull.store import Feed
    from hongmao.returns.store import PlatformAccount

FIRST_PULL_MS: Final = DAY_MS  # a new account begins with what happened within a day before it was connected
BACKOFF_MS_FIRST: Final = 5 * SECOND_MS
BACKOFF_MS_MAX: Final = 10 * MINUTE_MS
TOKEN_FAILURES_MAX: Final = 5
AGAIN_MS_FIRST: Final = MINUTE_MS
TRIES_MAX: Final = 8
_SHANGHAI_MS: Final = 8 * HOUR_MS


def next_span(feed: Feed, limits: PullLimits, *, now_ms: int) -> Window | None:
    """Give the next stretch to ask for; None where there is nothing that the platform could know yet.

    A pull begins a whole overlap before the watermark and goes on to the present, in as many spans as it takes: each keeps
    to the longest that is allowed and, where it must, to one day of Asia/Shanghai.
    """
    settled_ms = now_ms - limits.settle_ms
    if settled_ms <= feed.watermark_ms:
        return None
    start_ms = feed.watermark_ms - limits.overlap_ms if feed.read_ms is None else feed.read_ms
    return next(spans_of(Window(start_ms, settled_ms), limits))


def lists_of(account: PlatformAccount, sources: Mapping[str, Sequence[PullSource]]) -> Sequence[PullSource]:
    """Give the lists that an account is to pull: its platform's, or those that its setting `pulls` names (`none`: none).

    A UD line has no list of its own: what its account could pull belongs to the CID line of the same shop.
    """
    every, told = sources.get(account.platform, ()), account.settings.get("pulls", "").strip()
    if not told:
        return every
    named = {name.strip() for name in told.split(",")}
    return [source for source in every if source.name in named]


def spans_of(window: Window, limits: PullLimits) -> Iterator[Window]:
    """Cut a stretch of time into what a platform lets one query cover."""
    start_ms = window.start_ms
    while start_ms < window.end_ms:
        end_ms = min(window.end_ms, start_ms + limits.span_ms_max)
        if limits.same_day:
            end_ms = min(end_ms, day_end_ms(start_ms))
        yield Window(start_ms, end_ms)
        start_ms = end_ms


def day_end_ms(at_ms: int) -> int:
    """Give the end of the Asia/Shanghai day that an instant lies in."""
    return (at_ms + _SHANGHAI_MS) // DAY_MS * DAY_MS + DAY_MS - _SHANGHAI_MS


def fingerprint_of(account: PlatformAccount) -> str:
    """Name a key with its settings, so that a feed that was refused begins again when either is another."""
    told = msgspec.json.encode([account.secret.hex(), sorted(account.settings.items())])
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def page_sha256(page: Page) -> str:
    """Name a page by what it says."""
    return hashlib.sha256(msgspec.json.encode([row.raw for row in page.rows])).hexdigest()


def repeats(feed: Feed, page: Page, digest: str) -> bool:
    """Tell whether a page is the one before, given once more in place of the next one."""
    return bool(page.rows) and feed.token is not None and digest == feed.last_sha256


def turned(feed: Feed, page: Page, digest: str) -> Feed:
    """Move on to the next page of the span."""
    return replace(
        feed,
        token=page.next_token,
        seen=feed.seen + wire_rows(page),
        last_sha256=digest,
        failures=0,
        last_error="",
    )


def wire_rows(page: Page) -> int:
    """Count the rows that a page has on the wire: several facts of one share its text."""
    return len({row.raw for row in page.rows})


def ended(feed: Feed, limits: PullLimits, *, now_ms: int) -> Feed:
    """Close the span: the watermark moves to its end, unless it was a second reading."""
    read_ms = feed.read_ms if feed.again else feed.span_end_ms
    watermark_ms = feed.watermark_ms if feed.again else max(feed.watermark_ms, feed.span_end_ms or 0)
    behind = watermark_ms < now_ms - limits.settle_ms
    return replace(
        feed,
        watermark_ms=watermark_ms,
        read_ms=read_ms if behind else None,
        span_start_ms=None,
        span_end_ms=None,
        again=False,
        token=None,
        seen=0,
        last_sha256="",
        last_ok_ms=now_ms,
        next_at_ms=now_ms if behind else now_ms + limits.every_ms,
    )


def failed(feed: Feed, code: str, *, now_ms: int, wait_ms: int = 0) -> Feed:
    """Wait after a failure, longer each time; the span stays, and its token until it has failed too often.

    Platforms forget what their tokens meant: then the span is read from its first page, and what comes twice is a duplicate.
    """
    pause_ms = min(BACKOFF_MS_FIRST << min(feed.failures, 10), BACKOFF_MS_MAX)
    if feed.token is not None and (feed.failures + 1) % TOKEN_FAILURES_MAX == 0:
        feed = replace(feed, token=None, seen=0, last_sha256="")
    return replace(feed, failures=feed.failures + 1, last_error=code, next_at_ms=now_ms + max(pause_ms, wait_ms))


def owed_after(feed: Feed, total: int | None, before: OwedSpan | None, *, now_ms: int) -> OwedSpan | None:
    """Say what is still owed of a span that has ended; None where it is whole, or nobody can tell."""
    if total is None or feed.seen >= total:
        return None
    tries = 1 if before is None else before.tries + 1
    return OwedSpan(
        key=feed.key,
        start_ms=feed.span_start_ms or 0,
        end_ms=feed.span_end_ms or 0,
        seen=feed.seen,
        total=total,
        tries=tries,
        next_at_ms=now_ms + (AGAIN_MS_FIRST << min(tries - 1, 10)),
    )
