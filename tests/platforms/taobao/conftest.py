"""A marketplace that opened at 10:00 on 7 May 2025."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platforms.taobao.bazaar import Bazaar, open_bazaar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock


@pytest.fixture
def bazaar(tmp_path: Path, clock: SetClock) -> Iterator[Bazaar]:
    """Taobao, with one shop, three items and one key."""
    with open_bazaar(tmp_path / "taobao.sqlite", clock) as market:
        yield market
