"""The consent page of a marketplace: who asks, for which shop, yes or no. Sellers are taken to be signed in already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.routing import Route

from hongmao.platforms.sandbox.shop import answers, gate, requests
from hongmao.platforms.sandbox.shop.consent import Consent, Unfit, back_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import Market

PATH: Final = "/oauth/authorize"
_WRONG: Final = {
    "app_unknown": ("没有这个应用", "应用的编号不存在或未在本平台登记，请联系应用方"),
    "back_unknown": ("应用的回调地址未登记", "为避免授权码被送往他处，不会跳转，请联系应用方"),
    "ticket_expired": ("本次授权已过期", "请回到应用重新发起授权"),
    "ticket_used": ("本次授权已经处理过", "请回到应用查看结果，需要时重新发起授权"),
    "shop_unknown": ("请选择一家店铺", "返回上一页，选择要授权的店铺后再提交"),
}


class ConsentDoor:
    """Shows the page and takes the answer. `client` is how the platform calls an app's key."""

    def __init__(self, market: Market, *, client: str) -> None:
        """Stand beside a market."""
        self._market = market
        self._consent = Consent(market)
        self._client = client

    def routes(self) -> Sequence[BaseRoute]:
        """Make the routes of the page."""
        return (Route(PATH, self.show, methods=["GET"]), Route(PATH, self.decide, methods=["POST"]))

    async def show(self, request: Request) -> Response:
        """Ask the seller. What is wrong goes back to the app, unless it is the app or the way back that is wrong."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        params = dict(request.query_params)
        back = params.get("redirect_uri", "")
        try:
            app = self._consent.app(params.get(self._client, ""), back)
        except (Unfit, ValueError) as wrong:  # an address may not even be one
            return _trouble(wrong.why if isinstance(wrong, Unfit) else "back_unknown")
        try:
            ticket, asked = self._consent.begin(app, params, back)
        except Unfit as wrong:
            state = params.get("state", "")
            return answers.onward(back_with(back, error=wrong.code, error_description=wrong.why, state=state))
        page = answers.page(
            "consent.html", app=asked.app, shops=self._market.shops(), ticket=ticket, path=request.url.path
        )
        return _may_lead_to(page, back)

    async def decide(self, request: Request) -> Response:
        """Take the seller's answer and send the browser back with it."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        fields = await requests.fields_of(request)
        ticket = requests.text(fields, "ticket")
        try:
            back = self._consent.back_of(ticket)
            if requests.text(fields, "decision") != "grant":
                return _may_lead_to(answers.onward(self._consent.decide(ticket, None)), back)
            chosen = fields.get("shop", [""])
            return _may_lead_to(answers.onward(self._consent.decide(ticket, chosen[0])), back)
        except Unfit as wrong:
            return _trouble(wrong.why)


def _trouble(why: str) -> Response:
    message, hint = _WRONG[why]
    return answers.page("error.html", status=400, message=message, hint=hint)


def _may_lead_to(response: Response, back: str) -> Response:
    """Let the form lead to where the browser goes next: its answer is a redirect, and browsers hold it to `form-action`."""
    parts = urlsplit(back)
    allowed = answers.PAGE_HEADERS["Content-Security-Policy"].replace(
        "form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}"
    )
    response.headers["Content-Security-Policy"] = allowed
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
