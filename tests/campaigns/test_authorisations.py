"""A creator's consent over real stores, on a clock that is set: what serves, from when until when, and who said so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.campaigns.api import (
    Authorisation,
    Authorisations,
    AuthorisationStands,
    AuthorisationUnknown,
    TaskAuth,
    TermRefused,
    fault_of,
    is_live,
)
from hongmao.campaigns.authorising import may_follow
from hongmao.catalog.api import NotAllowed, NothingThere, Principal, Role
from hongmao.kernel.ids import CreatorId, LinkId, NoteId, TenantId
from hongmao.kernel.time import DAY_MS, instant
from hongmao.storage.authorisations import SqlAuthorisationStore
from links.factories import link
from storage.opened import ALLIANCE_DAY, ROOT, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.opened import House

NOTE: Final = NoteId("note-1")
END_MS: Final = instant("2025-06-21T00:00:00+08:00")
LINK: Final = replace(link(), tenant=TenantId("t1"))
STOOD: Final = Authorisation(
    number=1,
    tenant=TenantId("t1"),
    note=NOTE,
    creator=CreatorId("creator-1"),
    state=TaskAuth.GRANTED,
    paid=True,
    registered=True,
    from_ms=ALLIANCE_DAY,
    to_ms=END_MS,
    version=1,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A house with one note, a tenant, and the operator who stands in it."""

    house: House
    acts: Authorisations
    tenant: Principal
    operator: Principal

    def at(self, text: str) -> None:
        """Let the clock jump."""
        self.house.clock.set(instant(text))

    def held(self) -> dict[str, str]:
        """Say what a turn of the house's gatekeeper would hold now."""
        return {str(key): value for key, value in self.acts.would_hold([LINK]).items()}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with house() as made:
        tenant = made.tenant("t1")
        made.catalog.add_creator(ROOT, name="阿橙", bio="", id="creator-1")
        made.catalog.add_note(
            ROOT,
            creator=CreatorId("creator-1"),
            type="picture",
            title="说点实话",
            body="。",
            topic="美妆个护",
            cover="note-1",
            id=NOTE,
        )
        acts = Authorisations(SqlAuthorisationStore(made.database), made.catalog, made.clock)
        yield Desk(made, acts, tenant, replace(ROOT, tenant=tenant.tenant))


def test_CREAT_1_a_note_serves_from_the_creator_s_word_until_it_is_taken_back(desk: Desk) -> None:
    assert desk.held() == {"link-1": "not_authorised"}
    desk.acts.ask(desk.tenant, NOTE, why="618 蓄水")
    assert desk.held() == {"link-1": "not_authorised"}
    desk.acts.answer(desk.operator, NOTE, 1, to_ms=END_MS, registered=True, why="达人 5 月 7 日接受")
    assert desk.held() == {}
    desk.at("2025-05-20T09:00:00+08:00")
    desk.acts.cancel(desk.tenant, NOTE, why="合作终止")
    assert desk.held() == {"link-1": "not_authorised"}
    told = desk.acts.changes(TenantId("t1"), NOTE)
    assert [(int(one.state), one.by, one.why) for one in told] == [
        (0, "user-t1", "618 蓄水"),
        (1, "root", "达人 5 月 7 日接受"),
        (4, "user-t1", "合作终止"),
    ]
    assert [one.at_ms for one in told] == [ALLIANCE_DAY, ALLIANCE_DAY, instant("2025-05-20T09:00:00+08:00")]


def test_CREAT_1_a_consent_ends_with_the_last_instant_of_its_last_day(desk: Desk) -> None:
    desk.acts.answer(desk.operator, NOTE, 2, to_ms=END_MS, registered=True)
    desk.at("2025-06-20T23:59:59+08:00")
    assert desk.held() == {}
    desk.at("2025-06-21T00:00:00+08:00")
    assert desk.held() == {"link-1": "not_authorised"}
    assert desk.acts.get(TenantId("t1"), NOTE).state is TaskAuth.STANDING  # that it is over is derived and not kept
    desk.acts.answer(desk.operator, NOTE, 2, to_ms=END_MS + 30 * DAY_MS, registered=True)
    assert desk.held() == {}
    desk.at("2025-06-20T23:00:00+08:00")  # a clock set back finds no consent that had not begun
    assert desk.held() == {"link-1": "not_authorised"}


@pytest.mark.parametrize("state", TaskAuth)
def test_CREAT_1_states_1_and_2_serve_and_no_other(state: TaskAuth) -> None:
    stood = replace(STOOD, state=state)
    assert is_live(stood, ALLIANCE_DAY) == (int(state) in {1, 2})
    assert (fault_of(stood, ALLIANCE_DAY) is None) == (int(state) in {1, 2})


@given(
    state=st.sampled_from(TaskAuth),
    paid=st.booleans(),
    registered=st.booleans(),
    lasts=st.none() | st.integers(1, 1_000),
    after=st.integers(-1_000, 1_000),
)
def test_CREAT_1_CREAT_2_what_keeps_a_note_from_serving_is_one_of_two_things(
    state: TaskAuth, after: int, lasts: int | None, *, paid: bool, registered: bool
) -> None:
    ends = None if lasts is None else ALLIANCE_DAY + lasts
    stood = replace(STOOD, state=state, paid=paid, registered=registered, to_ms=ends)
    consents = int(state) in {1, 2} and 0 <= after < (2_000 if lasts is None else lasts)
    expected = "not_authorised" if not consents else "unfiled" if paid and not registered else None
    assert fault_of(stood, ALLIANCE_DAY + after) == expected


def test_CREAT_2_a_paid_note_serves_only_while_it_is_filed_and_an_unpaid_one_without(desk: Desk) -> None:
    desk.acts.answer(desk.operator, NOTE, 1, to_ms=END_MS)
    assert desk.held() == {"link-1": "unfiled"}
    desk.acts.file(desk.operator, NOTE, registered=True, why="备案号 2025-0507-1")
    assert desk.held() == {}
    desk.acts.file(desk.operator, NOTE, registered=False, why="备案被撤回")
    assert desk.held() == {"link-1": "unfiled"}
    desk.acts.answer(desk.operator, NOTE, 1, to_ms=END_MS, paid=False, why="品牌自有账号")
    assert desk.held() == {}


def test_a_tenant_never_answers_itself(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.acts.answer(desk.tenant, NOTE, 1)
    with pytest.raises(NotAllowed):
        desk.acts.file(desk.tenant, NOTE, registered=True)
    with pytest.raises(NotAllowed):
        desk.acts.ask(replace(desk.tenant, role=Role.ANALYST), NOTE)
    with pytest.raises(NotAllowed):
        desk.acts.cancel(replace(desk.tenant, role=Role.FINANCE), NOTE)
    assert desk.acts.of(TenantId("t1")) == []


def test_steps_that_do_not_follow_are_refused_and_change_nothing(desk: Desk) -> None:
    with pytest.raises(AuthorisationUnknown):
        desk.acts.cancel(desk.tenant, NOTE)
    with pytest.raises(AuthorisationStands):
        desk.acts.answer(desk.operator, NOTE, 3)
    with pytest.raises(NothingThere):
        desk.acts.ask(desk.tenant, NoteId("note-9"))
    with pytest.raises(TermRefused) as over:
        desk.acts.answer(desk.operator, NOTE, 1, to_ms=ALLIANCE_DAY)
    assert over.value.params["place"] == "until"
    for state in (0, 4, 5, -1):
        with pytest.raises(TermRefused):
            desk.acts.answer(desk.operator, NOTE, state)
    for why in ("x" * 201, "two\nlines", " "):
        with pytest.raises(TermRefused):
            desk.acts.ask(desk.tenant, NOTE, why=why)
    assert desk.acts.of(TenantId("t1")) == []
    asked = desk.acts.ask(desk.tenant, NOTE)
    assert desk.acts.ask(desk.tenant, NOTE) == asked  # asked once
    refused = desk.acts.answer(desk.operator, NOTE, 3)
    with pytest.raises(AuthorisationStands) as wrong:
        desk.acts.cancel(desk.tenant, NOTE)
    assert wrong.value.params == {"id": NOTE, "state": "3", "wanted": 4}
    assert desk.acts.get(TenantId("t1"), NOTE) == refused
    assert desk.acts.ask(desk.tenant, NOTE).version == 3


def test_what_follows_what() -> None:
    befores = [None, *TaskAuth]
    told = {
        after: [before if before is None else int(before) for before in befores if may_follow(after, before)]
        for after in TaskAuth
    }
    assert told == {
        TaskAuth.ASKED: [None, 3, 4],
        TaskAuth.GRANTED: [None, 0, 1, 2, 3, 4],
        TaskAuth.STANDING: [None, 0, 1, 2, 3, 4],
        TaskAuth.REFUSED: [0],
        TaskAuth.CANCELLED: [0, 1, 2],
    }


def test_each_tenant_has_its_own_and_sees_no_other(desk: Desk) -> None:
    other = desk.house.tenant("t2")
    desk.acts.answer(desk.operator, NOTE, 1, registered=True)
    assert desk.acts.of(TenantId("t2")) == []
    assert not desk.acts.live(TenantId("t2"), NOTE, ALLIANCE_DAY)
    assert desk.acts.live(TenantId("t1"), NOTE, ALLIANCE_DAY)
    with pytest.raises(AuthorisationUnknown):
        desk.acts.cancel(other, NOTE)
    theirs = replace(LINK, id=LinkId("link-2"), tenant=TenantId("t2"))
    assert desk.acts.would_hold([LINK, theirs]) == {"link-2": "not_authorised"}


def test_while_nothing_is_demanded_nobody_is_kept_from_serving(desk: Desk) -> None:
    demanded = [False]
    store = SqlAuthorisationStore(desk.house.database)
    acts = Authorisations(store, desk.house.catalog, desk.house.clock, demanded=lambda: demanded[0])
    assert acts.would_hold([LINK]) == {}
    assert acts.faults(TenantId("t1"), {NOTE}, ALLIANCE_DAY) == {}
    demanded[0] = True
    assert acts.would_hold([LINK]) == {"link-1": "not_authorised"}
    assert acts.faults(TenantId("t1"), {NOTE}, ALLIANCE_DAY) == {NOTE: "not_authorised"}
