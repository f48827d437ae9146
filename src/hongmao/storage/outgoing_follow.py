"""The follower's part of the delivery queue in SQL: clicks, deliveries and the place in the log, in one transaction."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, select, tuple_, update

from hongmao.events.contracts import Event
from hongmao.returns.out.contracts import DEAD_LETTERS, WAITING, Delivery
from hongmao.storage.consumers import advance, held
from hongmao.storage.models import GateRow, OutgoingRow, SeenClickRow, UnsentRow
from hongmao.storage.parts import in_parts
from hongmao.storage.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.returns.out.contracts import Unsent
    from hongmao.returns.out.store import Ended
    from hongmao.storage.scope import ScopedSession

CONSUMER = "outgoing"
FORGET_MAX = 1_000  # a piece at a time: the follower must not stand still for a spring-clean
_EVENT = msgspec.json.Decoder(Event)
_SAME = ("id", "target", "fact", "lane", "event_type", "due_ms", "next_at_ms", "ratio_millionths", "state", "test")
_SAME_TOO = ("alone", "attempts", "replays", "reason", "answer", "ended_at_ms")


class SqlClicks:
    """Implements `returns.out.store.Clicks` on a session."""

    def __init__(self, session: ScopedSession) -> None:
        """Read in a transaction."""
        self._session = session

    def of(self, click_ids: Collection[str]) -> dict[str, Event]:
        """Give those clicks that are known, by click id."""
        return {
            row.click_id: _EVENT.decode(row.event)
            for part in in_parts(sorted(click_ids))
            for row in self._session.scalars(select(SeenClickRow).where(SeenClickRow.click_id.in_(part)))
        }


class SqlFollowerWork(SqlClicks):
    """Implements `returns.out.store.FollowerWork`."""

    def position(self) -> int:
        """Give the log offset up to which everything is enqueued, and hold it."""
        return held(self._session, CONSUMER).log_offset

    def keep_clicks(self, clicks: Collection[Event]) -> None:
        """Remember clicks; one that is known stays as it was."""
        rows = [
            {
                "click_id": click.click_id,
                "tenant_id": click.tenant,
                "clicked_at_ms": click.occurred_at_ms,
                "event": _json(click),
            }
            for click in clicks
            if click.click_id is not None and click.tenant is not None
        ]
        insert_new(self._session, SeenClickRow, rows)

    def standing(self, facts: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        """Give the deliveries of these (account, fact)s."""
        key = (OutgoingRow.account_id, OutgoingRow.fact)
        return {
            (row.account_id, row.fact): to_delivery(row)
            for part in in_parts(sorted(facts))
            for row in self._session.scalars(
                # Each half by itself as well: given pairs alone, SQLite would read every delivery there is.
                select(OutgoingRow).where(
                    *(column.in_({one[at] for one in part}) for at, column in enumerate(key)), tuple_(*key).in_(part)
                )
            )
        }

    def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Put deliveries at their place, and a gate for each account."""
        accounts = {delivery.account: delivery.tenant for delivery in deliveries}
        gates = [
            {"account_id": account, "tenant_id": tenant, "tat_us": 0, "failures": 0, "open_at_ms": 0}
            for account, tenant in sorted(accounts.items())
        ]
        insert_new(self._session, GateRow, gates)
        insert_new(self._session, OutgoingRow, [_values(delivery) for delivery in deliveries])

    def correct(self, delivery: Delivery) -> bool:
        """Give a pending delivery that no attempt has been made of a later version of its event."""
        changed = self._session.execute(
            update(OutgoingRow)
            .where(
                OutgoingRow.account_id == delivery.account,
                OutgoingRow.fact == delivery.fact,
                OutgoingRow.state.in_(WAITING),
                OutgoingRow.attempts == 0,
                OutgoingRow.lease == "",
            )
            .values(event=_json(delivery.event), event_type=delivery.event_type)
            .returning(OutgoingRow.number),
            execution_options={"synchronize_session": False},
        )
        return changed.scalar() is not None

    def count(self, unsent: Sequence[Unsent]) -> None:
        """Count what is not sent on."""
        counted = Counter((one.account, one.day, one.kind, one.reason) for one in unsent)
        tenants = {one.account: one.tenant for one in unsent}
        for key, events in sorted(counted.items()):
            row = self._session.get(UnsentRow, key)
            if row is None:
                names = dict(zip(("account_id", "day", "kind", "reason"), key, strict=True))
                self._session.add(UnsentRow(**names, tenant_id=tenants[key[0]], events=events))
            else:
                row.events += events

    def close(self, ends: Sequence[Ended]) -> None:
        """End the deliveries of which the log says that they have ended."""
        for end in sorted(ends, key=lambda one: one.id):  # in the order in which settling locks rows
            self._session.execute(
                update(OutgoingRow)
                .where(OutgoingRow.id == end.id, OutgoingRow.replays == end.replays, OutgoingRow.state.in_(WAITING))
                .values(
                    state=end.state,
                    reason=end.reason,
                    answer=end.answer,
                    attempts=end.attempts,
                    ended_at_ms=end.at_ms,
                ),
                execution_options={"synchronize_session": False},
            )

    def forget(self, *, clicks_before_ms: int, ends_before_ms: int, dead_before_ms: int) -> None:
        """Remove clicks and ends that are older than anybody may ask for."""
        old = select(SeenClickRow.click_id).where(SeenClickRow.clicked_at_ms < clicks_before_ms).limit(FORGET_MAX)
        self._remove(delete(SeenClickRow).where(SeenClickRow.click_id.in_(old)))
        is_dead = OutgoingRow.state.in_(DEAD_LETTERS)
        ends = (
            select(OutgoingRow.number)
            .where(OutgoingRow.ended_at_ms < ends_before_ms)
            .where(~is_dead | (OutgoingRow.ended_at_ms < dead_before_ms))
            .limit(FORGET_MAX)
        )
        self._remove(delete(OutgoingRow).where(OutgoingRow.number.in_(ends)))

    def move_to(self, offset: int) -> None:
        """Keep the log offset, never backwards."""
        advance(self._session, CONSUMER, offset)

    def _remove(self, statement: Any) -> None:
        self._session.execute(statement, execution_options={"synchronize_session": False})


def to_delivery(row: OutgoingRow) -> Delivery:
    """Read a delivery off its row."""
    return Delivery(
        **{name: getattr(row, name) for name in (*_SAME, *_SAME_TOO)},
        account=row.account_id,
        tenant=row.tenant_id,
        event=_EVENT.decode(row.event),
        click=_EVENT.decode(row.click),
    )


def _values(delivery: Delivery) -> dict[str, Any]:
    return {
        **{name: getattr(delivery, name) for name in (*_SAME, *_SAME_TOO)},
        "account_id": delivery.account,
        "tenant_id": delivery.tenant,
        "event": _json(delivery.event),
        "click": _json(delivery.click),
        "occurred_at_ms": delivery.event.occurred_at_ms,
        "lease": "",
        "lease_until_ms": 0,
    }


def _json(event: Event) -> str:
    return msgspec.json.encode(event).decode()
