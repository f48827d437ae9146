"""What is pulled: exactly the recorded asks, exactly the recorded rows, and a broken answer is never an empty page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import (
    HOUR_MS,
    CallFailed,
    Failure,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    Reply,
    Row,
    Window,
)
from hongmao_contracts import rows, samples
from hongmao_contracts.checks import strict
from hongmao_contracts.promises import Check, broken, demand_none, listed
from hongmao_contracts.replay import Nothing, Replay, Script, no_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.platforms.api import Caller, Page, Platform, PlatformAccount, PullSource
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import Exchange, PullSample

PAGES_MAX: Final = 1_000
_NAMED: Final = (PullThrottled, PullRefused, PullUnreadable)


@dataclass(frozen=True, slots=True)
class Case:
    """A source and a span that was pulled."""

    platform: Platform
    source: PullSource
    sample: PullSample

    @property
    def account(self) -> PlatformAccount:
        """Give the account that pulls."""
        return samples.account_of(self.sample.account, self.platform.name)

    @property
    def now_ms(self) -> int:
        """Give the instant of the pull."""
        return samples.at_ms(self.sample.now)

    def page(self, caller: Caller, token: str | None = None, *, by_ms: int = 0) -> Page:
        """Ask for one page of the span."""
        span = Window(samples.at_ms(self.sample.span[0]), samples.at_ms(self.sample.span[1]))
        return self.source.page(self.account, span, token, caller, now_ms=self.now_ms + by_ms)

    def pages(self, caller: Caller, *, by_ms: int = 0) -> list[Page]:
        """Pull the span page by page until no token is given."""
        pages: list[Page] = []
        token: str | None = None
        while not pages or token is not None:
            pages.append(self.page(caller, token, by_ms=by_ms))
            token = pages[-1].next_token
            if len(pages) > PAGES_MAX:
                broken(f"{PAGES_MAX} pages, and the last still gives a token")
        return pages

    def pulled(self, caller: Caller, *, by_ms: int = 0) -> list[rows.Found]:
        """Pull the span's rows."""
        return [row for page in self.pages(caller, by_ms=by_ms) for row in page.rows]

    def script(self) -> Script:
        """Answer as recorded, whatever is asked."""
        return Script([exchange.reply.reply() for exchange in self.sample.exchanges])

    def answers(self) -> Iterator[tuple[int, Exchange, Callable[[bytes], list[rows.Found]]]]:
        """Give each answer with a reader of its page, in which that answer has another body."""
        replies = [exchange.reply.reply() for exchange in self.sample.exchanges]
        for at, (token, first) in enumerate(self._pages_of_answers(replies)):

            def read(body: bytes, at: int = at, token: str | None = token, first: int = first) -> list[rows.Found]:
                other = Reply(status=replies[at].status, headers=replies[at].headers, body=body)
                return list(self.page(Script([*replies[first:at], other, *replies[at + 1 :]]), token).rows)

            yield at, self.sample.exchanges[at], read

    def _pages_of_answers(self, replies: list[Reply]) -> list[tuple[str | None, int]]:
        """Say of each answer by which token its page was asked for, and which answer was the first of that page."""
        script = Script(replies)
        pages: list[tuple[str | None, int]] = []
        token: str | None = None
        while not pages or token is not None:
            first = script.given
            following = self.page(script, token).next_token
            pages += [(token, first)] * (script.given - first)
            token = following
        return pages


def it_asks_as_recorded(case: Case) -> None:
    """Page by page it makes exactly the recorded asks, signature and all, until the last page gives no token."""
    replay = Replay(case.sample.exchanges)
    case.pages(replay)
    replay.finish()


def rows_are_as_recorded(case: Case) -> None:
    """The span gives exactly the recorded rows, each keeping the text it came as."""
    got = case.pulled(case.script())
    faults = [*rows.differences(got, rows.recorded(case.sample.rows))]
    demand_none([*faults, *rows.faults(got, platform=case.platform.name, now_ms=case.now_ms)])


def it_calls_its_own_hosts(case: Case) -> None:
    """Every ask goes to a host that the platform declares, or to the gateway that the account's settings name."""
    named = {*case.platform.hosts}
    named |= {urlsplit(value).hostname or "" for value in case.sample.account.settings.values() if "://" in value}
    hosts = [urlsplit(exchange.ask.url).hostname for exchange in case.sample.exchanges]
    demand_none([f"{host} is none of them" for host in hosts if host not in named])


def a_span_pulled_again_changes_nothing(case: Case) -> None:
    """The same answers an hour later give the same rows under the same event ids, so that a repeat is a duplicate."""
    first, again = case.pulled(case.script()), case.pulled(case.script(), by_ms=HOUR_MS)
    demand_none([*rows.differences(again, first), *(f for f in _ids(case, first, again))])


def a_fact_told_twice_has_another_version(case: Case) -> None:
    """Rows of one fact that say different things differ in version, and a later time in a row makes it higher."""
    told = [(exchange.reply.body.encode(), read) for _, exchange, read in case.answers() if _is_json(exchange)]
    demand_none([*strict.unversioned(case.pulled(case.script())), *strict.stuck(told)])


def a_broken_answer_is_named(case: Case) -> None:
    """What is no page raises `PullThrottled`, `PullRefused` or `PullUnreadable`: never another error, never no rows."""
    good = case.sample.exchanges[0].reply.body.encode()
    demand_none([fault for what, reply in no_pages(good) if (fault := _unnamed(case, what, reply))])


def a_call_without_a_reply_passes_through(case: Case) -> None:
    """`CallFailed` is not caught: whoever pulls knows what it means for the cursor."""
    faults = []
    for failure in Failure:
        try:
            case.page(Nothing(failure))
        except CallFailed:
            continue
        except Exception as error:  # noqa: BLE001 - whatever comes instead is the finding
            faults.append(f"{failure}: {type(error).__name__}: {error}")
        else:
            faults.append(f"{failure}: a page is given")
    demand_none(faults)


def a_field_of_another_kind_is_a_problem_of_its_row(case: Case) -> None:
    """Whatever stands in a field, the row is a problem or one that the desk can keep, or the page has a named error."""
    faults: list[str] = []
    tried = 0
    for at, exchange, read in case.answers():
        for what, body in strict.odd(exchange.reply.body.encode()):
            tried += 1
            faults += [f"answer {at}: {what}: {fault}" for fault in _strange(case, read, body)]
    demand_none(faults, of=tried)


def no_half_fen_is_rounded(case: Case) -> None:
    """An amount with a fraction of a fen is a problem, never a rounded amount."""
    faults: list[str] = []
    tried = 0
    for at, exchange, read in case.answers():
        if _is_json(exchange):
            more, found = strict.rounded(exchange.reply.body.encode(), read)
            tried += more
            faults += [f"answer {at}: {fault}" for fault in found]
    has_amounts = any(any(rows.amounts_of(row)) for row in case.pulled(case.script()) if isinstance(row, Row))
    demand_none(faults, of=tried if has_amounts else None)


def no_error_tells_a_secret(case: Case) -> None:
    """Neither an error nor a row holds the account's secret or a token of its settings."""
    secrets = list(samples.secrets_of(case.sample.account.secret, case.sample.account.settings))
    texts = [row.raw for row in case.pulled(case.script())]
    # An answer that repeats what was asked is how a secret comes back.
    echo = " ".join(secrets).encode()
    replies = [reply for _, reply in no_pages(case.sample.exchanges[0].reply.body.encode())]
    for reply in (*replies, Reply(status=500, body=echo), Reply(status=200, body=echo)):
        try:
            case.page(Script([reply]))
        except (HongmaoError, CallFailed) as error:
            texts += [str(error), repr(error)] + ([error.message("zh")] if isinstance(error, HongmaoError) else [])
    demand_none([f"it stands in {text[:80]!r}" for text in texts if any(secret in text for secret in secrets)])


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    it_asks_as_recorded,
    rows_are_as_recorded,
    it_calls_its_own_hosts,
    a_span_pulled_again_changes_nothing,
    a_fact_told_twice_has_another_version,
    a_broken_answer_is_named,
    a_call_without_a_reply_passes_through,
    a_field_of_another_kind_is_a_problem_of_its_row,
    no_half_fen_is_rounded,
    no_error_tells_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks of every source."""
    for source in found.platform.pulls:

        def case(source: PullSource = source) -> Case:
            return Case(found.platform, source, samples.read(found, f"pull-{source.name}", samples.PullSample))

        yield from listed(f"pull[{source.name}]", CHECKS, case)


def _ids(case: Case, first: list[rows.Found], again: list[rows.Found]) -> Iterator[str]:
    account = case.sample.account.account
    for one, other in zip(first, again, strict=False):
        if isinstance(one, Row) and isinstance(other, Row):
            ids = [rows.event_id(row, platform=case.platform.name, account=account) for row in (one, other)]
            if ids[0] != ids[1]:
                yield f"{one.kind} of {one.sub_order_id or one.event_no} has another event id"


def _unnamed(case: Case, what: str, reply: Reply) -> str | None:
    try:
        page = case.page(Script([reply]))
    except _NAMED as error:
        # A sentence that lacks one of its facts is found out when somebody reads it.
        return None if error.message("zh") and error.message("en") else f"{what}: it says nothing"
    except Exception as error:  # noqa: BLE001 - whatever comes instead is the finding
        return f"{what}: {type(error).__name__}: {error}"
    return f"{what}: it is read as a page of {len(page.rows)} rows"


def _strange(case: Case, read: Callable[[bytes], list[rows.Found]], body: bytes) -> Iterator[str]:
    try:
        got = read(body)
    except (*_NAMED, CallFailed):
        return
    except Exception as error:  # noqa: BLE001 - whatever escapes a source is the finding
        yield f"{type(error).__name__}: {error}"
        return
    yield from rows.faults(got, platform=case.platform.name, now_ms=case.now_ms)


def _is_json(exchange: Exchange) -> bool:
    return exchange.reply.body.lstrip()[:1] in {"{", "["}
