"""Grants: a question that holds all it must and no secret, a code redeemed as recorded, and no word too many about it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import CallFailed, Failure, GrantApp, Granted, GrantedShop, GrantRefused, GrantUnanswered
from hongmao_contracts import samples
from hongmao_contracts.promises import Check, demand, demand_none, listed
from hongmao_contracts.replay import Nothing, Replay, Script, no_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.platforms.api import Call, Caller, Granting, Platform, Reply
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import GrantSample

OTHER_CODE: Final = "another-code-of-nobody"
OTHER_VERIFIER: Final = "another-verifier-of-nobody-0123456789-abcdefghijk"
OTHER_STATE: Final = "a state/with?signs&in=it+红"
OTHER_BACK: Final = "https://us.example/back?from=here&to=there"


@dataclass(frozen=True, slots=True)
class Case:
    """A platform that grants, and a grant that it gave."""

    platform: Platform
    granting: Granting
    sample: GrantSample

    @property
    def app(self) -> GrantApp:
        """Give the app of the sample."""
        told = self.sample.app
        return GrantApp(
            platform=self.platform.name, app_key=told.app_key, secret=told.secret.encode(), settings=dict(told.settings)
        )

    def ask(self, *, state: str | None = None, back: str | None = None) -> str:
        """Write the address of the consent page."""
        return self.granting.ask(
            self.app,
            state=self.sample.state if state is None else state,
            challenge=challenge_of(self.sample.verifier),
            back=self.sample.back if back is None else back,
        )

    def exchange(self, caller: Caller, **changes: Any) -> Granted:
        """Redeem the code of the sample."""
        told = {"code": self.sample.code, "verifier": self.sample.verifier, "back": self.sample.back, **changes}
        back = told.pop("back")
        return self.granting.exchange(
            self.app, told["code"], told["verifier"], caller, back=back, now_ms=samples.at_ms(self.sample.now)
        )

    def recorded(self) -> list[Reply]:
        """Give the recorded replies."""
        return [exchange.reply.reply() for exchange in self.sample.exchanges]

    def secrets(self) -> list[str]:
        """List what nobody may read: code, verifier, the app's secret, and what the grant's settings name as one."""
        granted = self.sample.granted
        told = samples.secrets_of(granted.secret, {**self.sample.app.settings, **granted.settings})
        public = {self.sample.app.app_key}
        return [
            self.sample.code,
            self.sample.verifier,
            self.sample.app.secret,
            *([granted.refresh] if granted.refresh else []),
            *(one for one in told if one not in public),
        ]


def it_asks_and_redeems_as_recorded(case: Case) -> None:
    """It writes exactly the recorded address, makes exactly the recorded asks, and gives exactly the recorded grant."""
    demand(case.ask() == case.sample.asked, f"asked is {case.ask()}\nrecorded is {case.sample.asked}")
    replay = Replay(case.sample.exchanges)
    granted = case.exchange(replay)
    replay.finish()
    told = case.sample.granted
    wanted = Granted(
        account=told.account,
        secret=told.secret.encode(),
        settings=dict(told.settings),
        shops=tuple(GrantedShop(*shop) for shop in told.shops),
        until_ms=told.until_ms,
        refresh=told.refresh,
        refresh_until_ms=told.refresh_until_ms,
    )
    # Neither is shown: both hold secrets, if false ones.
    names = ("account", "secret", "shops", "until_ms", "refresh", "refresh_until_ms")
    faults = [name for name in names if getattr(granted, name) != getattr(wanted, name)]
    faults += ["settings"] if dict(granted.settings) != dict(wanted.settings) else []
    demand_none([f"{name} of the grant is not as recorded" for name in faults])


def the_question_holds_all_that_comes_back(case: Case) -> None:
    """State and way back stand in the address as they were given, once, and so does the S256 of the verifier."""
    faults = []
    for state, back in ((case.sample.state, case.sample.back), (OTHER_STATE, OTHER_BACK)):
        asked = parse_qs(urlsplit(case.ask(state=state, back=back)).query, keep_blank_values=True)
        told = [value for values in asked.values() for value in values]
        faults += [f"{what} stands there {told.count(what)} times" for what in (state, back) if told.count(what) != 1]
        if asked.get("code_challenge") != [challenge_of(case.sample.verifier)]:
            faults.append("code_challenge is not the verifier's")
        if asked.get("code_challenge_method") != ["S256"]:
            faults.append("code_challenge_method is not S256")
    demand_none(faults)


def the_question_holds_no_secret(case: Case) -> None:
    """Neither the verifier nor the app's secret stands in an address that a browser remembers, and it is https."""
    url = case.ask()
    faults = [f"{name} stands in it" for name in ("verifier", "secret") if _of(case, name) in url]
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        faults.append(f"it begins with {url[:20]!r}")
    demand_none(faults)


def it_calls_its_own_hosts(case: Case) -> None:
    """Every recorded ask goes to a host of `hosts`: nothing else is reachable for it."""
    asked = [urlsplit(exchange.ask.url).hostname for exchange in case.sample.exchanges]
    demand_none([f"{host} is none of hosts" for host in asked if host not in case.platform.hosts])


def every_part_is_sent(case: Case) -> None:
    """Another code, another verifier and another secret make another ask: each is really proved by."""
    plain = _asks(case)
    faults = [
        f"{name} is not sent"
        for name, changes in (("code", {"code": OTHER_CODE}), ("verifier", {"verifier": OTHER_VERIFIER}))
        if _asks(case, **changes) == plain
    ]
    other = replace(case, sample=_with_secret(case.sample, "another-secret-of-nobody"))
    faults += ["secret is not sent and signs nothing"] if _asks(other) == plain else []
    demand_none(faults)


def a_broken_answer_is_named(case: Case) -> None:
    """What is no grant raises `GrantRefused` or `GrantUnanswered`, at whichever ask it comes, and says so in both languages."""
    faults: list[str] = []
    good = case.recorded()
    for place, reply in enumerate(good):
        callers: list[tuple[str, Caller]] = [
            (f"ask {place}: {what}", Script([*good[:place], broken_])) for what, broken_ in no_pages(reply.body)
        ]
        if place == 0:
            callers += [(str(failure), Nothing(failure)) for failure in Failure]
        for what, caller in callers:
            try:
                case.exchange(caller)
            except (GrantRefused, GrantUnanswered) as error:
                faults += [] if error.message("zh") and error.message("en") else [f"{what}: it says nothing"]
            except Exception as error:  # noqa: BLE001 - whatever comes instead is the finding
                faults.append(f"{what}: {type(error).__name__}")
            else:
                faults.append(f"{what}: it is a grant")
    demand_none(faults)


def nobody_reads_a_secret(case: Case) -> None:
    """Neither an error nor the grant as it is shown holds code, verifier, secret or session, though the answer repeat them."""
    shown = [repr(case.exchange(Script(case.recorded()))), repr(case.app)]
    good = case.recorded()[0]
    replies = [reply for _, reply in no_pages(good.body)]
    replies += [type(good)(status=400, body=_echo(case, name)) for name in ("code", "verifier", "secret")]
    for reply in replies:
        try:
            case.exchange(Script([reply]))
        except (HongmaoError, CallFailed) as error:
            shown += [str(error), repr(error), repr(error.__cause__)]
    told = [one for one in case.secrets() if any(one in text for text in shown)]
    demand(not told, f"{len(told)} of them can be read")


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    it_asks_and_redeems_as_recorded,
    the_question_holds_all_that_comes_back,
    the_question_holds_no_secret,
    it_calls_its_own_hosts,
    every_part_is_sent,
    a_broken_answer_is_named,
    nobody_reads_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks."""
    granting = found.platform.grants
    if granting is None:
        return

    def case() -> Case:
        return Case(found.platform, granting, samples.read(found, "grant", samples.GrantSample))

    yield from listed("grant", CHECKS, case)


def challenge_of(verifier: str) -> str:
    """Give the S256 of a verifier (RFC 7636, appendix B).

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class _Listening:
    """Answers from the recorded replies and keeps what it was asked."""

    def __init__(self, replies: list[Reply]) -> None:
        self._script = Script(replies)
        self.asked: list[tuple[str, str, bytes, tuple[tuple[str, str], ...]]] = []

    def call(self, call: Call) -> Reply:
        self.asked.append((call.method, call.url, call.body, tuple(sorted(call.headers.items()))))
        return self._script.call(call)


def _asks(case: Case, **changes: str) -> list[tuple[str, str, bytes, tuple[tuple[str, str], ...]]]:
    caller = _Listening(case.recorded())
    case.exchange(caller, **changes)
    return caller.asked


def _with_secret(sample: GrantSample, secret: str) -> GrantSample:
    app = samples.AppSample(app_key=sample.app.app_key, secret=secret, settings=sample.app.settings)
    told = {name: getattr(sample, name) for name in sample.__struct_fields__}
    return samples.GrantSample(**{**told, "app": app})


def _of(case: Case, name: str) -> str:
    told = {"code": case.sample.code, "verifier": case.sample.verifier, "secret": case.sample.app.secret}
    return told[name]


def _echo(case: Case, name: str) -> bytes:
    """Write a no that repeats what was sent, by every name that platforms have for one."""
    word = _of(case, name)
    inner = ", ".join(
        f'"{field}": "{word}"' for field in ("error", "error_description", "code", "msg", "error_code", "sub_code")
    )
    return f'{{{inner}, "error_response": {{{inner}}}}}'.encode()
