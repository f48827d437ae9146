"""What a deployment has decided about its definitions, each decision with the exact text it was about."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.definitions.acts import ActKind
from hongmao.storage.base import At, Base, Choice, Deployment, Id, Word

DAY_CHARS = 10
FINGERPRINT_CHARS = 16


class DefinitionActRow(Deployment, Base):
    """An applied or reverted version. Rows are never changed or removed; those of one decision share `batch`."""

    __tablename__ = "definition_acts"
    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    batch: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[ActKind] = mapped_column(Choice(ActKind))
    sort: Mapped[Word]
    definition: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    effective: Mapped[str] = mapped_column(String(DAY_CHARS))
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_CHARS))
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[Id]
    why: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[At]
