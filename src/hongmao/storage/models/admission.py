"""What was told of shops and decided about them. All but papers and the whitelist only grow: the engine refuses the rest."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.definitions.api import ActKind
from hongmao.eligibility.contracts import Stage, Status
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Deployment, Id, Number, TenantOwned, Word

DAY_CHARS = 10
FINGERPRINT_CHARS = 16
SCORE_CHARS = 8
EVIDENCE_CHARS = 200
SHA256_CHARS = 64
KEY_CHARS = 64


class ShopFactsRow(TenantOwned, Base):
    """What a shop was said to be; the last row counts whole."""

    __tablename__ = "shop_facts"
    __table_args__ = (Index(None, "shop_id", "number"),)
    number: Mapped[Number]
    shop_id: Mapped[Id] = mapped_column(ForeignKey("shops.id"))
    kind: Mapped[Word | None]
    badge: Mapped[Word | None]
    category: Mapped[Id | None]
    source: Mapped[Word]
    by: Mapped[Id]
    at_ms: Mapped[At]


class ShopScoreRow(TenantOwned, Base):
    """A score as it was told, to the character."""

    __tablename__ = "shop_scores"
    __table_args__ = (Index(None, "shop_id", "name", "source", "observed_at_ms"),)
    number: Mapped[Number]
    shop_id: Mapped[Id] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[Word]
    value: Mapped[str] = mapped_column(String(SCORE_CHARS))
    source: Mapped[Word]
    observed_at_ms: Mapped[At]
    received_at_ms: Mapped[At]
    evidence: Mapped[str] = mapped_column(String(EVIDENCE_CHARS))
    by: Mapped[Id]


class QualificationRow(TenantOwned, Base):
    """A merchant's paper; a withdrawn one keeps its row."""

    __tablename__ = "qualifications"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), index=True)
    kind: Mapped[Word]
    subject: Mapped[Id]
    number: Mapped[Id]
    valid_from: Mapped[str] = mapped_column(String(DAY_CHARS))
    valid_to: Mapped[str] = mapped_column(String(DAY_CHARS))
    sha256: Mapped[str] = mapped_column(String(SHA256_CHARS))
    revoked_at_ms: Mapped[At | None]
    by: Mapped[Id]
    at_ms: Mapped[At]


class VerdictRow(TenantOwned, Base):
    """A verdict with its facts and findings as JSON: what a replay judges again."""

    __tablename__ = "verdicts"
    __table_args__ = (Index(None, "shop_id", "number"),)
    number: Mapped[Number]
    shop_id: Mapped[Id] = mapped_column(ForeignKey("shops.id"))
    status: Mapped[Status] = mapped_column(Choice(Status))
    ruleset: Mapped[str] = mapped_column(String(KEY_CHARS))
    ruleset_print: Mapped[str] = mapped_column(String(FINGERPRINT_CHARS))
    categories: Mapped[str] = mapped_column(String(KEY_CHARS))
    categories_print: Mapped[str] = mapped_column(String(FINGERPRINT_CHARS))
    facts: Mapped[str] = mapped_column(Text)
    findings: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[At]
    until_ms: Mapped[At | None]


class ShopRulingRow(TenantOwned, Base):
    """A person's word on a shop; the last row counts."""

    __tablename__ = "shop_rulings"
    __table_args__ = (Index(None, "shop_id", "number"),)
    number: Mapped[Number]
    shop_id: Mapped[Id] = mapped_column(ForeignKey("shops.id"))
    passed: Mapped[bool]
    why: Mapped[str] = mapped_column(Text)
    until_ms: Mapped[At | None]
    by: Mapped[Id]
    at_ms: Mapped[At]


class RuleActRow(Deployment, Base):
    """A version that was published or taken back."""

    __tablename__ = "rule_acts"
    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    kind: Mapped[ActKind] = mapped_column(Choice(ActKind))
    sort: Mapped[Word]
    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    effective: Mapped[str] = mapped_column(String(DAY_CHARS))
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_CHARS))
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[Id]
    why: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[At]


class StageActRow(Deployment, Base):
    """A stage that was set; the last row counts."""

    __tablename__ = "stage_acts"
    number: Mapped[Number]
    stage: Mapped[Stage] = mapped_column(Choice(Stage))
    percent: Mapped[int | None] = mapped_column(SmallInteger)
    who: Mapped[Id]
    why: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[At]


class WhitelistRow(TenantOwned, Base):
    """A merchant that was put on the whitelist, and since when it no longer is."""

    __tablename__ = "whitelist"
    merchant_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("merchants.id"), primary_key=True)
    by: Mapped[Id]
    at_ms: Mapped[At]
    removed_at_ms: Mapped[At | None]
