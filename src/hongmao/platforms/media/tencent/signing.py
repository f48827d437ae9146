"""What proves to 腾讯 who returns: three headers, of which the token is the proof and the others make a replay visible."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

NONCE_CHARS_MAX: Final = 32


def headers(*, access_token: str, timestamp_s: int, ids: Iterable[str]) -> dict[str, str]:
    """Write the headers of one attempt. The nonce is made of what is sent and when: no attempt has another's."""
    return {
        "access-token": access_token,
        "timestamp": str(timestamp_s),
        "nonce": nonce_of(timestamp_s, ids),
    }


def nonce_of(timestamp_s: int, ids: Iterable[str]) -> str:
    """Make a nonce of at most 32 characters."""
    told = "\n".join((str(timestamp_s), *ids)).encode()
    return hashlib.blake2b(told, digest_size=NONCE_CHARS_MAX // 2).hexdigest()
