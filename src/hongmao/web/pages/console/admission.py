"""准入: how each shop stands and by which sentence, how far the programme is open, and where each product is sold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.catalog.api import Permission, demand, may
from hongmao.eligibility.api import OUTCOMES, REASONS, STAGES, STATUSES, WHATS, Stage, Status
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import ShopId, check_id
from hongmao.kernel.time import day_of
from hongmao.policy.api import Route
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import fen_of, form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.catalog.api import Item
    from hongmao.eligibility.api import Finding, ShopStanding
    from hongmao.kernel.errors import Lang
    from hongmao.policy.api import RouteChoice
    from hongmao.web.pages.console.views import Frame
    from hongmao.web.services import Services

    Words = Mapping[Lang, str]

PATH: Final = "/console/admission"
SHOPS_SHOWN: Final = 100
PRODUCTS_SHOWN: Final = 200
_MARKS: Final[Mapping[Status, str]] = {
    Status.PASS: "good",
    Status.STALE_GRACE: "warn",
    Status.MANUAL: "warn",
    Status.STALE: "bad",
    Status.REJECT: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One criterion."""

    what: Words
    rule: str
    alternative: int
    required: str
    found: str
    source: str | None
    observed_at_ms: int | None
    ok: bool
    outcome: Words
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCard:
    """One shop and its verdict."""

    id: str
    name: str
    platform: str
    status: Words
    mark: str
    held: Words | None
    """Why nothing of it may serve; None where it may."""
    number: int
    at_ms: int
    until_ms: int | None
    """Until then age alone changes nothing."""
    findings: tuple[FindingRow, ...]
    ruling: str | None
    """A person's word that counts, with who said it."""
    for_a_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """The stage of the programme, and how it came there."""

    code: str
    words: Words
    percent: int | None
    who: str | None
    why: str | None
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """One product, and where it is sold."""

    spu: str
    title: str
    route: str | None
    better: str | None
    in_site_fen: int | None
    external_fen: int | None
    who: str | None
    why: str | None
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionPage:
    """准入与路径."""

    frame: Frame
    problem: str | None
    """Why what was asked last was refused, in the reader's language."""
    stage: StageLine
    stages: tuple[tuple[str, Words], ...]
    shops: tuple[ShopCard, ...]
    preset: Words
    phase: Words | None
    products: tuple[ProductRow, ...]
    routes: tuple[str, ...]
    decides: bool
    """Whether this reader sets stages and has the last word on shops."""
    chooses: bool
    """Whether this reader chooses routes."""


def admission(request: Request) -> Response:
    """Answer `GET /console/admission`."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/admission`: a stage, a person's word on a shop, or a route, by the form's `act`."""
    form = await form_of(request)
    return await run_in_threadpool(_act, request, form)


def _act(request: Request, form: dict[str, str]) -> Response:
    frame, services = frame_of(request, "admission"), services_of(request)
    try:
        match form.get("act"):
            case "stage":
                demand(frame.who, Permission.MANAGE_ADMISSION)
                share = _share(form.get("percent", ""))
                services.eligibility.set_stage(frame.who, form.get("stage", ""), share, why=form.get("why", ""))
            case "ruling":
                shop = ShopId(check_id(form.get("shop", ""), place="shop"))
                passed = form.get("passed") == "yes"
                services.eligibility.rule_on(frame.who, shop, passed=passed, why=form.get("why", ""))
            case _:
                services.policy.choose(
                    frame.who,
                    form.get("spu", ""),
                    form.get("route", ""),
                    why=form.get("why", ""),
                    in_site_fen=fen_of(form.get("in_site", "")),
                    external_fen=fen_of(form.get("external", "")),
                )
    except HongmaoError as error:
        lang = lang_of(request)
        return _show(request, problem=said(error, lang), status=error.status)
    return RedirectResponse(PATH, status_code=303)


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame, services = frame_of(request, "admission"), services_of(request)
    items = services.catalog.items(frame.who)
    sale = services.policy.phase_of(day_of(services.clock.now_ms()))
    preset = services.policy.preset()
    page = AdmissionPage(
        frame=frame,
        problem=problem,
        stage=_stage(services),
        stages=tuple((one.value, STAGES[one]) for one in Stage),
        shops=tuple(map(_card, services.eligibility.standings(frame.who, limit=SHOPS_SHOWN))),
        preset={"zh": preset.name.zh, "en": preset.name.en},
        phase={"zh": f"{sale[0].name.zh} · {sale[1].name.zh}", "en": f"{sale[0].name.en} · {sale[1].name.en}"}
        if sale
        else None,
        products=_products(items, services.policy.choices(frame.who)),
        routes=tuple(Route),
        decides=may(frame.who, Permission.MANAGE_ADMISSION),
        chooses=may(frame.who, Permission.WRITE_CATALOG),
    )
    return render(request, "console/admission.html", page, status=status)


def _stage(services: Services) -> StageLine:
    now = services.eligibility.stage()
    stage = now.stage if now else Stage.OBSERVE
    return StageLine(
        code=stage.value,
        words=STAGES[stage],
        percent=now.percent if now else None,
        who=now.who if now else None,
        why=now.why if now else None,
        at_ms=now.at_ms if now else None,
    )


def _card(one: ShopStanding) -> ShopCard:
    shop, standing = one.shop, one.standing
    verdict, ruling = standing.verdict, standing.ruling
    return ShopCard(
        id=shop.id,
        name=shop.name,
        platform=shop.platform,
        status=STATUSES[verdict.status],
        mark="good" if standing.passes else _MARKS[verdict.status],
        held=REASONS[one.held] if one.held else None,
        number=verdict.number,
        at_ms=verdict.at_ms,
        until_ms=verdict.until_ms,
        findings=tuple(map(_finding, verdict.findings)),
        ruling=f"{ruling.by}: {ruling.why}" if ruling else None,
        for_a_person=verdict.status is Status.MANUAL,
    )


def _finding(one: Finding) -> FindingRow:
    return FindingRow(
        what=WHATS.get(one.what, {"zh": one.what, "en": one.what}),
        rule=one.rule,
        alternative=one.alternative,
        required=one.required,
        found=one.found,
        source=one.source,
        observed_at_ms=one.observed_at_ms,
        ok=one.ok,
        outcome=OUTCOMES[one.outcome],
        version=one.version,
    )


def _products(items: Sequence[Item], choices: Sequence[RouteChoice]) -> tuple[ProductRow, ...]:
    chosen = {one.spu: one for one in choices}
    titles: dict[str, str] = {}
    for item in items:
        titles.setdefault(item.spu, item.title)
    return tuple(_product(spu, title, chosen.get(spu)) for spu, title in list(titles.items())[:PRODUCTS_SHOWN])


def _product(spu: str, title: str, choice: RouteChoice | None) -> ProductRow:
    return ProductRow(
        spu=spu,
        title=title,
        route=choice.route.value if choice else None,
        better=choice.better.value if choice and choice.better else None,
        in_site_fen=choice.in_site_fen if choice else None,
        external_fen=choice.external_fen if choice else None,
        who=choice.who if choice else None,
        why=choice.why if choice else None,
        at_ms=choice.at_ms if choice else None,
    )


def _share(percent: str) -> int | None:
    """Read a share; what is no number is none that a stage takes."""
    if not percent.strip():
        return None
    return int(percent) if percent.isascii() and percent.isdigit() and len(percent) < len("1000") else -1
