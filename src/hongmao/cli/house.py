"""Opening the house for a reading command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hongmao.bootstrap.house import open_house as _open
from hongmao.bootstrap.settings import Settings
from hongmao.catalog.api import PLATFORM, Principal, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.catalog.api import Catalog, Merchant
    from hongmao.web.services import Services

_OPERATOR = Principal(id="cli", tenant=PLATFORM, role=Role.ADMIN, name="hongmao")
_PAGE = 500


@contextmanager
def open_house() -> Iterator[Services]:
    """Open the deployment that the environment names, for the length of a command; it may be serving meanwhile."""
    with _open(Settings.read(), read_only=True) as house:
        yield house.services


def merchants_of(catalog: Catalog, merchant: str | None) -> Iterator[Merchant]:
    """List every merchant of the house by id, or the one that is asked for."""
    after = ""
    while page := catalog.merchants(_OPERATOR, after=after, limit=_PAGE):
        yield from (one for one in page if merchant in (None, one.id))
        after = page[-1].id
