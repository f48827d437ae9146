"""Signatures and hashes of all media by the ids of their vectors: the code that returns are made with, and no other."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from hongmao.platforms.media.juguang.identifiers import device_md5
from hongmao.platforms.media.juguang.signing import seal
from hongmao.platforms.media.meta import identifiers as meta
from hongmao.platforms.media.oceanengine import signing as rs256
from hongmao.platforms.media.tencent import identifiers as tencent
from hongmao.platforms.media.tiktok import identifiers as tiktok

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.platforms.api import SignedSample


class VectorUnknown(KeyError):
    """No code here computes a vector of that id."""


def sign(sample: SignedSample) -> str:
    """Compute a vector. Its id says by whose rules, for two media may hash the same text differently."""
    found = next((make for prefix, make in _MAKERS.items() if sample.id.startswith(prefix)), None)
    if found is None:
        raise VectorUnknown(sample.id)
    return found(sample)


def _rs256(sample: SignedSample) -> str:
    return base64.b64encode(rs256.sign(sample.secret.encode(), sample.input.encode())).decode()


_MAKERS: Final[Mapping[str, Callable[[SignedSample], str]]] = {
    "meta-email": lambda sample: meta.hash_email(sample.input),
    "meta-phone": lambda sample: meta.hash_phone(sample.input),
    "tiktok-email": lambda sample: tiktok.hash_email(sample.input),
    "tiktok-phone": lambda sample: tiktok.hash_phone(sample.input),
    "tiktok-external": lambda sample: tiktok.hash_external(sample.input),
    "juguang-device": lambda sample: device_md5(sample.input),
    "juguang-app": lambda sample: seal(sample.input),
    "oceanengine-rs256": _rs256,
    "oceanengine-callback": lambda sample: rs256.callback_signature(sample.input.split(",")),
    "tencent-md5-sha256": lambda sample: tencent.md5_sha256(sample.input),
    "tencent-md5": lambda sample: tencent.md5(sample.input),
}
