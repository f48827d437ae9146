"""One drill: a house is founded, clients come, faults come, everybody goes, and the judge looks at what is left."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from hongmao.chaos.acts import Delivery, Tap
from hongmao.chaos.acts import Report as Told
from hongmao.chaos.clients import CLIENTS, Client, Crowd
from hongmao.chaos.errors import HomeTaken
from hongmao.chaos.ground import found
from hongmao.chaos.house import CREW, EDGE, WEB, DrilledHouse
from hongmao.chaos.judge import judge
from hongmao.chaos.ledger import read
from hongmao.chaos.report import Report
from hongmao.chaos.schedule import plan
from hongmao.chaos.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hongmao.chaos.judge import Verdict
    from hongmao.chaos.schedule import Fault, Log
    from hongmao.kernel.clock import Clock

NAMED_MAX: Final = 20
_SECRET_BITS: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which drill."""

    minutes: float
    log: Log
    seed: int


def drill(wanted: Wanted, folder: Path, clock: Clock, say: Callable[[str], None]) -> Report:
    """Run it in an empty folder, which holds everything afterwards; `say` hears what is being done."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise HomeTaken(path=str(folder), place=str(folder))
    faults = plan(seed=wanted.seed, seconds=60 * wanted.minutes, log=wanted.log, crew=CREW)
    secret = f"{random.Random(wanted.seed).getrandbits(_SECRET_BITS):032x}"  # noqa: S311 - signs for a shop that is none
    say(f"{len(faults)} faults planned; the house is being founded in {folder}")
    with DrilledHouse(folder, log=wanted.log) as house:
        ground = found(house.url(WEB), home=house.home, secret=secret, now_ms=clock.now_ms())
        ports = {Tap: house.port(EDGE), Told: house.port(EDGE), Delivery: house.port(WEB)}
        clients = [
            Client(number, seed=wanted.seed, ports=ports, ground=ground, books=folder / "acked")
            for number in range(CLIENTS)
        ]
        with Crowd(clients, clock.now_ms) as crowd:
            trouble = Trouble(house, acked=crowd.acked, say=say)
            crowd.start()
            trouble.play(faults, seconds=60 * wanted.minutes, check=crowd.check)
            say("clients finish what is open")
            crowd.stop()
            say("what follows the log catches up")
            house.finish()
        verdict = judge(acked=read(folder / "acked"), lake=house.home / "lake", state=house.home / "state.sqlite")
        met = sum((Counter(post.switches.seen()) for post in house.posts), Counter[str]())
        return _report(wanted, faults, verdict, crowd=crowd, trouble=trouble, met=dict(met), house=house)


def _report(
    wanted: Wanted,
    faults: Sequence[Fault],
    verdict: Verdict,
    *,
    crowd: Crowd,
    trouble: Trouble,
    met: dict[str, int],
    house: DrilledHouse,
) -> Report:
    heard = crowd.heard()
    return Report(
        log=wanted.log.value,
        minutes=wanted.minutes,
        seed=wanted.seed,
        acked=verdict.acked,
        lost=len(verdict.lost),
        doubled=len(verdict.doubled),
        uncharged=len(verdict.uncharged),
        unacked_kept=verdict.unacked_kept,
        refused=sum(times for status, times in heard.items() if status >= HTTPStatus.BAD_REQUEST),
        unanswered=crowd.waiting(),
        kills=dict(sorted(trouble.kills.items())),
        faults=dict(sorted(trouble.happened.items())),
        idle=tuple(sorted({fault.name for fault in faults} - set(trouble.happened))),
        met=met,
        answers={str(status or "none"): times for status, times in sorted(heard.items())},
        repeated=crowd.repeated(),
        dropped=crowd.dropped(),
        revived=trouble.revived,
        restarts=dict(house.restarts),
        exits=house.exits,
        events=verdict.events,
        charges=verdict.charges,
        findings=tuple(
            chain(
                (f"lost: {one}" for one in islice(verdict.lost, NAMED_MAX)),
                (f"doubled: {one}" for one in islice(verdict.doubled, NAMED_MAX)),
                (f"uncharged: {one}" for one in islice(verdict.uncharged, NAMED_MAX)),
            )
        ),
    )
