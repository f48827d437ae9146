"""How calls to 小红书 are signed: Ark by its third and its first form, and the leads interface of 聚光. Nothing else here.

In the third form the four system parameters are signed and nothing else: neither the access token nor what is asked. In the
first, every parameter of the query with key and time. The leads signature has no secret in it and proves nothing by itself.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import SignedSample

ARK_VERSION: Final = "2.0"
_V3_INPUT: Final = re.compile(
    r"(?P<method>[^?&=]+)\?appId=(?P<app_id>[^&]*)&timestamp=(?P<timestamp>[0-9]*)&version=2\.0(?P<secret>.*)",
    re.DOTALL,
)
_LEADS_INPUT: Final = re.compile(
    r"advertiser_id(?P<advertiser_id>[^&]*)&method(?P<method>[^&]*)&timestamp(?P<timestamp>[^&]*)&version(?P<version>[^&]*)"
)


def ark_v3_signature(method: str, app_id: str, timestamp: str, secret: bytes) -> str:
    """Sign a call to Ark's one address: lower-case MD5 of method, app id, seconds and version, the secret at the end.

    >>> ark_v3_signature("oauth.getAccessToken", "demo", "1700000000", b"secret")
    '5eaa9e02c92cbfbedb919609771f6944'
    """
    text = f"{method}?appId={app_id}&timestamp={timestamp}&version={ARK_VERSION}"
    return _md5(text.encode() + secret)


def ark_v1_signature(path: str, params: Mapping[str, str], secret: bytes) -> str:
    """Sign a call to one of Ark's older addresses: path and sorted `k=v`, with `app-key` and `timestamp` among them."""
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return _md5(f"{path}?{text}".encode() + secret)


def leads_signature(*, advertiser_id: str, method: str, timestamp_ms: str, version: str) -> str:
    """Sign a return of leads to 聚光: upper-case MD5, without a secret and without `=`.

    >>> leads_signature(advertiser_id="123", method="aurora.leads", timestamp_ms="1700000000000", version="1.0")
    'B0340F4D428697B3D9CF9022ADB8DAC6'
    """
    text = f"advertiser_id{advertiser_id}&method{method}&timestamp{timestamp_ms}&version{version}"
    return _md5(text.encode()).upper()


def sign_sample(sample: SignedSample) -> str:
    """Compute a published vector; a ValueError where it is in no form of this platform's."""
    if sample.path:
        return ark_v1_signature(sample.path, sample.params, sample.secret.encode())
    if (leads := _LEADS_INPUT.fullmatch(sample.input)) is not None:
        return leads_signature(
            advertiser_id=leads["advertiser_id"],
            method=leads["method"],
            timestamp_ms=leads["timestamp"],
            version=leads["version"],
        )
    if (ark := _V3_INPUT.fullmatch(sample.input)) is not None:
        return ark_v3_signature(ark["method"], ark["app_id"], ark["timestamp"], ark["secret"].encode())
    if sample.params:
        return _signed_params(sample)
    raise ValueError(sample.id)


def _signed_params(sample: SignedSample) -> str:
    told = sample.params
    if "advertiser_id" in told:
        return leads_signature(
            advertiser_id=told["advertiser_id"],
            method=told["method"],
            timestamp_ms=told["timestamp"],
            version=told["version"],
        )
    return ark_v3_signature(told["method"], told["appId"], told["timestamp"], sample.secret.encode())


def _md5(text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
