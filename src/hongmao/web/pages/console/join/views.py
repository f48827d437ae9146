"""What the screens of joining show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.catalog.api import Shop
    from hongmao.kernel.errors import Lang
    from hongmao.onboarding.api import (
        JoinedLink,
        NoteOffered,
        OfferedItem,
        PlatformOffered,
        RunningCampaign,
        Step,
        TriedLink,
    )
    from hongmao.web.pages.console.views import Frame

    Words = Mapping[Lang, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMark:
    """A step in the row of steps."""

    name: str
    number: int
    done: bool
    href: str | None
    """Where it can be looked at; None where it cannot yet."""
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion of a verdict, as a merchant reads it."""

    what: Words
    required: str
    found: str
    ok: bool
    outcome: Words
    mend: str | None
    """The key of what to do about it; None where it is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantNotice:
    """A grant that its merchant has to give again, or is told to be patient about."""

    phase: str
    until_ms: int | None
    why: str | None
    """The platform's word; None where it said none."""
    interrupted: bool
    href: str | None
    """Where the shop is connected again; None where there is nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopVerdict:
    """A connected shop and how it stands."""

    id: str
    name: str
    platform: str
    passes: bool
    status: Words
    mark: str
    held: Words | None
    criteria: tuple[Criterion, ...]
    at_ms: int
    wants_category: bool
    grant: GrantNotice | None
    """None where the grant needs nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountScreen:
    """1 注册: what was typed before, so that only the password is typed again."""

    name: str
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopScreen:
    """2 接入店铺."""

    platforms: tuple[PlatformOffered, ...]
    shops: tuple[ShopVerdict, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesScreen:
    """3 选商品和笔记."""

    shops: tuple[tuple[Shop, Sequence[OfferedItem]], ...]
    notes: tuple[NoteOffered, ...]
    word: str
    item: str
    """Which item is chosen, as `shop/item`."""
    chosen: frozenset[str]
    lent: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkScreen:
    """4 建链与联调."""

    links: tuple[JoinedLink, ...]
    url: str
    """Where the newest link leads, as its template."""
    tried: TriedLink | None
    approved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetScreen:
    """5 预算与出价."""

    item: str
    links: int
    tried: bool
    budget: str
    bid: str
    first: int
    after: int
    balance_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningScreen:
    """6 投放中."""

    campaigns: tuple[RunningCampaign, ...]
    marks: Mapping[int, str]
    balance_fen: int | None
    links: tuple[JoinedLink, ...]


Screen = AccountScreen | ShopScreen | NotesScreen | LinkScreen | BudgetScreen | RunningScreen


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPage:
    """入驻."""

    frame: Frame | None
    """None for somebody who has no account yet."""
    step: Step
    steps: tuple[StepMark, ...]
    problem: str | None
    """Why what was asked last was refused, in the reader's language."""
    told: str | None
    """The key of what has just been done."""
    screen: Screen
    works: bool
