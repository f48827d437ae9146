"""What 聚光 calls a signature on `/app`: capitals of an MD5 without any secret. It protects nothing; the access token does."""

from __future__ import annotations

import hashlib


def sign_app(*, advertiser_id: str, timestamp_ms: int, version: str) -> str:
    """Sign a return by 口令码. `/conversion` has no signature at all."""
    return seal(f"advertiser_id{advertiser_id}&timestamp{timestamp_ms}&version{version}")


def seal(text: str) -> str:
    """Hash what they call signed."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
