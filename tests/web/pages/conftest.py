"""The pages before a house of cardboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from web.pages.client import Visitor
from web.pages.fakes import make_app

if TYPE_CHECKING:
    from starlette.applications import Starlette


@pytest.fixture
def app() -> Starlette:
    return make_app()


@pytest.fixture
def visitor(app: Starlette) -> Visitor:
    return Visitor(app)
