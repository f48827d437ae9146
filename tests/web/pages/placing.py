"""A house with the pages of campaigns in front, and a person who fills in their forms as a browser would send them."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from hongmao.catalog.api import Role
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import TenantId
from hongmao.web.pages import error_page
from hongmao.web.pages import routes as pages
from storage.opened import ROOT
from web.juguang.gate import gate
from web.pages.client import Visitor
from web.pages.fakes import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Noun, Placed
    from web.juguang.gate import Gate

LIST = "/console/campaigns"
NEW = f"{LIST}/new?account=1"


def _page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HongmaoError)
    return error_page(request, error)


@contextmanager
def house() -> Iterator[Gate]:
    with gate() as made:
        made.front.app.router.routes.extend(pages)
        made.front.app.add_exception_handler(HongmaoError, _page)
        nobody_joins = SimpleNamespace(accounts=SimpleNamespace(signs_up=False))
        services = made.front.app.state.services
        made.front.app.state.services = replace(services, onboarding=cast("Any", nobody_joins))
        for number in (1, 2):
            at_home = replace(ROOT, tenant=TenantId(f"tenant-{number}"))
            role = Role.OPTIMISER
            made.front.catalog.add_user(at_home, login=f"mei{number}", password=PASSWORD, name="梅", role=role)
        reads = replace(ROOT, tenant=TenantId("tenant-1"))
        made.front.catalog.add_user(reads, login="reader", password=PASSWORD, name="读", role=Role.ANALYST)
        yield made


def visitor(opened: Gate, login: str = "mei1", lang: str = "zh") -> Visitor:
    return Visitor(opened.front.app, lang).sign_in(login)


def things(opened: Gate, noun: Noun) -> list[Placed]:
    [account] = opened.front.campaigns.advertisers(TenantId("tenant-1"))
    return list(opened.front.campaigns.of(account, noun))


def fault(answer: httpx.Response, field: str) -> str:
    """Read what stands as wrong at a field; empty where nothing does."""
    found = re.search(rf'<strong class="fault" id="{field}-fault">(.*?)</strong>', answer.text)
    return html.unescape(found[1]) if found else ""


def filled(answer: httpx.Response) -> dict[str, str | list[str]]:
    """Read a page's form as a browser would send it."""
    form = answer.text.split('<form class="stack"')[1].split("</form>")[0]
    told: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        marks = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if marks.get("type") not in {"checkbox", "radio"} or " checked" in tag:
            told.setdefault(marks["name"], []).append(html.unescape(marks["value"]))
    for name, inner in re.findall(r'<select id="[^"]*" name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        chosen = [value for value, mark in options if mark] or [options[0][0]]
        told.setdefault(name, []).append(html.unescape(chosen[0]))
    for name, inner in re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        told.setdefault(name, []).append(html.unescape(inner))
    return {name: values[0] if len(values) == 1 else values for name, values in told.items()}


def with_way(answer: httpx.Response) -> dict[str, str | list[str]]:
    """Fill in a new form and let it lead where the first choice leads."""
    marks = re.findall(r'<option value="([0-9a-f]{16})"', answer.text)
    return {**filled(answer), "way": marks[0], "campaign_name": "618 种草直达"}
