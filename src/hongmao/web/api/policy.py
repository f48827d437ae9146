"""`/v1/policy/…`: the deployment's preset, the routes that owners chose for their products, the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.time import day_of
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Standing, id_or_none

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class PresetBody(Standing, frozen=True, kw_only=True):
    """open, mixed or closed, and why."""

    preset: str
    why: str


class RouteBody(Standing, frozen=True, kw_only=True):
    """Where a product is sold, beside what each route is expected to bring of one sale."""

    spu: str
    route: str
    why: str
    in_site_fen: int | None = None
    external_fen: int | None = None


class RoutesQuery(Standing, frozen=True, kw_only=True):
    """Of which product; of all without it."""

    spu: str | None = None


def _preset(call: Call, _query: Standing) -> object:
    return call.services.policy.preset()


def _set_preset(call: Call, body: PresetBody) -> object:
    return Made(call.services.policy.set_preset(call.who, body.preset, why=body.why))


def _choose(call: Call, body: RouteBody) -> object:
    choice = call.services.policy.choose(
        call.who,
        body.spu,
        body.route,
        why=body.why,
        in_site_fen=body.in_site_fen,
        external_fen=body.external_fen,
    )
    return Made({**msgspec.to_builtins(choice), "better": choice.better})


def _routes(call: Call, query: RoutesQuery) -> object:
    chosen = call.services.policy.choices(call.who, id_or_none(query.spu, place="spu"))
    return {"routes": [{**msgspec.to_builtins(one), "better": one.better} for one in chosen]}


def _calendar(call: Call, _query: Standing) -> object:
    today = day_of(call.services.clock.now_ms())
    now = call.services.policy.phase_of(today)
    phase = {"calendar": now[0].key, "phase": now[1].id} if now else None
    return {"today": today, "now": phase, "calendars": call.services.policy.calendar()}


routes = [
    door(
        "/v1/policy/preset",
        get=Act(Permission.READ_REPORTS, Standing, _preset),
        post=Act(Permission.MANAGE_ADMISSION, PresetBody, _set_preset),
    ),
    door(
        "/v1/policy/routes",
        get=Act(Permission.READ_CATALOG, RoutesQuery, _routes),
        post=Act(Permission.WRITE_CATALOG, RouteBody, _choose),
    ),
    door("/v1/policy/calendar", get=Act(Permission.READ_REPORTS, Standing, _calendar)),
]
