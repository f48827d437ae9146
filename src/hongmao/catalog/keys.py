"""API keys: `hk_<prefix>_<43 characters>`. The prefix finds the key, the rest proves it; only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.catalog.contracts import ApiKey

PREFIX_BYTES = 5
SECRET_BYTES = 32
_SHAPE = re.compile(r"hk_(?P<prefix>[0-9a-f]{10})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A key at the one moment when its secret can be read."""

    key: ApiKey
    secret: str


def make_secret() -> tuple[str, str]:
    """Make a prefix and a whole secret that begins with it."""
    prefix = secrets.token_hex(PREFIX_BYTES)
    return prefix, f"hk_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"


def prefix_of(secret: str) -> str | None:
    """Read the prefix of what claims to be a key; None for any other text."""
    match = _SHAPE.fullmatch(secret)
    return match["prefix"] if match else None


def hash_of(secret: str) -> str:
    """Hash a secret for keeping. It holds 256 random bits, so one round of SHA-256 cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(secret: str, secret_hash: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_of(secret), secret_hash)
