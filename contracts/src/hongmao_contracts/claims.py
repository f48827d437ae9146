"""Which installed platforms sign a published vector by their own code: those whose samples carry a vector of its id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hongmao_contracts.finding import registered

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.platforms.api import SignedSample
    from hongmao_contracts.finding import Found

    Signer = Callable[[SignedSample], str]


def signers() -> dict[str, dict[str, Signer]]:
    """Give the claims on each vector id: the platforms' signing code by their names."""
    claims: dict[str, dict[str, Signer]] = {}
    for found in registered().values():
        sign = found.platform.sign
        if sign is not None:
            for id in _ids(found):
                claims.setdefault(id, {})[found.platform.name] = sign
    return claims


def _ids(found: Found) -> list[str]:
    """List the vectors that a platform's samples carry; what is wrong with the file is told by the platform's own suite."""
    file = found.folder / "samples" / "signing.json"
    try:
        return [str(vector["id"]) for vector in json.loads(file.read_bytes())["vectors"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []
