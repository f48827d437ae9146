"""A deployment for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from web.api.front import Caller, Front, found_tenant, front

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platforms.sandbox.browser import Browser


@pytest.fixture
def opened_front() -> Iterator[tuple[Front, Browser]]:
    """Open a deployment with nobody in it but its administrator."""
    with front() as made:
        yield made


@pytest.fixture
def house(opened_front: tuple[Front, Browser]) -> Front:
    """Give the deployment."""
    return opened_front[0]


@pytest.fixture
def browser(opened_front: tuple[Front, Browser]) -> Browser:
    """Give a browser that stands before it."""
    return opened_front[1]


@pytest.fixture
def admin(house: Front, browser: Browser) -> Caller:
    """Give the administrator's program."""
    return house.caller(browser)


@pytest.fixture
def tenant(admin: Caller) -> str:
    """Found a merchant's tenant with everything that it needs."""
    return found_tenant(admin)
