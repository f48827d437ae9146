"""`GET /j/{link}`: from a tap's request to a jump's answer, and from the answer to HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never
from urllib.parse import parse_qsl, quote

from hongmao.kernel.errors import HongmaoError, Unavailable
from hongmao.links.api import JumpRequest, LinkNotLive, LinkUnknown, NotLive, Redirect, WakePage, host_of, read_media
from hongmao.web.edge.asgi import Answer, answer_error, headers_of
from hongmao.web.edge.jump_page import DeadEndView, WakeView, dead_end, wake_page
from hongmao.web.edge.reader import read_reader
from hongmao.web.problems import lang_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.links.api import JumpAnswer
    from hongmao.web.edge.asgi import Scope
    from hongmao.web.edge.origin import Origins
    from hongmao.web.services import EdgeServices

# By these a browser owns up to fetching before anybody tapped.
PURPOSES: Final = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_FIELDS_MAX: Final = 16
_QUERY_CHARS_MAX: Final = 2_048
URL_SAFE: Final = ":/?#[]@!$&'()*+,;=%~-._"
REDIRECT: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


class JumpEndpoint:
    """Answers taps over HTTP."""

    def __init__(self, services: EdgeServices, asset: Callable[[str], str], origins: Origins) -> None:
        """Work with the house's services."""
        self._services = services
        self._asset = asset
        self._origins = origins

    async def answer(self, scope: Scope, link: str) -> Answer:
        """Answer one tap; only the click that was kept is answered with a way."""
        headers = headers_of(scope)
        try:
            answer = await self._services.jump.ask(self._request(scope, headers, link))
        except LinkUnknown as error:
            return self._dead_end(headers, error, None)
        except Unavailable as error:
            return answer_error(error)
        return self._respond(headers, answer)

    def _request(self, scope: Scope, headers: Mapping[str, str], link: str) -> JumpRequest:
        asked, reader = query_of(scope.get("query_string", b"")), read_reader(headers)
        whence = self._origins.whence(scope, headers, reader)
        return JumpRequest(
            link=link,
            method=scope["method"],
            user_agent=headers.get("user-agent", ""),
            purpose=" ".join(headers[name] for name in PURPOSES if name in headers),
            impression=asked.get("i"),
            seal=asked.get("s"),
            reader=reader,
            placement=asked.get("p", "note"),
            media=read_media(asked),
            device=whence.device,
            net=whence.net,
        )

    def _respond(self, headers: Mapping[str, str], answer: JumpAnswer) -> Answer:
        match answer:
            case Redirect(url=url):
                return Answer(302, b"", {**REDIRECT, "location": quote(url, safe=URL_SAFE)})
            case WakePage():
                return wake_page(self._view(answer), lang=lang_asked(headers), asset=self._asset)
            case NotLive(link=link):
                return self._dead_end(headers, LinkNotLive(link=link.id), f"/n/{link.note}")
            case _:
                assert_never(answer)

    def _view(self, answer: WakePage) -> WakeView:
        shop = self._services.catalog.shops_known((answer.link.shop,)).get(answer.link.shop)
        return WakeView(
            shop_name=answer.link.title if shop is None else shop.name,
            host=host_of(answer.fallback_url),
            open_url=answer.open_url,
            fallback_url=answer.fallback_url,
            back_url=f"/n/{answer.link.note}",
            timer_ms=self._services.jump.timer_ms,
            store_url=answer.store_url,
            link=answer.link.id,
            click=answer.click_id,
        )

    def _dead_end(self, headers: Mapping[str, str], error: HongmaoError, back_url: str | None) -> Answer:
        if "application/json" in headers.get("accept", ""):
            return answer_error(error)
        lang = lang_asked(headers)
        view = DeadEndView(message=error.message(lang), hint=error.hint(lang), back_url=back_url)
        return dead_end(view, status=error.status, lang=lang, asset=self._asset)


def query_of(query: bytes) -> dict[str, str]:
    """Read the query; one that is absurdly long or full reads as empty, which proves no label."""
    text = query.decode("latin-1")
    if len(text) > _QUERY_CHARS_MAX:
        return {}
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError:
        return {}
