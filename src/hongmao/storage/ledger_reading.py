"""The ledger's rows read as its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_

from hongmao.ledger.contracts import Account, Close, Head, Held
from hongmao.storage.models import AccountRow, CloseRow, HeadRow, HoldRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Row

    from hongmao.storage.scope import ScopedSession

NAMES = (AccountRow.owner, AccountRow.kind, AccountRow.line, AccountRow.funder)


def these_accounts(accounts: Sequence[Account]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Say which rows are some accounts'. By owner as well: given rows of names alone, SQLite would read every account."""
    named = [(one.owner, one.kind, one.line, one.funder) for one in accounts]
    return AccountRow.owner.in_({one.owner for one in accounts}), tuple_(*NAMES).in_(named)


def account_of(row: Row[*tuple[Any, ...]]) -> Account:
    """Read an account's four names off a row."""
    return Account(owner=row.owner, kind=row.kind, line=row.line, funder=row.funder)


def read_head(session: ScopedSession, *, lock: bool = False) -> Head:
    """Read where the chain ends; locked, it stays there until the transaction ends."""
    query = select(HeadRow.seal, HeadRow.hash, HeadRow.posted_at_ms, HeadRow.closed_before_ms)
    row = session.execute(query.with_for_update() if lock else query).one()
    return Head(seal=row.seal, hash=row.hash, posted_at_ms=row.posted_at_ms, closed_before_ms=row.closed_before_ms)


def read_holds(session: ScopedSession, *where: ColumnElement[bool], limit: int | None = None) -> Iterator[Held]:
    """Read holds, those that end first first."""
    query = (
        select(HoldRow, *NAMES)
        .join(AccountRow, AccountRow.number == HoldRow.source)
        .where(*where)
        .order_by(HoldRow.expires_at_ms, HoldRow.key)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    for row in session.execute(query):
        hold = row[0]
        yield Held(
            key=hold.key,
            source=account_of(row),
            held_fen=hold.held_fen,
            left_fen=hold.left_fen,
            state=hold.state,
            takes=hold.takes,
            expires_at_ms=hold.expires_at_ms,
            at_ms=hold.at_ms,
        )


def read_closes(session: ScopedSession) -> Sequence[Close]:
    """Read the periods that are closed, in their order."""
    return [
        Close(
            period=row.period,
            before_ms=row.before_ms,
            seal=row.seal,
            head_hash=row.head_hash,
            by=row.by,
            at_ms=row.at_ms,
        )
        for row in session.scalars(select(CloseRow).order_by(CloseRow.before_ms))
    ]
