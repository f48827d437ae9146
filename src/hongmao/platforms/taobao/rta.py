"""RTA (`taobao.tbk.rta.consumer.match`): asking Taobao whether an activity is meant for the owner of a device.

A device id leaves this house as its MD5 only, in small letters, and only where the owner consented (PRIV-3): whoever calls
says so by calling. A hash does not make it anonymous.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import EMPTY_MD5, json_fields
from hongmao.platforms.taobao.client import TopFault, read_answer, rows_of, text_of, top_call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Call, Reply
    from hongmao.platforms.taobao.client import TopKey

METHOD: Final = "taobao.tbk.rta.consumer.match"
DEFAULT_IDFA: Final = "00000000-0000-0000-0000-000000000000"
_NOBODY: Final = re.compile(r"[0\-:]*|[fF\-:]+")
_SHAPES: Final = {
    "IMEI": re.compile(r"[0-9]{14,17}|[0-9A-Fa-f]{14}"),
    "IDFA": re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    "OAID": re.compile(r"[0-9A-Za-z_-]{8,64}"),
}
_MD5: Final = re.compile(r"[0-9a-f]{32}")


class DeviceKind(StrEnum):
    """`device_type`. Phone numbers and Alipay ids may be asked for too, and are not: they name a person."""

    IMEI = "IMEI"
    IDFA = "IDFA"
    OAID = "OAID"


class DeviceRefused(StrEnum):
    """Why a device id is not used."""

    NOBODY = "device_zero"  # all zeros, all f, the default IDFA: the id of everybody who said no
    EMPTY_HASH = "device_hash_of_nothing"  # d41d8cd98f00b204e9800998ecf8427e
    SHAPE = "device_malformed"


class Match(StrEnum):
    """`status` of one activity."""

    MEANT = "1"
    NO_PERMISSION = "2"
    NOT_MEANT = "3"
    UNWELL = "4"
    NO_SUCH_OFFER = "5"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMatch:
    """The answer for one activity."""

    offer_id: str
    match: Match


def device_hash(kind: DeviceKind, device_id: str) -> str | DeviceRefused:
    """Hash a device id as Taobao wants it, or say why it must not be used (PRIV-4). A ready hash is taken as it is.

    >>> device_hash(DeviceKind.IDFA, DEFAULT_IDFA)
    <DeviceRefused.NOBODY: 'device_zero'>
    """
    text = device_id.strip()
    if _NOBODY.fullmatch(text):
        return DeviceRefused.NOBODY
    if text.lower() == EMPTY_MD5:
        return DeviceRefused.EMPTY_HASH
    if _MD5.fullmatch(text.lower()):
        return DeviceRefused.NOBODY if text.lower() in _HASHES_OF_NOBODY else text.lower()
    if not _SHAPES[kind.value].fullmatch(text):
        return DeviceRefused.SHAPE
    plain = text.upper() if kind is DeviceKind.IDFA else text
    return _md5(plain)


def rta_call(
    key: TopKey, *, kind: DeviceKind, device_md5: str, adzone_id: int, offers: Sequence[str], now_ms: int
) -> Call:
    """Ask about activities; `device_md5` is what `device_hash` gave."""
    offer_list = "[" + ",".join(f'{{"offer_id":"{offer}"}}' for offer in offers if offer.isalnum()) + "]"
    asked: dict[str, str | int] = {
        "device_type": kind.value,
        "device_value": device_md5,
        "adzone_id": adzone_id,
        "offer_list": offer_list,
    }
    return top_call(key, METHOD, asked, now_ms=now_ms)


def read_rta(reply: Reply) -> Sequence[OfferMatch] | TopFault:
    """Read the answer. Nothing listed means that nothing matched."""
    answer = read_answer(reply, METHOD)
    if isinstance(answer, TopFault):
        return answer
    data = json_fields(bytes(answer.get("data", b"{}"))) or {}
    offers = [json_fields(bytes(raw)) or {} for raw in rows_of(data.get("result_list")) or ()]
    return [
        OfferMatch(offer_id=text_of(one.get("offer_id")), match=_match(text_of(one.get("status")))) for one in offers
    ]


def _match(status: str) -> Match:
    return next((one for one in Match if one.value == status), Match.UNKNOWN)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_HASHES_OF_NOBODY: Final = frozenset(
    _md5(nobody) for nobody in (DEFAULT_IDFA, "0" * 15, "0" * 14, "0" * 16, "0" * 32, "0")
)
