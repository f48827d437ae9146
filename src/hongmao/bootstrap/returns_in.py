"""Returns in, put together: files that platforms export, and the health of every feed. Pulls stand in `returns`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.returns.api import FeedWatch, FileDesk
from hongmao.storage.feeds import SqlFeedStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.platforms.contracts import Platform
    from hongmao.returns.api import AccountStore, Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsIn:
    """What the web and the commands are handed."""

    files: FileDesk
    feeds: FeedWatch


def build_returns_in(
    ground: Foundations, platforms: Mapping[str, Platform], *, accounts: AccountStore, intake: Intake
) -> ReturnsIn:
    """Put the rooms up."""
    sources = {name: platform.pulls for name, platform in platforms.items()}
    formats = {name: platform.files for name, platform in platforms.items()}
    return ReturnsIn(
        files=FileDesk(intake, formats, ground.clock),
        feeds=FeedWatch(ground.tables, SqlFeedStore(ground.database), accounts, sources, ground.clock),
    )
