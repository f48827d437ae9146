"""What an outside party can get wrong, at the outermost door there is for it: named, kept, and nothing else suffers."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from e2e.one_house import AGENT, PATIENCE_S, PLATFORMS, PRICE_FEN, Cut, Order, Passed, Stall, open_one_house
from e2e.silence import silence
from hongmao.events.contracts import BACK_LINK, Kind
from hongmao.kernel.time import MINUTE_MS, SECOND_MS
from hongmao.world.founding import PASSWORD
from hongmao.world.reader import landing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from e2e.one_house import OneHouse
    from e2e.silence import Told
    from hongmao.world.wire import Answer

SECRET = "webhook secret of nobody else"
TAP = "AQKJUA9gNotAClickOfOurs00000"
D41D = "d41d8cd98f00b204e9800998ecf8427e"
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Iterator[Told]:
    with silence(capfd) as heard:
        heard.more.append(SECRET)
        yield heard


@pytest.fixture
def one(request: pytest.FixtureRequest, tmp_path: Path, told: Told) -> Iterator[OneHouse]:
    with open_one_house(tmp_path, read_timeout_s=getattr(request, "param", PATIENCE_S)) as house:
        told.of(house)
        yield house


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A signed delivery before it is sent, and what may be done to it."""

    platform: str
    at_ms: int
    body: bytes
    nonce: str = "0123456789abcdef0123456789abcdef"
    account: str = "account-w"
    secret: str = SECRET

    def headers(self) -> dict[str, str]:
        at_s = str(self.at_ms // SECOND_MS)
        if self.platform == "sandbox":
            text, name = f"{at_s}\n{self.nonce}\n".encode() + self.body, "x-shop-{}"
            words = ("account", "timestamp", "nonce", "signature")
        else:
            text, name = f"{self.account}.{at_s}.{self.nonce}.".encode() + self.body, "x-shopx-{}"
            words = ("app", "ts", "nonce", "sign")
        sign = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        values = (self.account, at_s, self.nonce, sign)
        return {name.format(word): value for word, value in zip(words, values, strict=True)}


def open_webhooks(one: OneHouse) -> None:
    """Let a shop of each platform that pushes sign for the merchant."""
    for platform in ("sandbox", "shopx"):
        place = {"tenant": "tenant-1", "platform": platform}
        one.admin.add("/v1/platform-accounts", {**place, "account": "account-w", "secret": SECRET})
        home = f"{one.street_url}/shop/w"
        shop = {
            "id": f"w-{platform}",
            "merchant": "merchant-1",
            "platform_shop_id": "w",
            "name": "店",
            "home_url": home,
        }
        one.admin.add("/v1/shops", {**place, **shop})


def rows_of(one: OneHouse, platform: str, *rows: dict[str, object]) -> Delivery:
    """Write rows as a platform's body: by the sandbox's names, which ShopX has others for."""
    if platform == "sandbox":
        full = [{"version": 1, "click_id": None, "occurred_at_ms": one.now_ms(), "shop_id": "w", **row} for row in rows]
        body = {"account": "account-w", "events": full}
    else:
        ours = {"event_no": "no", "type": "what", "click_id": "click", "amount_fen": "yuan", "order_id": "order"}
        ours |= {"sub_order_id": "line", "item_id": "item"}
        full = [{"at": one.now_ms(), "store": "w"} | {ours[name]: row[name] for name in row} for row in rows]
        body = {"facts": full}
    return Delivery(platform=platform, at_ms=one.now_ms(), body=json.dumps(body).encode())


def send(one: OneHouse, delivery: Delivery, *, body: bytes | None = None) -> Answer:
    path = f"/v1/returns/{delivery.platform}"
    return one.web.post_raw(path, delivery.body if body is None else body, delivery.headers())


def code_of(answer: Answer) -> object:
    error: Any = answer.json()["error"]
    assert error["message"]["zh"]
    assert error["message"]["en"]
    return error["code"]


VISIT: dict[str, object] = {"event_no": "v-1", "type": "visit"}
UNPROVED: dict[str, Callable[[Delivery], Delivery]] = {
    "the secret of another": lambda sent: replace(sent, secret="the secret of another shop"),
    "an account that nobody has": lambda sent: replace(sent, account="account-x"),
    "a second too old": lambda sent: replace(sent, at_ms=sent.at_ms - 10 * MINUTE_MS - SECOND_MS),
    "a second too far ahead": lambda sent: replace(sent, at_ms=sent.at_ms + 10 * MINUTE_MS + SECOND_MS),
}


@pytest.mark.parametrize("platform", ["sandbox", "shopx"])
def test_a_delivery_that_proves_nothing_is_refused_by_name_and_leaves_no_fact(one: OneHouse, platform: str) -> None:
    open_webhooks(one)
    good = rows_of(one, platform, VISIT)
    answers = {what: send(one, change(good)) for what, change in UNPROVED.items()}
    answers["a body that was not signed"] = send(one, good, body=good.body.replace(b"v-1", b"v-2"))
    assert {what: (answer.status, code_of(answer)) for what, answer in answers.items()} == {
        "the secret of another": (401, "delivery_refused"),
        "an account that nobody has": (401, "delivery_refused"),
        "a second too old": (401, "delivery_skewed"),
        "a second too far ahead": (401, "delivery_skewed"),
        "a body that was not signed": (401, "delivery_refused"),
    }
    assert one.events(*BACK_LINK) == []

    # The same delivery, unspoilt, is let in; at the very ends of its ten minutes as well. Once: its nonce is spent.
    edges = [
        replace(good, at_ms=good.at_ms + side * 10 * MINUTE_MS, nonce=f"{number:032x}")
        for number, side in enumerate((-1, 1), start=1)
    ]
    assert [send(one, sent).status for sent in (good, *edges)] == [200, 200, 200]
    again = send(one, replace(good, at_ms=good.at_ms + SECOND_MS))
    assert (again.status, code_of(again)) == (409, "delivery_replayed")
    assert [event.ref for event in one.events(*BACK_LINK)] == ["v-1"]

    refused = Counter(event.outcome for event in one.events(Kind.RETURN_REFUSED))
    assert refused == {"bad_signature": 2, "unknown_account": 1, "skew": 2, "replayed": 1}


@pytest.mark.parametrize("platform", ["sandbox", "shopx"])
def test_rows_that_cannot_be_used_are_kept_with_their_reason_and_their_neighbours_count(
    one: OneHouse, platform: str
) -> None:
    open_webhooks(one)
    fen = {"sandbox": -1, "shopx": "-0.01"}[platform]
    deal = {"order_id": "o-w", "sub_order_id": "o-w-1", "item_id": "i-1"}
    rows: list[dict[str, object]] = [
        {"event_no": "v-1", "type": "visit", "click_id": "__CLICK_ID__"},
        {"event_no": "v-2", "type": "visit", "click_id": "00000000-0000-0000-0000-000000000000"},
        {"event_no": "v-3", "type": "visit", "click_id": D41D},
        {"event_no": "v-4", "type": "visit", "click_id": TAP},
        {"event_no": "v-5", "type": "teleport"},
        {"event_no": "v-6", "type": "pay", **deal, **({"pay_item_id": "i-1"} if platform == "sandbox" else {})}
        | {"amount_fen": fen},
        {"event_no": "v-7", "type": "visit"},
    ]
    answer: Any = send(one, rows_of(one, platform, *rows)).json()
    assert [row["outcome"] for row in answer["outcomes"]] == ["unmatched"] * 4 + ["quarantined"] * 2 + ["unmatched"]
    reasons = [row["reason"] for row in answer["outcomes"]]
    assert reasons[0] == "macro_unresolved"
    assert len(set(reasons[:4])) == 4
    assert reasons[6] == "no_click_id"
    # What is unmatched is kept without the click id that was none; what is quarantined is kept as it came.
    kept = {event.ref: event.click_id for event in one.events(*BACK_LINK)}
    assert kept == {"v-1": None, "v-2": None, "v-3": None, "v-4": TAP, "v-7": None}
    aside = [json.loads(event.detail or "") for event in one.events(Kind.RETURN_QUARANTINED)]
    assert sorted("v-5" in record["raw"] or "v-6" in record["raw"] for record in aside) == [True, True]
    assert {record["reason"] for record in aside} == set(reasons[4:6])
    assert {record["place"] for record in aside} == {"sandbox": {"type", "amount_fen"}, "shopx": {"what", "yuan"}}[
        platform
    ]


def jump(one: OneHouse, link: str, query: str) -> str:
    """Tap an ad elsewhere; gives the page of the shop it leads to."""
    answer = one.web.get(f"/j/{link}?{query}", {"user-agent": AGENT})
    page = landing(answer.location, answer.body, shop_url=one.shop.base_url)
    assert page is not None, answer.status
    return page


def test_a_jump_whose_macros_nobody_filled_leads_on_and_is_counted_by_its_link(one: OneHouse) -> None:
    bad = {
        "click_id=__CLICK_ID__&callback_param=__CALLBACK__": "macro_unresolved",
        "click_id=__CLICK_ID__": "macro_unresolved",
        f"click_id={D41D}": "click_id_empty",
        "click_id=00000000000000000000": "click_id_empty",
        f"click_id={'x' * 31}": "click_id_too_long",
    }
    for query in bad:
        jump(one, "link-001", query)
    jump(
        one, "link-002", "click_id=__CLICK_ID__"
    )  # two strangers in one second, of whom nothing tells that they are two
    jump(one, "link-002", "click_id=__CLICK_ID__")
    jump(one, "link-002", "click_id=xhs-0001&callback_param=0")
    clicks = one.events(Kind.COMPONENT_CLICK)
    assert [click.media_problem for click in clicks] == [*bad.values(), "macro_unresolved", "macro_unresolved", None]
    assert [click.media_click for click in clicks] == [None] * 7 + ["xhs-0001"]
    assert {click.callback_param for click in clicks} == {None}
    one.settle()
    counted = {link: _counted_on_the_page(one, link) for link in ("link-001", "link-002", "link-003")}
    assert counted == {
        "link-001": {
            "A macro was left unreplaced": 2,
            "The click id is empty": 2,
            "The click id is too long": 1,
        },
        "link-002": {"A macro was left unreplaced": 2, "There": 1},
        "link-003": {},
    }


def _counted_on_the_page(one: OneHouse, link: str) -> dict[str, int]:
    """Read, as the merchant does, how many clicks from elsewhere came with their id and how many did not, and why."""
    origin = {"origin": one.web.base_url}
    form = {"login": "brand1", "password": PASSWORD}
    with httpx.Client(base_url=one.web.base_url, cookies={"hm_lang": "en"}, headers=origin) as browser:
        assert browser.post("/console/login", data=form).status_code == 303
        page = browser.get(f"/console/links/{link}")
    assert page.status_code == 200
    table = page.text.partition('id="media-table"')[2].partition("</table>")[0]
    rows = [_CELL.findall(row) for row in table.split("<tr>")[2:]]
    said = [[re.sub("<[^>]+>", "", cell).strip() for cell in row] for row in rows]
    return {why: int(count) for _, why, count in said}


def test_LINK_4_a_callback_of_0_is_never_sent_back_and_a_click_without_id_is_named_as_not_sent(one: OneHouse) -> None:
    story = one.plan.stories[0]
    with_id, without = one.reader(), one.reader()
    known = with_id.order(story, page=jump(one, "link-001", "click_id=xhs-0001&callback_param=0"))
    with_id.pay(known)
    unknown = without.order(story, page=jump(one, "link-001", "click_id=__CLICK_ID__&callback_param=0"))
    without.pay(unknown)
    one.pass_minutes(30)
    bodies = [json.loads(post.body) for post in one.tap.to("media")]
    assert {(body["click_id"], body["context"]["ad"]["callback_param"]) for body in bodies} == {("xhs-0001", "")}
    assert sorted(body["event_type"] for body in bodies) == [401, 402, 404]
    # Both are in the log with our own click id: nothing is lost here because of what is missing over there.
    paid = {event.click_id for event in one.events(Kind.PAY)}
    assert paid == {known.click_id, unknown.click_id}


def test_a_buyer_who_came_by_a_link_whose_macro_stands_is_kept_and_matched_to_nobody(one: OneHouse) -> None:
    """Somebody has copied the merchant's address into an ad by hand: every platform tells the literal macro back."""
    links: Any = one.ask("/v1/links?tenant=tenant-1").json()["links"]
    for story, link in zip(one.plan.stories, links, strict=True):
        reader = one.reader()
        order = reader.order(story, page=link["fallback_url"])
        assert order.click_id == "__CLICK_ID__"
        reader.pay(order)
    one.pass_minutes(45)
    one.settle()
    kept = one.events(Kind.PAY)
    assert {event.platform: (event.amount_fen, event.click_id) for event in kept} == dict.fromkeys(
        PLATFORMS, (PRICE_FEN + 1, None)
    )
    reasons = {
        (event.platform, row["outcome"], row["reason"])
        for event in one.events(Kind.RETURN_BATCH)
        for row in json.loads(event.detail or "{}")["rows"]
        if row["outcome"] != "duplicate"
    }
    assert reasons == {(name, "unmatched", "macro_unresolved") for name in PLATFORMS}
    assert one.tap.to("media") == []


_TAOBAO = (rb'("pay_fee":)(\d+)', rb'("order_status":)\d+()')
SPOILT: dict[str, tuple[bytes, bytes]] = {
    "taobao": _TAOBAO,
    "tmall": _TAOBAO,
    "jd": (rb'(estimateCosPrice\\":)([\d.]+)', rb'(validCode\\":)\d+()'),
    "pdd": (rb'("order_amount":)(\d+)', rb'("order_status":)\d+()'),
    "vip": (rb'("commissionTotalCost":")([\d.]+)', rb'("orderSubStatusName":")[^"]+()'),
    "xhs": (rb'("totalPaidAmount":)(\d+)', rb'("orderStatus":)\d+()'),
}
"""Where each platform writes an amount and a state. Spoilt, the one is below zero and the other nobody has heard of."""


@pytest.mark.parametrize("which", [0, 1], ids=["an amount below zero", "an unknown state"])
def test_a_row_that_a_platform_spoils_is_quarantined_and_read_once_it_is_right(one: OneHouse, which: int) -> None:
    def spoil(passed: Passed) -> bytes:
        name = passed.path.split("/")[2]
        return (
            re.sub(SPOILT[name][which], (rb"\1-\2", rb"\g<1>99")[which], passed.answer)
            if name in SPOILT
            else passed.answer
        )

    bought = _buy(one)
    one.tap.meddle = spoil
    one.pass_minutes(40)
    aside = one.events(Kind.RETURN_QUARANTINED)
    assert {event.platform for event in aside} == set(PLATFORMS)
    details = [json.loads(event.detail or "") for event in aside]
    assert {detail["reason"] for detail in details} == {("below_zero", "unknown_state")[which]}
    assert all(detail["place"] and "o-" in detail["raw"] for detail in details)
    assert one.events(Kind.PAY) == []
    # The platform mends it. What its overlap reads again is now a fact, and nobody had to do anything.
    one.tap.meddle = None
    for reader, order in bought:
        reader.send_back(order, 100)  # a change, by which also those platforms list it that list changes only
    one.pass_minutes(70)
    assert sorted(event.platform or "" for event in one.events(Kind.PAY) if event.version) == sorted(PLATFORMS)


def _buy(one: OneHouse) -> list[tuple[Any, Order]]:
    found = []
    for story in one.plan.stories:
        reader = one.reader()
        order = reader.order(story)
        reader.pay(order)
        found.append((reader, order))
    return found


BROKEN: tuple[Cut | bytes, ...] = (Cut(), b'{"half of', b"\xff\xfe", b"<html>504 Gateway Time-out</html>", b"")


@pytest.mark.parametrize(
    ("one", "hangs"),
    [(PATIENCE_S, False), (1.0, True)],
    indirect=["one"],
    ids=["breaks off or is no answer", "hangs"],
)
def test_an_answer_that_never_comes_or_comes_in_part_costs_time_and_nothing_else(one: OneHouse, *, hangs: bool) -> None:
    """Every second call of each gateway goes wrong after it was acted upon, the media's too."""
    seen: Counter[str] = Counter()

    def meddle(passed: Passed) -> bytes | Cut | Stall:
        name = passed.path.split("/")[2]
        seen[name] += 1
        if not seen[name] % 2:
            return passed.answer
        # To be patient with one that hangs is dear: each does so twice.
        return BROKEN[seen[name] // 2 % len(BROKEN)] if not hangs else Stall() if seen[name] < 4 else passed.answer

    began_ms, bought = one.now_ms(), _buy(one)
    one.tap.meddle = meddle
    one.pass_minutes(50)
    one.tap.meddle = None
    one.pass_minutes(20)
    paid = [(event.platform, event.click_id) for event in one.events(Kind.PAY)]
    assert sorted(paid) == sorted((order.platform, order.click_id) for _, order in bought)
    sent = one.events(Kind.SENT_ON)
    assert {event.outcome for event in sent} == {"delivered"}
    assert len({event.event_id for event in sent}) == len(sent) == 3 * len(bought)
    assert len(one.notes("juguang_conversions")) == 3 * len(bought)
    assert len(one.tap.to("media")) > 3 * len(bought)
    # A house in haste may find a gateway hanging that the machine alone held up: that costs time as well.
    while any(feed["last_error"] for feed in feeds(one)) and one.now_ms() < began_ms + 180 * MINUTE_MS:
        one.pass_minutes(1)
    assert {feed["last_error"] for feed in feeds(one)} == {""}


def feeds(one: OneHouse) -> list[dict[str, Any]]:
    health: Any = one.ask("/v1/returns/health").json()
    return [dict(feed) for feed in health["feeds"]]


def test_PRIV_4_a_device_id_of_no_device_is_refused_by_name_at_our_own_door(one: OneHouse, told: Told) -> None:
    key: Any = one.admin.add("/v1/keys", {"tenant": "tenant-1", "name": "a program", "role": "optimiser"}).json()
    told.more.append(key["secret"])
    account: Any = one.admin.add("/v1/advertisers", {"tenant": "tenant-1", "merchant": "merchant-1"}).json()
    body = {
        "advertiser_id": str(account["advertiser_id"]),
        "access_token": key["secret"],
        "version": "1.0",
        "timestamp": one.now_ms(),
        "event_type": 401,
        "conv_time": one.now_ms() - MINUTE_MS,
        "token_code": "复制这段话",
    }
    answers: dict[str, Any] = {
        f"{place} {value}": one.web.post("/api/open/app", {**body, place: value}).json()
        for place in ("oaid_md5", "caid_md5")
        for value in ("0" * 32, D41D.upper(), "e99a18c428cb38d5f260853678922e03")
    }
    assert {answer["error"] for answer in answers.values()} == {"field_refused"}
    assert all(what.split()[0] in answer["msg"] for what, answer in answers.items())
    good: Any = one.web.post("/api/open/app", {**body, "oaid_md5": "E99A18C428CB38D5F260853678922E03"}).json()
    assert good["code"] == 0, good
    assert "E99A18C428CB38D5F260853678922E03" not in str(one.events())
