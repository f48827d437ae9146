"""What a seller's consent hands out: tickets, codes and sessions. The notebook keeps their digests and never themselves."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

GRANTS: Final = "grants"
"""Page of the notebook: the digest of a session, and whose shop it opens to which app, until when."""
GRANTS_ENDED: Final = "grants_ended"
REFRESHES: Final = "refreshes"
"""Page of the notebook: the digest of a refresh token, whose shop it is for, until when, and the session that it renews."""
REFRESHES_USED: Final = "refreshes_used"
_CHARS: Final = 40


def mint(secret: str, *parts: str) -> str:
    """Make a token that only the holder of an app's secret could work out; the same parts make the same one.

    A city that is played twice so hands out the same tokens twice. Parts are told apart by their lengths.
    """
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(secret.encode(), told.encode(), "sha256").hex()[:_CHARS]


def digest(token: str) -> str:
    """Name a token without giving it away."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
