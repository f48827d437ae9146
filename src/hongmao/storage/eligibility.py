"""Admission in SQL: rules, stages, the whitelist. What was told and judged of shops is beside it in `shop_facts`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from hongmao.eligibility.acts import RuleAct
from hongmao.eligibility.api import AdmissionMovedOn
from hongmao.eligibility.contracts import Listed, StageSet
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.storage.models import RuleActRow, StageActRow, WhitelistRow
from hongmao.storage.revisions import ADMISSION, grow, revision
from hongmao.storage.scope import PlatformScope
from hongmao.storage.shop_facts import SqlShopFacts
from hongmao.storage.shop_verdicts import SqlShopVerdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.eligibility.loading import Sort
    from hongmao.storage.database import Database

_HOUSE = PlatformScope("rules, stages and the whitelist hold for the whole deployment")


class SqlEligibilityStore(SqlShopFacts, SqlShopVerdicts):
    """Implements `eligibility.store.EligibilityStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def revision(self) -> int:
        """Give a number that grows with whatever can change a verdict or a hold, but for rules, shops and time."""
        return revision(self._database, ADMISSION)

    def acts(self) -> Sequence[RuleAct]:
        """List every act on rules, first to last."""
        with self._database.session(_HOUSE) as session:
            return [_act(row) for row in session.scalars(select(RuleActRow).order_by(RuleActRow.number))]

    def last_act(self) -> int:
        """Give the number of the last act; 0 before the first."""
        with self._database.session(_HOUSE) as session:
            return session.scalar(select(func.max(RuleActRow.number))) or 0

    def keep_act(self, act: RuleAct, *, after: int) -> RuleAct:
        """Keep an act and give it its number, unless another came in between."""
        with self._database.session(_HOUSE, write=True) as session:
            last = session.scalar(select(func.max(RuleActRow.number))) or 0
            if last != after:
                raise AdmissionMovedOn
            row = RuleActRow(
                number=last + 1,
                kind=act.kind,
                sort=act.sort,
                id=act.id,
                version=act.version,
                effective=act.effective.isoformat(),
                fingerprint=act.fingerprint,
                text=act.text,
                who=act.who,
                why=act.why,
                at_ms=act.at_ms,
            )
            session.add(row)
            return _act(row)

    def stages(self) -> Sequence[StageSet]:
        """List every stage that was set, first to last."""
        with self._database.session(_HOUSE) as session:
            return [_stage(row) for row in session.scalars(select(StageActRow).order_by(StageActRow.number))]

    def stage(self) -> StageSet | None:
        """Give the stage that was set last."""
        with self._database.session(_HOUSE) as session:
            row = session.scalars(select(StageActRow).order_by(StageActRow.number.desc()).limit(1)).first()
            return _stage(row) if row else None

    def set_stage(self, stage: StageSet) -> StageSet:
        """Keep a stage; of two that were set at once the later number counts."""
        row = StageActRow(stage=stage.stage, percent=stage.percent, who=stage.who, why=stage.why, at_ms=stage.at_ms)
        with self._database.session(_HOUSE, write=True) as session:
            session.add(row)
            grow(session, ADMISSION)
            return _stage(row)

    def list_merchant(self, listed: Listed) -> None:
        """Put a merchant on the whitelist; whoever was on it before gets a new beginning."""
        with self._database.session(_HOUSE, write=True) as session:
            row = session.get(WhitelistRow, listed.merchant)
            if row is None:
                row = WhitelistRow(merchant_id=listed.merchant, tenant_id=listed.tenant)
                session.add(row)
            elif row.removed_at_ms is None:
                return
            row.by, row.at_ms, row.removed_at_ms = listed.by, listed.at_ms, None
            grow(session, ADMISSION)

    def unlist_merchant(self, merchant: MerchantId, at_ms: int) -> bool:
        """Take a merchant off the whitelist; False where it was not on it."""
        with self._database.session(_HOUSE, write=True) as session:
            row = session.get(WhitelistRow, merchant)
            if row is None or row.removed_at_ms is not None:
                return False
            row.removed_at_ms = at_ms
            grow(session, ADMISSION)
            return True

    def listed(self) -> Sequence[Listed]:
        """List the whitelist, by merchant."""
        found = select(WhitelistRow).where(WhitelistRow.removed_at_ms.is_(None)).order_by(WhitelistRow.merchant_id)
        with self._database.session(_HOUSE) as session:
            return [
                Listed(merchant=MerchantId(row.merchant_id), tenant=TenantId(row.tenant_id), by=row.by, at_ms=row.at_ms)
                for row in session.scalars(found)
            ]


def _act(row: RuleActRow) -> RuleAct:
    return RuleAct(
        number=row.number,
        kind=row.kind,
        sort=cast("Sort", row.sort),
        id=row.id,
        version=row.version,
        effective=date.fromisoformat(row.effective),
        fingerprint=row.fingerprint,
        text=row.text,
        who=row.who,
        why=row.why,
        at_ms=row.at_ms,
    )


def _stage(row: StageActRow) -> StageSet:
    return StageSet(number=row.number, stage=row.stage, percent=row.percent, who=row.who, why=row.why, at_ms=row.at_ms)
