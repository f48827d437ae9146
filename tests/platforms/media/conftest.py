"""The media, open at a quarter to eleven on 7 May 2025."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platforms.media.mediahouse import NOW, MediaHouse, open_media

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock


@pytest.fixture
def media(tmp_path: Path, clock: SetClock) -> Iterator[MediaHouse]:
    """All receivers over one market."""
    with open_media(tmp_path / "shop.sqlite", clock) as house:
        house.at(NOW)
        yield house
