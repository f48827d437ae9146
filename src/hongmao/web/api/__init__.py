"""The management API: JSON in, JSON out, for programs with a key and for the consoles' own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.api import goods, links, money, notes, ops, people

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

routes: list[BaseRoute] = [
    *people.routes,
    *goods.routes,
    *notes.routes,
    *links.routes,
    *money.routes,
    *ops.routes,
]
