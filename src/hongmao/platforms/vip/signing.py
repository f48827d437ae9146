"""How calls to VOP (唯品会开放平台) are signed. Nothing else is done here.

Signed are the system parameters in ascending order, each name followed by its value, and after them the body exactly as it is
sent. The digest is HMAC-MD5; what some blogs say, plain MD5 or parts joined by `&`, does not give the published signature.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import SignedSample


def vop_signature(params: Mapping[str, str], body: bytes, secret: bytes) -> str:
    """Sign a call.

    >>> vop_signature({"method": "m", "sign": "anything"}, b"{}", b"s") == vop_signature({"method": "m"}, b"{}", b"s")
    True
    """
    joined = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign")
    return hmac.new(secret, joined.encode() + body, hashlib.md5).hexdigest().upper()


def sign_sample(sample: SignedSample) -> str:
    """Compute a published vector."""
    return vop_signature(sample.params, sample.body.encode(), sample.secret.encode())
