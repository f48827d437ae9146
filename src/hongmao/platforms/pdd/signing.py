"""How calls to Pinduoduo's open platform are signed. Nothing else is done here.

Every parameter that is sent is signed, but `sign` itself: names in ascending order, each followed by its value, between two
copies of the secret. A list is signed and sent as the same JSON text; the clock is in whole seconds.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import SignedSample


def pdd_signature(params: Mapping[str, str], secret: bytes) -> str:
    """Sign a call: of the raw text, before any percent-encoding.

    >>> pdd_signature({"type": "pdd.time.get", "sign": "anything"}, b"s") == pdd_signature({"type": "pdd.time.get"}, b"s")
    True
    """
    joined = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign")
    return hashlib.md5(secret + joined.encode() + secret, usedforsecurity=False).hexdigest().upper()


def sign_sample(sample: SignedSample) -> str:
    """Compute a published vector."""
    return pdd_signature(sample.params, sample.secret.encode())
