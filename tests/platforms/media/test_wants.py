"""Which event is what to whom, whose clicks count, and what is turned away before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from hongmao.events.contracts import BACK_LINK, Kind
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant
from hongmao.platforms.api import Answered, Careful, Outgoing
from hongmao.platforms.media.platform import MEDIA, MEDIA_FOLDERS, targets
from hongmao.platforms.media.wire import load
from platforms.media.mediahouse import (
    MEDIA_OF,
    NOW,
    TARGETS,
    TOLD,
    a_click,
    account_of,
    an_event,
    an_item,
    told_buyer,
)

TABLE = {
    # kind: juguang, juguang_goods, oceanengine, tencent, meta, tiktok
    Kind.BRIDGE_IMPRESSION: ("2", None, None, None, None, None),
    Kind.BRIDGE_CLICK: ("3", None, None, None, None, None),
    Kind.OPEN: ("401", None, "in_app_uv", "START_APP", None, None),
    Kind.VISIT: ("402", None, "in_app_detail_uv", "VIEW_CONTENT", "ViewContent", "ViewContent"),
    Kind.CART: ("403", None, "in_app_cart", "ADD_TO_CART", "AddToCart", "AddToCart"),
    Kind.FAVOURITE: ("403", None, None, "ADD_TO_WISHLIST", "AddToWishlist", "AddToWishlist"),
    Kind.SHOP_FOLLOW: ("403", None, None, "FOLLOW", None, None),
    Kind.ORDER: (None, None, "in_app_order", "COMPLETE_ORDER", "InitiateCheckout", "PlaceAnOrder"),
    Kind.PAY: ("404", "1", "in_app_pay", "PURCHASE", "Purchase", "CompletePayment"),
    Kind.PRESALE_DEPOSIT: (None, None, None, None, None, None),
    Kind.PRESALE_BALANCE: ("404", "1", "in_app_order_balance", "PURCHASE", "Purchase", "CompletePayment"),
    Kind.RECEIVE: (None, None, None, None, None, None),
    Kind.REFUND: ("200", "200", "ecom_refund", "RE_FUND", None, None),
    Kind.SETTLE: (None, None, None, None, None, None),
}
NAMES = ("juguang", "juguang_goods", "oceanengine", "tencent", "meta", "tiktok")


@pytest.mark.parametrize("kind", list(Kind))
def test_an_event_has_the_name_that_each_media_gives_it(kind: Kind) -> None:
    wanted = tuple(TARGETS[name].wants(an_event(kind), a_click(MEDIA_OF[name])) for name in NAMES)
    assert wanted == TABLE.get(kind, (None,) * len(NAMES))


def test_every_back_link_event_was_thought_of() -> None:
    assert set(TABLE) >= BACK_LINK


@pytest.mark.parametrize("name", NAMES)
def test_only_a_click_of_that_media_is_told_to_it(name: str) -> None:
    target = TARGETS[name]
    wanted = {
        media: target.wants(an_event(), a_click(media)) is not None for media in (None, *MEDIA_FOLDERS, "kuaishou")
    }
    ours = name.startswith("juguang")  # our community speaks 聚光
    assert {media for media, yes in wanted.items() if yes} == {MEDIA_OF[name], *((None,) if ours else ())}
    assert target.wants(an_event(), None) is None


def test_a_return_by_code_needs_no_click_and_is_not_for_another_medias() -> None:
    by_code = TOLD["juguang_token"]
    assert by_code.wants(an_event(), None) == by_code.wants(an_event(), a_click()) == "404"
    assert by_code.wants(an_event(), a_click("tiktok")) is None
    assert by_code.wants(an_event(Kind.BRIDGE_CLICK), None) is None


def test_the_return_by_code_is_there_only_with_data_that_people_agreed_to() -> None:
    assert [target.name for target in MEDIA.targets] == list(NAMES)
    assert [target.name for target in targets(told_buyer)] == ["juguang", "juguang_goods", "juguang_token", *NAMES[2:]]
    assert all(isinstance(target, Careful) for target in targets(told_buyer))


LIMITS = {
    "juguang": (HOUR_MS, 1, 2**20),
    "juguang_goods": (HOUR_MS, 1, 2**20),
    "oceanengine": (7 * DAY_MS, 1, 2**20),
    "tencent": (7 * DAY_MS, 50, 50 * 1024),
    "meta": (7 * DAY_MS - 600_000, 1_000, 8 * 2**20),
    "tiktok": (7 * DAY_MS, 1_000, 2**20),
}


@pytest.mark.parametrize("name", NAMES)
def test_limits_are_those_of_the_media(name: str) -> None:
    limits = TARGETS[name].limits
    assert (limits.deadline_ms, limits.batch_max, limits.body_bytes_max) == LIMITS[name]
    assert limits.rate.per_minute >= limits.rate.burst > 0


def fault_of(name: str, click_id: str | None, *, test: bool = False, **click: str) -> tuple[str, str] | None:
    target = TARGETS[name]
    assert isinstance(target, Careful)
    item = Outgoing(id="out:1", event=an_event(), event_type="404", click=a_click(MEDIA_OF[name], click_id, **click))
    verdict = target.fault(account_of(name, test=test), item, now_ms=instant(NOW))
    return None if verdict is None else (verdict.answered.value, verdict.reason)


def test_LINK_3_a_click_id_beyond_30_characters_is_refused_before_it_is_sent() -> None:
    assert fault_of("juguang", "c" * 30) is None
    assert fault_of("juguang", "c" * 31) == ("refused", "click_id_too_long")
    assert fault_of("tencent", "c" * 64) is None
    assert fault_of("tencent", "c" * 65) == ("refused", "click_id_too_long")
    assert fault_of("tiktok", "E.C.P." + "c" * 400) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("click_id", "problem", "reason"),
    [
        (None, None, "no_click_id"),
        (None, "macro_unresolved", "macro_unresolved"),
        (None, "click_id_too_long", "click_id_too_long"),
        ("__CLICK_ID__", None, "macro_unresolved"),
        ("{click_id}", None, "macro_unresolved"),
        ("${clickid}", None, "macro_unresolved"),
        ("0000000000", None, "click_id_empty"),
        ("00000000-0000-0000-0000-000000000000"[:30], None, "click_id_empty"),
        ("d41d8cd98f00b204e9800998ecf8427e", None, "click_id_empty"),
    ],
)
def test_a_click_that_cannot_be_named_is_refused_with_its_reason(
    name: str, click_id: str | None, problem: str | None, reason: str
) -> None:
    told: dict[str, Any] = {} if problem is None else {"media_problem": problem}
    assert fault_of(name, click_id, **told) == ("refused", reason)


def test_a_callback_is_enough_for_those_who_go_by_it() -> None:
    assert fault_of("oceanengine", None, callback_param="EJiw267w") is None
    assert fault_of("oceanengine", None, callback_param="0") == ("refused", "no_click_id")
    assert fault_of("oceanengine", None, callback_param="__CALLBACK_PARAM__") == ("refused", "no_click_id")
    assert fault_of("tencent", None, callback_param="https://api.e.qq.com/v3.0/user_actions/add?cb=A") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/conv?cb=A",
        "http://api.e.qq.com/conv?cb=A",  # the token would go in the clear
        "https://api.e.qq.com.evil.example/conv?cb=A",
        "https://api.e.qq.com@evil.example/conv?cb=A",
        "https://user:word@api.e.qq.com/conv?cb=A",
        "https://api.e.qq.com:8443/conv?cb=A",
        "https://api.e.qq.com:port/conv",
        "https://api.e.qq.com/conv?cb=A\r\nX-Evil: 1",
        "https://аpi.e.qq.com/conv?cb=A",
        "//api.e.qq.com/conv",
        "EJiw267w",
        "",
    ],
)
def test_ABUSE_5_our_token_follows_no_address_that_somebody_wrote_into_a_click(address: str) -> None:
    click = a_click("tencent", "wx-1", callback_param=address)
    call = TARGETS["tencent"].call(account_of("tencent"), [an_item("tencent", click=click)], now_ms=instant(NOW))
    assert call.url == "https://api.e.qq.com/v3.0/user_actions/add"
    assert fault_of("tencent", None, callback_param=address) == ("refused", "no_click_id")


def test_a_callback_to_the_accounts_own_endpoint_is_followed() -> None:
    address = "http://127.0.0.1:8092/gw/media/tencent/v3.0/user_actions/add?cb=A"
    account = account_of("tencent", endpoint="http://127.0.0.1:8092/gw/media/tencent/v3.0")
    item = an_item("tencent", click=a_click("tencent", "wx-1", callback_param=address))
    assert TARGETS["tencent"].call(account, [item], now_ms=instant(NOW)).url == address


def test_in_a_test_only_juguangs_test_clicks_go() -> None:
    assert fault_of("juguang", "xhs-1", test=True) == ("refused", "not_a_test_click")
    assert fault_of("juguang", "atest-1", test=True) == ("refused", "callback_missing")
    assert fault_of("juguang", "atest-1", test=True, callback_param="cb") is None
    assert fault_of("juguang", "atest-1", callback_param="cb") is None
    assert fault_of("juguang", "atest-1") == ("refused", "callback_missing")


@pytest.mark.parametrize("name", ["oceanengine", "tencent"])
def test_where_no_test_mode_is_known_a_test_is_not_sent(name: str) -> None:
    assert fault_of(name, "theirs-1", test=True) == ("refused", "no_test_mode")


@pytest.mark.parametrize(
    ("name", "setting", "test"),
    [
        ("juguang", "access_token", False),
        ("tencent", "access_token", False),
        ("tencent", "account_id", False),
        ("tencent", "user_action_set_id", False),
        ("meta", "access_token", False),
        ("meta", "pixel_id", False),
        ("meta", "test_event_code", True),
        ("tiktok", "access_token", False),
        ("tiktok", "event_source_id", False),
        ("tiktok", "test_event_code", True),
        ("juguang_token", "advertiser_id", False),
    ],
)
def test_a_missing_setting_is_named_and_the_item_waits(name: str, setting: str, *, test: bool) -> None:
    target = TOLD[name]
    assert isinstance(target, Careful)
    lacking: dict[str, Any] = {setting: ""}
    verdict = target.fault(account_of(name, test=test, **lacking), an_item(name), now_ms=instant(NOW))
    assert verdict is not None
    assert (verdict.answered, verdict.reason, verdict.answer) == (Answered.RETRY, "setting_missing", setting)
    assert target.fault(account_of(name, test=test), an_item(name), now_ms=instant(NOW)) is None


def test_a_key_that_cannot_sign_keeps_the_items_waiting() -> None:
    target = TARGETS["oceanengine"]
    assert isinstance(target, Careful)
    broken = account_of("oceanengine", secret=b"not a key")
    verdict = target.fault(broken, an_item("oceanengine"), now_ms=instant(NOW))
    assert verdict is not None
    assert (verdict.answered, verdict.reason) == (Answered.RETRY, "credentials")
    assert "not a key" not in verdict.answer


def test_a_return_by_code_needs_a_code_or_a_device() -> None:
    def nobody_known(*_: object) -> None:
        return None

    by_code = next(one for one in targets(nobody_known) if one.name == "juguang_token")
    assert isinstance(by_code, Careful)
    account = account_of("juguang_token")
    without = by_code.fault(account, an_item("juguang_token"), now_ms=instant(NOW))
    assert without is not None
    assert without.reason == "no_token_code"
    assert by_code.fault(account, an_item("juguang_token", token_code="口令"), now_ms=instant(NOW)) is None


def test_meta_takes_a_websites_event_only_with_page_and_browser() -> None:
    site = account_of("meta", action_source="website")
    plain, told = TARGETS["meta"], TOLD["meta"]
    assert isinstance(plain, Careful)
    assert isinstance(told, Careful)
    with_page = an_item("meta", page_url="https://shop.example/1")

    browserless = plain.fault(site, with_page, now_ms=instant(NOW))
    pageless = told.fault(site, an_item("meta"), now_ms=instant(NOW))

    assert browserless is not None
    assert pageless is not None
    assert (browserless.reason, pageless.reason) == ("user_agent_missing", "setting_missing")
    assert told.fault(site, with_page, now_ms=instant(NOW)) is None


@pytest.mark.parametrize("folder", MEDIA_FOLDERS)
def test_the_words_of_a_media_are_dated_and_say_where_they_come_from(folder: str) -> None:
    wire = load(folder)
    assert wire.version
    assert wire.effective.year >= 2024
    assert all(wire.sources)
    lists = [wire.codes.ok, wire.codes.throttled, wire.codes.theirs, wire.codes.credentials, wire.codes.refused]
    codes = [code for one in lists for code in one]
    assert len(codes) == len(set(codes))  # no code means two things
    assert set(wire.codes.reasons) <= {str(code) for code in codes}
