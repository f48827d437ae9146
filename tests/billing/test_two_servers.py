"""Two processes charge the clicks of one programme at once, as two servers would: a cap is a cap, to the fen."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from billing.servers import INVALID_EVERY, MERCHANTS, clicks, price_of, serve
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS
from hongmao.storage.database import open_database
from shared import ROOT as REPOSITORY
from storage.opened import ALLIANCE_DAY, ROOT, House, opened
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATHS = os.pathsep.join(str(REPOSITORY / name) for name in ("src", "tests"))
OWN, MATCH = 10, 3
FUNDS_FEN = 10**9
ENGINES = ("sqlite", "postgres")


@contextmanager
def reached(engine: str, folder: Path) -> Iterator[tuple[str, House]]:
    """Put up a database that other processes reach, and a house over it here."""
    if engine == "sqlite":
        with opened(folder / "state.sqlite") as database:
            yield f"sqlite:///{folder / 'state.sqlite'}", House(database)
        return
    with database_url() as url, closing(open_database(url)) as database:
        yield url, House(database)


def founded(city: House, cap_fen: int, member_cap_fen: int | None) -> None:
    city.billing.coinvest.found(
        ROOT, "p", own_parts=OWN, match_parts=MATCH, cap_fen=cap_fen, member_cap_fen=member_cap_fen,
        from_ms=ALLIANCE_DAY - DAY_MS, to_ms=ALLIANCE_DAY + DAY_MS,
    )  # fmt: skip
    for number in range(MERCHANTS):
        merchant = MerchantId(f"m{number}")
        city.catalog.add_merchant(city.tenant(f"t{number}"), name=f"商家 {number}", id=merchant)
        city.billing.top_up(ROOT, merchant, "cid", FUNDS_FEN, "k")
        city.billing.coinvest.join(ROOT, "p", merchant)


def together(url: str, count: int, sizes: tuple[int, int], *, one_log: bool) -> list[int | None]:
    """Let two servers charge at once, and give how they ended: both the whole log, or each every second piece of it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["billing.servers"])
    start = context.Barrier(2)
    turns = 1 if one_log else 2
    servers = [
        context.Process(target=serve, args=(url, start, count, size, turn % turns, turns))
        for turn, size in enumerate(sizes)
    ]
    with mock.patch.dict(os.environ, PYTHONPATH=PATHS):
        for server in servers:
            server.start()
    for server in servers:
        server.join()
    return [server.exitcode for server in servers]


def matched_to_the_fen(
    engine: str, folder: Path, count: int, size: int, cap_fen: int, member_cap_fen: int | None, *, one_log: bool
) -> None:
    with reached(engine, folder) as (url, city):
        founded(city, cap_fen, member_cap_fen)
        # Pieces of two sizes cut one log at other places; halves of it are pieces of one size.
        sizes = (size, size * 2 // 3) if one_log else (size, size)
        assert together(url, count, sizes, one_log=one_log) == [0, 0]
        seen = [0] * MERCHANTS
        for number in range(1, count + 1):
            seen[number % MERCHANTS] += price_of(number) if number % INVALID_EVERY else 0
        shares = [fen * MATCH // (OWN + MATCH) for fen in seen]
        due_fen = sum(share if member_cap_fen is None else min(share, member_cap_fen) for share in shares)
        (running,) = city.billing.coinvest.running(ROOT)
        matched = {member.merchant: member.matched_fen for member in running.members}
        assert sum(matched.values()) == min(cap_fen, due_fen)
        assert running.left_fen == cap_fen - min(cap_fen, due_fen) >= 0
        assert [member.seen_fen for member in running.members] == seen
        for number, share in enumerate(shares):
            merchant = MerchantId(f"m{number}")
            assert matched[merchant] <= (share if member_cap_fen is None else min(share, member_cap_fen))
            # The rest was the merchant's, all of it and nothing more.
            assert FUNDS_FEN - city.billing.wallet(merchant).balance_fen == seen[number] - matched[merchant]
        check = city.ledger.verify()
        assert check.balanced, check
        assert check.batches == 1 + MERCHANTS + count - count // INVALID_EVERY
        # And a third server that comes late and charges everything again changes nothing.
        head = city.ledger.head()
        city.billing.absorb(clicks(count))
        assert city.ledger.head() == head
        assert city.billing.coinvest.running(ROOT) == [running]


@pytest.mark.parametrize(
    ("cap_fen", "member_cap_fen", "one_log"), [(1, None, True), (4_001, 1_999, True), (4_001, None, False)]
)
@pytest.mark.parametrize("engine", ENGINES)
def test_BILL_6_two_processes_match_to_the_fen(
    engine: str, tmp_path: Path, cap_fen: int, member_cap_fen: int | None, *, one_log: bool
) -> None:
    matched_to_the_fen(engine, tmp_path, 180, 12, cap_fen, member_cap_fen, one_log=one_log)


@pytest.mark.slow
@pytest.mark.parametrize("one_log", [True, False], ids=["one log", "halves"])
@pytest.mark.parametrize(("cap_fen", "member_cap_fen"), [(7, None), (200_003, None), (200_003, 90_001), (10**9, None)])
@pytest.mark.parametrize("engine", ENGINES)
def test_BILL_6_two_processes_match_ten_thousand_clicks_to_the_fen(
    engine: str, tmp_path: Path, cap_fen: int, member_cap_fen: int | None, *, one_log: bool
) -> None:
    matched_to_the_fen(engine, tmp_path, 10_000, 120, cap_fen, member_cap_fen, one_log=one_log)
