"""Grants under way and test clicks in SQL."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from hongmao.kernel.ids import ClickId, LinkId, TenantId, UserId
from hongmao.kernel.time import DAY_MS
from hongmao.onboarding.contracts import GrantState, Trial
from hongmao.storage.models import GrantStateRow, TrialRow
from hongmao.storage.scope import TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.database import Database
    from hongmao.storage.vault import Vault

TRIALS_MAX: Final = 100


class SqlOnboardingStore:
    """Implements `onboarding.store.OnboardingStore`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Work on a database and the vault of its secrets."""
        self._database = database
        self._vault = vault

    def begin(self, state: GrantState) -> None:
        """Keep a grant under way; the tenant's own that ended a day ago are let go of."""
        long_over = delete(GrantStateRow).where(GrantStateRow.expires_at_ms < state.expires_at_ms - DAY_MS)
        with self._database.session(TenantScope(state.tenant), write=True) as session:
            session.execute(long_over)
            session.add(
                GrantStateRow(
                    digest=_digest(state.state),
                    tenant_id=state.tenant,
                    user_id=state.user,
                    platform=state.platform,
                    sealed_verifier=self._vault.seal(state.verifier.encode("ascii")),
                    back=state.back,
                    expires_at_ms=state.expires_at_ms,
                    used_at_ms=None,
                )
            )

    def spend(self, state: str, tenant: TenantId, now_ms: int) -> GrantState | None:
        """Use a state up: the engine lets one statement win, whoever else asks at the same instant."""
        digest = _digest(state)
        mine = (
            GrantStateRow.digest == digest,
            GrantStateRow.used_at_ms.is_(None),
            GrantStateRow.expires_at_ms > now_ms,
        )
        with self._database.session(TenantScope(tenant), write=True) as session:
            won = session.scalars(
                update(GrantStateRow)
                .where(*mine)
                .values(used_at_ms=now_ms)
                .returning(GrantStateRow.digest)
                .execution_options(synchronize_session=False)
            ).one_or_none()
            row = session.get(GrantStateRow, digest) if won is not None else None
            if row is None:
                return None
            return GrantState(
                state=state,
                tenant=TenantId(row.tenant_id),
                user=UserId(row.user_id),
                platform=row.platform,
                verifier=self._vault.open(row.sealed_verifier).decode("ascii"),
                back=row.back,
                expires_at_ms=row.expires_at_ms,
            )

    def add_trial(self, trial: Trial) -> None:
        """Keep a test click."""
        with self._database.session(TenantScope(trial.tenant), write=True) as session:
            session.add(
                TrialRow(click_id=trial.click_id, tenant_id=trial.tenant, link_id=trial.link, at_ms=trial.at_ms)
            )

    def trials(self, tenant: TenantId) -> Sequence[Trial]:
        """List a tenant's test clicks, newest first."""
        newest = select(TrialRow).order_by(TrialRow.at_ms.desc(), TrialRow.click_id.desc()).limit(TRIALS_MAX)
        with self._database.session(TenantScope(tenant)) as session:
            return [
                Trial(
                    click_id=ClickId(row.click_id),
                    tenant=TenantId(row.tenant_id),
                    link=LinkId(row.link_id),
                    at_ms=row.at_ms,
                )
                for row in session.scalars(newest)
            ]


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
