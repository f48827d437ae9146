"""A browser without a screen: keeps cookies, says where it comes from, follows a redirect only when told to."""

from __future__ import annotations

import asyncio
import html
import re
from typing import TYPE_CHECKING

import httpx

from web.pages.fakes import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.applications import Starlette

ORIGIN = "http://127.0.0.1"


class Visitor:
    """One person's browser."""

    def __init__(self, app: Starlette, lang: str = "zh") -> None:
        self.app = app
        self._cookies = httpx.Cookies()
        self._cookies.set("hm_lang", lang, domain="127.0.0.1")

    def get(self, path: str, headers: dict[str, str] | None = None, *, follow: bool = False) -> httpx.Response:
        return self._ask("GET", path, headers=headers, follow=follow)

    def post(
        self,
        path: str,
        form: Mapping[str, str | list[str]] | None = None,
        headers: dict[str, str] | None = None,
        *,
        follow: bool = False,
    ) -> httpx.Response:
        own = {"origin": ORIGIN, **(headers or {})}
        return self._ask("POST", path, form=form or {}, headers=own, follow=follow)

    def upload(self, path: str, form: dict[str, str], name: str, content: bytes) -> httpx.Response:
        """Post a form with one file."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=self._cookies) as client:
                return await client.post(path, data=form, files={"file": (name, content)}, headers={"origin": ORIGIN})

        return asyncio.run(ask())

    def sign_in(self, login: str) -> Visitor:
        answer = self.post("/console/login", {"login": login, "password": PASSWORD})
        assert answer.status_code == 303
        return self

    def _ask(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str | list[str]] | None = None,
        headers: dict[str, str] | None,
        follow: bool,
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=self._cookies) as client:
                answer = await client.request(method, path, data=form, headers=headers, follow_redirects=follow)
                self._cookies = client.cookies
                return answer

        return asyncio.run(ask())


def words_of(answer: httpx.Response) -> str:
    """Read a page as a person does: the text between the tags."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))


def table(answer: httpx.Response, name: str) -> list[list[str]]:
    """Read a table's body: one list of texts a row."""
    found = re.search(rf'<table[^>]*id="{name}".*?</table>', answer.text, re.DOTALL)
    assert found is not None
    body = found[0].split("<tbody>")[1]
    return [
        [
            html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", cell))).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr.*?>(.*?)</tr>", body, re.DOTALL)
    ]
