"""Both ways of the edge count alike: what is above a cap, or a repeat by another key, is kept with the same reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.time import MINUTE_MS
from hongmao.links.api import NO_CAPS, Cap, CapLimits, Caps, Invalid, Taps, read_dedupe
from returns.factories import NOW
from web.edge.house import DESKTOP, EdgeHouse
from web.edge.served import served
from web.edge.test_twins import asked, plain, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from web.edge.served import OfferedLog, Served

LIMITS = CapLimits(ip=Cap(4, 60), device=Cap(2, 60), link=Cap(6, 60), shown_ip=Cap(7, 60), shown_device=Cap(5, 60))
LIN, WANG = "hm_r=r_lin", "hm_r=r_wang"
HERE, THERE = "1.2.3.4", "5.6.7.8"
DEVICE, NET, LINK = Invalid.CAP_DEVICE, Invalid.CAP_IP, Invalid.CAP_LINK


def tap(showing: int, at: str | None = HERE, **headers: str) -> bytes:
    """A tap on a showing of its own, so that none is a repeat."""
    plain_tap = asked(f"/j/link-1?i=imp_{showing}&s={{seal {showing}}}", **headers)  # type: ignore[arg-type]  # all headers
    if at is None:
        return plain_tap
    return plain_tap.replace(b"\r\nUser-Agent", b"\r\nX-Forwarded-For: %b\r\nUser-Agent" % at.encode(), 1).replace(
        b"\r\nuser-agent", b"\r\nX-Forwarded-For: %b\r\nuser-agent" % at.encode(), 1
    )


def shown(first: int, many: int, at: str = HERE, **headers: str) -> bytes:
    events: list[dict[str, object]] = [
        {"event_id": f"e-{n}", "kind": "read" if n % 10 == 9 else "impression", "occurred_at_ms": NOW, "note": "note-1"}
        for n in range(first, first + many)
    ]
    return told(*events, X_Forwarded_For=at, **headers)


# Requests one after the other, and why each event that they left behind does not count.
STORIES: Mapping[str, tuple[list[bytes], Sequence[str | None]]] = {
    "a reader in a hurry": ([tap(n, cookie=LIN) for n in range(4)], [None, None, DEVICE, DEVICE]),
    "readers of one network": (
        [tap(n, cookie=f"hm_r=r_{n}") for n in range(6)],
        [None, None, None, None, NET, NET],
    ),
    "a reader in a hurry, and others of his network": (
        [*(tap(n, cookie=LIN) for n in range(5)), *(tap(n, cookie=f"hm_r=r_{n}") for n in range(5, 9))],
        [None, None, DEVICE, DEVICE, DEVICE, None, None, NET, NET],
    ),
    "a link that all tap": (
        [tap(n, at=f"{n + 1}.2.3.4", cookie=f"hm_r=r_{n}") for n in range(8)],
        [None] * 6 + [LINK, LINK],
    ),
    "a browser without a cookie": ([tap(n) for n in range(3)], [None, None, DEVICE]),
    "two browsers without a cookie": (
        [tap(n, user_agent=DESKTOP + " " * (n % 2) + f"v{n % 2}") for n in range(5)],
        [None, None, None, None, DEVICE],
    ),
    "nobody says where from": ([tap(n, at=None) for n in range(7)], [None] * 6 + [LINK]),
    "a proxy's own word on the left is hearsay": (
        [tap(n, at=f"{n + 1}.9.9.9, {HERE}", cookie=f"hm_r=r_{n}") for n in range(6)],
        [None] * 4 + [NET, NET],
    ),
    "another spelling of the header": (
        [
            tap(n, at=None, cookie=f"hm_r=r_{n}", **{("x_forwarded_for", "X_FORWARDED_FOR")[n % 2]: HERE})
            for n in range(6)
        ],
        [None] * 4 + [NET, NET],
    ),
    "the header twice": (
        [tap(n, at=f"{n + 1}.2.3.4", x_forwarded_for=HERE, cookie=f"hm_r=r_{n}") for n in range(6)],
        [None] * 4 + [NET, NET],
    ),
    "with an address of another header beside it": (
        [tap(n, X_Real_IP=f"{n + 1}.1.1.1", cookie=f"hm_r=r_{n}") for n in range(6)],
        [None] * 4 + [NET, NET],
    ),
    "taps that do not count use nothing up": (
        [*(tap(n, user_agent="curl/8.5.0", cookie=LIN) for n in range(4)), *(tap(n, cookie=LIN) for n in (5, 5, 6))],
        [Invalid.BOT] * 4 + [None, Invalid.REPEAT_TAP, None],
    ),
    "an app page counts as any tap": (
        [
            tap(1, cookie=LIN, user_agent="Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0"),
            tap(2, cookie=LIN),
            tap(3, cookie=LIN, user_agent="Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0"),
            tap(4, cookie=LIN),
        ],
        [None, None, DEVICE, DEVICE],
    ),
    "a reader shown too much": (
        [shown(10, 3, cookie=LIN), shown(13, 4, cookie=LIN)],
        [None] * 5 + [DEVICE, DEVICE],
    ),
    "only impressions are counted": ([shown(17, 4, cookie=LIN), shown(21, 4, cookie=LIN)], [None] * 6 + [DEVICE] * 2),
    "one bad event among them": (
        [shown(10, 3, cookie=LIN), told({"event_id": "e-1", "kind": "impression", "occurred_at_ms": NOW, "note": "nobody"},
         *({"event_id": f"e-{n}", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1"} for n in (2, 3, 4)),
         cookie=LIN, X_Forwarded_For=HERE)],
        [None] * 5 + [DEVICE],
    ),
    "readers of one network shown too much": (
        [shown(10, 5, cookie=LIN), shown(20, 4, cookie=WANG), shown(30, 2, at=THERE, cookie=WANG)],
        [None] * 7 + [NET, NET] + [None, DEVICE],
    ),
    "shown by image": (
        [asked(f"/v1/i?e=e-{n}&n=note-1", cookie=LIN, X_Forwarded_For=HERE) for n in range(6)],
        [None] * 5 + [DEVICE],
    ),
}  # fmt: skip


def furnished(log: OfferedLog) -> EdgeHouse:
    return EdgeHouse(log, caps=Caps(LIMITS), trust="127.0.0.1")


@pytest.mark.parametrize("name", STORIES)
def test_both_ways_mark_alike_what_is_above_a_cap(name: str) -> None:
    requests, reasons = STORIES[name]
    seen = []
    for hot in (True, False):
        with served(hot=hot, furnish=furnished, trust="127.0.0.1") as twin:
            answers = [plain(twin.say(sealed(request, twin))) for request in requests]
            seen.append((answers, twin.log.kept[:]))
            assert [event.invalid for event in twin.log.kept] == list(reasons)
    (hot_answers, hot_kept), (plain_answers, plain_kept) = seen
    assert [without_click(one) for one in hot_answers] == [without_click(one) for one in plain_answers]
    assert [one.reader for one in hot_kept if one.reader in {"r_lin", "r_wang"}] == [
        one.reader for one in plain_kept if one.reader in {"r_lin", "r_wang"}
    ]
    assert all(answer.startswith((b"HTTP/1.1 302 ", b"HTTP/1.1 200 ")) for answer in hot_answers)


@pytest.mark.parametrize("hot", [True, False])
def test_what_was_not_kept_uses_nothing_up_and_the_next_minute_begins_anew(*, hot: bool) -> None:
    with served(hot=hot, furnish=furnished, trust="127.0.0.1") as twin:
        twin.log.full = True
        for n in range(5):
            assert twin.say(sealed(tap(n, cookie=LIN), twin)).startswith(b"HTTP/1.1 503 ")
            assert twin.say(shown(10, 4, cookie=LIN)).startswith(b"HTTP/1.1 503 ")
        twin.log.full = False
        for n in range(3):
            assert twin.say(sealed(tap(n, cookie=LIN), twin)).startswith(b"HTTP/1.1 302 ")
        twin.say(shown(10, 6, cookie=LIN))
        assert [event.invalid for event in twin.log.kept] == [None, None, DEVICE] + [None] * 5 + [DEVICE]
        twin.house.clock.set(NOW + MINUTE_MS)
        twin.say(sealed(tap(9, cookie=LIN), twin))
        assert twin.log.kept[-1].invalid is None


@pytest.mark.parametrize("hot", [True, False])
def test_without_trust_a_header_says_nothing(*, hot: bool) -> None:
    with served(hot=hot, furnish=lambda log: EdgeHouse(log, caps=Caps(LIMITS))) as twin:
        for n in range(6):
            twin.say(sealed(tap(n, cookie=f"hm_r=r_{n}"), twin))
        assert [event.invalid for event in twin.log.kept] == [None] * 6


@pytest.mark.parametrize("hot", [True, False])
def test_a_repeat_is_known_by_the_key_that_was_chosen(*, hot: bool) -> None:
    def by_device(log: OfferedLog) -> EdgeHouse:
        taps = Taps(read_dedupe("link,device;10s"))
        return EdgeHouse(log, caps=Caps(NO_CAPS), taps=taps, trust="127.0.0.1")

    with served(hot=hot, furnish=by_device, trust="127.0.0.1") as twin:
        for request in (
            tap(1),
            tap(2),
            tap(3, at=THERE),
            tap(4, at=None),
            tap(5, at=None),
            tap(6, cookie=LIN),
            tap(7, cookie=LIN),
        ):
            assert twin.say(sealed(request, twin)).startswith(b"HTTP/1.1 302 ")
        repeated = Invalid.REPEAT_TAP
        assert [event.invalid for event in twin.log.kept] == [None, repeated, None, None, None, None, repeated]


def sealed(request: bytes, twin: Served) -> bytes:
    """Put in each showing's own seal."""
    while (at := request.find(b"{seal ")) >= 0:
        end = request.index(b"}", at)
        showing = int(request[at + 6 : end])
        request = request[:at] + twin.house.minter.seal("link-1", f"imp_{showing}").encode() + request[end + 1 :]
    return request


def without_click(answer: bytes) -> bytes:
    """Leave out the token: each house counts its own from a place of its own, and pages hold it in many."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"application/json" in head:
        json.loads(body)
        return answer
    return head.split(b"\r\n")[0]
