"""A market of 小红星 that opened at 10:00 on 7 May 2025."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platforms.star.starmarket import StarMarket, open_star

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock


@pytest.fixture
def star(tmp_path: Path, clock: SetClock) -> Iterator[StarMarket]:
    """The market with its gateway."""
    with open_star(tmp_path / "shop.sqlite", clock) as market:
        yield market
