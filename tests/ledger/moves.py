"""The accounts of these tests, and what is done with them. It imports little: every process of a test begins with it."""

from __future__ import annotations

from hongmao.kernel.time import Window, instant
from hongmao.ledger.api import Account, Batch, Entry, Hold, Take

ALLIANCE_DAY = instant("2025-05-07T10:00:00+08:00")
EVER = Window(0, 2**50)
BANK = Account(owner="@bank", kind="cash", line="a", funder="owner")
WALLET = Account(owner="w", kind="cash", line="a", funder="owner")
GIFT = Account(owner="w", kind="gift", line="a", funder="house")
SHOP = Account(owner="s", kind="revenue", line="a", funder="owner")
FLOORS = {BANK: None, WALLET: 0, GIFT: 0, SHOP: None}


def move(key: str, source: Account, goal: Account, fen: int, at_ms: int = ALLIANCE_DAY, why: str = "move") -> Batch:
    """Move money from one account to another."""
    entries = (Entry(account=source, amount_fen=-fen), Entry(account=goal, amount_fen=fen))
    return Batch(key=key, why=why, at_ms=at_ms, entries=entries)


def hold(key: str, fen: int, *, until_ms: int, source: Account = WALLET, at_ms: int = ALLIANCE_DAY) -> Hold:
    """Hold money of the wallet."""
    return Hold(key=key, source=source, amount_fen=fen, at_ms=at_ms, expires_at_ms=until_ms)


def take(key: str, part: str, fen: int, *, goal: Account = SHOP, at_ms: int = ALLIANCE_DAY, why: str = "pay") -> Take:
    """Take a part of what is held."""
    return Take(key=key, take=part, goal=goal, amount_fen=fen, at_ms=at_ms, why=why)
