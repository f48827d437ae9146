"""A deployment's decisions on its definitions, in SQL. The acts of one decision are one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from hongmao.definitions.acts import Act, Sort
from hongmao.definitions.errors import DefinitionsMovedOn
from hongmao.storage.models import DefinitionActRow, RevisionRow
from hongmao.storage.revisions import DEFINITIONS, grow, revision
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.database import Database

_HOUSE = PlatformScope("definitions hold for the whole deployment")


class SqlDefinitionStore:
    """Implements `definitions.store.DefinitionStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def acts(self) -> Sequence[Act]:
        """List every act, first to last."""
        with self._database.session(_HOUSE) as session:
            return [_act(row) for row in session.scalars(select(DefinitionActRow).order_by(DefinitionActRow.number))]

    def revision(self) -> int:
        """Give a number that grows with every decision."""
        return revision(self._database, DEFINITIONS)

    def keep(self, acts: Sequence[Act], *, revision: int) -> Sequence[Act]:
        """Keep the acts of one decision, unless another was made since the revision."""
        with self._database.session(_HOUSE, write=True) as session:
            now = session.scalar(select(RevisionRow.number).where(RevisionRow.name == DEFINITIONS)) or 0
            if now != revision:
                raise DefinitionsMovedOn
            first = (session.scalar(select(func.max(DefinitionActRow.number))) or 0) + 1
            kept = [replace(act, number=first + place, batch=first) for place, act in enumerate(acts)]
            session.add_all(map(_row, kept))
            grow(session, DEFINITIONS)
        return kept


def _row(act: Act) -> DefinitionActRow:
    return DefinitionActRow(
        number=act.number,
        batch=act.batch,
        kind=act.kind,
        sort=act.sort,
        definition=act.definition,
        version=act.version,
        effective=act.effective.isoformat(),
        fingerprint=act.fingerprint,
        text=act.text,
        who=act.who,
        why=act.why,
        at_ms=act.at_ms,
    )


def _act(row: DefinitionActRow) -> Act:
    return Act(
        number=row.number,
        batch=row.batch,
        kind=row.kind,
        sort=cast("Sort", row.sort),
        definition=row.definition,
        version=row.version,
        effective=date.fromisoformat(row.effective),
        fingerprint=row.fingerprint,
        text=row.text,
        who=row.who,
        why=row.why,
        at_ms=row.at_ms,
    )
