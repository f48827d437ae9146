"""ShopX's one signature, a lower-case hexadecimal HMAC-SHA256 under the app's secret, over a call or over a delivery."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import SignedSample


def of_call(secret: bytes, *, path: str, query: Mapping[str, str], body: bytes) -> str:
    """Sign a call: its path, its query in the order of the keys, and the body as it is sent."""
    pairs = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return _hmac(secret, f"{path}?{pairs}".encode() + body)


def of_delivery(secret: bytes, *, app: str, ts: str, nonce: str, body: bytes) -> str:
    """Sign a delivery: who sends it, when, its nonce, and the body as it came."""
    return _hmac(secret, f"{app}.{ts}.{nonce}.".encode() + body)


def of_sample(sample: SignedSample) -> str:
    """Sign a vector by the code above: one with a path is a call, any other a delivery."""
    secret, body = sample.secret.encode(), sample.body.encode()
    if sample.path:
        return of_call(secret, path=sample.path, query=sample.params, body=body)
    params = sample.params
    return of_delivery(secret, app=params["app"], ts=params["ts"], nonce=params["nonce"], body=body)


def _hmac(secret: bytes, text: bytes) -> str:
    return hmac.new(secret, text, hashlib.sha256).hexdigest()
