"""A street and a house for the tests of joining."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from e2e.joining import open_street

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.joining import Street


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened
