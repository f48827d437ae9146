"""The sandbox's signature on what is told to it. The real interfaces of 小红星 sign nothing: an access token is their proof."""

from __future__ import annotations

import hashlib
import hmac


def task_signature(body: bytes, timestamp: str, secret: bytes) -> str:
    """Sign a task that is told to the sandbox: HMAC-SHA256 over seconds and body, a line feed between."""
    return hmac.new(secret, timestamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
