"""How calls to JOS (京东开放平台) are signed. Nothing else is done here.

Every parameter that is sent is signed, but `sign` itself: names in ascending order, each followed by its value, between two
copies of the secret. One public client sorts descending and joins by `=`; its signature is not the published one.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hongmao.platforms.api import SECOND_MS, SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import SignedSample


def jos_signature(params: Mapping[str, str], secret: bytes) -> str:
    """Sign a call: of the raw text, before any percent-encoding.

    >>> jos_signature({"v": "1.0", "sign": "anything"}, b"s") == jos_signature({"v": "1.0"}, b"s")
    True
    """
    joined = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign")
    return hashlib.md5(secret + joined.encode() + secret, usedforsecurity=False).hexdigest().upper()


def timestamp_text(now_ms: int) -> str:
    """Write an instant as JOS wants it: Beijing time to the millisecond, with its offset.

    >>> timestamp_text(1_620_350_439_683)
    '2021-05-07 09:20:39.683+0800'
    """
    moment = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(SHANGHAI)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{now_ms % SECOND_MS:03d}+0800"


def sign_sample(sample: SignedSample) -> str:
    """Compute a published vector."""
    return jos_signature(sample.params, sample.secret.encode())
