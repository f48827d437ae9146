"""The acts on authorisations: ask, answer, file, take back. Who speaks for a creator is the community's own operator.

A tenant asks for a note and may take its wish back; it never answers itself. Each act says who did it and why, and of two
who read the same version the second is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hongmao.campaigns import rules
from hongmao.campaigns.authorising import Authorisation, TaskAuth, fault_of, is_live, may_follow
from hongmao.campaigns.errors import AuthorisationStands, AuthorisationUnknown
from hongmao.catalog.api import Permission, demand

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from hongmao.campaigns.authorising import AuthorisationChange
    from hongmao.campaigns.store import AuthorisationStore
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import LinkId, NoteId, TenantId
    from hongmao.links.contracts import AdLink

ANSWERS: Final = (TaskAuth.GRANTED, TaskAuth.STANDING, TaskAuth.REFUSED)


class Authorisations:
    """Creators' consent to the use of their notes in ads; the port `Rights` for whoever places them."""

    def __init__(
        self, store: AuthorisationStore, catalog: Catalog, clock: Clock, *, demanded: Callable[[], bool] = lambda: True
    ) -> None:
        """Work on a store. While nothing is `demanded`, authorisations are kept and told, and keep nobody from serving."""
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._demanded = demanded

    def ask(self, who: Principal, note: NoteId, *, why: str = "") -> Authorisation:
        """Ask a creator, in the name of `who`'s tenant; asking again while nobody answered changes nothing."""
        demand(who, Permission.WRITE_LINKS)
        before = self._store.of_note(who.tenant, note)
        if before is not None:
            return self._keep(who, replace(before, state=TaskAuth.ASKED), before, why)
        draft = self._first(who.tenant, note, TaskAuth.ASKED)
        return self._keep(who, draft, None, why)

    def answer(
        self,
        who: Principal,
        note: NoteId,
        state: int,
        *,
        to_ms: int | None = None,
        paid: bool = True,
        registered: bool = False,
        why: str = "",
    ) -> Authorisation:
        """Enter a creator's word (1, 2 or 3), until when it holds, whether the note was paid for, and whether it was filed."""
        demand(who, Permission.WRITE_COMMUNITY)
        if state not in ANSWERS:
            raise rules.refused("state", "应为 1（已授权）、2（自动）或 3（拒绝）", "it should be 1, 2 or 3")
        now_ms = self._clock.now_ms()
        if to_ms is not None and to_ms <= now_ms:
            raise rules.refused("until", "到期日已过", "that day is over")
        wanted = TaskAuth(state)
        before = self._store.of_note(who.tenant, note)
        draft = before or self._first(who.tenant, note, wanted)
        # What already holds goes on holding from its first instant: only its end, or what was paid, is told anew.
        from_ms = draft.from_ms if before is not None and is_live(before, now_ms) else now_ms
        after = replace(draft, state=wanted, to_ms=to_ms, paid=paid, registered=registered, from_ms=from_ms)
        return self._keep(who, after, before, why)

    def file(self, who: Principal, note: NoteId, *, registered: bool, why: str = "") -> Authorisation:
        """Enter that a note was filed (报备), or that its filing was taken back."""
        demand(who, Permission.WRITE_COMMUNITY)
        before = self.get(who.tenant, note)
        return self._keep(who, replace(before, registered=registered), before, why)

    def cancel(self, who: Principal, note: NoteId, *, why: str = "") -> Authorisation:
        """Take a consent or a wish back; from this instant the note serves in no ad of the tenant."""
        demand(who, Permission.WRITE_LINKS)
        before = self.get(who.tenant, note)
        return self._keep(who, replace(before, state=TaskAuth.CANCELLED), before, why)

    def get(self, tenant: TenantId, note: NoteId) -> Authorisation:
        """Find what stands for a note; `AuthorisationUnknown` where nobody asked."""
        found = self._store.of_note(tenant, note)
        if found is None:
            raise AuthorisationUnknown(id=note)
        return found

    def of(self, tenant: TenantId) -> Sequence[Authorisation]:
        """List a tenant's."""
        return self._store.of(tenant)

    def changes(self, tenant: TenantId, note: NoteId) -> Sequence[AuthorisationChange]:
        """Say who did what and why, first to last."""
        return self._store.changes(tenant, self.get(tenant, note).number)

    def live(self, tenant: TenantId, note: NoteId, at_ms: int) -> bool:
        """Tell whether a creator's consent stands at an instant (CREAT-1)."""
        found = self._store.of_note(tenant, note)
        return found is not None and is_live(found, at_ms)

    def faults(self, tenant: TenantId, notes: Collection[str], at_ms: int) -> Mapping[str, str]:
        """Name the notes among some that may not serve, and why; none while nothing is demanded."""
        if not notes or not self._demanded():
            return {}
        known: dict[str, Authorisation] = {one.note: one for one in self._store.of(tenant) if one.note in notes}
        return _faults({note: known.get(note) for note in notes}, at_ms)

    def would_hold(self, links: Iterable[AdLink]) -> dict[LinkId, str]:
        """Say which links must not serve now, and why: every ad of a note needs the consent of whoever wrote it."""
        if not self._demanded():
            return {}
        now_ms = self._clock.now_ms()
        known = {(one.tenant, one.note): one for one in self._store.every()}
        faults = ((link.id, fault_of(known.get((link.tenant, link.note)), now_ms)) for link in links)
        return {link: fault for link, fault in faults if fault is not None}

    def _first(self, tenant: TenantId, note: NoteId, state: TaskAuth) -> Authorisation:
        creator = self._catalog.note(note).creator
        return Authorisation(
            number=0,
            tenant=tenant,
            note=note,
            creator=creator,
            state=state,
            paid=True,
            registered=False,
            from_ms=self._clock.now_ms(),
            to_ms=None,
            version=0,
        )

    def _keep(self, who: Principal, after: Authorisation, before: Authorisation | None, why: str) -> Authorisation:
        rules.check_why(why)
        if after == before:
            return before
        moved = before is None or before.state is not after.state
        if moved and not may_follow(after.state, before.state if before is not None else None):
            raise AuthorisationStands(id=after.note, state=_wire(before), wanted=int(after.state))
        kept = replace(after, version=after.version + 1)
        return self._store.keep(kept, by=who.id, why=why, at_ms=self._clock.now_ms())


def _faults(known: Mapping[str, Authorisation | None], at_ms: int) -> dict[str, str]:
    faults = ((note, fault_of(found, at_ms)) for note, found in known.items())
    return {note: fault for note, fault in faults if fault is not None}


def _wire(authorisation: Authorisation | None) -> str:
    return "—" if authorisation is None else str(int(authorisation.state))
