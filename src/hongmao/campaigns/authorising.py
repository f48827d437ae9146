"""授权: whether a creator lets a tenant use a note in ads, until when, and whether the paid note was filed (报备).

    asked 0 ──▶ granted 1 ──▶ cancelled 4        the tenant asks and takes back; the creator's word is entered
      │   └───▶ standing 2 ─┘     │              by whoever speaks for creators: the community's own operator
      └───────▶ refused 3 ────────┴──▶ asked 0

Only 1 and 2 let a note serve, from their first instant until their end. Nothing that follows from the clock is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.ids import CreatorId, NoteId, TenantId


class TaskAuth(IntEnum):
    """授权状态, the market's `task_auth`."""

    ASKED = 0  # 待接受
    GRANTED = 1  # 已授权
    STANDING = 2  # 自动
    REFUSED = 3  # 拒绝
    CANCELLED = 4  # 取消


LIVE: Final = frozenset({TaskAuth.GRANTED, TaskAuth.STANDING})
"""The states in which a note may serve (CREAT-1)."""
NOT_AUTHORISED: Final = "not_authorised"
UNFILED: Final = "unfiled"
_FOLLOWS: Final[Mapping[TaskAuth, frozenset[TaskAuth | None]]] = {
    TaskAuth.ASKED: frozenset({None, TaskAuth.REFUSED, TaskAuth.CANCELLED}),
    TaskAuth.GRANTED: frozenset({None, *TaskAuth}),
    TaskAuth.STANDING: frozenset({None, *TaskAuth}),
    TaskAuth.REFUSED: frozenset({TaskAuth.ASKED}),
    TaskAuth.CANCELLED: frozenset({TaskAuth.ASKED, TaskAuth.GRANTED, TaskAuth.STANDING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """What a tenant may do with one note. `to_ms` is the first instant at which it may no more; None is without end."""

    number: int
    tenant: TenantId
    note: NoteId
    creator: CreatorId
    state: TaskAuth
    paid: bool
    """Whether the creator was paid for the note; only then must it be filed."""
    registered: bool
    """Whether the note was filed (报备)."""
    from_ms: int
    to_ms: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationChange:
    """One change: who did what and why, and how it stood afterwards."""

    authorisation: int
    version: int
    state: TaskAuth
    paid: bool
    registered: bool
    to_ms: int | None
    by: str
    why: str
    at_ms: int


def may_follow(after: TaskAuth, before: TaskAuth | None) -> bool:
    """Tell whether a state may follow another; None is a note that nobody asked for yet.

    A consent may be entered that was never asked for, and once more after it was taken back; what was granted is not
    refused afterwards but cancelled.

    >>> may_follow(TaskAuth.REFUSED, TaskAuth.GRANTED), may_follow(TaskAuth.CANCELLED, TaskAuth.GRANTED)
    (False, True)
    """
    return before in _FOLLOWS[after]


def is_live(authorisation: Authorisation, at_ms: int) -> bool:
    """Tell whether the creator's consent stands at an instant (CREAT-1)."""
    ends = authorisation.to_ms
    return authorisation.state in LIVE and authorisation.from_ms <= at_ms and (ends is None or at_ms < ends)


def fault_of(authorisation: Authorisation | None, at_ms: int) -> str | None:
    """Say what keeps a note from serving at an instant: no live consent (CREAT-1), or a paid note not filed (CREAT-2)."""
    if authorisation is None or not is_live(authorisation, at_ms):
        return NOT_AUTHORISED
    return UNFILED if authorisation.paid and not authorisation.registered else None
