"""Identifiers as 巨量 wants them: OAID and IDFA raw, IMEI and Android id as MD5, a phone blurred or as SHA-256 (PRIV-3)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import phonenumbers

from hongmao.platforms.media.consented import usable
from hongmao.platforms.media.payloads import without_blanks

if TYPE_CHECKING:
    from hongmao.platforms.media.consented import Identifiers

_LAST_FOUR: Final = re.compile(r"\*{7}[0-9]{4}")
_MIDDLE_HIDDEN: Final = re.compile(r"1[0-9]{2}\*{4}[0-9]{4}")


def device_of(known: Identifiers) -> dict[str, str]:
    """Give the `device` of a return; what names nothing is left out."""
    return without_blanks(
        imei=_md5(usable(known.imei).lower()),
        idfa=usable(known.idfa).upper(),
        oaid=usable(known.oaid),
        android_id_md5=_md5(usable(known.android_id)),
        phone_num_blurred=phone_of(known),
    )


def phone_of(known: Identifiers) -> str:
    """Give the phone in one of the three forms they know; a blurred one is never hashed, for that would match nobody.

    The form with only the last four digits counts with province and city alone, so without them it is not told at all.
    """
    blurred = unicodedata.normalize("NFKC", known.phone_blurred).replace(" ", "")
    if _MIDDLE_HIDDEN.fullmatch(blurred):
        return blurred
    if _LAST_FOUR.fullmatch(blurred) and known.province and known.city:
        return blurred
    return phone_sha256(known.phone, known.phone_region)


def phone_sha256(text: str, region: str = "CN") -> str:
    """Hash a mainland mobile number, its eleven digits without a country code; empty where it is none.

    >>> phone_sha256("+86 138 0013 8000") == phone_sha256("１３８００１３８０００")
    True
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), region or None)
    except phonenumbers.NumberParseException:
        return ""
    if number.country_code != 86 or not phonenumbers.is_possible_number(number):  # noqa: PLR2004 - China's country code
        return ""
    return hashlib.sha256(phonenumbers.national_significant_number(number).encode()).hexdigest()


def place_of(known: Identifiers) -> dict[str, str]:
    """Give province and city where the form of the phone needs them, and only then."""
    if not _LAST_FOUR.fullmatch(phone_of(known)):
        return {}
    return {"receiver_province": known.province, "receiver_city": known.city}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() if text else ""
