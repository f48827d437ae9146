"""Claiming and settling deliveries of one account in SQL: two workers never hold one delivery at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import aliased

from hongmao.returns.out.contracts import WAITING, DeliveryState, Gate
from hongmao.storage.models import GateRow, OutgoingRow
from hongmao.storage.outgoing_follow import to_delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Table

    from hongmao.returns.out.contracts import Delivery
    from hongmao.returns.out.store import Lease
    from hongmao.storage.scope import ScopedSession

_SOONEST = (OutgoingRow.due_ms, OutgoingRow.number)
_SETTLED = ("state", "reason", "answer", "attempts", "alone", "next_at_ms", "ended_at_ms")
_TABLE = cast("Table", OutgoingRow.__table__)
_Other = aliased(OutgoingRow)


class SqlAccountWork:
    """Implements `returns.out.store.AccountWork`: whoever has one holds the account's gate row."""

    def __init__(self, session: ScopedSession, row: GateRow) -> None:
        """Work in a transaction that has the row locked."""
        self._session = session
        self._row = row

    @property
    def gate(self) -> Gate:
        """Give the account's gate as it is."""
        return to_gate(self._row)

    def keep(self, gate: Gate) -> None:
        """Keep the gate."""
        for name in ("tat_us", "failures", "open_at_ms", "unreachable_since_ms"):
            setattr(self._row, name, getattr(gate, name))

    def lease(self, lease: Lease, *, most: int) -> Sequence[Delivery]:
        """Take the deliveries that are ready, soonest deadline first, and count an attempt for each."""
        found = self._rows(most, *_ready(lease.now_ms), _first_of_its_lane(lease.now_ms))
        if found and found[0].alone:
            return self._take(found[:1], lease, attempts=1)
        together = [row for row in found if row.test == found[0].test and not row.alone]
        return self._take(together, lease, attempts=1)

    def lease_ending(self, lease: Lease, *, most: int, all_of_it: bool) -> Sequence[Delivery]:
        """Take deliveries that end without being sent."""
        free = OutgoingRow.lease_until_ms <= lease.now_ms
        left_out = self._rows(most, free, state=DeliveryState.PASSED_OVER)
        overdue = () if all_of_it else (OutgoingRow.due_ms <= lease.now_ms,)
        room = most - len(left_out)
        pending = self._rows(room, free, *overdue) if room else []
        return self._take([*left_out, *pending], lease, attempts=0)

    def wake(self, now_ms: int) -> None:
        """Let nothing wait for its next attempt any longer."""
        waiting = (OutgoingRow.account_id == self._row.account_id) & (OutgoingRow.state == DeliveryState.PENDING)
        self._session.execute(
            update(OutgoingRow).where(waiting, OutgoingRow.next_at_ms > now_ms).values(next_at_ms=now_ms),
            execution_options={"synchronize_session": False},
        )

    def settle(self, lease: Lease, deliveries: Sequence[Delivery]) -> None:
        """Write down how leased deliveries are now and give them up."""
        rows = [
            {"delivery": one.id, **{f"new_{name}": getattr(one, name) for name in _SETTLED}}
            for one in sorted(deliveries, key=lambda one: one.id)  # in the order in which closing locks rows
        ]
        if rows:
            waiting = or_(*(_TABLE.c.state == state for state in sorted(WAITING)))  # IN takes no list of rows
            held = (_TABLE.c.id == bindparam("delivery")) & (_TABLE.c.lease == lease.token)
            statement = update(_TABLE).where(held, waiting)
            changed: dict[str, object] = {name: bindparam(f"new_{name}") for name in _SETTLED}
            self._session.connection().execute(statement.values(**changed, lease="", lease_until_ms=0), rows)

    def _rows(
        self, most: int, *conditions: ColumnElement[bool], state: DeliveryState = DeliveryState.PENDING
    ) -> Sequence[OutgoingRow]:
        query = (
            select(OutgoingRow)
            .where(OutgoingRow.account_id == self._row.account_id, OutgoingRow.state == state, *conditions)
            .order_by(*_SOONEST)
            .limit(most)
            # The gate's row keeps other workers out already; this keeps out whoever closes what the log says has ended.
            .with_for_update(of=OutgoingRow, skip_locked=True)
        )
        return self._session.scalars(query).all()

    def _take(self, rows: Sequence[OutgoingRow], lease: Lease, *, attempts: int) -> Sequence[Delivery]:
        for row in rows:
            row.lease, row.lease_until_ms = lease.token, lease.until_ms
            row.attempts += attempts
        self._session.flush()
        return [to_delivery(row) for row in rows]


def to_gate(row: GateRow) -> Gate:
    """Read a gate off its row."""
    return Gate(
        tat_us=row.tat_us,
        failures=row.failures,
        open_at_ms=row.open_at_ms,
        unreachable_since_ms=row.unreachable_since_ms,
    )


def _ready(now_ms: int) -> tuple[ColumnElement[bool], ...]:
    return (
        OutgoingRow.due_ms > now_ms,
        OutgoingRow.next_at_ms <= now_ms,
        OutgoingRow.lease_until_ms <= now_ms,
    )


def _first_of_its_lane(now_ms: int) -> ColumnElement[bool]:
    """Nothing earlier of the same click is pending, and nothing of it is on its way.

    A lane is one account's, so the account is not asked for: a server without statistics would then walk its whole queue.
    """
    earlier = or_(
        _Other.due_ms < OutgoingRow.due_ms,
        (_Other.due_ms == OutgoingRow.due_ms) & (_Other.number < OutgoingRow.number),
    )
    return (
        ~select(_Other.number)
        .where(
            _Other.lane == OutgoingRow.lane,
            _Other.state == DeliveryState.PENDING,
            _Other.number != OutgoingRow.number,
            or_(_Other.lease_until_ms > now_ms, earlier),
        )
        .exists()
    )
