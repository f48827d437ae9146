"""What a platform tells of a shop and of an item: scores to the character, unknown where untold, and never a guess of ours."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import (
    AMOUNT_FEN_MAX,
    ID_PATTERN,
    CallFailed,
    Failure,
    GoodsUnread,
    ItemFacts,
    ItemWanted,
    ScoresUnread,
    ShopRead,
)
from hongmao_contracts import samples
from hongmao_contracts.checks.links import allows
from hongmao_contracts.promises import Check, demand, demand_none, listed
from hongmao_contracts.replay import Nothing, Replay, Script, no_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.platforms.api import Caller, Platform, PlatformAccount, Reply
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import ToldSample

_SCORE: Final = re.compile(r"[0-5](\.[0-9]{1,4})?", re.ASCII)
_KINDS: Final = ("marketplace", "self_operated")
_BADGES: Final = ("none", "brand", "official")
_NAMES: Final = ("experience", "composite_star", "goods", "logistics", "service")


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and what was told. `part` is `scores`, `goods` or `shelf`."""

    platform: Platform
    part: str
    sample: ToldSample

    def account(self) -> PlatformAccount:
        """Give the account that asks."""
        return samples.account_of(self.sample.account, self.platform.name)

    def read(self, caller: Caller) -> Any:
        """Ask."""
        now_ms, shop = samples.at_ms(self.sample.now), self.sample.platform_shop_id
        if self.part == "scores":
            assert self.platform.scores is not None  # noqa: S101 - listed for platforms that have it
            return self.platform.scores.read(shop, self.account(), caller, now_ms=now_ms)
        if self.part == "goods":
            assert self.platform.goods is not None  # noqa: S101 - same
            wanted = ItemWanted(platform_shop_id=shop, platform_item_id=self.sample.platform_item_id)
            return self.platform.goods.read(wanted, self.account(), caller, now_ms=now_ms)
        assert self.platform.shelf is not None  # noqa: S101 - same
        return self.platform.shelf.read(shop, self.account(), caller, now_ms=now_ms)

    def told(self) -> Any:
        """Ask and be told as recorded."""
        return self.read(Script(self.recorded()))

    def recorded(self) -> list[Reply]:
        """Give the recorded replies."""
        return [exchange.reply.reply() for exchange in self.sample.exchanges]


def it_is_told_as_recorded(case: Case) -> None:
    """It makes exactly the recorded asks and tells exactly what is recorded; what it leaves out it does not know."""
    replay = Replay(case.sample.exchanges)
    told = case.read(replay)
    replay.finish()
    got = [_plain(one) for one in told] if case.part == "shelf" else _plain(told)
    demand(got == case.sample.told, f"told is {got}\nrecorded is {case.sample.told}")


def it_is_in_our_words(case: Case) -> None:
    """Scores are texts of 0 to 5 by names that admission knows, amounts are whole fen, and every id could be kept."""
    told = case.told()
    faults: list[str] = []
    if isinstance(told, ShopRead):
        faults += [f"score {name} is {value!r}" for name, value in told.scores.items() if not _is_score(name, value)]
        faults += [f"kind is {told.kind!r}"] if told.kind not in (None, *_KINDS) else []
        faults += [f"badge is {told.badge!r}"] if told.badge not in (None, *_BADGES) else []
        at_ms = told.observed_at_ms
        if at_ms is not None and not (type(at_ms) is int and 0 <= at_ms <= samples.at_ms(case.sample.now)):
            faults.append(f"observed_at_ms is {at_ms!r}")
    elif isinstance(told, ItemFacts):
        faults += [] if told.price_fen is None or _is_fen(told.price_fen) else [f"price_fen is {told.price_fen!r}"]
        faults += [
            f"{name} is no bool" for name in ("in_stock", "on_sale") if getattr(told, name) not in (None, True, False)
        ]
    else:
        faults += [
            f"{one.platform_item_id!r} is no id" for one in told if not re.fullmatch(ID_PATTERN, one.platform_item_id)
        ]
        faults += [f"{one.title}: price_fen is {one.price_fen!r}" for one in told if not _is_fen(one.price_fen)]
    demand_none(faults)


def it_calls_its_own_hosts(case: Case) -> None:
    """Every recorded ask goes to a host of `hosts`, and a shop's front page is where links may lead."""
    asked = [urlsplit(exchange.ask.url).hostname for exchange in case.sample.exchanges]
    faults = [f"{host} is none of hosts" for host in asked if host not in case.platform.hosts]
    if case.part == "shelf":
        assert case.platform.shelf is not None  # noqa: S101 - listed for platforms that have it
        url = case.platform.shelf.home_url(case.sample.platform_shop_id, case.account())
        faults += [] if url == case.sample.home_url else [f"home_url is {url}, recorded is {case.sample.home_url}"]
        faults += (
            [] if any(allows(prefix, url) for prefix in case.platform.link_prefixes) else [f"{url} is below no prefix"]
        )
    demand_none(faults)


def a_broken_answer_is_named(case: Case) -> None:
    """What tells nothing raises `ScoresUnread` or `GoodsUnread`, never another error, and is never an unknown."""
    error_of = ScoresUnread if case.part == "scores" else GoodsUnread
    faults = []
    callers: list[tuple[str, Caller]] = [(what, Script([reply])) for what, reply in no_pages(case.recorded()[0].body)]
    callers += [(str(failure), Nothing(failure)) for failure in Failure]
    for what, caller in callers:
        try:
            told = case.read(caller)
        except error_of as error:
            faults += [] if error.message("zh") and error.message("en") else [f"{what}: it says nothing"]
        except Exception as error:  # noqa: BLE001 - whatever comes instead is the finding
            faults.append(f"{what}: {type(error).__name__}: {error}")
        else:
            faults.append(f"{what}: it is told: {told}")
    demand_none(faults)


def no_error_tells_a_secret(case: Case) -> None:
    """Neither an error nor what is told holds the account's secret or a token of its settings."""
    secrets = list(samples.secrets_of(case.sample.account.secret, case.sample.account.settings))
    texts = [repr(case.told())]
    for _, reply in no_pages(case.recorded()[0].body):
        try:
            case.read(Script([reply]))
        except (HongmaoError, CallFailed) as error:
            texts += [str(error), repr(error)]
    demand_none([f"it stands in {text[:80]!r}" for text in texts if any(secret in text for secret in secrets)])


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    it_is_told_as_recorded,
    it_is_in_our_words,
    it_calls_its_own_hosts,
    a_broken_answer_is_named,
    no_error_tells_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks of each part that the platform has."""
    for part in ("scores", "goods", "shelf"):
        if getattr(found.platform, part) is not None:
            yield from listed(part, CHECKS, partial(_case, found, part))


def _case(found: Found, part: str) -> Case:
    return Case(found.platform, part, samples.read(found, part, samples.ToldSample))


def _plain(told: Any) -> dict[str, Any]:
    """Write what was told without what was not."""
    fields = {name: dict(value) if name == "scores" else value for name, value in asdict(told).items()}
    return {name: value for name, value in fields.items() if value not in (None, {})}


def _is_score(name: str, value: object) -> bool:
    is_one = isinstance(value, str) and _SCORE.fullmatch(value) is not None
    return name in _NAMES and is_one and not (str(value)[0] == "5" and str(value)[2:].strip("0"))


def _is_fen(value: object) -> bool:
    return type(value) is int and 0 <= value <= AMOUNT_FEN_MAX
