"""What a unit may say: its bid, its notes, whom it reaches, its keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.campaigns.errors import TooManyNamed
from hongmao.campaigns.rules import (
    BUDGET_FEN_MAX,
    MANUAL,
    bids_itself,
    bids_roi,
    check_name,
    check_text,
    check_web,
    demand,
    faults_of,
    refused,
)
from hongmao.campaigns.vocabulary import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.campaigns.contracts import CampaignTerms, KeywordBid, SpuNotes, TargetConfig, UnitTerms
    from hongmao.kernel.errors import HongmaoError

NOTES_MAX: Final = 50
SPU_NOTES_MIN: Final = 5
KEYWORDS_MAX: Final = 1_000
KEYWORD_CHARS_MAX: Final = 60
ROI_PERCENT_MAX: Final = 100_000
CONFIG_NODES_MAX: Final = 5_000
CROWD_TARGETS: Final = frozenset({20, 30, 31})
GENDERS: Final = frozenset({"0", "1", "all"})
DEVICES: Final = frozenset({"ios", "android", "all"})
AGES: Final = frozenset({"18-22", "23-27", "28-32", "32-100", "33-40", "41-50", ">50", "all"})
_SEARCH, _NOTE, _CHOSEN = 2, 1, 3


def check_unit(terms: UnitTerms, campaign: CampaignTerms) -> None:
    """Check a unit within its campaign."""
    for fault in unit_faults(terms, campaign):
        raise fault


def unit_faults(terms: UnitTerms, campaign: CampaignTerms) -> Iterator[HongmaoError]:
    """Name what is wrong with a unit within its campaign, in the order in which a reader of the form meets it."""
    return faults_of(
        [
            lambda: check_name(terms.unit_name, "unit_name"),
            lambda: _check_words(terms),
            lambda: _check_bid(terms, campaign),
            lambda: _check_notes(terms, campaign),
            lambda: _check_target(terms),
            lambda: _check_keywords(terms, campaign),
            lambda: _check_texts(terms),
        ]
    )


def _check_words(terms: UnitTerms) -> None:
    words = load()
    words.check("promotion_target", terms.promotion_target)
    demand(
        terms.target_type,
        "target_type",
        "需要定向类型：1 通投、2 智能、3 高级",
        "whom to reach: 1 all, 2 smart, 3 chosen",
    )
    words.check("target_type", terms.target_type)
    words.check("keyword_target_period", terms.keyword_target_period or None)
    words.check("keyword_gen_type", terms.keyword_gen_type)
    for at, action in enumerate(terms.keyword_target_action or ()):
        words.check("keyword_target_action", action, place=f"keyword_target_action[{at}]")


def _check_texts(terms: UnitTerms) -> None:
    for place in ("landing_page_url", "unit_external_page_url"):
        if url := getattr(terms, place):
            check_web(url, place)
    for place in (
        "business_tree_name",
        "page_id",
        "unit_landing_page_desc",
        "substituted_user_id",
        "target_template_id",
    ):
        if text := getattr(terms, place):
            check_text(text, place, 200)


def _check_bid(terms: UnitTerms, campaign: CampaignTerms) -> None:
    if bids_itself(campaign):
        if terms.event_bid:
            raise refused(
                "event_bid", "该计划由系统自动出价，不填", "this campaign's bids are made by the market: leave it out"
            )
        return
    bid = demand(
        terms.event_bid,
        "event_bid",
        "该计划需要出价（单位分；ROI 为百分比）",
        "this campaign needs a bid, in fen or % of ROI",
    )
    high, unit_zh, unit_en = (ROI_PERCENT_MAX, "%", "%") if bids_roi(campaign) else (BUDGET_FEN_MAX, " 分", " fen")
    if not 1 <= bid <= high:
        why = (f"应为 1 到 {high}{unit_zh}，收到 {bid}", f"it should be 1 to {high}{unit_en}, not {bid}")
        raise refused("event_bid", *why, low=1, high=high, got=bid)


def _check_notes(terms: UnitTerms, campaign: CampaignTerms) -> None:
    notes = terms.note_ids or []
    if len(notes) > NOTES_MAX:
        raise TooManyNamed(place="note_ids", limit=NOTES_MAX, got=len(notes))
    if len(set(notes)) != len(notes):
        raise refused("note_ids", "有重复的笔记", "a note stands in it twice")
    if campaign.optimize_target in CROWD_TARGETS:
        spus = demand(
            terms.spu_note_info,
            "spu_note_info",
            "种草人群规模需要 SPU 与笔记",
            "growing a crowd needs a product and its notes",
        )
        _check_spus(spus)
    elif campaign.promotion_target == _NOTE and not notes:
        demand(None, "note_ids", "推广笔记时必填", "a campaign of notes needs them")


def _check_spus(spus: list[SpuNotes]) -> None:
    if len(spus) != 1:
        raise TooManyNamed(place="spu_note_info", limit=1, got=len(spus))
    bound = len(spus[0].note_ids)
    if not SPU_NOTES_MIN <= bound <= NOTES_MAX:
        why = f"应绑定 {SPU_NOTES_MIN} 到 {NOTES_MAX} 篇笔记，收到 {bound} 篇"
        raise refused(
            "spu_note_info[0].note_ids", why, f"it should hold {SPU_NOTES_MIN} to {NOTES_MAX} notes, not {bound}"
        )


def _check_target(terms: UnitTerms) -> None:
    config = terms.target_config
    if terms.target_type == _CHOSEN and config is None:
        demand(None, "target_config", "高级定向时必填", "a chosen audience needs it")
    if config is None:
        return
    at = "target_config."
    _among(config.target_gender, GENDERS, f"{at}target_gender")
    _among(config.target_device, DEVICES, f"{at}target_device")
    for age in (config.target_age or "").split("#"):
        _among(age or None, AGES, f"{at}target_age")
    load().check("switch", config.intelligent_expension, place=f"{at}intelligent_expension")
    if config.target_city is not None:
        check_text(config.target_city, f"{at}target_city", 4_000)
    for name in ("keywords", "interest_keywords"):
        for index, word in enumerate(getattr(config, name) or ()):
            check_text(word, f"{at}{name}[{index}]", KEYWORD_CHARS_MAX)
    _check_size(config)


def _check_size(config: TargetConfig) -> None:
    """Bound what is kept without being read."""
    waiting: list[object] = [getattr(config, name) for name in config.__struct_fields__]
    seen = 0
    while waiting:
        seen += 1
        if seen > CONFIG_NODES_MAX:
            raise TooManyNamed(place="target_config", limit=CONFIG_NODES_MAX, got=seen)
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _among(value: str | None, known: frozenset[str], place: str) -> None:
    if value is not None and value not in known:
        listed = ", ".join(sorted(known))
        raise refused(place, f"可用：{listed}", f"it takes {listed}")


def _check_keywords(terms: UnitTerms, campaign: CampaignTerms) -> None:
    words = terms.keyword_with_bid or []
    if campaign.placement == _SEARCH and not campaign.build_type and not words:
        demand(None, "keyword_with_bid", "搜索推广-标准投放必填", "a standard search campaign needs keywords")
    if len(words) > KEYWORDS_MAX:
        raise TooManyNamed(place="keyword_with_bid", limit=KEYWORDS_MAX, got=len(words))
    seen: set[tuple[str, int]] = set()
    for index, word in enumerate(words):
        _check_keyword(word, f"keyword_with_bid[{index}].", manual=campaign.bidding_strategy == MANUAL)
        if (word.keyword, word.phrase_match_type) in seen:
            raise refused(
                f"keyword_with_bid[{index}].keyword", "同一匹配方式下重复", "it stands there twice with the same match"
            )
        seen.add((word.keyword, word.phrase_match_type))


def _check_keyword(word: KeywordBid, at: str, *, manual: bool) -> None:
    check_text(word.keyword, f"{at}keyword", KEYWORD_CHARS_MAX)
    load().check("phrase_match_type", word.phrase_match_type, place=f"{at}phrase_match_type")
    if manual:
        demand(word.bid, f"{at}bid", "手动出价时必填，单位分", "a manual bid needs it, in fen")
    for name in ("bid", "feed_bid"):
        fen = getattr(word, name)
        if fen is not None and not 0 <= fen <= BUDGET_FEN_MAX:
            why = (f"应为 0 到 {BUDGET_FEN_MAX} 分", f"it should be 0 to {BUDGET_FEN_MAX} fen")
            raise refused(f"{at}{name}", *why, low=0, high=BUDGET_FEN_MAX, got=fen)
