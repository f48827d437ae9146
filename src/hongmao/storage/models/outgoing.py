"""What is sent on: accounts of targets, the queue, the clicks it is tied to, the gates, the alarms."""

from __future__ import annotations

from sqlalchemy import Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.returns.out.contracts import AlarmKind, DeliveryState
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Id, Number, TenantOwned

REASON_CHARS = 64
ANSWER_CHARS = 300
OPEN_KEY_CHARS = 96


class TargetAccountRow(TenantOwned, Base):
    """An account with a target; what is sealed is worthless without the key file, and gone once it is revoked."""

    __tablename__ = "target_accounts"
    id: Mapped[Id] = mapped_column(primary_key=True)
    target: Mapped[Id]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_settings: Mapped[bytes] = mapped_column(LargeBinary)
    ratio_millionths: Mapped[int] = mapped_column(Integer)
    test: Mapped[bool]
    active: Mapped[bool]


class SeenClickRow(TenantOwned, Base):
    """A component click, remembered for as long as an order may come of it. The event is JSON, without its reader."""

    __tablename__ = "seen_clicks"
    click_id: Mapped[Id] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS), index=True)
    clicked_at_ms: Mapped[At] = mapped_column(index=True)
    event: Mapped[str] = mapped_column(Text)


class OutgoingRow(TenantOwned, Base):
    """One event on its way to one account. Nothing here refers to another table: it comes from the log, as charges do.

    The first index is the order of claiming, the second finds what else is pending of a click, the third what is old.
    A lease that has run out is no lease, so `lease_until_ms` is never emptied.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index(None, "account_id", "state", "due_ms", "number"),
        Index(None, "lane", "state"),
        Index(None, "ended_at_ms"),
        Index(None, "tenant_id", "state", "due_ms"),
        UniqueConstraint("account_id", "fact"),
    )
    number: Mapped[Number]
    id: Mapped[Id] = mapped_column(unique=True)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS))
    account_id: Mapped[Id]
    target: Mapped[Id]
    fact: Mapped[Id]
    lane: Mapped[Id]
    event: Mapped[str] = mapped_column(Text)
    click: Mapped[str] = mapped_column(Text)
    event_type: Mapped[Id]
    occurred_at_ms: Mapped[At]
    due_ms: Mapped[At]
    next_at_ms: Mapped[At]
    ratio_millionths: Mapped[int] = mapped_column(Integer)
    state: Mapped[DeliveryState] = mapped_column(Choice(DeliveryState))
    test: Mapped[bool]
    alone: Mapped[bool]
    attempts: Mapped[int] = mapped_column(Integer)
    replays: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(REASON_CHARS))
    answer: Mapped[str] = mapped_column(String(ANSWER_CHARS))
    ended_at_ms: Mapped[At | None]
    lease: Mapped[str] = mapped_column(String(ID_CHARS), default="")
    lease_until_ms: Mapped[At] = mapped_column(default=0)


class UnsentRow(TenantOwned, Base):
    """How many events of a day and kind were not sent on to an account, for a reason."""

    __tablename__ = "unsent"
    account_id: Mapped[Id] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(REASON_CHARS), primary_key=True)
    events: Mapped[int] = mapped_column(Integer)


class GateRow(TenantOwned, Base):
    """Throttle and breaker of an account, shared by all workers; its row is what they take turns on."""

    __tablename__ = "target_gates"
    account_id: Mapped[Id] = mapped_column(primary_key=True)
    tat_us: Mapped[At]
    failures: Mapped[int] = mapped_column(Integer)
    open_at_ms: Mapped[At]
    unreachable_since_ms: Mapped[At | None]


class AlarmRow(TenantOwned, Base):
    """An alarm, kept after it is cleared. `open_key` is there while it stands, so that it stands once."""

    __tablename__ = "target_alarms"
    number: Mapped[Number]
    account_id: Mapped[Id]
    target: Mapped[Id]
    kind: Mapped[AlarmKind] = mapped_column(Choice(AlarmKind))
    since_ms: Mapped[At]
    due_ms: Mapped[At]
    cleared_at_ms: Mapped[At | None]
    open_key: Mapped[str | None] = mapped_column(String(OPEN_KEY_CHARS), unique=True)
