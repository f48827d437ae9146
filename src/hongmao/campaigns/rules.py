"""What may be placed: pure checks that name the field, in the order in which a reader of the form meets them.

What needs the store (is this link there, is this note known) is asked by the service; everything else is here.
"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from hongmao.campaigns.contracts import LISTED_MAX, State
from hongmao.campaigns.errors import BudgetOutOfRange, StateNotSettable, TermMissing, TermRefused, TooManyNamed
from hongmao.campaigns.vocabulary import load
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hongmao.campaigns.contracts import AccountTerms, CampaignTerms, DirectLinkTerms, TimePeriod

T = TypeVar("T")

BUDGET_FEN_MIN: Final = 10_000
BUDGET_FEN_MAX: Final = 99_999_899  # BILL-1 gives the bound exclusive: < 99,999,900
NAME_CHARS_MAX: Final = 50  # CREAT-3
URL_CHARS_MAX: Final = 2_048
REMARK_CHARS_MAX: Final = 100
WHY_CHARS_MAX: Final = 200

INVOKE_EVENTS: Final = {35: 401, 36: 402, 37: 403, 38: 404}
"""唤端 optimisation targets and the asset event that proves each."""
INVOKE_TARGETS: Final = frozenset({*INVOKE_EVENTS, 43})
DIRECT_TARGETS: Final = frozenset({13, 23})
"""种草直达, by its number in either book."""
STABLE_COST: Final = 7
MANUAL: Final = 2
_BIDS_ITSELF: Final = frozenset({3, 4, 101})
ROI_CONTROLS: Final = frozenset({17})
ROI_TARGETS: Final = frozenset({17, 25})
_SEARCH, _FEED = 2, 1
_SHANGHAI_MS: Final = 8 * HOUR_MS
DAYS: Final = ("mon", "tues", "wed", "thu", "fri", "sat", "sun")
_HOURS: Final = re.compile(r"[01]{24}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WEB: Final = re.compile(r"https?://[^\s/?#]+\S*", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def check_direct_link(terms: DirectLinkTerms, at: str) -> None:
    """Check a direct link; `at` is written before the field, such as `direct_link_list[0].`."""
    link_type = demand(terms.type, f"{at}type", "1 为 deeplink，2 为 ulk", "1 is a deeplink, 2 a universal link")
    load().check("link_type", link_type, place=f"{at}type")
    url = demand(terms.url, f"{at}url", "直达链接必须有地址", "a direct link needs an address")
    check_text(url, f"{at}url", URL_CHARS_MAX)
    if link_type == 1 and (_SCHEME.fullmatch(url) is None or _WEB.fullmatch(url)):
        raise refused(
            f"{at}url", "deeplink 应以店铺 App 的 scheme:// 开头", "a deeplink begins with an app's scheme://"
        )
    if link_type != 1:
        check_web(url, f"{at}url")
    if terms.remark_name is not None:
        check_text(terms.remark_name, f"{at}remark_name", REMARK_CHARS_MAX)


def check_campaign(terms: CampaignTerms) -> None:
    """Check a campaign by itself; its links are looked up by the service."""
    for fault in campaign_faults(terms):
        raise fault


def campaign_faults(terms: CampaignTerms) -> Iterator[HongmaoError]:
    """Name what is wrong with a campaign by itself, in the order in which a reader of the form meets it: at most one a rule."""
    return faults_of(
        [
            *_checks_of_words(terms),
            lambda: check_name(terms.campaign_name, "campaign_name"),
            *(
                partial(check, terms)
                for check in (_check_budget, _check_days, _check_hours, _check_bidding, _check_search, _check_invoke)
            ),
        ]
    )


def faults_of(checks: Iterable[Callable[[], object]]) -> Iterator[HongmaoError]:
    """Give what some checks refuse, one after the other: the first alone for whoever stops at it, all for whoever shows all."""
    for check in checks:
        try:
            check()
        except HongmaoError as fault:
            yield fault


def is_invoke(terms: CampaignTerms) -> bool:
    """Tell whether a campaign leads into a shop's app (唤端)."""
    return terms.optimize_target in INVOKE_TARGETS or terms.marketing_target in DIRECT_TARGETS


def bids_itself(terms: CampaignTerms) -> bool:
    """Tell whether the market bids, so that a unit names no bid."""
    return terms.bidding_strategy in _BIDS_ITSELF


def bids_roi(terms: CampaignTerms) -> bool:
    """Tell whether a unit's bid is a percentage of ROI and not fen."""
    return terms.constraint_type in ROI_CONTROLS or terms.optimize_target in ROI_TARGETS


def check_state(value: int, place: str) -> State:
    """Let only the states through that somebody can set."""
    try:
        return State(value)
    except ValueError:
        raise StateNotSettable(place=place, got=value) from None


def check_count(values: Sequence[object], place: str, limit: int = LISTED_MAX) -> None:
    """Check how many things one call names (CREAT-3)."""
    if not 1 <= len(values) <= limit:
        raise TooManyNamed(place=place, limit=limit, got=len(values))


def serves_at(period: TimePeriod, at_ms: int) -> bool:
    """Tell whether an hour serves; a weekday that was left out serves all day.

    >>> from hongmao.campaigns.contracts import TimePeriod
    >>> serves_at(TimePeriod(wed="1" * 10 + "0" * 14), 1746583200000)  # Wednesday 2025-05-07, 10:00
    False
    """
    hours = (at_ms + _SHANGHAI_MS) // HOUR_MS
    weekday = (hours // 24 + 3) % 7  # 1970-01-01 was a Thursday
    bits: str | None = getattr(period, DAYS[weekday])
    return bits is None or bits[hours % 24] == "1"


def check_name(name: str | None, place: str) -> str:
    """Check a name of 1 to 50 characters (CREAT-3)."""
    known = demand(name, place, "名称不能为空", "a name is needed")
    check_text(known, place, NAME_CHARS_MAX)
    return known


def check_text(text: str, place: str, chars_max: int) -> None:
    """Check a line of text."""
    if not 1 <= len(text) <= chars_max or not text.strip():
        raise refused(
            place,
            f"应为 1 到 {chars_max} 个字符，收到 {len(text)} 个",
            f"it should have 1 to {chars_max} characters, not {len(text)}",
        )
    if _CONTROL.search(text):
        raise refused(place, "含有控制字符", "it holds a control character")


def check_why(why: str) -> str:
    """Check the reason somebody gives for an act; none is fine."""
    if why:
        check_text(why, "why", WHY_CHARS_MAX)
    return why


def check_web(url: str, place: str) -> None:
    """Check a web address."""
    check_text(url, place, URL_CHARS_MAX)
    if _WEB.fullmatch(url) is None:
        raise refused(place, "应为 http(s):// 网址", "it should be an http(s) address")


def demand(value: T | None, place: str, why_zh: str, why_en: str) -> T:
    """Give a value that must be there."""
    if value is None or value == "":
        raise TermMissing(place=place, why_zh=why_zh, why_en=why_en)
    return value


def refused(place: str, why_zh: str, why_en: str, **facts: int) -> TermRefused:
    """Make the error of a value that breaks a rule; its facts are for whoever says the bounds in another unit."""
    return TermRefused(place=place, why_zh=why_zh, why_en=why_en, **facts)


_REQUIRED: Final = {
    "marketing_target": "需要营销诉求",
    "placement": "需要广告类型",
    "promotion_target": "需要推广标的",
    "bidding_strategy": "需要出价方式",
    "optimize_target": "需要推广目标",
}
_ENUMS: Final = {
    **dict.fromkeys(("smart_switch", "feed_flag", "search_flag", "target_extension_switch"), "switch"),
    **{
        name: name
        for name in (
            *_REQUIRED,
            "time_type",
            "time_peroid_type",
            "limit_day_budget",
            "constraint_type",
            "pacing_mode",
            "build_type",
            "asset_event",
            "page_category",
        )
    },
}


def _checks_of_words(terms: CampaignTerms) -> Iterator[Callable[[], object]]:
    for name, why in _REQUIRED.items():
        yield partial(demand, getattr(terms, name), name, why, "a campaign cannot do without it")
    for name, enum in _ENUMS.items():
        yield partial(load().check, enum, getattr(terms, name), place=name)


def check_account(terms: AccountTerms) -> None:
    """Check an account's budget of the day: BILL-1, as a campaign's."""
    place = "account_day_budget"
    load().check("limit_day_budget", terms.limit_day_budget, place="limit_day_budget")
    if terms.limit_day_budget == 1:
        _check_fen(terms.account_day_budget, place)
    elif terms.account_day_budget:
        raise refused(place, "limit_day_budget 为 0（不限）时不填", "with limit_day_budget 0 there is none")


def _check_fen(given: int | None, place: str) -> None:
    fen = demand(given, place, "指定预算时必填，单位分", "a limited budget needs it, in fen")
    if not BUDGET_FEN_MIN <= fen <= BUDGET_FEN_MAX:
        raise BudgetOutOfRange(place=place, low=BUDGET_FEN_MIN, high=BUDGET_FEN_MAX, got=fen)


def _check_budget(terms: CampaignTerms) -> None:
    place = "campaign_day_budget"
    if terms.limit_day_budget == 1:
        _check_fen(terms.campaign_day_budget, place)
        return
    if terms.campaign_day_budget:
        raise refused(place, "limit_day_budget 为 0（不限）时不填", "with limit_day_budget 0 there is none")
    if terms.smart_switch:
        raise refused("smart_switch", "不限预算不支持节假日上浮", "without a budget nothing can rise on holidays")


def _check_days(terms: CampaignTerms) -> None:
    if not terms.time_type:
        return  # a long-term campaign may still carry the dates it once had
    days = []
    for place in ("start_time", "expire_time"):
        text = demand(getattr(terms, place), place, "自定义投放时间时必填", "a campaign of certain days needs it")
        days.append(read_day(text, place))
    if days[1] < days[0]:
        raise refused("expire_time", "早于 start_time", "it comes before start_time")


def read_day(text: str, place: str) -> date:
    """Read a day such as `2025-05-07`."""
    try:
        if len(text) == len("2025-05-07"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise refused(place, "日期格式应为 yyyy-MM-dd", "a day is written yyyy-MM-dd")


def _check_hours(terms: CampaignTerms) -> None:
    if not terms.time_peroid_type:
        return
    period = demand(terms.time_period, "time_period", "自定义时段时必填", "chosen hours need it")
    told = {day: getattr(period, day) for day in DAYS}
    for day, bits in told.items():
        if bits is not None and _HOURS.fullmatch(bits) is None:
            raise refused(f"time_period.{day}", "应为 24 个 0 或 1", "it should be 24 characters, each 0 or 1")
    if not any(bits is None or "1" in bits for bits in told.values()):
        raise refused("time_period", "没有任何可投放的小时", "no hour is left to serve in")


def _check_bidding(terms: CampaignTerms) -> None:
    if terms.bidding_strategy == STABLE_COST:
        why = ("稳定成本需要成本控制类型", "a stable cost needs to know which cost")
        demand(terms.constraint_type, "constraint_type", *why)
    if terms.bidding_strategy == 3 and terms.pacing_mode == 2:  # noqa: PLR2004 - 最大转化, 加速
        raise refused("pacing_mode", "最大转化固定为匀速（1）", "bidding for most conversions paces evenly (1)")


def _check_search(terms: CampaignTerms) -> None:
    if terms.feed_flag and terms.placement != _SEARCH:
        raise refused("feed_flag", "搜索追投只用于搜索推广（placement=2）", "it belongs to search (placement=2)")
    if terms.search_flag and terms.placement != _FEED:
        raise refused("search_flag", "搜索快投只用于信息流（placement=1）", "it belongs to the feed (placement=1)")
    ratio = terms.search_bid_ratio
    if ratio is not None and not 0 <= ratio <= 100:  # noqa: PLR2004 - a hundredfold bid is a slip of the keyboard
        raise refused("search_bid_ratio", "应为 0 到 100", "it should be 0 to 100")


def _check_invoke(terms: CampaignTerms) -> None:
    target = terms.optimize_target
    if is_invoke(terms) and not (terms.deeplink_id or terms.universal_link_id):
        why = "唤端与种草直达需要 deeplink_id 或 universal_link_id"
        raise TermMissing(place="deeplink_id", why_zh=why, why_en="a way into the app needs it, or universal_link_id")
    if target in INVOKE_TARGETS:
        if terms.bidding_strategy != STABLE_COST:
            raise refused(
                "bidding_strategy", "唤端场景应为 7（稳定成本）", "campaigns into an app bid by 7, a stable cost"
            )
        if terms.constraint_type != target:
            raise refused(
                "constraint_type",
                f"应与 optimize_target 一致（{target}）",
                f"it should be {target} as optimize_target is",
            )
    if target in INVOKE_EVENTS:
        needed = ("optimize_target 为 35–38 时必填监测链接", "an optimize_target of 35 to 38 needs a monitor link")
        check_web(demand(terms.detect_url_link, "detect_url_link", *needed), "detect_url_link")
        event = INVOKE_EVENTS[target]
        if terms.asset_event and terms.asset_event != event:
            raise refused(
                "asset_event",
                f"与 optimize_target={target} 对应的是 {event}",
                f"optimize_target {target} goes with {event}",
            )
    elif terms.detect_url_link:
        check_web(terms.detect_url_link, "detect_url_link")
