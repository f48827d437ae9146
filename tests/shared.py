"""Where the material stands that may be read but not copied into this repository: real data and reference results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_path(relative: str) -> Path:
    """Give the path of shared material, or skip the test with the reason: some of it may not be copied by its licence."""
    folder = Path(os.environ.get("HONGMAO_SHARED") or ROOT.parent / "shared")
    found = folder / relative
    if not found.exists():
        pytest.skip(f"{relative} is not beside this checkout: set HONGMAO_SHARED to the folder that has it")
    return found
