"""How the market writes things: times as `2025-05-07 10:00:00` in Shanghai, terms with what is absent left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from hongmao.kernel.time import day_of, iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.campaigns.api import Placed

T = TypeVar("T", bound=msgspec.Struct)


def written(at_ms: int) -> str:
    """Write an instant.

    >>> written(1746583200000)
    '2025-05-07 10:00:00'
    """
    return iso(at_ms)[:19].replace("T", " ")


def terms_of(kind: type[T], sent: msgspec.Struct) -> T:
    """Take the terms out of a body that holds more."""
    return kind(**{name: getattr(sent, name) for name in kind.__struct_fields__})


def plain(terms: msgspec.Struct) -> dict[str, Any]:
    """Write terms as they were sent, without what is absent."""
    told: dict[str, Any] = msgspec.to_builtins(terms)
    return told


def created_between(rows: Iterable[Placed], first: str | None, last: str | None) -> list[Placed]:
    """Keep what was made on the days from `first` to `last`, both `yyyy-MM-dd` and already checked."""
    days = ((one, day_of(one.created_at_ms).isoformat()) for one in rows)
    return [one for one, day in days if (not first or day >= first) and (not last or day <= last)]
