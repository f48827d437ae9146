"""Identifiers as TikTok wants them: SHA-256 of a normal form; a phone is E.164 with its plus (PRIV-3)."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING, Any

import phonenumbers

from hongmao.platforms.media.consented import usable
from hongmao.platforms.media.payloads import without_blanks

if TYPE_CHECKING:
    from hongmao.platforms.media.consented import Identifiers


def user_of(known: Identifiers) -> dict[str, Any]:
    """Give what of a buyer may be told, hashed; the browser's address and name go as they are."""
    return without_blanks(
        email=_listed(hash_email(known.email)),
        phone=_listed(hash_phone(known.phone, known.phone_region)),
        external_id=_listed(hash_external(known.external_id)),
        ip=known.ip.strip(),
        user_agent=known.user_agent.strip(),
    )


def hash_email(text: str) -> str:
    """Hash an address in small letters without blanks around it; empty where it has no @."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    return _sha256(email) if "@" in email[1:-1] and not any(part.isspace() for part in email) else ""


def hash_phone(text: str, region: str = "") -> str:
    """Hash a number as E.164; empty where it is none."""
    return _sha256(phone_of(text, region))


def hash_external(text: str) -> str:
    """Hash the merchant's own id as it is."""
    return _sha256(text) if usable(text) else ""


def phone_of(text: str, region: str = "") -> str:
    """Write a phone as E.164; empty where it is none, or has no country code and no region to read it in.

    >>> phone_of("138 0013 8000", "CN"), phone_of("(+1)2133734253"), phone_of("2133734253")
    ('+8613800138000', '+12133734253', '')
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), region or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _listed(value: str) -> list[str]:
    return [value] if value else []
