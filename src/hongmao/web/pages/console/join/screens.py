"""From how far a merchant has come to what its screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from hongmao.campaigns.api import LISTED_MAX
from hongmao.eligibility.api import OUTCOMES, REASONS, STATUSES, WHATS, Outcome, Status
from hongmao.onboarding.api import ENDED, GrantPhase, Lent, Step
from hongmao.web.pages.console.campaigns import MARKS
from hongmao.web.pages.console.join.views import (
    AccountScreen,
    BudgetScreen,
    Criterion,
    GrantNotice,
    LinkScreen,
    NotesScreen,
    RunningScreen,
    Screen,
    ShopScreen,
    ShopVerdict,
    StepMark,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.catalog.api import Principal
    from hongmao.eligibility.api import Finding, ShopStanding
    from hongmao.onboarding.api import GrantTrouble, Progress
    from hongmao.web.services import Services

PATH: Final = "/console/join"
BUDGET: Final = "100.00"
BID: Final = "1.00"
DAY: Final = (0, 24)
STATUS_MARKS: Final = {
    Status.PASS: "good",
    Status.STALE_GRACE: "warn",
    Status.MANUAL: "warn",
    Status.STALE: "bad",
    Status.REJECT: "bad",
}
MENDS: Final = {
    Outcome.BELOW: "join.mend.below",
    Outcome.NOT_PROVEN: "join.mend.not_proven",
    Outcome.AGEING: "join.mend.stale",
    Outcome.STALE: "join.mend.stale",
    Outcome.UNTRUSTED: "join.mend.person",
    Outcome.PERSON: "join.mend.person",
    Outcome.NOT_OPEN: "join.mend.not_open",
    Outcome.FORBIDDEN: "join.mend.forbidden",
    Outcome.MISSING: "join.mend.paper",
    Outcome.EXPIRED: "join.mend.paper",
    Outcome.NOT_YET: "join.mend.paper",
}
"""What a merchant does about each outcome that is not met."""


def marks_of(progress: Progress | None, shown: Step) -> tuple[StepMark, ...]:
    """Draw the row of steps."""
    done = progress.done if progress is not None else frozenset()
    opened = progress.open if progress is not None else frozenset()
    return tuple(
        StepMark(
            name=step.value,
            number=step.number,
            done=step in done and step is not shown,
            href=f"{PATH}?step={step.value}" if step in opened and step is not shown else None,
            current=step is shown,
        )
        for step in Step
    )


def shown_of(progress: Progress, asked: str) -> Step:
    """Say which step to show: the one that was asked for, where it is open, else the first that is not done."""
    return next((step for step in progress.open if step.value == asked), progress.current)


def screen_of(
    services: Services, who: Principal, progress: Progress, step: Step, form: Mapping[str, str], ticked: Sequence[str]
) -> Screen:
    """Make what a step shows; `form` is what was typed last, so that nobody types it twice."""
    match step:
        case Step.ACCOUNT | Step.SHOP:
            return _shop(services, who, progress)
        case Step.NOTES:
            return _notes(services, who, progress, form, ticked)
        case Step.LINK:
            return _link(services, who, progress)
        case Step.BUDGET:
            return _budget(services, who, progress, form)
        case Step.RUNNING:
            onboarding = services.onboarding
            return RunningScreen(
                campaigns=tuple(onboarding.launching.running(progress)),
                marks=MARKS,
                balance_fen=_balance(services, progress),
                links=tuple(onboarding.joined(who, progress)),
            )


def sign_up_screen(form: Mapping[str, str]) -> AccountScreen:
    """Show the first screen to somebody without an account."""
    return AccountScreen(name=form.get("name", "")[:64], login=form.get("login", "")[:64])


def _shop(services: Services, who: Principal, progress: Progress) -> ShopScreen:
    accounts = services.onboarding.accounts
    platforms = tuple(accounts.platforms())
    offered = {one.name for one in platforms}
    notices = {
        (one.grant.platform, one.grant.shop): _notice(one, offered=one.grant.platform in offered)
        for one in accounts.troubles(who)
    }
    return ShopScreen(
        platforms=platforms,
        shops=tuple(
            _verdict(one, notices.get((one.shop.platform, one.shop.platform_shop_id))) for one in progress.shops
        ),
        categories=tuple(services.eligibility.open_categories()),
    )


def _notice(one: GrantTrouble, *, offered: bool) -> GrantNotice:
    is_to_be_given = offered and one.phase is not GrantPhase.LATE
    return GrantNotice(
        phase=one.phase.value,
        until_ms=one.grant.until_ms,
        why=None if one.grant.why == ENDED else one.grant.why,
        interrupted=one.grant.interrupted,
        href=f"{PATH}/connect?platform={quote(one.grant.platform)}" if is_to_be_given else None,
    )


def _verdict(one: ShopStanding, grant: GrantNotice | None) -> ShopVerdict:
    verdict = one.standing.verdict
    return ShopVerdict(
        id=one.shop.id,
        name=one.shop.name,
        platform=one.shop.platform,
        passes=one.held is None,
        status=STATUSES[verdict.status],
        mark="good" if one.standing.passes else STATUS_MARKS[verdict.status],
        held=None if one.held is None else REASONS.get(one.held, {"zh": one.held, "en": one.held}),
        criteria=tuple(map(_criterion, verdict.findings)),
        at_ms=verdict.at_ms,
        wants_category=verdict.facts.category is None,
        grant=grant,
    )


def _criterion(one: Finding) -> Criterion:
    return Criterion(
        what=WHATS.get(one.what, {"zh": one.what, "en": one.what}),
        required=one.required,
        found=one.found,
        ok=one.ok,
        outcome=OUTCOMES[one.outcome],
        mend="join.mend.category"
        if one.what == "category" and one.outcome is Outcome.NOT_PROVEN
        else MENDS.get(one.outcome),
    )


def _notes(
    services: Services, who: Principal, progress: Progress, form: Mapping[str, str], ticked: Sequence[str]
) -> NotesScreen:
    linking, word = services.onboarding.linking, form.get("word", "")[:40]
    notes = tuple(linking.notes(who, word))
    shops = tuple(linking.items(progress))
    offered = [f"{shop.id}/{item.platform_item_id}" for shop, items in shops for item in items]
    chosen = form.get("item", "")
    lent = [one.note.id for one in notes if one.lent is Lent.YES]
    return NotesScreen(
        shops=shops,
        notes=notes,
        word=word,
        item=chosen if chosen in offered else (offered[0] if len(offered) == 1 else ""),
        chosen=frozenset(ticked) if ticked else frozenset(lent[:LISTED_MAX]),
        lent=len(lent),
        limit=LISTED_MAX,
    )


def _link(services: Services, who: Principal, progress: Progress) -> LinkScreen:
    links = tuple(services.onboarding.joined(who, progress))
    ours = {one.link.id for one in links}
    return LinkScreen(
        links=links,
        url=links[0].link.fallback_url if links else "",
        tried=next((one for one in progress.tried if one.trial.link in ours), None),
        approved=sum(one.approved for one in links),
    )


def _budget(services: Services, who: Principal, progress: Progress, form: Mapping[str, str]) -> BudgetScreen:
    links = services.onboarding.joined(who, progress)
    return BudgetScreen(
        item=progress.item.title if progress.item is not None else "",
        links=sum(one.approved for one in links),
        tried=any(one.seen.order_at_ms is not None for one in progress.tried),
        budget=form.get("budget", BUDGET)[:12],
        bid=form.get("bid", BID)[:12],
        first=_hour(form.get("first", ""), DAY[0]),
        after=_hour(form.get("after", ""), DAY[1]),
        balance_fen=_balance(services, progress),
    )


def _balance(services: Services, progress: Progress) -> int | None:
    if progress.merchant is None:
        return None
    return services.billing.wallet(progress.merchant.id).balance_fen


def _hour(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("24") else otherwise
