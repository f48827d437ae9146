"""`/v1/coinvest`: programmes that pay a part of what merchants' clicks cost, who is in them, and how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Sent, Standing, moment

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class ProgrammeBody(Sent, frozen=True, kw_only=True):
    """共投计划: of each own + match parts of a click's price the match is paid by the programme, up to its cap."""

    id: str
    own_parts: int
    match_parts: int
    cap_fen: int
    from_: str = msgspec.field(name="from")
    to: str
    member_cap_fen: int | None = None
    credits_refunds: bool = False


class MemberBody(Standing, frozen=True, kw_only=True):
    """Whether a merchant takes part from now on."""

    merchant: str
    joined: bool


def _programmes(call: Call, _query: Sent) -> object:
    return {"programmes": call.services.billing.coinvest.running(call.who)}


def _found(call: Call, body: ProgrammeBody) -> object:
    running = call.services.billing.coinvest.found(
        call.who,
        body.id,
        own_parts=body.own_parts,
        match_parts=body.match_parts,
        cap_fen=body.cap_fen,
        member_cap_fen=body.member_cap_fen,
        from_ms=moment(body.from_, place="from"),
        to_ms=moment(body.to, place="to"),
        credits_refunds=body.credits_refunds,
    )
    return running if running.duplicate else Made(running)


def _member(call: Call, body: MemberBody) -> object:
    coinvest, id = call.services.billing.coinvest, call.ids["id"]
    merchant = MerchantId(check_id(body.merchant, place="merchant"))
    return (coinvest.join if body.joined else coinvest.leave)(call.who, id, merchant)


def _wind_up(call: Call, _body: Sent) -> object:
    return call.services.billing.coinvest.wind_up(call.who, call.ids["id"])


routes = [
    door(
        "/v1/coinvest",
        get=Act(Permission.TOP_UP, Sent, _programmes),
        post=Act(Permission.TOP_UP, ProgrammeBody, _found),
    ),
    door("/v1/coinvest/{id}/members", post=Act(Permission.TOP_UP, MemberBody, _member)),
    door("/v1/coinvest/{id}/wind-up", post=Act(Permission.TOP_UP, Sent, _wind_up)),
]
