"""A merchant half-way through joining: a shop that passes and one below, links of every kind, a test that came back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from hongmao.catalog.api import Item, Merchant, Note, NoteType
from hongmao.kernel.ids import ClickId, CreatorId, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.links.api import Finding, Review
from hongmao.links.care.api import Code
from hongmao.onboarding.api import (
    CameBack,
    GrantPhase,
    GrantTrouble,
    HeldGrant,
    JoinedLink,
    Lent,
    NoteOffered,
    OfferedItem,
    PlatformOffered,
    Progress,
    RunningCampaign,
    Step,
    Trial,
    TriedLink,
)
from web.pages import samples, samples_admission, samples_campaigns

if TYPE_CHECKING:
    from hongmao.catalog.api import Principal, Shop

TENANT = TenantId("tenant-1")
ITEM = Item(
    id=ItemId("item-1"),
    tenant=TENANT,
    shop=ShopId("shop-1"),
    spu="spu-1",
    platform_item_id="item-1",
    title=samples.NASTY,
    price_fen=12_900,
    url="http://127.0.0.1:8090/item/item-1",
)
LINK = replace(samples.LINK, item=ITEM.id, paused=False, fallback_review=Review.APPROVED)


def _troubles(who: Principal) -> list[GrantTrouble]:
    """Let one shop's grant be over after an answer was lost, and another's end soon."""
    if who.tenant != TENANT:
        return []
    lost = HeldGrant(
        platform="taobao",
        account="app-9.880001",
        tenant=TENANT,
        shop="shop-1",
        renewable=True,
        until_ms=samples.NOW_MS,
        refresh_until_ms=None,
        renew_at_ms=None,
        asked_at_ms=samples.NOW_MS,
        lapsed_at_ms=samples.NOW_MS,
        why=samples.NASTY,
    )
    ending = replace(lost, shop="shop-2", asked_at_ms=None, why="ended")
    late = replace(lost, platform="vip", shop="shop-3", asked_at_ms=None, lapsed_at_ms=None, why=None)
    phases = (GrantPhase.LAPSED, GrantPhase.ENDING, GrantPhase.LATE)
    return [GrantTrouble(grant=one, phase=phase) for one, phase in zip((lost, ending, late), phases, strict=True)]


def _note(number: int) -> Note:
    return Note(
        id=NoteId(f"note-{number}"),
        creator=CreatorId("creator-1"),
        type=NoteType.PICTURE,
        title=samples.NASTY,
        body="",
        topic="美妆个护",
        cover="note-1",
        published_at_ms=samples.NOW_MS,
    )


def _joined(number: int, *, approved: bool, rejected: bool = False) -> JoinedLink:
    findings = tuple(
        Finding(
            number=place,
            tenant=TENANT,
            link=LINK.id,
            code=code,
            was=samples.NASTY[:20],
            found="9900",
            at_ms=samples.NOW_MS,
            closed_at_ms=None,
            closed_by=None,
        )
        for place, code in enumerate(() if approved else Code)
    )
    link = replace(LINK, id=LinkId(f"link-{number:03d}"), review_note=samples.NASTY if rejected else "")
    return JoinedLink(
        link=link, note=samples.NASTY, findings=findings, approved=approved, by_house=approved, rejected=rejected
    )


@dataclass
class FakeOnboarding:
    """Every step is open to the first brand; the second has only signed up."""

    accounts: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(
            signs_up=True,
            platforms=lambda: [PlatformOffered(name="taobao", zh="淘宝", en="Taobao")],
            troubles=_troubles,
        )
    )

    def where(self, who: Principal) -> Progress:
        if who.tenant != TENANT:
            return Progress(merchant=None, done=frozenset({Step.ACCOUNT}), open=frozenset({Step.SHOP}))
        trial = Trial(click_id=ClickId("c" * 30), tenant=TENANT, link=LINK.id, at_ms=samples.NOW_MS)
        seen = CameBack(visit_at_ms=samples.NOW_MS, order_at_ms=samples.NOW_MS, order_id="o/1", platform="taobao")
        return Progress(
            merchant=Merchant(id=MerchantId("merchant-1"), tenant=TENANT, name="初晴"),
            shops=samples_admission.FakeEligibility().standings(who, limit=9),
            links=(LINK,),
            tried=(TriedLink(trial=trial, url="http://127.0.0.1:8090/item/item-1?hm_click=c", seen=seen),),
            item=ITEM,
            done=frozenset({Step.ACCOUNT, Step.NOTES}),
            open=frozenset(Step) - {Step.ACCOUNT},
        )

    def joined(self, _who: Principal, _progress: Progress) -> list[JoinedLink]:
        return [_joined(1, approved=True), _joined(2, approved=False), _joined(3, approved=False, rejected=True)]

    @property
    def linking(self) -> SimpleNamespace:
        item = OfferedItem(platform_item_id="item-1", title=samples.NASTY, price_fen=12_900, url=ITEM.url)
        return SimpleNamespace(
            items=lambda progress: [(cast("Shop", one.shop), [item]) for one in progress.shops],
            notes=lambda _who, _word: [
                NoteOffered(note=_note(number), creator=samples.NASTY, lent=lent)
                for number, lent in enumerate(Lent, start=1)
            ],
        )

    @property
    def launching(self) -> SimpleNamespace:
        running = RunningCampaign(
            campaign=samples_campaigns.THINGS[0], state=1, reasons=(), budget_fen=10_000, bid_fen=None
        )
        return SimpleNamespace(running=lambda _progress: [running])
