"""The control door's side of shops and those who may ask about them: apps that sellers grant access to, and shops' scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from starlette.routing import Route

from hongmao.kernel.ids import ID_PATTERN
from hongmao.platforms.sandbox.shop import answers, control, requests, stock
from hongmao.platforms.sandbox.shop.contracts import ShopMark
from hongmao.platforms.sandbox.shop.desk import acts_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN.removesuffix("$") + r"\Z")]
_Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,31}\Z")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Platform = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]


class GatewayAppForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app that a marketplace's sellers may open their shops to."""

    platform: _Platform
    app_key: _Id
    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    name: _Name
    backs: Annotated[list[Annotated[str, msgspec.Meta(max_length=2000)]], msgspec.Meta(min_length=1, max_length=20)]
    """Where its callbacks stand: these addresses and the paths below them."""


class ShopScoresForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a marketplace says of a shop from now on; what the body leaves out it does not say."""

    shop_id: _Id
    kind: _Word | None = None
    badge: _Word | None = None
    category: _Name | None = None
    scores: dict[_Word, Annotated[str, msgspec.Meta(max_length=32)]] = {}
    """Texts, told on to the character: also such as no platform should tell."""
    observed_at_ms: Annotated[int, msgspec.Meta(ge=0, le=10**14)] | None = None
    """When it was observed; left out, it is observed anew at the beginning of every day."""


async def gateway_apps(request: Request) -> Response:
    """Let a gateway know an app, or change its secret, name and callbacks. What was granted it before stays granted."""
    form = await control.read_form(request, GatewayAppForm)
    for place, back in enumerate(form.backs):
        control.check_url(back, f"backs[{place}]")
    with acts_of(request).act() as act:
        act.sql.execute(
            "INSERT OR REPLACE INTO gateway_app (platform, app_key, secret, name, backs) VALUES (?, ?, ?, ?, ?)",
            (form.platform, form.app_key, form.secret, form.name, msgspec.json.encode(form.backs).decode()),
        )
    return answers.told({"platform": form.platform, "app_key": form.app_key})


async def shop_scores(request: Request) -> Response:
    """评分: say which kind of shop one is, what stands beside its name, and how it is scored."""
    form = await control.read_form(request, ShopScoresForm)
    with acts_of(request).act() as act:
        stock.set_shop_mark(act.sql, ShopMark(**msgspec.structs.asdict(form)))
    return answers.told(form)


ROUTES = [
    Route(f"{requests.CONTROL_PREFIX}/gateway-apps", gateway_apps, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/shop-scores", shop_scores, methods=["POST"]),
]
