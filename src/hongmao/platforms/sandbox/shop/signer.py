"""How the shop signs what it sends. Written apart from the connector's check, so that each proves the other."""

from __future__ import annotations

import hashlib
import hmac
import secrets

NONCE_BYTES = 16


def sign(secret: str, *, timestamp: str, nonce: str, body: bytes) -> str:
    """Give the lower-case hexadecimal HMAC-SHA256 over timestamp, nonce and the raw body, a line feed between each."""
    mac = hmac.new(secret.encode(), digestmod=hashlib.sha256)
    mac.update(timestamp.encode() + b"\n")
    mac.update(nonce.encode() + b"\n")
    mac.update(body)
    return mac.hexdigest()


def headers(*, account: str, secret: str, now_ms: int, body: bytes) -> dict[str, str]:
    """Sign one attempt afresh: the moment of the attempt and a nonce that was never used before."""
    timestamp, nonce = str(now_ms // 1000), secrets.token_hex(NONCE_BYTES)
    return {
        "Content-Type": "application/json",
        "X-Shop-Account": account,
        "X-Shop-Timestamp": timestamp,
        "X-Shop-Nonce": nonce,
        "X-Shop-Signature": sign(secret, timestamp=timestamp, nonce=nonce, body=body),
    }
