"""What a creativity may say, and how its review stands: nothing is approved here that the review of links did not approve."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.contracts import Audit, LinkType
from hongmao.campaigns.errors import TooManyNamed
from hongmao.campaigns.rules import DIRECT_TARGETS, check_name, check_text, check_web, demand, faults_of, refused
from hongmao.campaigns.vocabulary import load
from hongmao.links.contracts import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hongmao.campaigns.contracts import CampaignTerms, CreativityTerms, DirectLinkTerms
    from hongmao.kernel.errors import HongmaoError
    from hongmao.links.contracts import AdLink

TITLE_CHARS_MAX: Final = 11  # CREAT-3
BUTTON_CHARS_MAX: Final = 6  # CREAT-3
SEARCH_WORD_CHARS_MAX: Final = 20
COMMENT_CHARS_MAX: Final = 200
MONITORS_MAX: Final = 5
_LANDING, _SEARCH, INVOKE = 2, 8, 11
_PINNED: Final = 1


def check_creativity(terms: CreativityTerms, campaign: CampaignTerms) -> None:
    """Check a creativity within its campaign; whether its note is known is asked by the service."""
    for fault in creativity_faults(terms, campaign):
        raise fault


def creativity_faults(terms: CreativityTerms, campaign: CampaignTerms) -> Iterator[HongmaoError]:
    """Name what is wrong with a creativity within its campaign, in the order in which a reader of the form meets it."""
    return faults_of(
        [
            lambda: check_name(terms.creativity_name, "creativity_name"),
            lambda: demand(terms.note_id, "note_id", "创意必须有笔记", "a creativity shows a note"),
            lambda: load().check("conversion_type", terms.conversion_type),
            lambda: load().check("landing_page_type", terms.landing_page_type or None, place="landing_page_type"),
            *([] if terms.title is None else [partial(check_text, terms.title, "title", TITLE_CHARS_MAX)]),
            lambda: _check_component(terms),
            lambda: _check_places(terms),
            *(partial(_check_monitors, getattr(terms, place) or [], place) for place in ("click_urls", "expo_urls")),
            *([partial(_check_invoke, terms, campaign)] if terms.conversion_type == INVOKE else []),
        ]
    )


def _check_component(terms: CreativityTerms) -> None:
    if terms.conversion_type == _LANDING:
        demand(terms.jump_url, "jump_url", "落地页组件必填", "a landing page needs its address")
    if terms.conversion_type == _SEARCH:
        demand(terms.bar_content, "bar_content", "搜索组件必须有搜索词", "a search component needs its words")
    if terms.bar_content:
        limit = SEARCH_WORD_CHARS_MAX if terms.conversion_type == _SEARCH else BUTTON_CHARS_MAX
        check_text(terms.bar_content, "bar_content", limit)
    for place in ("jump_url", "fall_back_jump_url", "app_comp_icon"):
        if url := getattr(terms, place):
            check_web(url, place)
    if terms.ad_biz_item_id:
        check_text(terms.ad_biz_item_id, "ad_biz_item_id", 64)


def _check_places(terms: CreativityTerms) -> None:
    places = terms.conversion_component_types or []
    for at, place in enumerate(places):
        load().check("conversion_component_types", place, place=f"conversion_component_types[{at}]")
    if len(set(places)) != len(places):
        raise refused("conversion_component_types", "有重复的位置", "a place stands in it twice")
    if _PINNED in places:
        check_text(
            demand(terms.comment, "comment", "置顶评论需要文案", "a pinned comment needs its words"),
            "comment",
            COMMENT_CHARS_MAX,
        )
    elif terms.comment:
        check_text(terms.comment, "comment", COMMENT_CHARS_MAX)


def _check_monitors(urls: Sequence[str], place: str) -> None:
    if len(urls) > MONITORS_MAX:
        raise TooManyNamed(place=place, limit=MONITORS_MAX, got=len(urls))
    for at, url in enumerate(urls):
        check_web(url, f"{place}[{at}]")


def _check_invoke(terms: CreativityTerms, campaign: CampaignTerms) -> None:
    """LINK-1: a component into an app says where those go who lack the app."""
    demand(
        terms.fall_back_jump_url,
        "fall_back_jump_url",
        "唤端组件必须有兜底链接",
        "a component into an app needs a page to fall back to",
    )
    demand(
        terms.app_comp_icon,
        "app_comp_icon",
        "唤端组件必须有商品主图",
        "a component into an app needs the item's picture",
    )
    if terms.click_urls:
        raise refused(
            "click_urls",
            "唤端的点击监测写在计划的 detect_url_link",
            "clicks into an app are monitored by the campaign's detect_url_link",
        )
    if not (campaign.deeplink_id or campaign.universal_link_id):
        raise refused("conversion_type", "所属计划没有直达链接", "its campaign has no direct link")
    if campaign.marketing_target in DIRECT_TARGETS:
        demand(terms.ad_biz_item_id, "ad_biz_item_id", "种草直达必须绑定商品", "a direct campaign names its item")


def review_of(terms: DirectLinkTerms, links: Iterable[AdLink]) -> Review:
    """Say how a direct link's review stands (LINK-2): as the newest ad link with this address that was judged; else 审核中.

    `links` are the tenant's, oldest first.
    """
    verdict = Review.PENDING
    for link in links:
        address, review = _side(terms.type, link)
        if address == terms.url and review is not Review.PENDING:
            verdict = review
    return verdict


def audit_of(terms: CreativityTerms, ways: Sequence[DirectLinkTerms], links: Iterable[AdLink]) -> tuple[Audit, str]:
    """Say how a creativity's review stands, and what the reviewer wrote.

    A component into an app is judged with the ad link under the same note that falls back to the same page and holds the
    campaign's direct links. What has no such link has not been judged by anybody, and so is 审核中.
    """
    standing = (Audit.PENDING, "尚无审核过的对应广告挂链")
    for link in links:
        if mismatch_of(terms, ways, link) is None:
            sides = [_side(way.type, link) for way in ways]
            standing = (_joined([link.fallback_review, *(review for _, review in sides)]), link.review_note)
    return standing


def mismatch_of(terms: CreativityTerms, ways: Sequence[DirectLinkTerms], link: AdLink) -> str | None:
    """Name the field in which an ad link is another one than a creativity speaks of; None where it is the same."""
    if terms.conversion_type != INVOKE:
        return "conversion_type"
    if link.note != terms.note_id:
        return "note_id"
    if link.fallback_url != terms.fall_back_jump_url:
        return "fall_back_jump_url"
    for way in ways:
        if _side(way.type, link)[0] != way.url:
            return "deeplink_id" if way.type == LinkType.DEEPLINK else "universal_link_id"
    return None


def _joined(reviews: Sequence[Review]) -> Audit:
    if Review.REJECTED in reviews:
        return Audit.REJECTED
    return Audit.APPROVED if set(reviews) == {Review.APPROVED} else Audit.PENDING


def _side(kind: int | None, link: AdLink) -> tuple[str | None, Review]:
    if kind == LinkType.DEEPLINK:
        return link.deeplink, link.deeplink_review
    return link.universal_link, link.universal_link_review
