"""How 巨量 proves who returns: RSA over method, path, time and the body's digest; and the check of its callbacks."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if TYPE_CHECKING:
    from collections.abc import Iterable

CREDENTIAL: Final = "primary"  # which of the two keys of an account signs: `primary` or `backup`
_KEYS_KEPT: Final = 64


class KeyUnusable(ValueError):
    """The account's secret is no RSA private key in PEM. The text names nothing of it."""


def rs256_token(*, key_pem: bytes, credential: str, method: str, url: str, timestamp_s: int, body: bytes) -> str:
    """Write the header `x-rs256-token` for one request; signed again for each attempt, for it carries the time."""
    signature = base64.b64encode(sign(key_pem, input_of(method=method, url=url, timestamp_s=timestamp_s, body=body)))
    return f"credential={credential}&timestamp={timestamp_s}&signature={signature.decode()}"


def input_of(*, method: str, url: str, timestamp_s: int, body: bytes) -> bytes:
    r"""Write what is signed: four lines, the path with its last slash and its query.

    >>> input_of(method="POST", url="https://a.example/api/v2/conversion", timestamp_s=1, body=b"{}").decode()
    'POST\n/api/v2/conversion/\n1\nRBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='
    """
    split = urlsplit(url)
    path = split.path if split.path.endswith("/") else f"{split.path}/"
    asked = f"{path}?{split.query}" if split.query else path
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return f"{method}\n{asked}\n{timestamp_s}\n{digest}".encode()


def sign(key_pem: bytes, signed: bytes) -> bytes:
    """Sign with RSA-SHA256, PKCS#1 v1.5. `KeyUnusable` where the secret is no such key."""
    return _key(key_pem).sign(signed, padding.PKCS1v15(), hashes.SHA256())


def is_key(key_pem: bytes) -> bool:
    """Tell whether a secret can sign at all, before a return is tried with it."""
    try:
        _key(key_pem)
    except KeyUnusable:
        return False
    return True


def callback_signature(parts: Iterable[str]) -> str:
    """Compute what their callbacks (联调, 订阅) are signed with: SHA-1 over token, timestamp and nonce, sorted and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=_KEYS_KEPT)
def _key(key_pem: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError):
        raise KeyUnusable("no RSA private key in PEM") from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnusable("a key, but not of RSA")
    return key
