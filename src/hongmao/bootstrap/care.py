"""Putting link care up: whose pages may be read, and by a door of its own that waits for nobody long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hongmao.bootstrap.platforms import link_prefixes
from hongmao.links.care.api import Care
from hongmao.platforms.granted_items import GrantedItems
from hongmao.platforms.item_pages import PAGE_BYTES_MAX, ItemPages
from hongmao.platforms.outbound import Outbound
from hongmao.storage.care import SqlCareStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.kernel.calls import Caller
    from hongmao.platforms.contracts import Platform
    from hongmao.returns.api import AccountStore

READ_TIMEOUT_S: Final = 3.0
WHOLE_TIMEOUT_S: Final = 6.0
"""Pages are read on the thread of pulls and sends: one that drips must not keep these waiting."""


def put_up_care(ground: Foundations, platforms: Mapping[str, Platform], accounts: AccountStore) -> Care:
    """Care for every link by what its platform tells of the item, else by the page that it leads to."""
    allowed = link_prefixes(platforms, ground.settings)
    caller = Outbound(
        page_hosts(prefix for prefixes in allowed.values() for prefix in prefixes),
        bases=(ground.settings.sandbox_url,),
        read_timeout_s=READ_TIMEOUT_S,
        whole_timeout_s=WHOLE_TIMEOUT_S,
        reply_bytes_max=PAGE_BYTES_MAX,
    )
    reader = GrantedItems(platforms, accounts, quick_caller(ground, platforms), ground.clock, pages=ItemPages(caller))
    return Care(SqlCareStore(ground.database), reader, ground.clock, allowed)


def quick_caller(ground: Foundations, platforms: Mapping[str, Platform]) -> Caller:
    """Give a door to the platforms' interfaces that waits as short as the pages' does."""
    return Outbound(
        {host for platform in platforms.values() for host in platform.hosts},
        bases=(ground.settings.sandbox_url,),
        read_timeout_s=READ_TIMEOUT_S,
        whole_timeout_s=WHOLE_TIMEOUT_S,
    )


def page_hosts(prefixes: Iterable[str]) -> frozenset[str]:
    """Name the hosts of pages among what links may lead to; an app's scheme has none."""
    parts = map(urlsplit, prefixes)
    return frozenset(part.hostname for part in parts if part.scheme == "https" and part.hostname)
