"""Whether a delivery is what the shop signed: the proof before anything in it is believed.

The signature is the lower-case hexadecimal HMAC-SHA256 under the account's secret over timestamp,
nonce and raw body, a line feed between each.
The timestamp is in epoch seconds; it may differ from our clock by ten minutes either way. Whether a nonce was seen
before is not decided here: that needs a memory.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import StrEnum

SKEW_MS_MAX = 600_000
"""How far the shop's clock and ours may be apart, a whole ten minutes included."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[0-9A-Fa-f]{16,64}")


class SignatureProblem(StrEnum):
    """Why a delivery is not let in, in the order in which it is looked for."""

    MISSING_HEADER = "missing_header"
    BAD_TIMESTAMP = "bad_timestamp"
    BAD_NONCE = "bad_nonce"
    STALE = "stale"
    FUTURE = "future"
    BAD_SIGNATURE = "bad_signature"


def check(
    *, secret: bytes, timestamp: str | None, nonce: str | None, signature: str | None, body: bytes, now_ms: int
) -> SignatureProblem | None:
    """Say what is wrong with a delivery's signature headers over its raw body; None where they prove it.

    `body` are the bytes as they came, before any decoding. The comparison takes the same time wherever two signatures
    differ first.
    """
    if not timestamp or not nonce or not signature:
        return SignatureProblem.MISSING_HEADER
    if not _TIMESTAMP.fullmatch(timestamp):
        return SignatureProblem.BAD_TIMESTAMP
    if not _NONCE.fullmatch(nonce):
        return SignatureProblem.BAD_NONCE
    problem = _skew(now_ms - int(timestamp) * 1000)
    if problem is None and not _proves(secret, timestamp, nonce, body, signature):
        problem = SignatureProblem.BAD_SIGNATURE
    return problem


def _skew(age_ms: int) -> SignatureProblem | None:
    if age_ms > SKEW_MS_MAX:
        return SignatureProblem.STALE
    return SignatureProblem.FUTURE if age_ms < -SKEW_MS_MAX else None


def _proves(secret: bytes, timestamp: str, nonce: str, body: bytes, signature: str) -> bool:
    expected = hmac.new(secret, b"\n".join((timestamp.encode(), nonce.encode(), body)), hashlib.sha256).hexdigest()
    # Compared as bytes: compare_digest refuses text beyond ASCII, and a header may hold any.
    return hmac.compare_digest(expected.encode(), signature.encode(errors="surrogatepass"))
