"""The ledger's tables. Batches and entries are append-only: triggers of the migration refuse UPDATE and DELETE."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import At, Base, Deployment, Fen, Id, Number

KEY_CHARS = 160


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
