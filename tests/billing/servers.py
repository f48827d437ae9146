"""Servers that charge one log, each a process of its own, for tests: a process that is started finds its work here."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from hongmao.events.contracts import Event, Kind, Logged
from hongmao.storage.database import open_database
from hongmao.storage.errors import StateBusy
from storage.opened import ALLIANCE_DAY, House

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

MERCHANTS = 3
INVALID_EVERY = 11


def price_of(number: int) -> int:
    """Give a click's price: another one for nearly every click, and none that the matched parts divide evenly."""
    return 1 + number * 37 % 299


def clicks(count: int) -> list[Logged]:
    """Write a log of clicks of all merchants; every eleventh is a robot's."""
    return [
        Logged(
            number,
            Event(
                event_id=f"e-{number}",
                kind=Kind.COMPONENT_CLICK,
                occurred_at_ms=ALLIANCE_DAY + number,
                tenant=f"t{number % MERCHANTS}",
                merchant=f"m{number % MERCHANTS}",
                note="n1",
                link=f"l{number % MERCHANTS}",
                line="cid",
                impression=f"i-{number}",
                click_id=f"c-{number}",
                labelled=True,
                price_fen=price_of(number),
                invalid=None if number % INVALID_EVERY else "bot",
            ),
        )
        for number in range(1, count + 1)
    ]


def serve(url: str, start: Barrier, count: int, size: int, turn: int, turns: int) -> None:
    """Charge a log in pieces, of `turns` pieces each time the one that is this server's; all of them where `turns` is 1.

    A server that waits too long for the others' transactions comes again, as the clockwork would.
    """
    log = clicks(count)
    with closing(open_database(url)) as database:
        billing = House(database).billing
        start.wait()
        for at in range(turn * size, count, turns * size):
            while True:
                try:
                    billing.absorb(log[at : at + size])
                except StateBusy:
                    continue
                break
