"""Which preset a deployment chose, and which routes owners chose. Rows are never changed or removed."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.policy.contracts import Route
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Deployment, Fen, Id, Number, TenantOwned


class PresetActRow(Deployment, Base):
    """A preset that was chosen; the last row counts."""

    __tablename__ = "preset_acts"
    number: Mapped[Number]
    preset: Mapped[str] = mapped_column(String(ID_CHARS))
    who: Mapped[Id]
    why: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[At]


class RouteChoiceRow(TenantOwned, Base):
    """A route that was chosen for a product; the last row of a product counts."""

    __tablename__ = "route_choices"
    __table_args__ = (Index(None, "tenant_id", "spu", "number"),)
    number: Mapped[Number]
    spu: Mapped[Id]
    route: Mapped[Route] = mapped_column(Choice(Route))
    in_site_fen: Mapped[Fen | None]
    external_fen: Mapped[Fen | None]
    who: Mapped[Id]
    why: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[At]
