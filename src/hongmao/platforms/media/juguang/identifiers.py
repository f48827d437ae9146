"""Device ids as 聚光 wants them: the MD5 of OAID or CAID as it is, 32 characters in capitals (PRIV-3)."""

from __future__ import annotations

import hashlib

from hongmao.platforms.media.consented import usable


def device_md5(device_id: str) -> str:
    """Hash an OAID or CAID; empty where it names no device (PRIV-4).

    >>> device_md5("abc123")
    'E99A18C428CB38D5F260853678922E03'
    """
    return hashlib.md5(device_id.encode(), usedforsecurity=False).hexdigest().upper() if usable(device_id) else ""
