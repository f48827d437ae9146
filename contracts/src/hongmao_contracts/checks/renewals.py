"""Renewals of grants: one call as recorded, every part of it sent, a no told from silence, and no word too many about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import CallFailed, Failure, GrantApp, RenewalRefused, RenewalUnanswered, Renewed
from hongmao_contracts import samples
from hongmao_contracts.promises import Check, demand, demand_none, listed
from hongmao_contracts.replay import Nothing, Replay, Script, no_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.platforms.api import Call, Caller, Platform, Renewing, Reply
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import GrantSample, RenewalSample

OTHER_REFRESH: Final = "another-refresh-of-nobody"
OTHER_SECRET: Final = "another-secret-of-nobody"  # noqa: S105 - nobody's
_NO_NAMES: Final = ("error", "error_description", "code", "msg", "error_code", "sub_code", "error_msg")


@dataclass(frozen=True, slots=True)
class Case:
    """A platform that renews, a grant that it gave, and how that was renewed."""

    platform: Platform
    renewing: Renewing
    sample: GrantSample
    renewal: RenewalSample
    secret: str

    @property
    def refresh(self) -> str:
        """Give the refresh token of the grant."""
        told = self.sample.granted.refresh
        demand(bool(told), "the grant of the sample has no refresh token")
        return told or ""

    def renew(self, caller: Caller, *, refresh: str | None = None, shop: str | None = None) -> Renewed:
        """Renew the grant of the sample."""
        app = GrantApp(
            platform=self.platform.name,
            app_key=self.sample.app.app_key,
            secret=self.secret.encode(),
            settings=dict(self.sample.app.settings),
        )
        return self.renewing.renew(
            app,
            self.refresh if refresh is None else refresh,
            caller,
            shop=self.sample.granted.shops[0][0] if shop is None else shop,
            now_ms=samples.at_ms(self.renewal.now),
        )

    def recorded(self) -> Reply:
        """Give the recorded reply."""
        return self.renewal.exchange.reply.reply()

    def secrets(self) -> list[str]:
        """List what nobody may read: both tokens, the app's secret, and the new session."""
        renewed = self.renewal.renewed
        told = [self.refresh, renewed.refresh, self.secret, *renewed.settings.values()]
        return [one for one in told if one]


def it_renews_as_recorded(case: Case) -> None:
    """It makes exactly the recorded ask, and gives exactly what was recorded of the answer."""
    replay = Replay([case.renewal.exchange])
    renewed = case.renew(replay)
    replay.finish()
    told = case.renewal.renewed
    wanted = Renewed(
        settings=dict(told.settings),
        until_ms=told.until_ms,
        refresh=told.refresh,
        refresh_until_ms=told.refresh_until_ms,
    )
    # Neither is shown: both hold secrets, if false ones.
    names = ("until_ms", "refresh", "refresh_until_ms")
    faults = [name for name in names if getattr(renewed, name) != getattr(wanted, name)]
    faults += ["settings"] if dict(renewed.settings) != dict(wanted.settings) else []
    demand_none([f"{name} of what was renewed is not as recorded" for name in faults])


def it_replaces_settings_of_the_grant(case: Case) -> None:
    """What is renewed has names that the grant's account has: nothing else of it changes."""
    strange = case.renewal.renewed.settings.keys() - case.sample.granted.settings.keys()
    demand(not strange, f"{sorted(strange)} are no settings of the grant")
    demand(bool(case.renewal.renewed.settings), "nothing is replaced")


def it_calls_its_own_hosts(case: Case) -> None:
    """The recorded ask goes to a host of `hosts`, by https."""
    parts = urlsplit(case.renewal.exchange.ask.url)
    demand(parts.hostname in case.platform.hosts, f"{parts.hostname} is none of hosts")
    demand(parts.scheme == "https", f"it goes by {parts.scheme}")


def every_part_is_sent(case: Case) -> None:
    """Another token and another secret make another ask: each is really proved by."""
    plain = _asked(case)
    faults = ["the refresh token is not sent"] if _asked(case, refresh=OTHER_REFRESH) == plain else []
    faults += ["secret is not sent and signs nothing"] if _asked(replace(case, secret=OTHER_SECRET)) == plain else []
    demand_none(faults)


def a_broken_answer_is_named(case: Case) -> None:
    """What renews nothing raises `RenewalRefused` or `RenewalUnanswered`, and says so in both languages."""
    faults: list[str] = []
    callers: list[tuple[str, Caller]] = [(what, Script([reply])) for what, reply in no_pages(case.recorded().body)]
    callers += [(str(failure), Nothing(failure)) for failure in Failure]
    for what, caller in callers:
        try:
            case.renew(caller)
        except (RenewalRefused, RenewalUnanswered) as error:
            faults += [] if error.message("zh") and error.message("en") else [f"{what}: it says nothing"]
        except Exception as error:  # noqa: BLE001 - whatever comes instead is the finding
            faults.append(f"{what}: {type(error).__name__}")
        else:
            faults.append(f"{what}: it renews")
    demand_none(faults)


def silence_is_no_refusal(case: Case) -> None:
    """Whoever does not answer, is unwell, or does not know our app, has refused no grant: it may be asked again."""
    callers: list[tuple[str, Caller]] = [(str(failure), Nothing(failure)) for failure in Failure]
    good = case.recorded()
    callers += [(f"HTTP {status}", Script([replace(good, status=status)])) for status in (429, 500, 502, 503)]
    callers += [("invalid_client", Script([replace(good, status=400, body=_no("invalid_client"))]))]
    faults: list[str] = []
    for what, caller in callers:
        try:
            case.renew(caller)
        except RenewalUnanswered:
            continue
        except HongmaoError as error:
            faults.append(f"{what}: {error.code}")
        else:
            faults.append(f"{what}: it renews")
    demand_none(faults)


def a_no_is_a_refusal(case: Case) -> None:
    """A platform that says `invalid_grant` has refused: asking again is of no use, and somebody has to be told."""
    try:
        case.renew(Script([replace(case.recorded(), status=400, body=_no("invalid_grant"))]))
    except RenewalRefused as error:
        demand("invalid_grant" in error.message("en"), "its word is not told")
    except HongmaoError as error:
        demand(False, f"it is {error.code}")  # noqa: FBT003 - a fault
    else:
        demand(False, "it renews")  # noqa: FBT003 - same


def nobody_reads_a_secret(case: Case) -> None:
    """Neither an error nor the renewal as it is shown holds a token, a secret or a session, though the answer repeat them."""
    shown = [repr(case.renew(Script([case.recorded()])))]
    replies = [reply for _, reply in no_pages(case.recorded().body)]
    replies += [replace(case.recorded(), status=400, body=_no(word)) for word in (case.refresh, case.secret)]
    for reply in replies:
        try:
            case.renew(Script([reply]))
        except (HongmaoError, CallFailed) as error:
            shown += [str(error), repr(error), repr(error.__cause__)]
    told = [one for one in case.secrets() if any(one in text for text in shown)]
    demand(not told, f"{len(told)} of them can be read")


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    it_renews_as_recorded,
    it_replaces_settings_of_the_grant,
    it_calls_its_own_hosts,
    every_part_is_sent,
    a_broken_answer_is_named,
    silence_is_no_refusal,
    a_no_is_a_refusal,
    nobody_reads_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks."""
    renewing = found.platform.renews
    if renewing is None:
        return

    def case() -> Case:
        sample = samples.read(found, "grant", samples.GrantSample)
        demand(sample.renewal is not None, "samples/grant.json has no `renewal`")
        assert sample.renewal is not None  # noqa: S101 - demanded
        return Case(found.platform, renewing, sample, sample.renewal, sample.app.secret)

    yield from listed("renewal", CHECKS, case)


class _Listening:
    """Answers as recorded and keeps what it was asked."""

    def __init__(self, reply: Reply) -> None:
        self._script = Script([reply])
        self.asked: list[tuple[str, str, bytes]] = []

    def call(self, call: Call) -> Reply:
        self.asked.append((call.method, call.url, call.body))
        return self._script.call(call)


def _asked(case: Case, *, refresh: str | None = None) -> list[tuple[str, str, bytes]]:
    caller = _Listening(case.recorded())
    case.renew(caller, refresh=refresh)
    return caller.asked


def _no(word: str) -> bytes:
    """Write a no by every name that platforms have for one."""
    inner = ", ".join(f'"{name}": "{word}"' for name in _NO_NAMES)
    return f'{{{inner}, "error_response": {{{inner}}}}}'.encode()
