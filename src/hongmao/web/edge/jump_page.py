"""The pages a jump may show: on the way to an app, and where there is no way. Plain HTML that works without a script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import jinja2

from hongmao.links.api import AD_LABEL
from hongmao.web.edge.asgi import Answer
from hongmao.web.edge.words import HTML_LANG, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.kernel.errors import Lang

HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    # The shop learns the click id and nothing else: not the note, not that there was one.
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "vary": "cookie, accept-language, user-agent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeView:
    """What the app page shows. `timer_ms` is how long its script waits for the app after a tap."""

    shop_name: str
    host: str
    open_url: str
    fallback_url: str
    back_url: str
    timer_ms: int
    store_url: str | None
    link: str
    click: str
    """What the page's beacon names: the link and the click, nothing of the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEndView:
    """What is said where a jump leads nowhere. `back_url` is the note's page, None where no note is known."""

    message: str
    hint: str
    back_url: str | None


def wake_page(view: WakeView, *, lang: Lang, asset: Callable[[str], str]) -> Answer:
    """Show the app page."""
    return _page("jump.html", 200, view, lang, asset)


def dead_end(view: DeadEndView, *, status: int, lang: Lang, asset: Callable[[str], str]) -> Answer:
    """Say that there is no way."""
    return _page("dead_end.html", status, view, lang, asset)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hongmao.web.edge"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, status: int, view: WakeView | DeadEndView, lang: Lang, asset: Callable[[str], str]) -> Answer:
    html = (
        _environment()
        .get_template(template)
        .render(page=view, words=WORDS[lang], html_lang=HTML_LANG[lang], AD_LABEL=AD_LABEL, asset=asset)
    )
    return Answer(status, html.encode("utf-8", "replace"), {**HEADERS, "content-language": HTML_LANG[lang]})
