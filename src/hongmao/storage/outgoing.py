"""The delivery queue in SQL, on either engine: what waits, what has ended, what may be lost."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select, update

from hongmao.returns.out.contracts import DEAD_LETTERS, Alarm, DeliveryState, Unsent
from hongmao.returns.out.store import Tally, Waiting
from hongmao.storage.models import AlarmRow, GateRow, OutgoingRow, PositionRow, UnsentRow
from hongmao.storage.outgoing_follow import CONSUMER, SqlFollowerWork, to_delivery
from hongmao.storage.outgoing_lease import SqlAccountWork, to_gate
from hongmao.storage.scope import PlatformScope, TenantScope
from hongmao.storage.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement

    from hongmao.kernel.ids import TenantId
    from hongmao.returns.out.contracts import Delivery
    from hongmao.returns.out.store import Wanted
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope

_HOUSE = PlatformScope("returns are sent on for every tenant")


class SqlOutbox:
    """Implements `returns.out.store.Outbox`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    @contextmanager
    def begin(self) -> Iterator[SqlFollowerWork]:
        """Begin the follower's transaction."""
        with self._database.session(_HOUSE, write=True) as session:
            yield SqlFollowerWork(session)

    def position(self) -> int:
        """Give the log offset up to which everything is enqueued; 0 at first."""
        with self._database.session(_HOUSE) as session:
            row = session.get(PositionRow, CONSUMER)
            return row.log_offset if row else 0

    @contextmanager
    def at(self, account: str, *, patient: bool) -> Iterator[SqlAccountWork | None]:
        """Hold an account by its gate's row; None where somebody else does and we are not patient."""
        query = select(GateRow).where(GateRow.account_id == account).with_for_update(skip_locked=not patient)
        with self._database.session(_HOUSE, write=True, alone=False) as session:
            row = session.scalar(query)
            yield SqlAccountWork(session, row) if row else None

    def waiting(self) -> Sequence[Waiting]:
        """List the accounts for which something waits, the nearest deadline first."""
        of_gate = OutgoingRow.account_id == GateRow.account_id
        soonest = (
            select(func.min(OutgoingRow.due_ms))
            .where(of_gate, OutgoingRow.state == DeliveryState.PENDING)
            .correlate(GateRow)
            .scalar_subquery()
        )
        passed_over = (
            select(OutgoingRow.number).where(of_gate, OutgoingRow.state == DeliveryState.PASSED_OVER).correlate(GateRow)
        )
        with self._database.session(_HOUSE) as session:
            rows = session.execute(select(GateRow, soonest.label("soonest_ms"), exists(passed_over).label("left_out")))
            found = [
                Waiting(
                    account=row.GateRow.account_id,
                    soonest_ms=row.soonest_ms,
                    passed_over=row.left_out,
                    gate=to_gate(row.GateRow),
                )
                for row in rows
                if row.soonest_ms is not None or row.left_out
            ]
        return sorted(found, key=lambda one: (one.soonest_ms is None, one.soonest_ms or 0, one.account))

    def pending(self, tenant: TenantId | None, *, limit: int) -> Sequence[Delivery]:
        """List what waits, the nearest deadline first."""
        query = select(OutgoingRow).where(OutgoingRow.state == DeliveryState.PENDING)
        with self._database.session(_scope(tenant)) as session:
            rows = session.scalars(query.order_by(OutgoingRow.due_ms, OutgoingRow.number).limit(limit))
            return [to_delivery(row) for row in rows]

    def tallies(self, tenant: TenantId | None) -> Sequence[Tally]:
        """Count deliveries by account, state and reason; a pending one has no reason yet."""
        by = (OutgoingRow.account_id, OutgoingRow.target, OutgoingRow.state, OutgoingRow.reason)
        query = select(*by, func.count().label("deliveries")).group_by(*by).order_by(*by)
        with self._database.session(_scope(tenant)) as session:
            return [
                Tally(
                    account=row.account_id,
                    target=row.target,
                    state=row.state,
                    reason=row.reason,
                    deliveries=row.deliveries,
                )
                for row in session.execute(query)
            ]

    def unsent(self, tenant: TenantId | None) -> Sequence[tuple[Unsent, int]]:
        """Count what was not sent on."""
        by = (UnsentRow.account_id, UnsentRow.day, UnsentRow.kind, UnsentRow.reason)
        with self._database.session(_scope(tenant)) as session:
            return [
                (
                    Unsent(account=row.account_id, tenant=row.tenant_id, day=row.day, kind=row.kind, reason=row.reason),
                    row.events,
                )
                for row in session.scalars(select(UnsentRow).order_by(*by))
            ]

    def revive(self, wanted: Wanted, *, now_ms: int, deadline_ms: int | None) -> int:
        """Make dead letters pending again, with no attempts behind them, and say how many."""
        in_time = OutgoingRow.due_ms > now_ms
        revived = {
            "state": DeliveryState.PENDING,
            "replays": OutgoingRow.replays + 1,
            "attempts": 0,
            "reason": "",
            "answer": "",
            "alone": False,
            "next_at_ms": now_ms,
            "ended_at_ms": None,
            "lease_until_ms": 0,
        }
        with self._database.session(_HOUSE, write=True) as session:

            def change(condition: ColumnElement[bool], values: dict[str, Any]) -> int:
                statement = update(OutgoingRow).where(*_of(wanted), condition).values(**values)
                changed = session.execute(
                    statement.returning(OutgoingRow.number), execution_options={"synchronize_session": False}
                )
                return len(changed.all())

            count = 0
            if deadline_ms is not None:
                count = change(~in_time, {**revived, "due_ms": now_ms + deadline_ms})
            return count + change(in_time, revived)

    def overdue(self, wanted: Wanted, *, now_ms: int) -> int:
        """Count the dead letters whose deadline has passed."""
        query = select(func.count()).select_from(OutgoingRow).where(*_of(wanted), OutgoingRow.due_ms <= now_ms)
        with self._database.session(_HOUSE) as session:
            return session.scalar(query) or 0

    def alarms(self, tenant: TenantId | None, *, standing: bool) -> Sequence[Alarm]:
        """List alarms, oldest first."""
        query = select(AlarmRow).order_by(AlarmRow.since_ms, AlarmRow.number)
        if standing:
            query = query.where(AlarmRow.open_key.is_not(None))
        with self._database.session(_scope(tenant)) as session:
            return [_alarm(row) for row in session.scalars(query)]

    def ring(self, raised: Sequence[Alarm], cleared: Sequence[Alarm], *, now_ms: int) -> None:
        """Raise alarms and clear others; one of an account and kind stands at a time."""
        rows = [
            {
                "account_id": alarm.account,
                "target": alarm.target,
                "tenant_id": alarm.tenant,
                "kind": alarm.kind,
                "since_ms": alarm.since_ms,
                "due_ms": alarm.due_ms,
                "open_key": _key(alarm),
            }
            for alarm in raised
        ]
        over = AlarmRow.open_key.in_([_key(alarm) for alarm in cleared])
        with self._database.session(_HOUSE, write=True) as session:
            session.execute(
                update(AlarmRow).where(over).values(cleared_at_ms=now_ms, open_key=None),
                execution_options={"synchronize_session": False},
            )
            insert_new(session, AlarmRow, rows)


def _of(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    reason = () if wanted.reason is None else (OutgoingRow.reason == wanted.reason,)
    return (
        OutgoingRow.account_id.in_(sorted(wanted.accounts)),
        OutgoingRow.state.in_(DEAD_LETTERS),
        OutgoingRow.occurred_at_ms >= wanted.from_ms,
        OutgoingRow.occurred_at_ms < wanted.to_ms,
        *reason,
    )


def _alarm(row: AlarmRow) -> Alarm:
    return Alarm(
        account=row.account_id,
        target=row.target,
        tenant=row.tenant_id,
        kind=row.kind,
        since_ms=row.since_ms,
        due_ms=row.due_ms,
        cleared_at_ms=row.cleared_at_ms,
    )


def _key(alarm: Alarm) -> str:
    return f"{alarm.account} {alarm.kind.value}"


def _scope(tenant: TenantId | None) -> Scope:
    return _HOUSE if tenant is None else TenantScope(tenant)
