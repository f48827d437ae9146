"""A deployment for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
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


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Front, Browser]]:
    """Open one deployment with two merchants for a whole module: what is refused leaves nothing behind."""
    with front() as made:
        admin = made[0].caller(made[1])
        found_tenant(admin, 1)
        found_tenant(admin, 2)
        yield made


@pytest.fixture(scope="module")
def admin_of(stage: tuple[Front, Browser]) -> Caller:
    """Give the administrator's program there."""
    return stage[0].caller(stage[1])


@pytest.fixture(scope="module")
def everybody(stage: tuple[Front, Browser]) -> list[Caller]:
    """Give one of each who may call."""
    house, browser = stage
    roles = [(Role.ADMIN, "platform"), (Role.OPTIMISER, "tenant-1"), (Role.OPS, "tenant-2")]
    return [house.caller(browser, role, tenant) for role, tenant in roles]
