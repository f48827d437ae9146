"""The wake-up data file: which way a jump takes in which browser. Versioned, because browsers change and reports stay."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.links.contracts import AgentProfile, Traffic, WayKind
from hongmao.links.errors import WakeUpFileWrong

if TYPE_CHECKING:
    from collections.abc import Iterator

CURRENT: Final = "wakeup.2025-05.toml"
USER_AGENT_CHARS_MAX = 1_024  # every mark stands well before; the rest is somebody's experiment
_APPLE: Final = ("iphone", "ipad", "ipod")
_TIMER_MS: Final = range(1_500, 2_001)


class _Profile(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    traffic: Traffic
    ways: list[WayKind]
    why: str
    source: str
    every: list[str] = []
    some: list[str] = []
    none: list[str] = []

    def frozen(self) -> AgentProfile:
        return AgentProfile(
            name=self.name,
            traffic=self.traffic,
            every=tuple(self.every),
            some=tuple(self.some),
            none=tuple(self.none),
            ways=tuple(self.ways),
            why=self.why,
            source=self.source,
        )


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    effective: object
    without_user_agent: str
    timer_ms: int
    timer_source: str
    packages: dict[str, str]
    app_store: dict[str, str]
    profile: list[_Profile]


class WakeUp:
    """One edition of the rules, checked when it is read."""

    def __init__(self, text: str, *, file: str = CURRENT) -> None:
        """Read an edition; `WakeUpFileWrong` says what is wrong with it."""
        try:
            read = msgspec.convert(tomllib.loads(text), _File)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise WakeUpFileWrong(file=file, why=str(error)) from error
        for why in _faults(read):
            raise WakeUpFileWrong(file=file, why=why)
        self.version = read.version
        self.timer_ms = read.timer_ms
        self.packages = dict(read.packages)
        self._app_store = dict(read.app_store)
        self.profiles = tuple(profile.frozen() for profile in read.profile)
        self._nameless = next(profile for profile in self.profiles if profile.name == read.without_user_agent)
        # Few user agents make most of the traffic, and looking for some eighty marks costs more than remembering.
        self._known = lru_cache(maxsize=4_096)(self._look_up)

    def profile_of(self, user_agent: str) -> AgentProfile:
        """Say which kind of browser a user agent names; the last profile fits everything."""
        return self._known(user_agent[:USER_AGENT_CHARS_MAX])

    def package_of(self, deeplink: str) -> str | None:
        """Name the Android app that opens a scheme, where we know it."""
        return self.packages.get(deeplink.partition(":")[0].lower())

    def store_of(self, deeplink: str, user_agent: str) -> str | None:
        """Say where the app that opens a scheme is to be had on a telephone; None where nobody knows or it is none."""
        scheme, agent = deeplink.partition(":")[0].lower(), user_agent[:USER_AGENT_CHARS_MAX].lower()
        if any(mark in agent for mark in _APPLE):
            number = self._app_store.get(scheme)
            return None if number is None else f"https://apps.apple.com/app/id{number}"
        package = self.packages.get(scheme)
        return f"market://details?id={package}" if package is not None and "android" in agent else None

    def _look_up(self, user_agent: str) -> AgentProfile:
        if not user_agent.strip():
            return self._nameless
        text = user_agent.lower()
        return next(profile for profile in self.profiles if _fits(profile, text))


def load(file: str = CURRENT) -> WakeUp:
    """Read the edition that ships with this package."""
    return WakeUp(resources.files("hongmao.links").joinpath("data", file).read_text("utf-8"), file=file)


def _fits(profile: AgentProfile, text: str) -> bool:
    return (
        all(mark in text for mark in profile.every)
        and (not profile.some or any(mark in text for mark in profile.some))
        and not any(mark in text for mark in profile.none)
    )


def _faults(read: _File) -> Iterator[str]:
    names = [profile.name for profile in read.profile]
    if len(set(names)) != len(names):
        yield "two profiles have one name"
    if read.without_user_agent not in names:
        yield f"there is no profile {read.without_user_agent!r} for requests without a user agent"
    if read.timer_ms not in _TIMER_MS:
        yield f"the timer should wait 1500 to 2000 ms, not {read.timer_ms}"
    if not read.profile or any((read.profile[-1].every, read.profile[-1].some, read.profile[-1].none)):
        yield "the last profile must fit every user agent"
    for profile in read.profile:
        marks = (*profile.every, *profile.some, *profile.none)
        if any(mark != mark.lower() or not mark for mark in marks):
            yield f"{profile.name}: marks are written in small letters"
        if profile is not read.profile[-1] and not (profile.every or profile.some):
            yield f"{profile.name} fits everything and hides what follows"
        if not profile.ways or profile.ways[-1] is not WayKind.FALLBACK or len(set(profile.ways)) != len(profile.ways):
            yield f"{profile.name}: its ways are each named once and end with the fallback"
        if not (profile.why and profile.source):
            yield f"{profile.name}: say why, and where it is known from"
