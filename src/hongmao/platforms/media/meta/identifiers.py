"""Identifiers as Meta wants them: normalised by its own rules, then SHA-256; a phone is digits only, without a plus (PRIV-3)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import phonenumbers

from hongmao.platforms.media.consented import usable
from hongmao.platforms.media.payloads import without_blanks

if TYPE_CHECKING:
    from hongmao.platforms.media.consented import Identifiers

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}")


def user_data_of(known: Identifiers) -> dict[str, Any]:
    """Give what of a buyer may be told, hashed; the browser's address and name go as they are."""
    return without_blanks(
        em=_listed(hash_email(known.email)),
        ph=_listed(hash_phone(known.phone, known.phone_region)),
        external_id=_listed(_sha256(usable(known.external_id))),
        client_ip_address=known.ip.strip(),
        client_user_agent=known.user_agent.strip(),
    )


def hash_email(text: str) -> str:
    """Hash an address in small letters without blanks around it; empty where it is none."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    return _sha256(email) if _EMAIL.fullmatch(email) else ""


def hash_phone(text: str, region: str = "") -> str:
    """Hash a number's digits with its country code; empty where it is none."""
    return _sha256(phone_of(text, region))


def phone_of(text: str, region: str = "") -> str:
    """Write a phone as Meta counts it: country code and digits, no plus, no zeros before. Without a region it has its code.

    >>> phone_of("138 0013 8000", "CN"), phone_of("+86 138-0013-8000", "CN"), phone_of("(650) 555-1212", "")
    ('8613800138000', '8613800138000', '6505551212')
    """
    written = unicodedata.normalize("NFKC", text)
    if region:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_possible_number(number):
            return ""
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = re.sub(r"[^0-9]", "", written).lstrip("0")
    return digits if _DIGITS.fullmatch(digits) else ""


def click_of(fbclid: str, clicked_at_ms: int) -> str:
    """Write the click id as the pixel's cookie does: version, level of the domain, when, and the id itself."""
    return f"fb.1.{clicked_at_ms}.{fbclid}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _listed(value: str) -> list[str]:
    return [value] if value else []
