"""An in-site shop that opened at 10:00 on 7 May 2025."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platforms.xhs.arkshop import ArkShop, open_ark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock


@pytest.fixture
def ark(tmp_path: Path, clock: SetClock) -> Iterator[ArkShop]:
    """The shop with its gateway."""
    with open_ark(tmp_path / "shop.sqlite", clock) as shop:
        yield shop
