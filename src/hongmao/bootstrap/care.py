"""Putting link care up: whose pages may be read, and by a door of its own that waits for nobody long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hongmao.bootstrap.platforms import link_prefixes
from hongmao.links.care.api import Care
from hongmao.platforms.item_pages import PAGE_BYTES_MAX, ItemPages
from hongmao.platforms.outbound import Outbound
from hongmao.storage.care import SqlCareStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.platforms.contracts import Platform

READ_TIMEOUT_S: Final = 3.0
WHOLE_TIMEOUT_S: Final = 6.0
"""Pages are read on the thread of pulls and sends: one that drips must not keep these waiting."""


def put_up_care(ground: Foundations, platforms: Mapping[str, Platform]) -> Care:
    """Care for every link by the pages that they lead to."""
    allowed = link_prefixes(platforms, ground.settings)
    caller = Outbound(
        page_hosts(prefix for prefixes in allowed.values() for prefix in prefixes),
        bases=(ground.settings.sandbox_url,),
        read_timeout_s=READ_TIMEOUT_S,
        whole_timeout_s=WHOLE_TIMEOUT_S,
        reply_bytes_max=PAGE_BYTES_MAX,
    )
    return Care(SqlCareStore(ground.database), ItemPages(caller), ground.clock, allowed)


def page_hosts(prefixes: Iterable[str]) -> frozenset[str]:
    """Name the hosts of pages among what links may lead to; an app's scheme has none."""
    parts = map(urlsplit, prefixes)
    return frozenset(part.hostname for part in parts if part.scheme == "https" and part.hostname)
