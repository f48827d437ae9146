"""The wake-up data file: the browser decides the way, and the file says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.links.api import Review, WakeUpFileWrong, WayKind, load
from hongmao.links.contracts import Invalid, Traffic
from hongmao.links.rules import ClickFacts, choose_way, is_live, is_prefetch, judge_click
from hongmao.links.wakeup import CURRENT, WakeUp
from links.factories import link

IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSERS = {
    f"{ANDROID} Version/4.0 Chrome/116.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.49 NetType/WIFI": "wechat",
    f"{IOS} Mobile/15E148 MicroMessenger/8.0.49(0x18003127) NetType/WIFI Language/zh_CN": "wechat-ios",
    f"{ANDROID} Version/4.0 Chrome/98.0 MQQBrowser/6.2 Mobile Safari/537.36 V1_AND_SQ_8.9 QQ/8.9.85": "qq",
    f"{IOS} Version/17.4 MQQBrowser/15.0 Mobile/15E148 Safari/604.1 QBWebViewUA/2": "qq",
    f"{ANDROID} Version/4.0 Chrome/98.0 Mobile Safari/537.36 Qzone/V1_AND_QZ_8.8": "qzone",
    f"{IOS} Mobile/15E148 Weibo (iPhone14,5__weibo__14.3.2__iphone__os17.4)": "weibo",
    f"{ANDROID} Version/4.0 Chrome/97.0 Mobile Safari/537.36 T7/13.52 baiduboxapp/13.52.0.10": "baidu",
    f"{ANDROID} Version/4.0 Chrome/100.0 UCBrowser/16.5 Mobile Safari/537.36": "uc",
    f"{ANDROID} Version/4.0 Chrome/100.0 Quark/6.9 Mobile Safari/537.36": "quark",
    f"{IOS} Mobile/15E148 discover/8.30 XHS-iPhone": "xhs-webview",
    f"{ANDROID} Version/4.0 Chrome/110.0 Mobile Safari/537.36 aweme_290100": "other-app-webview",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Version/4.0 Chrome/124.0 Mobile": "other-app-webview",
    "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0": "firefox-android",
    f"{ANDROID} Version/4.0 Chrome/110.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.5": "vendor-android",
    f"{ANDROID} Chrome/124.0.0.0 Mobile Safari/537.36": "chrome-android",
    f"{ANDROID} Chrome/124.0.0.0 Mobile Safari/537.36 EdgA/124.0": "chrome-android",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36": "chrome-android",
    "Opera/9.80 (Android; Opera Mini/36.2) Presto/2.12": "other-android",
    f"{IOS} Version/17.4 Mobile/15E148 Safari/604.1": "safari-ios",
    f"{IOS} CriOS/124.0 Mobile/15E148 Safari/604.1": "safari-ios",
    f"{IOS} Mobile/15E148": "webview-ios",
    "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 ArkWeb/4.1 Mobile": "other-mobile",
    f"{MAC} Chrome/124.0.0.0 Safari/537.36": "desktop",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Firefox/125.0": "desktop",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "crawler",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)": "crawler",
    f"{MAC} HeadlessChrome/124.0 Safari/537.36": "crawler",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "preview",
    "WhatsApp/2.23.20.0": "preview",
    "curl/8.5.0": "machine",
    "python-urllib3/2.8": "machine",
    "Go-http-client/2.0": "machine",
    "": "machine",
    "   ": "machine",
}


@pytest.mark.parametrize(("user_agent", "name"), BROWSERS.items())
def test_each_browser_is_known_by_its_name(user_agent: str, name: str) -> None:
    assert load().profile_of(user_agent).name == name


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("wechat", WayKind.FALLBACK),
        ("qq", WayKind.FALLBACK),
        ("weibo", WayKind.FALLBACK),
        ("baidu", WayKind.FALLBACK),
        ("qzone", WayKind.FALLBACK),
        ("safari-ios", WayKind.UNIVERSAL_LINK),
        ("chrome-android", WayKind.INTENT_PAGE),
        ("firefox-android", WayKind.SCHEME_PAGE),
        ("xhs-webview", WayKind.SCHEME_PAGE),
        ("uc", WayKind.SCHEME_PAGE),
        ("desktop", WayKind.FALLBACK),
        ("crawler", WayKind.FALLBACK),
    ],
)
def test_each_browser_takes_the_way_that_works_in_it(name: str, way: WayKind) -> None:
    profile = next(profile for profile in load().profiles if profile.name == name)
    assert choose_way(link(), profile) is way


@pytest.mark.parametrize("review", [Review.PENDING, Review.REJECTED])
def test_LINK_2_an_address_that_is_not_approved_is_never_taken(review: Review) -> None:
    safari = load().profile_of(f"{IOS} Version/17.4 Mobile/15E148 Safari/604.1")
    assert choose_way(link(universal_link_review=review), safari) is WayKind.SCHEME_PAGE
    assert choose_way(link(universal_link_review=review, deeplink_review=review), safari) is WayKind.FALLBACK
    assert choose_way(link(universal_link=None, deeplink=None), safari) is WayKind.FALLBACK


@given(st.text())
def test_every_user_agent_has_a_profile(user_agent: str) -> None:
    assert load().profile_of(user_agent).ways[-1] is WayKind.FALLBACK


def test_the_app_of_a_scheme_is_named_where_it_is_known() -> None:
    edition = load()
    assert edition.package_of("tbopen://m.taobao.com/x") == "com.taobao.taobao"
    assert edition.package_of("sandboxshop://open") is None
    assert edition.timer_ms == 2_000


LIVE_PERSON = ClickFacts(method="GET", purpose="", traffic=Traffic.PERSON, labelled=True, live=True)


def test_BILL_7_a_labelled_tap_of_a_person_on_a_live_link_counts() -> None:
    assert judge_click(LIVE_PERSON) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "prefetch"}, Invalid.PREFETCH),
        ({"purpose": "prefetch;prerender"}, Invalid.PREFETCH),
        ({"purpose": "preview"}, Invalid.PREFETCH),
        ({"traffic": Traffic.BOT}, Invalid.BOT),
        ({"traffic": Traffic.PREVIEW}, Invalid.LINK_PREVIEW),
        ({"method": "HEAD"}, Invalid.HEAD_REQUEST),
        ({"live": False}, Invalid.LINK_NOT_LIVE),
        ({"labelled": False}, Invalid.LABEL_NOT_SHOWN),
        ({"labelled": False, "live": False}, Invalid.LINK_NOT_LIVE),
        ({"labelled": False, "traffic": Traffic.BOT}, Invalid.BOT),
    ],
)
def test_BILL_7_every_other_tap_carries_its_reason(changes: dict[str, object], reason: Invalid) -> None:
    facts = {name: getattr(LIVE_PERSON, name) for name in ClickFacts.__slots__}
    assert judge_click(ClickFacts(**{**facts, **changes})) is reason


def test_a_browser_that_says_nothing_is_not_prefetching() -> None:
    assert not is_prefetch("")
    assert is_prefetch("Prefetch")


def test_LINK_2_a_link_is_live_only_with_an_approved_fallback_and_unpaused() -> None:
    assert is_live(link())
    assert not is_live(link(paused=True))
    assert not is_live(link(fallback_review=Review.PENDING))
    assert not is_live(link(fallback_review=Review.REJECTED))
    assert is_live(link(deeplink_review=Review.REJECTED))


GOOD = """
version = "1"
effective = 2025-05-01
without_user_agent = "rest"
timer_ms = 1500
timer_source = "a test"
[packages]
[app_store]
[[profile]]
name = "rest"
traffic = "person"
ways = ["fallback"]
why = "everything"
source = "a test"
"""
FIRST = '[[profile]]\nname = "first"\ntraffic = "person"\nsome = ["x"]\nways = ["fallback"]\nwhy = "w"\nsource = "s"\n'


def test_a_small_edition_reads() -> None:
    assert WakeUp(GOOD).profile_of("anything").name == "rest"
    assert WakeUp(GOOD.replace("[[profile]]", FIRST + "[[profile]]")).profile_of("X").name == "first"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timer_ms = 1500", "timer_ms = 50"),
        ('without_user_agent = "rest"', 'without_user_agent = "nobody"'),
        ('ways = ["fallback"]', "ways = []"),
        ('ways = ["fallback"]', 'ways = ["scheme_page"]'),
        ('ways = ["fallback"]', 'ways = ["teleport"]'),
        ('ways = ["fallback"]', 'ways = ["fallback", "fallback"]'),
        ('source = "a test"\n', 'source = ""\n'),
        ('name = "rest"', 'name = "rest"\nsome = ["only"]'),
        ("[[profile]]", FIRST.replace("first", "rest") + "[[profile]]"),
        ("[[profile]]", FIRST.replace('"x"', '"Big"') + "[[profile]]"),
        ("[[profile]]", FIRST.replace('some = ["x"]\n', "") + "[[profile]]"),
        ("[packages]", "colour = 1\n[packages]"),
        ("version", "version ="),
    ],
)
def test_an_edition_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(WakeUpFileWrong):
        WakeUp(GOOD.replace(old, new), file=CURRENT)


@pytest.mark.parametrize(
    ("deeplink", "agent", "store"),
    [
        ("tbopen://m", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4)", "https://apps.apple.com/app/id387682726"),
        ("vipshop://x", "Mozilla/5.0 (Linux; Android 14)", "market://details?id=com.achievo.vipshop"),
        ("pinduoduo://x", "Mozilla/5.0 (iPhone)", None),
        ("tbopen://m", "Mozilla/5.0 (Macintosh)", None),
        ("unknown://m", "Mozilla/5.0 (Linux; Android 14)", None),
    ],
)
def test_an_app_is_to_be_had_where_somebody_knows_it(deeplink: str, agent: str, store: str | None) -> None:
    assert load().store_of(deeplink, agent) == store
