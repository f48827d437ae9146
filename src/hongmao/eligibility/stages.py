"""内测阶段: whom the programme is open to at a stage, before anything is asked of the shop. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from hongmao.eligibility.contracts import Stage
from hongmao.eligibility.errors import StageUnknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from hongmao.eligibility.contracts import StageSet
    from hongmao.kernel.ids import MerchantId

PERCENT_MAX: Final = 99
_SHARES: Final = 100


def check_stage(stage: str, percent: object) -> tuple[Stage, int | None]:
    """Read a stage and its share: `percent` takes a whole number from 1 to 99, every other stage none."""
    choices = ", ".join(Stage)
    if stage not in set(Stage):
        raise StageUnknown(place="stage", choices=choices)
    whole = type(percent) is int and 1 <= percent <= PERCENT_MAX
    if whole is not (stage == Stage.PERCENT) or (percent is not None and not whole):
        raise StageUnknown(place="percent", choices=choices)
    return Stage(stage), percent if isinstance(percent, int) else None


def shut_out(now: StageSet | None, merchant: MerchantId, listed: Collection[MerchantId]) -> str | None:
    """Say why a stage keeps a merchant out: stage_off, whitelist, percent; None where it does not.

    Whoever is on the whitelist is let in wherever anybody is; the share grows without ever losing a merchant.
    """
    match now.stage if now else Stage.OBSERVE:
        case Stage.OFF:
            return "stage_off"
        case Stage.WHITELIST:
            return None if merchant in listed else "whitelist"
        case Stage.PERCENT:
            within = now is not None and place_of(merchant) < (now.percent or 0)
            return None if within or merchant in listed else "percent"
        case Stage.OBSERVE | Stage.OPEN:
            return None


def place_of(merchant: MerchantId) -> int:
    """Give a merchant's place from 0 to 99: the same on every machine, and as good as drawn by lot.

    The hash is cut to 64 bits, so that the remainder's bias is beyond notice.
    """
    return int.from_bytes(hashlib.sha256(merchant.encode()).digest()[:8]) % _SHARES
