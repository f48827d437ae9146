"""Every registered platform keeps its contract: ours, the sandbox, and whatever plugin is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.platforms.registry import load_platforms
from hongmao_contracts.suite import checks_of

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKS = [
    pytest.param(check, id=f"{name}-{what}")
    for name, platform in load_platforms().items()
    for what, check in checks_of(platform)
]


@pytest.mark.parametrize("check", CHECKS)
def test_it_keeps_its_contract(check: Callable[[], None]) -> None:
    check()
