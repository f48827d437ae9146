"""Who holds a link: every reason to serve it no more is a hold of its own source, and it rests while anybody holds it.

The edge knows one word, `paused`, and it is derived: a store writes it in the transaction that places or lifts a hold. A
merchant's own pause is a hold as well, so that resuming lifts that one and nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.links.errors import HoldSourceUnknown, LinkFieldWrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.ids import LinkId

REASON_CHARS_MAX: Final = 200
PAUSED_BY_MERCHANT: Final = "paused by its merchant"


class HoldSource(StrEnum):
    """Who may hold a link."""

    MERCHANT = "merchant"  # 暂停: its own merchant
    ADMISSION = "admission"  # 准入: the shop, its category or the programme's stage
    POLICY = "policy"  # the way out of the community is closed
    AUTHORISATION = "authorisation"  # 创作者授权: the note may not carry it
    CAMPAIGN = "campaign"  # what the link is bound to does not serve now
    CARE = "care"  # 链接巡检: the page no longer sells what was reviewed
    ONBOARDING = "onboarding"  # not tried yet by its merchant


WHOLE: Final = frozenset({HoldSource.ADMISSION, HoldSource.POLICY, HoldSource.AUTHORISATION, HoldSource.CAMPAIGN})
"""Sources that are worked out anew from what their rooms know: their holds are set all at once, and may be forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHold:
    """One reason why a link rests, and since when it does."""

    link: LinkId
    source: HoldSource
    reason: str
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldChanges:
    """What makes the holds of a source those that are wanted."""

    placed: Mapping[LinkId, str]
    said_anew: Mapping[LinkId, str]
    lifted: frozenset[LinkId]

    def __len__(self) -> int:
        """Count the links concerned."""
        return len(self.placed) + len(self.said_anew) + len(self.lifted)


def changes_between(held: Mapping[LinkId, str], wanted: Mapping[LinkId, str]) -> HoldChanges:
    """Compare what is held with what should be; a hold whose reason alone differs keeps its instant."""
    return HoldChanges(
        placed={link: reason for link, reason in wanted.items() if link not in held},
        said_anew={link: reason for link, reason in wanted.items() if held.get(link, reason) != reason},
        lifted=frozenset(held.keys() - wanted.keys()),
    )


def source_of(word: str, *, whole: bool = False) -> HoldSource:
    """Read a source; `HoldSourceUnknown` for another word, and for one whose holds are not set as a whole where they are."""
    known = sorted(WHOLE if whole else HoldSource)
    if word not in known:
        raise HoldSourceUnknown(source=word, known=", ".join(known))
    return HoldSource(word)


def checked_reason(reason: str) -> str:
    """Give a reason that can be kept and shown; `LinkFieldWrong` for none and for one that is too long."""
    if not 1 <= len(reason) <= REASON_CHARS_MAX:
        raise LinkFieldWrong(
            place="reason",
            expected_zh=f" 1 到 {REASON_CHARS_MAX} 个字符",
            expected_en=f"1 to {REASON_CHARS_MAX} characters",
        )
    return reason
