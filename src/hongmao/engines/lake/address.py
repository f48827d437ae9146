"""Where a lake on an S3-compatible store is: s3://bucket/prefix?endpoint=http://host:port&region=name&cache=20GiB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypedDict
from urllib.parse import parse_qsl, urlsplit

from hongmao.engines.lake.errors import LakeAddressUnreadable

SCHEME: Final = "s3://"
CACHE_BYTES: Final = 20 * 2**30
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*")
_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")
_SIZE: Final = re.compile(r"([1-9]\d{0,5})(MiB|GiB)")
_UNITS: Final = {"MiB": 2**20, "GiB": 2**30}


class _Options(TypedDict):
    endpoint: str
    region: str
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """A bucket, where in it, who serves it, and how much of it this machine may keep. Keys are never part of it."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    """Empty for the one that AWS has for the region."""
    region: str = ""
    """Empty for what AWS_REGION says."""
    cache_bytes: int = CACHE_BYTES

    @property
    def name(self) -> str:
        """Name the lake in sentences and reports."""
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")

    @classmethod
    def read(cls, text: str, *, place: str = "HONGMAO_LAKE") -> LakeAddress:
        """Read an address; `LakeAddressUnreadable` says what is wrong with it, and repeats nothing that may be a key."""

        def wrong(why: str) -> LakeAddressUnreadable:
            return LakeAddressUnreadable(place=place, value=_told(text), why=why)

        if not text.startswith(SCHEME):
            raise wrong("it does not begin with s3://")
        rest, _, query = text.removeprefix(SCHEME).partition("?")
        bucket, _, prefix = rest.partition("/")
        prefix = prefix.rstrip("/")
        if "@" in rest:
            raise wrong("keys have no place in it")
        if not _BUCKET.fullmatch(bucket):
            raise wrong("a bucket has 3 to 63 small letters, digits, - and .")
        if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
            raise wrong("a prefix has letters, digits, _ . = - and single slashes between them")
        try:
            return cls(bucket, prefix, **_options(query))
        except ValueError as error:
            raise wrong(str(error)) from None


def on_a_store(text: str) -> bool:
    """Tell whether a setting means a store: all else is a folder."""
    return "://" in text


def names_lake(text: str) -> bool:
    """Tell whether a setting says where a lake is; nothing is opened."""
    if not on_a_store(text):
        return True
    try:
        LakeAddress.read(text)
    except LakeAddressUnreadable:
        return False
    return True


def _options(query: str) -> _Options:
    """Read what follows the question mark; `ValueError` says what is wrong with it."""
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if unknown := options.keys() - {"endpoint", "region", "cache"}:
        raise ValueError(f"there is no option {min(unknown)!r}")
    if len(options) < len(pairs):
        raise ValueError("an option stands twice")
    endpoint, region = options.get("endpoint", ""), options.get("region", "")
    if endpoint and not _serves(endpoint):
        raise ValueError("an endpoint is http:// or https://, a host and a port, and nothing more")
    if region and not _REGION.fullmatch(region):
        raise ValueError("a region has small letters, digits and -")
    size = _SIZE.fullmatch(options.get("cache", "20GiB"))
    if size is None:
        raise ValueError("cache is a size such as 512MiB or 20GiB")
    return {"endpoint": endpoint.rstrip("/"), "region": region, "cache_bytes": int(size[1]) * _UNITS[size[2]]}


def _serves(endpoint: str) -> bool:
    try:
        split = urlsplit(endpoint)
        port = split.port
    except ValueError:
        return False
    bare = not (split.path.strip("/") or split.query or split.fragment or "@" in split.netloc)
    return split.scheme in {"http", "https"} and bool(split.hostname) and bare and port != 0


def _told(text: str) -> str:
    """Repeat an address without what stands before an @: that is where people put keys."""
    return re.sub(r"//[^/?]*@", "//…@", text)
