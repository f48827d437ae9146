"""Presets and routes in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hongmao.kernel.ids import TenantId
from hongmao.policy.contracts import PresetSet, Route, RouteChoice
from hongmao.storage.models import PresetActRow, RouteChoiceRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.storage.database import Database

_HOUSE = PlatformScope("presets hold for the deployment, and links of every tenant are closed by them")


class SqlPolicyStore:
    """Implements `policy.store.PolicyStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def presets(self) -> Sequence[PresetSet]:
        """List every preset that was chosen, first to last."""
        with self._database.session(_HOUSE) as session:
            return [_preset(row) for row in session.scalars(select(PresetActRow).order_by(PresetActRow.number))]

    def preset(self) -> PresetSet | None:
        """Give the preset that was chosen last."""
        with self._database.session(_HOUSE) as session:
            row = session.scalars(select(PresetActRow).order_by(PresetActRow.number.desc()).limit(1)).first()
            return _preset(row) if row else None

    def set_preset(self, preset: PresetSet) -> PresetSet:
        """Keep a preset."""
        row = PresetActRow(preset=preset.preset, who=preset.who, why=preset.why, at_ms=preset.at_ms)
        with self._database.session(_HOUSE, write=True) as session:
            session.add(row)
            session.flush()
            return _preset(row)

    def choose(self, choice: RouteChoice) -> RouteChoice:
        """Keep what an owner chose."""
        row = RouteChoiceRow(
            tenant_id=choice.tenant,
            spu=choice.spu,
            route=choice.route,
            in_site_fen=choice.in_site_fen,
            external_fen=choice.external_fen,
            who=choice.who,
            why=choice.why,
            at_ms=choice.at_ms,
        )
        with self._database.session(TenantScope(choice.tenant), write=True) as session:
            session.add(row)
            session.flush()
            return _choice(row)

    def choices(self, tenant: TenantId | None, spu: str | None = None) -> Sequence[RouteChoice]:
        """List choices, first to last."""
        found = select(RouteChoiceRow).order_by(RouteChoiceRow.number)
        if spu is not None:
            found = found.where(RouteChoiceRow.spu == spu)
        with self._database.session(_HOUSE if tenant is None else TenantScope(tenant)) as session:
            return [_choice(row) for row in session.scalars(found)]

    def chosen(self) -> Mapping[tuple[TenantId, str], Route]:
        """Give the latest choice for every product of the house that has one."""
        last = select(func.max(RouteChoiceRow.number)).group_by(RouteChoiceRow.tenant_id, RouteChoiceRow.spu)
        found = select(RouteChoiceRow.tenant_id, RouteChoiceRow.spu, RouteChoiceRow.route).where(
            RouteChoiceRow.number.in_(last)
        )
        with self._database.session(_HOUSE) as session:
            return {(TenantId(tenant), spu): route for tenant, spu, route in session.execute(found)}


def _preset(row: PresetActRow) -> PresetSet:
    return PresetSet(number=row.number, preset=row.preset, who=row.who, why=row.why, at_ms=row.at_ms)


def _choice(row: RouteChoiceRow) -> RouteChoice:
    return RouteChoice(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        spu=row.spu,
        route=row.route,
        in_site_fen=row.in_site_fen,
        external_fen=row.external_fen,
        who=row.who,
        why=row.why,
        at_ms=row.at_ms,
    )
