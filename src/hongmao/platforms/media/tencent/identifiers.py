"""Identifiers as 腾讯 wants them: MD5, or SHA-256 of that MD5 written in small letters (PRIV-3)."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

import phonenumbers

from hongmao.platforms.media.consented import usable
from hongmao.platforms.media.payloads import without_blanks

if TYPE_CHECKING:
    from hongmao.platforms.media.consented import Identifiers


def user_id_of(known: Identifiers, *, twice: bool = False) -> dict[str, str]:
    """Give the `user_id` of an action. `twice` tells MD5+SHA-256 in place of MD5, by the account's choice."""
    imei, oaid = usable(known.imei).lower(), usable(known.oaid)
    idfa, phone = usable(known.idfa).upper(), mobile_of(known.phone, known.phone_region)
    if twice:
        return without_blanks(
            md5_sha256_imei=md5_sha256(imei),
            md5_sha256_idfa=md5_sha256(idfa.replace("-", "")),
            md5_sha256_oaid=md5_sha256(oaid),
            sha256_phone=hashlib.sha256(phone.encode()).hexdigest() if phone else "",
            caid=usable(known.caid).lower(),
        )
    return without_blanks(
        hash_imei=md5(imei),
        hash_idfa=md5(idfa),
        hash_oaid=md5(oaid),
        hash_android_id=md5(usable(known.android_id)),
        hash_phone=md5(phone),
        caid=usable(known.caid).lower(),
    )


def md5(text: str) -> str:
    """Hash once; nothing stays nothing.

    >>> md5("13500000000")
    '4dbeaa3acd2620411c7ba4fd78bb32d0'
    """
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() if text else ""


def md5_sha256(text: str) -> str:
    """Hash the hash."""
    return hashlib.sha256(md5(text).encode()).hexdigest() if text else ""


def mobile_of(text: str, region: str = "CN") -> str:
    """Give a mainland number as its eleven digits; empty where it is none.

    >>> mobile_of("+86 135-0000-0000"), mobile_of("+1 650 555 1212")
    ('13500000000', '')
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), region or None)
    except phonenumbers.NumberParseException:
        return ""
    mainland = number.country_code == 86  # noqa: PLR2004 - China's country code
    return phonenumbers.national_significant_number(number) if mainland and _possible(number) else ""


def _possible(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number(number)
