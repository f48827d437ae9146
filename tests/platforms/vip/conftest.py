"""A marketplace that opened at 10:00 on 7 May 2025."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.platforms.vip.platform import VIP
from platforms.gatehouse import Gatehouse, open_gatehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock


@pytest.fixture
def market(tmp_path: Path, clock: SetClock) -> Iterator[Gatehouse]:
    """One shop, some items and one key."""
    with open_gatehouse(VIP, tmp_path / "market.sqlite", clock) as gatehouse:
        yield gatehouse
