"""A page is a function of a view model: one frozen dataclass in, HTML out, under one strict policy."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from starlette.responses import HTMLResponse

from hongmao.insight.contracts import DASH
from hongmao.links.contracts import AD_LABEL
from hongmao.web.assets import asset
from hongmao.web.i18n import HTML_LANG, LANGS, NATIVE, catalogue
from hongmao.web.pages.charts import balance, funnel, sparkline, way
from hongmao.web.pages.console import health
from hongmao.web.pages.format import Formats
from hongmao.web.problems import lang_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.kernel.errors import Lang

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "connect-src 'self'; img-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What every page knows of its reader."""

    lang: Lang
    """The language it is written in."""
    here: str
    """Path and query of this page, so that a switch of language comes back to it."""


@functools.cache
def environment(lang: Lang) -> jinja2.Environment:
    """Make the templates' world in one language: everything is escaped, and a name nobody gave is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
    )
    words = catalogue(lang)
    env.globals.update(
        _=words.text,
        code=words.code,
        fmt=Formats(lang),
        asset=asset,
        AD_LABEL=AD_LABEL,
        DASH=DASH,
        lang=lang,
        html_lang=HTML_LANG[lang],
        langs=[(one, HTML_LANG[one], NATIVE[one]) for one in LANGS],
        sparkline=sparkline.draw,
        balance_bar=balance.draw,
        way_line=way.draw,
        funnel_steps=funnel.steps,
        FEED_COLUMNS=health.FEED_COLUMNS,
        SENDING_COLUMNS=health.SENDING_COLUMNS,
        LETTER_COLUMNS=health.LETTER_COLUMNS,
        WAKING_COLUMNS=health.WAKING_COLUMNS,
    )
    return env


def render(
    request: Request, template: str, page: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """Answer with a page. It is made for one reader, so no cache in between may keep it."""
    lang = lang_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    shell = Shell(lang=lang, here=f"{request.url.path}{query}")
    body = environment(lang).get_template(template).render(page=page, shell=shell)
    kept = {
        **HEADERS,
        "Cache-Control": "no-store",
        "Content-Language": HTML_LANG[lang],
        "Vary": "Cookie, Accept-Language",
    }
    return HTMLResponse(body, status_code=status, headers={**kept, **(headers or {})})
