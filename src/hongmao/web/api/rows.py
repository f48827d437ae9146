"""Lists, page by page: rows under their name, and the id to go on after; null where there is no more."""

from __future__ import annotations

from itertools import dropwhile, islice
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.web.api.reading import Page


class Row(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Name the row."""
        ...


R = TypeVar("R", bound=Row)


def page_of(name: str, rows: Sequence[Row], page: Page) -> dict[str, object]:
    """Write one page: `{"tenants": [...], "next": "tenant-7"}`; ask for the next with `?after=tenant-7`."""
    full = len(rows) == page.rows
    return {name: rows, "next": rows[-1].id if full else None}


def cut(rows: Iterable[R], page: Page) -> list[R]:
    """Take one page of a list that comes whole."""
    rest = islice(dropwhile(lambda row: row.id != page.after, rows), 1, None) if page.after else iter(rows)
    return list(islice(rest, page.rows))
