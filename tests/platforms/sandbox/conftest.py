"""A shop with stock, and a platform that receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platforms.sandbox.receiver import Receiver
from platforms.sandbox.shopfront import SECRET, STOCK, Shopfront, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock


@pytest.fixture
def shop(tmp_path: Path, clock: SetClock) -> Iterator[Shopfront]:
    """A shop that opened its doors at 10:00 on 7 May 2025."""
    with open_shop(tmp_path / "shop.sqlite", clock) as front:
        front.control("stock", STOCK)
        yield front


@pytest.fixture
def receiver(clock: SetClock) -> Iterator[Receiver]:
    """A platform's door on loopback."""
    with Receiver(secret=SECRET, clock=clock) as door:
        yield door


@pytest.fixture
def told(shop: Shopfront, receiver: Receiver) -> Shopfront:
    """A shop that knows where its returns go."""
    shop.register(receiver.url)
    return shop
