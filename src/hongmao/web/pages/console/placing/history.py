"""Versions: what one change of a campaign, unit or creative changed, field by field, in the words of the forms."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.campaigns.api import TimePeriod, slots_of
from hongmao.kernel.ids import UserId
from hongmao.kernel.money import Money
from hongmao.web.i18n import catalogue
from hongmao.web.pages.console.placing.words import TERMS_SHOWN
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from hongmao.campaigns.api import Change
    from hongmao.kernel.errors import Lang
    from hongmao.web.i18n import Catalogue

FEN: Final = frozenset({"campaign_day_budget", "account_day_budget"})
ENUMS: Final = {name: name for name in TERMS_SHOWN} | dict.fromkeys(
    ("smart_switch", "search_flag", "feed_flag"), "switch"
)
FOLLOWS: Final = frozenset({"asset_event", "promotion_target"})
"""What a form works out from other fields of its own."""
NAMES: Final = {"time_period": "hours", "deeplink_id": "way", "universal_link_id": "way"}
WAYS: Final = frozenset({"deeplink_id", "universal_link_id"})
VALUE_CHARS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field before and after; None is empty."""

    field: str
    before: str | None
    after: str | None


def differences(
    before: Change | None,
    after: Change,
    lang: Lang,
    *,
    in_yuan: frozenset[str] = FEN,
    ways: Mapping[int, str] = MappingProxyType({}),
) -> tuple[Difference, ...]:
    """Say what a change changed; nothing where it is the first, or changed a state or a binding alone.

    `in_yuan` names the fields that are kept in fen: a bid is one, where its campaign does not bid for ROI. `ways` gives the
    addresses of direct links by number.
    """
    if before is None:
        return ()
    words = catalogue(lang)
    found = []
    for field in after.terms.__struct_fields__:
        was, now = getattr(before.terms, field, None), getattr(after.terms, field)
        if field in WAYS:
            was, now = ways.get(was or 0, was), ways.get(now or 0, now)
        if (was or None) != (now or None) and field not in FOLLOWS:
            name = words.texts.get(f"placing.field.{NAMES.get(field, field)}", field)
            found.append(
                Difference(
                    field=name, before=_said(words, field, was, in_yuan), after=_said(words, field, now, in_yuan)
                )
            )
    return tuple(found)


def who_of(request: Request, by: str) -> str:
    """Name whoever made a change: a person by name, a program by its key."""
    who = services_of(request).catalog.principal_of_user(UserId(by))
    return by if who is None else who.name


def _said(words: Catalogue, field: str, value: object, in_yuan: frozenset[str]) -> str | None:
    if value is None or value in ("", []):
        return None
    if field in in_yuan and isinstance(value, int):
        return str(Money(value))
    if field in ENUMS:
        values = value if isinstance(value, list) else [value]
        return ", ".join(words.code(f"term.{ENUMS[field]}", str(one)) for one in values)
    if isinstance(value, TimePeriod):
        return "; ".join(
            f"{' '.join(words.text(f'placing.day.{day}') for day in slot.days)} {slot.first}–{slot.after}"
            for slot in slots_of(value)
        )
    text = str(value) if isinstance(value, str | int | float) else msgspec.json.encode(value).decode()
    return text if len(text) <= VALUE_CHARS else f"{text[:VALUE_CHARS]}…"
