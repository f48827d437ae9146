"""What a merchant may tell a media of a buyer who consented (单独同意): its own customer data, never a shop's row (PRIV-2).

Nothing here is hashed: each media has its own normaliser and its own hash beside its payload (PRIV-3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from hongmao.platforms.api import Outgoing, TargetAccount

_ZEROS: Final = re.compile(r"[0-]+")
_NOTHING: Final = frozenset(
    {
        "",
        "d41d8cd98f00b204e9800998ecf8427e",  # MD5 of nothing
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",  # SHA-256 of nothing
        "9f89c84a559f573636a47ff8daed0d33",  # MD5 of the default IDFA
        "null",
        "undefined",
        "unknown",
        "none",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Identifiers:
    """What a merchant knows of a buyer of its own, as the buyer wrote it. Not shown by `repr`; kept in no log of ours.

    `consent` names the record of the buyer's separate consent to this receiver (PRIV-1); without it there is no value of
    this type. `phone_region` says how a number without a country code is to be read; empty: every number has its own.
    """

    consent: str
    email: str = ""
    phone: str = ""
    phone_region: str = "CN"
    phone_blurred: str = ""
    """`*******1234` or `130****1234`: what some shops show of a number."""
    external_id: str = ""
    oaid: str = ""
    caid: str = ""
    idfa: str = ""
    imei: str = ""
    android_id: str = ""
    ip: str = ""
    user_agent: str = ""
    province: str = ""
    city: str = ""

    def __post_init__(self) -> None:
        """Refuse data that nobody agreed to."""
        if not self.consent.strip():
            raise ValueError("identifiers need the record of a consent")


class Consented(Protocol):
    """Looks up what may be told with a return. Given to a target when it is made; what ships here knows nobody."""

    def __call__(self, account: TargetAccount, item: Outgoing, /) -> Identifiers | None:
        """Give the consented data for this return; None where there is none."""
        ...


def nobody(_account: TargetAccount, _item: Outgoing, /) -> Identifiers | None:
    """Know nobody: returns carry the click id and no more."""
    return None


def usable(value: str) -> str:
    """Give a device id without its blanks; empty where it names no device: all zeros, the hash of nothing, ... (PRIV-4).

    >>> usable("00000000-0000-0000-0000-000000000000"), usable(" d41d8cd98f00b204e9800998ecf8427e "), usable(" a1 ")
    ('', '', 'a1')
    """
    value = value.strip()
    return "" if value.lower() in _NOTHING or _ZEROS.fullmatch(value) else value
