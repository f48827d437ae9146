"""How calls to Taobao's gateways are signed: TOP by three methods, IOP by its one. Nothing else is done here.

Every parameter that is sent is signed, but `sign` itself. Signed is the raw text, before any percent-encoding.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from hongmao.platforms.api import SECOND_MS, SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import SignedSample


class SignMethod(StrEnum):
    """`sign_method`, as TOP writes it."""

    MD5 = "md5"
    HMAC = "hmac"  # HMAC-MD5
    HMAC_SHA256 = "hmac-sha256"  # named by the documents, its form is unverified


def top_signature(params: Mapping[str, str], secret: bytes, method: SignMethod) -> str:
    """Sign a call to TOP.

    >>> top_signature({"v": "2.0", "app_key": "test"}, b"s", SignMethod.MD5) == top_signature(
    ...     {"app_key": "test", "v": "2.0", "sign": "anything"}, b"s", SignMethod.MD5
    ... )
    True
    """
    text = _joined(params)
    match method:
        case SignMethod.MD5:
            digest = hashlib.md5(secret + text + secret, usedforsecurity=False).hexdigest()
        case SignMethod.HMAC:
            digest = hmac.new(secret, text, hashlib.md5).hexdigest()
        case SignMethod.HMAC_SHA256:
            digest = hmac.new(secret, text, hashlib.sha256).hexdigest()
    return digest.upper()


def iop_signature(path: str, params: Mapping[str, str], secret: bytes) -> str:
    """Sign a call to IOP, the gateway of Taobao's other countries: the path of the interface goes before the parameters."""
    return hmac.new(secret, path.encode() + _joined(params), hashlib.sha256).hexdigest().upper()


def timestamp_text(now_ms: int) -> str:
    """Write an instant as TOP wants it: Beijing time to the second, without a zone. It may be ten minutes off.

    >>> timestamp_text(1_746_583_200_999)
    '2025-05-07 10:00:00'
    """
    moment = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(SHANGHAI)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def sign_sample(sample: SignedSample) -> str:
    """Compute a published vector. What its `alg` says decides, so that a changed `sign_method` changes the signature only."""
    secret = sample.secret.encode()
    if "HMAC-SHA256" in sample.alg and sample.path:
        return iop_signature(sample.path, sample.params, secret)
    if "HMAC-SHA256" in sample.alg:
        return top_signature(sample.params, secret, SignMethod.HMAC_SHA256)
    if "HMAC-MD5" in sample.alg:
        return top_signature(sample.params, secret, SignMethod.HMAC)
    return top_signature(sample.params, secret, SignMethod.MD5)


def _joined(params: Mapping[str, str]) -> bytes:
    return "".join(f"{key}{params[key]}" for key in sorted(params) if key != "sign").encode()
