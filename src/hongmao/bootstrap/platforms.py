"""The platforms of a deployment: which there are, where their links may lead, and which jumps a pilot keeps closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.bootstrap.settings import SettingUnreadable
from hongmao.platforms.registry import load_platforms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.bootstrap.settings import Settings
    from hongmao.platforms.contracts import Platform


def platforms_of(settings: Settings) -> Mapping[str, Platform]:
    """Load every platform; a pilot that is opened by name must be one that there is."""
    platforms = load_platforms()
    for name in sorted(settings.open_pilots):
        if name not in platforms:
            raise SettingUnreadable(place="HONGMAO_PILOTS", value=name)
    return platforms


def closed_pilots(platforms: Mapping[str, Platform], settings: Settings) -> frozenset[str]:
    """Name the platforms whose jump is in a pilot that this deployment has not opened."""
    pilots = {name for name, platform in platforms.items() if platform.pilot}
    return frozenset(pilots - settings.open_pilots)


def link_prefixes(platforms: Mapping[str, Platform], settings: Settings) -> dict[str, tuple[str, ...]]:
    """Name where links of each platform may lead: nowhere else, whatever a link says (ABUSE-5).

    The sandbox stands in for every platform's shops, so links may lead there as well.
    """
    sandbox = f"{settings.sandbox_url.rstrip('/')}/"
    return {name: (*platform.link_prefixes, sandbox) for name, platform in platforms.items()}
