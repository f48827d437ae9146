"""Links as they are made: the click id in every address, readable at every layer, and nowhere to go but the platform's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import CallFailed, Failure, LinkNotMade, LinkWanted, MadeLink
from hongmao_contracts import samples
from hongmao_contracts.promises import Check, broken, demand, demand_none, listed
from hongmao_contracts.replay import Nothing, Replay, Script, no_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.platforms.api import Caller, LinkMaker, Platform
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import LinkSample

Shape = TypeVar("Shape")
MACRO: Final = "__CLICK_ID__"
CLICK_ID: Final = "AZTxJ0-kAAAAAQ_zPq3vX8sW2bN4cQ"
"""Thirty characters, as the jump mints them."""
NESTING_MAX: Final = 4
_WEB: Final = ("http", "https")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
"""An address itself: what holds one, such as JD's JSON, is unpacked further and is none."""
_ADDRESSES: Final = ("fallback_url", "deeplink", "universal_link")


@dataclass(frozen=True, slots=True)
class Case:
    """A maker and a link that it made."""

    platform: Platform
    maker: LinkMaker
    sample: LinkSample

    def make(self, caller: Caller) -> MadeLink:
        """Make the link of the sample."""
        account = samples.account_of(self.sample.account, self.platform.name)
        wanted = _converted(self.sample.wanted, LinkWanted, "wanted")
        return self.maker.make(wanted, account, caller, now_ms=samples.at_ms(self.sample.now))

    def made(self) -> MadeLink:
        """Make it from the recorded replies."""
        return self.make(Script([exchange.reply.reply() for exchange in self.sample.exchanges]))

    def addresses(self) -> dict[str, str]:
        """List where a tap may lead."""
        made = self.made()
        return {name: url for name in _ADDRESSES if (url := getattr(made, name)) is not None}


def it_is_made_as_recorded(case: Case) -> None:
    """It makes exactly the recorded asks and gives exactly the recorded link."""
    replay = Replay(case.sample.exchanges)
    made = case.make(replay)
    replay.finish()
    wanted = _converted(case.sample.made, MadeLink, "made")
    demand(made == wanted, f"made is {made}\nrecorded is {wanted}")


def every_address_carries_the_click(case: Case) -> None:
    """Fallback, deeplink and universal link each have a place for the click id, as the value of a parameter."""
    demand_none([f"{name}: {url}" for name, url in case.addresses().items() if not _carries(layers(url))])


def the_click_survives_every_layer(case: Case) -> None:
    """With the click id filled in, every nested address decodes to what the template has there, and the id is whole."""
    faults = []
    for name, url in case.addresses().items():
        template = [text.replace(MACRO, CLICK_ID) for text in layers(url)]
        if layers(url.replace(MACRO, CLICK_ID)) != template:
            faults.append(f"{name} decodes to {layers(url.replace(MACRO, CLICK_ID))}")
        deepest = _innermost_page(url)
        if MACRO not in deepest:
            faults.append(f"{name}: the page that the shop reads is {deepest}, without the click id")
    demand_none(faults)


def every_address_is_the_platforms(case: Case) -> None:
    """Every address, the nested ones as well, begins with one of `link_prefixes`."""
    faults = [
        f"{name}: {inner} is below none of them"
        for name, url in case.addresses().items()
        for inner in (url, *filter(_ADDRESS.match, layers(url)))
        if not any(allows(prefix, inner) for prefix in case.platform.link_prefixes)
    ]
    demand_none(faults)


def a_broken_answer_is_named(case: Case) -> None:
    """What is no link raises `LinkNotMade`, never another error; a call without a reply may pass through."""
    if not case.sample.exchanges:
        return
    faults = []
    good = case.sample.exchanges[0].reply.body.encode()
    callers: list[tuple[str, Caller]] = [(what, Script([reply])) for what, reply in no_pages(good)]
    callers += [(str(failure), Nothing(failure)) for failure in Failure]
    for what, caller in callers:
        try:
            made = case.make(caller)
        except LinkNotMade as error:
            faults += [] if error.message("zh") and error.message("en") else [f"{what}: it says nothing"]
        except CallFailed:
            continue
        except Exception as error:  # noqa: BLE001 - whatever comes instead is the finding
            faults.append(f"{what}: {type(error).__name__}: {error}")
        else:
            faults.append(f"{what}: a link is made: {made}")
    demand_none(faults)


def no_error_tells_a_secret(case: Case) -> None:
    """Neither an error nor the link holds the account's secret or a token of its settings."""
    secrets = list(samples.secrets_of(case.sample.account.secret, case.sample.account.settings))
    texts = [repr(case.made())]
    good = case.sample.exchanges[0].reply.body.encode() if case.sample.exchanges else b""
    for _, reply in no_pages(good) if case.sample.exchanges else ():
        try:
            case.make(Script([reply]))
        except (HongmaoError, CallFailed) as error:
            texts += [str(error), repr(error)]
    demand_none([f"it stands in {text[:80]!r}" for text in texts if any(secret in text for secret in secrets)])


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    it_is_made_as_recorded,
    every_address_carries_the_click,
    the_click_survives_every_layer,
    every_address_is_the_platforms,
    a_broken_answer_is_named,
    no_error_tells_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks."""
    maker = found.platform.links
    if maker is None:
        return

    def case() -> Case:
        return Case(found.platform, maker, samples.read(found, "link", samples.LinkSample))

    yield from listed("link", CHECKS, case)


def layers(url: str) -> list[str]:
    """Give every text that is found by unpacking an address: parameters, JSON in them, addresses in those, and so on.

    >>> layers("app://open?url=https%3A%2F%2Fs.example%2Fi%3Fc%3D1")
    ['https://s.example/i?c=1', '1']
    """
    return list(_unpacked(url, NESTING_MAX))


def allows(prefix: str, url: str) -> bool:
    """Tell whether an address begins at a prefix: the same origin, whole segments of its path, no way up."""
    try:
        wanted, got = urlsplit(prefix), urlsplit(url)
    except ValueError:
        return False
    if got.scheme.lower() != wanted.scheme.lower():
        return False
    if not wanted.netloc and wanted.scheme not in _WEB:
        return True
    below = wanted.path.rstrip("/")
    climbs = ".." in unquote(got.path).split("/")
    is_below = got.path == below or got.path.startswith(f"{below}/")
    return got.netloc.lower() == wanted.netloc.lower() and is_below and not climbs


def _converted(told: dict[str, object], shape: type[Shape], what: str) -> Shape:
    try:
        return msgspec.convert(told, shape)
    except msgspec.ValidationError as error:
        broken(f"{samples.FOLDER}/link.json: {what} is not of its shape: {error}")


def _unpacked(text: str, depth: int) -> Iterator[str]:
    for value in _inside(text):
        yield value
        if depth:
            yield from _unpacked(value, depth - 1)


def _inside(text: str) -> Iterator[str]:
    if text[:1] in ("{", "["):
        try:
            yield from _texts(json.loads(text))
        except ValueError:
            return
    elif "://" in text or "?" in text:
        # A wrapper such as a universal link may carry an app's address as the whole of its query.
        query = urlsplit(text).query
        if "://" in query.partition("?")[0] and "=" not in query.partition("?")[0]:
            yield query
        else:
            yield from (value for _, value in parse_qsl(query))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _carries(texts: list[str]) -> bool:
    return any(MACRO in text and "://" not in text for text in texts)


def _innermost_page(url: str) -> str:
    """Give the page that the shop shows in the end: the last web address inside, or the address itself."""
    pages = [text for text in layers(url) if urlsplit(text).scheme.lower() in _WEB]
    return pages[-1] if pages else url
