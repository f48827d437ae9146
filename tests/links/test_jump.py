"""The jump: every tap is on disk before the reader is led anywhere, and led only to reviewed places."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from hongmao.events.api import Event, Kind, LogFull, check
from hongmao.kernel.ids import ReaderId
from hongmao.links.api import (
    AdLink,
    Invalid,
    Jump,
    JumpAnswer,
    JumpRequest,
    KeyRing,
    LinkTable,
    LinkUnknown,
    MediaClick,
    NotLive,
    Redirect,
    Review,
    TokenMinter,
    Verified,
    WakePage,
    WayKind,
    click_event_id,
    load,
    read_media,
)
from links.factories import ITEM_PAGE, MemoryLinks, MemoryLog, link

if TYPE_CHECKING:
    from hongmao.kernel.clock import SetClock

CHROME = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0.0.0 Mobile Safari/537.36"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1"
DESKTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/124.0.0.0 Safari/537.36"


class House:
    """A jump with one link, and its log."""

    def __init__(self, clock: SetClock, only: AdLink | None = None, *, closed: tuple[str, ...] = ()) -> None:
        self.clock = clock
        self.log = MemoryLog()
        self.store = MemoryLinks(only or link())
        self.minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), clock, random.Random(5))
        self.jump = Jump(LinkTable(self.store, clock), self.minter, self.log, load(), closed=closed)

    def request(self, *, impression: str = "imp_1", **facts: str) -> JumpRequest:
        seal = self.minter.seal("link-1", impression)
        base = JumpRequest(
            link="link-1", user_agent=DESKTOP, impression=impression, seal=seal, reader=ReaderId("r_lin")
        )
        return replace(base, **facts)  # type: ignore[arg-type]

    def ask(self, request: JumpRequest) -> JumpAnswer:
        return asyncio.run(self.jump.ask(request))

    def tap(self, **facts: str) -> Event:
        """Ask, and give the event that the log has of it."""
        self.ask(self.request(**facts))
        return self.log.kept[-1]


@pytest.fixture
def house(clock: SetClock) -> House:
    return House(clock)


def test_a_tap_is_kept_with_everything_that_explains_it_and_led_to_the_shop(house: House) -> None:
    answer = house.ask(house.request(placement="note"))
    assert isinstance(answer, Redirect)
    assert answer.url == f"{ITEM_PAGE}?hm_click={answer.click_id}"
    (event,) = house.log.kept
    assert event == Event(
        event_id=str(click_event_id(answer.click_id)),
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=house.clock.now_ms(),
        received_at_ms=house.clock.now_ms(),
        tenant="tenant-1",
        reader="r_lin",
        note="note-1",
        creator="creator-1",
        merchant="merchant-1",
        shop="shop-1",
        item="item-1",
        link="link-1",
        line="cid",
        impression="imp_1",
        placement="note",
        labelled=True,
        price_fen=80,
        click_id=answer.click_id,
        agent="desktop",
        platform="sandbox",
    )
    assert check(event, now_ms=house.clock.now_ms()) == ()
    assert house.minter.verify(answer.click_id, now_ms=house.clock.now_ms()) == Verified(house.clock.now_ms())


def test_LINK_3_a_thousand_taps_give_a_thousand_ids(house: House) -> None:
    async def taps() -> list[JumpAnswer]:
        return await asyncio.gather(*(house.jump.ask(house.request(impression=f"imp_{n}")) for n in range(1_000)))

    answers = asyncio.run(taps())
    assert len({answer.click_id for answer in answers}) == 1_000
    assert len(house.log.kept) == 1_000
    assert all(event.invalid is None for event in house.log.kept)


def test_chrome_on_android_gets_the_app_page_with_an_intent_that_falls_back_by_itself(house: House) -> None:
    answer = house.ask(house.request(user_agent=CHROME))
    assert isinstance(answer, WakePage)
    assert answer.way is WayKind.INTENT_PAGE
    assert answer.open_url.startswith("intent://open?h5url=")
    assert "#Intent;scheme=sandboxshop;S.browser_fallback_url=http%3A%2F%2F127.0.0.1" in answer.open_url
    assert answer.open_url.count(answer.click_id) == 2
    assert answer.fallback_url == f"{ITEM_PAGE}?hm_click={answer.click_id}"


def test_firefox_on_android_gets_the_plain_scheme(house: House) -> None:
    answer = house.ask(house.request(user_agent=FIREFOX))
    assert isinstance(answer, WakePage)
    page = parse_qs(urlsplit(answer.open_url).query)["h5url"][0]
    assert answer.open_url.startswith("sandboxshop://open?h5url=")
    assert page == f"{ITEM_PAGE}?hm_click={answer.click_id}"


def test_safari_is_led_to_the_universal_link(house: House) -> None:
    answer = house.ask(house.request(user_agent=SAFARI))
    assert isinstance(answer, Redirect)
    assert answer.url == f"http://127.0.0.1:8090/ul/item-1?hm_click={answer.click_id}"


@pytest.mark.parametrize("review", [Review.PENDING, Review.REJECTED])
def test_LINK_2_a_deeplink_that_is_not_approved_leaves_the_approved_page(clock: SetClock, review: Review) -> None:
    house = House(clock, link(deeplink_review=review, universal_link_review=review))
    for user_agent in (CHROME, FIREFOX, SAFARI):
        answer = house.ask(house.request(user_agent=user_agent))
        assert isinstance(answer, Redirect)
        assert answer.url.startswith(ITEM_PAGE)


@pytest.mark.parametrize(
    "changes", [{"paused": True}, {"fallback_review": Review.REJECTED}, {"fallback_review": Review.PENDING}]
)
def test_LINK_2_a_link_that_is_not_live_leads_nowhere_and_the_tap_is_kept(
    clock: SetClock, changes: dict[str, object]
) -> None:
    house = House(clock, link(**changes))
    answer = house.ask(house.request())
    assert isinstance(answer, NotLive)
    assert house.log.kept[0].invalid == Invalid.LINK_NOT_LIVE


def test_LABEL_1_a_tap_without_a_valid_seal_was_not_shown_its_label(house: House) -> None:
    house.ask(replace(house.request(), seal=None))
    house.ask(JumpRequest(link="link-1", user_agent=DESKTOP, impression="imp_1", seal="A" * 16))
    house.ask(JumpRequest(link="link-1", user_agent=DESKTOP))
    for event in house.log.kept:
        assert (event.labelled, event.invalid, event.impression) == (False, Invalid.LABEL_NOT_SHOWN, None)
        assert check(event, now_ms=house.clock.now_ms()) == ()


def test_LABEL_2_a_seal_of_another_impression_proves_nothing(house: House) -> None:
    seal = house.minter.seal("link-1", "imp_1")
    house.ask(JumpRequest(link="link-1", user_agent=DESKTOP, impression="imp_2", seal=seal))
    assert house.log.kept[0].labelled is False


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"user_agent": "curl/8.5.0"}, Invalid.BOT),
        ({"user_agent": ""}, Invalid.BOT),
        ({"user_agent": "Slackbot-LinkExpanding 1.0"}, Invalid.LINK_PREVIEW),
        ({"purpose": "prefetch"}, Invalid.PREFETCH),
        ({"method": "HEAD"}, Invalid.HEAD_REQUEST),
    ],
)
def test_machines_are_kept_with_their_reason_and_still_led(
    house: House, facts: dict[str, str], reason: Invalid
) -> None:
    assert house.tap(**facts).invalid == reason
    assert house.log.kept[0].labelled is True


def test_a_second_tap_at_once_is_kept_and_does_not_count(house: House) -> None:
    first = house.tap()
    # 10:00:03: an impatient finger.
    house.clock.advance(3_000)
    second = house.tap()
    # 10:00:10: the reader has looked again.
    house.clock.advance(7_000)
    third = house.tap()
    assert (first.invalid, second.invalid, third.invalid) == (None, Invalid.REPEAT_TAP, None)
    assert len({first.click_id, second.click_id, third.click_id}) == 3


def test_the_same_slot_seen_by_another_impression_is_another_tap(house: House) -> None:
    assert house.tap(impression="imp_1").invalid is None
    assert house.tap(impression="imp_2").invalid is None


@pytest.mark.parametrize(
    ("clicks", "reasons"),
    [
        (["xhs-1", "xhs-2"], [None, None]),
        (["xhs-1", "xhs-1"], [None, Invalid.REPEAT_TAP]),
        ([None, None], [None, None]),  # nothing tells whether these are two people or one
    ],
)
def test_two_strangers_behind_an_ad_elsewhere_are_no_impatient_finger(
    house: House, clicks: list[str | None], reasons: list[Invalid | None]
) -> None:
    for click in clicks:
        media = MediaClick(media="juguang", click_id=click, callback=None)
        house.ask(JumpRequest(link="link-1", user_agent=DESKTOP, media=media))
        house.clock.advance(1_000)
    assert [event.invalid for event in house.log.kept] == reasons


def test_an_unknown_link_is_an_error_and_no_click(house: House) -> None:
    for text in ("link-9", "", "../../etc", "x" * 5_000, "\ud800"):
        with pytest.raises(LinkUnknown):
            house.ask(JumpRequest(link=text))
    assert house.log.kept == []


def test_a_placement_we_do_not_know_reads_as_none(house: House) -> None:
    assert house.tap(placement="<script>").placement is None


def test_promise_1_no_answer_leaves_before_the_click_is_durable(house: House) -> None:
    async def story() -> None:
        house.log.hold()
        asking = asyncio.ensure_future(house.jump.ask(house.request()))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not asking.done()
        house.log.release()
        assert isinstance(await asking, Redirect)

    asyncio.run(story())


def test_a_reader_who_hangs_up_does_not_undo_the_commit(house: House) -> None:
    async def story() -> None:
        house.log.hold()
        asking = asyncio.ensure_future(house.jump.ask(house.request()))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        house.log.release()  # raises InvalidStateError where the cancellation reached the log's own future

    asyncio.run(story())
    assert len(house.log.kept) == 1


def test_a_full_log_says_so_and_the_next_try_is_the_first_tap(house: House) -> None:
    house.log.full = True
    with pytest.raises(LogFull):
        house.ask(house.request())
    house.log.full = False
    assert house.tap().invalid is None


def test_a_tap_that_another_medias_ad_led_to_is_valid_free_and_keeps_its_click_id(house: House) -> None:
    media = MediaClick(media="juguang", click_id="xhs-1", callback="cb")
    house.ask(replace(house.request(), impression=None, seal=None, media=media))
    (event,) = house.log.kept
    assert (event.invalid, event.price_fen, event.labelled) == (None, 0, None)
    assert (event.media, event.media_click, event.callback_param) == ("juguang", "xhs-1", "cb")
    assert check(event, now_ms=house.clock.now_ms()) == ()


def test_a_macro_that_media_left_literal_is_kept_as_unknown_with_its_reason(house: House) -> None:
    media = read_media({"click_id": "__CLICK_ID__"})
    house.ask(replace(house.request(), impression=None, seal=None, media=media))
    (event,) = house.log.kept
    assert (event.media_click, event.media_problem) == (None, "macro_unresolved")


def test_no_parameter_makes_a_tap_on_our_own_proven_showing_another_medias_and_free(house: House) -> None:
    media = read_media({"click_id": "xhs-1", "callback_param": "cb"})
    house.ask(replace(house.request(), media=media))
    (event,) = house.log.kept
    assert (event.invalid, event.price_fen, event.labelled) == (None, link().price_fen, True)
    assert (event.media, event.media_click, event.callback_param) == (None, None, None)


def test_a_pilot_that_is_not_open_leads_nowhere_and_bills_nobody(clock: SetClock) -> None:
    house = House(clock, replace(link(), platform="jd"), closed=("jd", "pdd"))
    assert isinstance(house.ask(house.request()), NotLive)
    assert house.log.kept[-1].invalid == Invalid.PILOT_CLOSED
    assert isinstance(House(clock, replace(link(), platform="jd")).ask(house.request()), Redirect)


def test_a_platforms_own_template_is_filled_where_it_says(clock: SetClock) -> None:
    house = House(clock, replace(link(), fallback_url="https://shop.example/item/1?clickid=__CLICK_ID__&n=__NOTE_ID__"))
    answer = house.ask(house.request())
    assert isinstance(answer, Redirect)
    assert answer.url == f"https://shop.example/item/1?clickid={answer.click_id}&n={link().note}"
