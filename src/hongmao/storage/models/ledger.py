"""The ledger's tables. Batches, entries, seals and closes only grow: triggers of the migrations refuse UPDATE and DELETE."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.ledger.contracts import HoldState
from hongmao.storage.base import At, Base, Choice, Deployment, Fen, Id, Number, Word

KEY_CHARS = 160
HASH_CHARS = 64


class AccountRow(Deployment, Base):
    """An account by its four names. `floor_fen` is what its balance may not fall below; None where nothing holds it."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (UniqueConstraint("owner", "kind", "line", "funder"),)
    number: Mapped[Number]
    owner: Mapped[Id]
    kind: Mapped[Id]
    line: Mapped[Id]
    funder: Mapped[Id]
    floor_fen: Mapped[Fen | None]


class BalanceRow(Deployment, Base):
    """The sum of an account's entries, kept in the transaction that adds them, so that a balance is one row's read."""

    __tablename__ = "ledger_balances"
    account_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"), primary_key=True)
    balance_fen: Mapped[Fen]


class BatchRow(Deployment, Base):
    """One posting: `at_ms` is when it counts, `posted_at_ms` when it was written, `body` fingerprints what it says."""

    __tablename__ = "ledger_batches"
    number: Mapped[Number]
    key: Mapped[str] = mapped_column(String(KEY_CHARS), unique=True)
    body: Mapped[str] = mapped_column(String(16))
    why: Mapped[Id]
    at_ms: Mapped[At]
    posted_at_ms: Mapped[At]


class EntryRow(Deployment, Base):
    """One signed amount on one account. `at_ms` repeats the batch's, so that a past balance needs no join."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index(None, "account_number", "at_ms"),)
    number: Mapped[Number]
    batch_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_batches.number"), index=True)
    account_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"))
    amount_fen: Mapped[Fen]
    at_ms: Mapped[At]


class SealRow(Deployment, Base):
    """One link of the chain: the hash of a group's batches, from the first to the last, and of the seal before it."""

    __tablename__ = "ledger_seals"
    number: Mapped[Number]
    first_batch: Mapped[int] = mapped_column(BigInteger)
    last_batch: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    posted_at_ms: Mapped[At]
    hash: Mapped[str] = mapped_column(String(HASH_CHARS))


class HeadRow(Deployment, Base):
    """The one row that says where the chain ends. Whoever posts locks it, which is why the chain never forks."""

    __tablename__ = "ledger_head"
    only: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seal: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(HASH_CHARS))
    posted_at_ms: Mapped[At]
    closed_before_ms: Mapped[At]


class DaySumRow(Deployment, Base):
    """What one sort of posting moved on an account in one Asia/Shanghai day, kept in the transaction that posts."""

    __tablename__ = "ledger_days"
    account_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"), primary_key=True)
    day: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    why: Mapped[Id] = mapped_column(primary_key=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[Fen]


class HourSumRow(Deployment, Base):
    """What moved on an account in one hour of Asia/Shanghai."""

    __tablename__ = "ledger_hours"
    account_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    amount_fen: Mapped[Fen]


class HoldRow(Deployment, Base):
    """Money that is held, as an index of the batches that hold, take and free it; the batches are the truth."""

    __tablename__ = "ledger_holds"
    __table_args__ = (Index(None, "state", "expires_at_ms"),)
    key: Mapped[str] = mapped_column(String(KEY_CHARS), primary_key=True)
    source: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"))
    frozen: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"))
    held_fen: Mapped[Fen]
    left_fen: Mapped[Fen]
    state: Mapped[HoldState] = mapped_column(Choice(HoldState))
    takes: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[At]
    at_ms: Mapped[At]


class CloseRow(Deployment, Base):
    """A period that is over: nothing that counts before `before_ms` is posted any more."""

    __tablename__ = "ledger_closes"
    number: Mapped[Number]
    period: Mapped[Word] = mapped_column(unique=True)
    before_ms: Mapped[At]
    seal: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[str] = mapped_column(String(HASH_CHARS))
    by: Mapped[Id]
    at_ms: Mapped[At]


class CloseBalanceRow(Deployment, Base):
    """An account's balance as a period closed."""

    __tablename__ = "ledger_close_balances"
    close: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_closes.number"), primary_key=True)
    account_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_accounts.number"), primary_key=True)
    balance_fen: Mapped[Fen]
