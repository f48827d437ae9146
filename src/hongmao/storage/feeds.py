"""Feeds of pulls in SQL: the cursor of each, its lease, and the spans that are owed."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from hongmao.returns.pull.store import Feed, FeedKey, OwedSpan
from hongmao.storage.models import FeedRow, OwedSpanRow
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Update

    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

_PULL = PlatformScope("pulls run for every tenant, each by its own account")
_PLAIN = tuple(field.name for field in fields(Feed) if field.name not in {"key", "tenant"})


class SqlFeedStore:
    """Implements `returns.pull.store.FeedStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def find(self, key: FeedKey) -> Feed | None:
        """Find where a feed stands."""
        with self._database.session(_PULL) as session:
            row = session.get(FeedRow, _ident(key))
            return None if row is None else _feed(row)

    def every(self) -> Sequence[Feed]:
        """List all feeds."""
        with self._database.session(_PULL) as session:
            query = select(FeedRow).order_by(FeedRow.platform, FeedRow.account, FeedRow.source)
            return [_feed(row) for row in session.scalars(query)]

    def lease(self, feed: Feed, *, now_ms: int, until_ms: int) -> Feed | None:
        """Take a feed for oneself, making it where it is new; None while somebody else has it."""
        free = FeedRow.lease_until_ms <= now_ms
        taking = _at(update(FeedRow), feed.key).where(free).values(lease_until_ms=until_ms).returning(FeedRow)
        with self._database.session(_PULL, write=True) as session:
            row = session.scalar(taking)
            if row is None and session.get(FeedRow, _ident(feed.key)) is None:
                row = _new(session, feed, until_ms)
            return None if row is None else _feed(row)

    def save(self, feed: Feed, *, until_ms: int) -> None:
        """Keep where a feed stands, and hold its lease until an instant (0 lets go)."""
        told = {name: getattr(feed, name) for name in _PLAIN}
        saving = _at(update(FeedRow), feed.key).values(lease_until_ms=until_ms, **told).returning(FeedRow.platform)
        with self._database.session(_PULL, write=True) as session:
            if session.scalar(saving) is None:
                _new(session, feed, until_ms)

    def owe(self, span: OwedSpan) -> None:
        """Note that a span is owed, or how often it has been tried."""
        with self._database.session(_PULL, write=True) as session:
            tenant = session.get_one(FeedRow, _ident(span.key)).tenant_id
            told = {name: value for name, value in asdict(span).items() if name != "key"}
            session.merge(OwedSpanRow(tenant_id=tenant, **asdict(span.key), **told))

    def settle(self, span: OwedSpan) -> None:
        """Forget a span that has been read whole."""
        query = delete(OwedSpanRow).where(
            OwedSpanRow.platform == span.key.platform,
            OwedSpanRow.account == span.key.account,
            OwedSpanRow.source == span.key.source,
            OwedSpanRow.start_ms == span.start_ms,
            OwedSpanRow.end_ms == span.end_ms,
        )
        with self._database.session(_PULL, write=True) as session:
            session.execute(query)

    def owed(self, key: FeedKey | None = None) -> Sequence[OwedSpan]:
        """List the spans that are owed, oldest first."""
        query = select(OwedSpanRow).order_by(OwedSpanRow.start_ms, OwedSpanRow.end_ms)
        if key is not None:
            query = query.where(
                OwedSpanRow.platform == key.platform,
                OwedSpanRow.account == key.account,
                OwedSpanRow.source == key.source,
            )
        with self._database.session(_PULL) as session:
            return [_owed(row) for row in session.scalars(query)]


def _ident(key: FeedKey) -> tuple[str, str, str]:
    return key.platform, key.account, key.source


def _at(statement: Update, key: FeedKey) -> Update:
    return statement.where(
        FeedRow.platform == key.platform, FeedRow.account == key.account, FeedRow.source == key.source
    )


def _new(session: ScopedSession, feed: Feed, until_ms: int) -> FeedRow:
    told = {name: getattr(feed, name) for name in _PLAIN}
    row = FeedRow(tenant_id=feed.tenant, lease_until_ms=until_ms, **asdict(feed.key), **told)
    session.add(row)
    return row


def _feed(row: FeedRow) -> Feed:
    key = FeedKey(platform=row.platform, account=row.account, source=row.source)
    return Feed(key=key, tenant=row.tenant_id, **{name: getattr(row, name) for name in _PLAIN})


def _owed(row: OwedSpanRow) -> OwedSpan:
    return OwedSpan(
        key=FeedKey(platform=row.platform, account=row.account, source=row.source),
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        seen=row.seen,
        total=row.total,
        tries=row.tries,
        next_at_ms=row.next_at_ms,
    )
