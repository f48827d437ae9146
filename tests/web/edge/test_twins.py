"""Both ways of the edge answer every request alike, byte for byte, and leave the same events behind."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.ids import LinkId
from hongmao.links.api import Review
from web.edge.house import DESKTOP, FIREFOX
from web.edge.served import PATIENT, Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

SEALED = "i=imp_1&s={seal}"
IMPRESSION = {"event_id": "e-1", "kind": "impression", "occurred_at_ms": 1_746_583_200_000, "note": "note-1"}


def asked(way: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {way} HTTP/1.1", "Host: 127.0.0.1"]
    if "user_agent" not in headers:
        lines.append(f"User-Agent: {DESKTOP}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def told(*events: dict[str, object], **headers: str) -> bytes:
    return asked("/v1/events", method="POST", body=json.dumps({"events": events}).encode(), **headers)


TAP = "/j/link-1?" + SEALED
REQUESTS: dict[str, bytes] = {
    "a tap": asked(TAP, cookie="hm_r=r_lin"),
    "a tap without a reader": asked(TAP),
    "a tap from the feed": asked(TAP + "&p=feed", cookie="hm_r=r_lin"),
    "from a place nobody knows": asked(TAP + "&p=moon", cookie="hm_r=r_lin"),
    "with the fields the other way round": asked("/j/link-1?s={seal}&i=imp_1", cookie="hm_r=r_lin"),
    "with an escaped field": asked("/j/link-1?i=imp%5F1&s={seal}"),
    "with another field": asked(TAP + "&utm=x"),
    "with a field twice": asked("/j/link-1?i=imp_2&" + SEALED),
    "with an empty query": asked("/j/link-1?"),
    "without a query": asked("/j/link-1"),
    "with a seal of nobody": asked("/j/link-1?i=imp_1&s=AAAAAAAAAAAAAAAA"),
    "with a seal of another impression": asked("/j/link-1?i=imp_2&s={seal}"),
    "with a seal that is none": asked("/j/link-1?i=imp_1&s=short"),
    "with an impression that is no id": asked("/j/link-1?i=%00%ff&s={seal}"),
    "with a query of three thousand characters": asked("/j/link-1?" + "x" * 3_000),
    "with seventeen fields": asked("/j/link-1?" + "&".join(f"f{n}=1" for n in range(17))),
    "a HEAD": asked(TAP, method="HEAD", cookie="hm_r=r_lin"),
    "a POST": asked(TAP, method="POST", body=b"x"),
    "a prefetch": asked(TAP, purpose="prefetch"),
    "a prerender": asked(TAP, sec_purpose="prefetch;prerender"),
    "a purpose that is none": asked(TAP, purpose="shopping"),
    "a bot": asked(TAP, user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)"),
    "a preview": asked(TAP, user_agent="WhatsApp/2.23"),
    "no user agent": asked(TAP, user_agent=""),
    "an app page": asked(TAP, user_agent=FIREFOX),
    "an app page in English": asked(TAP, user_agent=FIREFOX, accept_language="en-GB"),
    "a tap behind another media's ad": asked("/j/link-1?gdt_vid=abc&callback=x"),
    "a tap with a label and a media": asked(TAP + "&clickid=abc"),
    "a link nobody knows": asked("/j/nobody?" + SEALED),
    "a link nobody knows, for programs": asked("/j/nobody", accept="application/json"),
    "a link that is paused": asked("/j/paused?" + SEALED),
    "a link that was not approved": asked("/j/pending?" + SEALED),
    "an address with the time in it": asked("/j/timed?" + SEALED),
    "an address with its own macro": asked("/j/macro?" + SEALED),
    "a way with an escaped link": asked("/j/link%2D1?" + SEALED),
    "a way that climbs": asked("/j/../j/link-1?" + SEALED),
    "a way with a zero byte": asked("/j/link-1%00"),
    "a way with dots escaped": asked("/j/%2e%2e/link-1"),
    "a way that is too long": asked("/j/" + "a" * 2_000),
    "a cookie of nobody": asked(TAP, cookie="hm_r=../../etc"),
    "a cookie among others": asked(TAP, cookie="a=b; hm_r=r_lin; c=d"),
    "two cookies of ours": asked(TAP, cookie="hm_r=r_one; hm_r=r_two"),
    "two lines of cookies": asked(TAP, cookie="a=b", Cookie="hm_r=r_two"),
    "a cookie in small letters": asked(TAP, COOKIE="hm_r=r_lin"),
    "a cookie with odd bytes": asked(TAP).replace(b"\r\n\r\n", b"\r\nCookie: hm_r=r_l\xffn\r\n\r\n"),
    "a tap that closes": asked(TAP, cookie="hm_r=r_lin", connection="close"),
    "a tap of HTTP/1.0": asked(TAP).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "a tap with a body": asked(TAP, body=b"{}"),
    "one event": told(IMPRESSION, cookie="hm_r=r_lin"),
    "one event under a link": told({**IMPRESSION, "link": "link-1", "labelled": True}, cookie="hm_r=r_lin"),
    "an event twice": told(IMPRESSION, IMPRESSION, cookie="hm_r=r_lin"),
    "a good and a bad one": told(IMPRESSION, {**IMPRESSION, "event_id": "e:2"}, cookie="hm_r=r_lin"),
    "an event of a kind nobody knows": told({**IMPRESSION, "kind": "wish"}, cookie="hm_r=r_lin"),
    "an event of a note nobody knows": told({**IMPRESSION, "note": "note-99"}, cookie="hm_r=r_lin"),
    "an event from next year": told({**IMPRESSION, "occurred_at_ms": 1_800_000_000_000}, cookie="hm_r=r_lin"),
    "an event that a client may not tell": told({**IMPRESSION, "kind": "component_click"}, cookie="hm_r=r_lin"),
    "no events": told(cookie="hm_r=r_lin"),
    "an empty body": asked("/v1/events", method="POST", cookie="hm_r=r_lin"),
    "a body that is no JSON": asked("/v1/events", method="POST", body=b"{", cookie="hm_r=r_lin"),
    "a body that is no UTF-8": asked("/v1/events", method="POST", body=b'{"events":["\xff"]}', cookie="hm_r=r_lin"),
    "a body that is a list": asked("/v1/events", method="POST", body=b"[]", cookie="hm_r=r_lin"),
    "a body a thousand deep": asked("/v1/events", method="POST", body=b"[" * 100_000, cookie="hm_r=r_lin"),
    "a body of plain text": told(IMPRESSION, cookie="hm_r=r_lin", content_type="text/plain;charset=UTF-8"),
    "events by GET": asked("/v1/events"),
    "a beacon": asked("/v1/wakeup", method="POST", body=b'{"link":"link-1","click":"x","outcome":"opened"}'),
    "a beacon that is too long": asked("/v1/wakeup", method="POST", body=b" " * 2_000),
    "a delivery nobody signed": asked("/v1/returns/sandbox", method="POST", body=b"{}"),
    "an image": asked("/v1/i?e=e-1&n=note-1&i=imp_1", cookie="hm_r=r_lin"),
    "an image of a note nobody knows": asked("/v1/i?e=e-1&n=nobody", cookie="hm_r=r_lin"),
    "alive": asked("/healthz"),
    "alive by HEAD": asked("/healthz", method="HEAD"),
    "ready": asked("/readyz"),
    "a page nobody wrote": asked("/nothing"),
    "a feed": asked("/v1/feed", cookie="hm_r=r_lin"),
}


@pytest.fixture(scope="module")
def twins() -> Iterator[tuple[Served, Served]]:
    with served(limits=PATIENT) as hot, served(hot=False) as plain:
        yield hot, plain


@pytest.mark.parametrize("name", REQUESTS)
def test_both_ways_answer_alike_and_keep_alike(name: str, twins: tuple[Served, Served]) -> None:
    seen = []
    for twin in twins:
        furnish(twin)
        seal = twin.house.minter.seal(link_of(REQUESTS[name]), "imp_1").encode()
        # Twice, because a tap's second time is a repeat, and an event's a duplicate.
        answers = [plain(twin.say(REQUESTS[name].replace(b"{seal}", seal))) for _ in range(2)]
        seen.append((answers, twin.log.kept[:]))
    (hot_answers, hot_kept), (plain_answers, plain_kept) = seen
    assert hot_answers == plain_answers
    assert hot_kept == plain_kept
    assert hot_answers[0].startswith(b"HTTP/1.1 ")


def test_a_log_that_refuses_is_told_alike_and_the_next_tap_is_the_first(twins: tuple[Served, Served]) -> None:
    seen = []
    for twin in twins:
        furnish(twin)
        tap = asked(TAP, cookie="hm_r=r_lin").replace(b"{seal}", twin.house.minter.seal("link-1", "imp_1").encode())
        twin.log.full = True
        refused = plain(twin.say(tap))
        twin.log.full = False
        seen.append((refused, plain(twin.say(tap)), twin.log.kept[:]))
    assert seen[0] == seen[1]
    assert seen[0][0].startswith(b"HTTP/1.1 503 ")
    assert [event.invalid for event in seen[0][2]] == [None]


def furnish(twin: Served) -> None:
    """Begin anew: the same links, an empty log, the same place to count from, nobody remembered."""
    house, log = twin.house, twin.log
    first = replace(house.links.kept["link-1"], id=LinkId("link-1"))
    page = first.fallback_url
    for one in (
        replace(first, id=LinkId("paused"), paused=True),
        replace(first, id=LinkId("pending"), fallback_review=Review.PENDING),
        replace(first, id=LinkId("timed"), fallback_url=f"{page}?at=__TS__"),
        replace(first, id=LinkId("macro"), fallback_url=f"{page}?c=__CLICK_ID__&n=__NOTE_ID__&k=__KEYWORD_ID__"),
    ):
        house.links.update(one)
    house.services.jump.parts.table.refresh()
    log.kept.clear()
    log._ids.clear()
    house.minter._counter = itertools.count(7)
    for half in (house.services.jump.parts.taps._new, house.services.jump.parts.taps._old):
        half.clear()


def link_of(request: bytes) -> str:
    found = re.search(rb" /j/([a-z0-9-]+)", request.replace(b"%2D", b"-"))
    return "link-1" if found is None else found[1].decode()


def plain(answer: bytes) -> bytes:
    """Leave out what differs by the moment alone, and by a reader's fresh name."""
    answer = re.sub(rb"date: [^\r]*\r\n", b"", answer)
    return re.sub(rb"hm_r=r_[0-9a-f]{32}", b"hm_r=r_fresh", answer)
