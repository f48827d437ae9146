"""Opening the house for a reading command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hongmao.bootstrap.house import open_house as _open
from hongmao.bootstrap.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.web.services import Services


@contextmanager
def open_house() -> Iterator[Services]:
    """Open the deployment that the environment names, for the length of a command; it may be serving meanwhile."""
    with _open(Settings.read(), read_only=True) as house:
        yield house.services
