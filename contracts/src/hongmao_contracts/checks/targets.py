"""Where returns are sent on to: golden requests, every reply's meaning, and one verdict for each item whatever comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.platforms.api import Answered, Event, Outgoing, Reply, TargetAccount, Verdict
from hongmao_contracts import samples
from hongmao_contracts.promises import Check, broken, demand_none, listed
from hongmao_contracts.replay import ask_faults, no_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hongmao.platforms.api import Call, Target
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import TargetSample

ANSWER_CHARS_MAX: Final = 2_000


@dataclass(frozen=True, slots=True)
class Case:
    """A target and one request to it."""

    target: Target
    sample: TargetSample

    @property
    def account(self) -> TargetAccount:
        """Give the account that sends."""
        told = dict(self.sample.account)
        return TargetAccount(
            id=str(told.get("id", "account-1")),
            target=self.target.name,
            tenant=samples.TENANT,
            settings=dict(told.get("settings", {})),
            secret=str(told.get("secret", "")).encode(),
            ratio_millionths=int(told.get("ratio_millionths", 1_000_000)),
            test=bool(told.get("test", False)),
        )

    @property
    def items(self) -> list[Outgoing]:
        """Give the items on their way."""
        return [
            Outgoing(
                id=one.id,
                event=_event(one.event),
                event_type=one.event_type,
                click=None if one.click is None else _event(one.click),
                facts=dict(one.facts),
            )
            for one in self.sample.items
        ]

    def call(self, items: Sequence[Outgoing] | None = None) -> Call:
        """Write the request."""
        return self.target.call(self.account, items or self.items, now_ms=samples.at_ms(self.sample.now))


def it_wants_these_events(case: Case) -> None:
    """Each event of the sample has the recorded event type, and stays within the target's own batch."""
    faults = []
    for one in case.items:
        got = case.target.wants(one.event, one.click)
        if got != one.event_type:
            faults.append(f"{one.id}: wants gives {got!r}, recorded is {one.event_type!r}")
    if len(case.items) > case.target.limits.batch_max:
        faults.append(f"{len(case.items)} items, and batch_max is {case.target.limits.batch_max}")
    demand_none(faults)


def it_asks_as_recorded(case: Case) -> None:
    """The request is the recorded one to the letter, signature and all, and within its size."""
    call = case.call()
    faults = list(ask_faults(call, case.sample.ask))
    if len(call.body) > case.target.limits.body_bytes_max:
        faults.append(f"the body has {len(call.body)} bytes")
    demand_none(faults)


def a_repeat_is_known_as_one(case: Case) -> None:
    """The request carries each item's id, or what the target knows a repeat by: its sub-order, refund or click."""
    call = case.call()
    text = call.url + call.body.decode(errors="replace") + " ".join(call.headers.values())
    faults = []
    for one in case.items:
        event, click = one.event, one.click
        names = [one.id, event.sub_order_id, event.order_id, event.ref, click.media_click if click else None]
        if not any(name and name in text for name in names):
            faults.append(f"{one.id}: nothing in the request tells it from another")
    demand_none(faults)


def replies_are_read_as_recorded(case: Case) -> None:
    """Each recorded reply gives the recorded verdicts, one for each item in order."""
    faults = []
    for at, replied in enumerate(case.sample.replies):
        wanted = [_verdict(told) for told in replied.verdicts]
        got = list(case.target.read(replied.reply.reply(), case.items))
        # What they said is cut as the target likes; what it means is held to the letter.
        if [_meaning(one) for one in got] != [_meaning(one) for one in wanted]:
            faults.append(f"reply {at}: {got}, recorded is {wanted}")
    demand_none(faults)


def a_broken_reply_delivers_nothing(case: Case) -> None:
    """What is no receipt gives one verdict for each item, none of them `delivered`, and raises nothing."""
    good = case.sample.replies[0].reply.body.encode()
    # A receipt without a body, as a monitor gives, has nothing but its status that could be broken.
    broken_ones = [(what, reply) for what, reply in no_pages(good) if good or not 200 <= reply.status < 300]  # noqa: PLR2004 - what HTTP calls success
    faults = [fault for what, reply in broken_ones if (fault := _misread(case, what, reply))]
    demand_none(faults)


def nothing_tells_a_secret(case: Case) -> None:
    """Neither a verdict nor the account's or the call's own text holds a secret, even where the target repeats it."""
    account = case.account
    secrets = list(samples.secrets_of(account.secret.decode(errors="replace"), dict(account.settings)))
    echo = " ".join(secrets).encode()
    replies = [replied.reply.reply() for replied in case.sample.replies]
    texts = [repr(account), repr(case.call())]
    texts += [repr(one) for reply in replies for one in case.target.read(reply, case.items)]
    for status in (200, 400, 500):
        verdicts = case.target.read(Reply(status=status, body=echo), case.items)
        texts += [one.reason for one in verdicts]
    demand_none([f"it stands in {text[:80]!r}" for text in texts if any(secret in text for secret in secrets)])


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    it_wants_these_events,
    it_asks_as_recorded,
    a_repeat_is_known_as_one,
    replies_are_read_as_recorded,
    a_broken_reply_delivers_nothing,
    nothing_tells_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks of every target."""
    for target in found.platform.targets:

        def case(target: Target = target) -> Case:
            return Case(target, samples.read(found, f"target-{target.name}", samples.TargetSample))

        yield from listed(f"target[{target.name}]", CHECKS, case)


def _event(told: dict[str, Any]) -> Event:
    try:
        return msgspec.convert(told, Event)
    except msgspec.ValidationError as error:
        broken(f"an event of the sample is none: {error}")


def _verdict(told: dict[str, Any]) -> Verdict:
    try:
        return msgspec.convert(told, Verdict)
    except msgspec.ValidationError as error:
        broken(f"a verdict of the sample is none: {error}")


def _meaning(verdict: Verdict) -> tuple[object, ...]:
    return verdict.answered, verdict.reason, verdict.wait_ms


def _misread(case: Case, what: str, reply: Reply) -> str | None:
    try:
        verdicts = list(case.target.read(reply, case.items))
    except Exception as error:  # noqa: BLE001 - whatever escapes a target is the finding
        return f"{what}: {type(error).__name__}: {error}"
    if len(verdicts) != len(case.items):
        return f"{what}: {len(verdicts)} verdicts for {len(case.items)} items"
    if any(one.answered is Answered.DELIVERED for one in verdicts):
        return f"{what}: it counts as delivered"
    if any(len(one.answer) > ANSWER_CHARS_MAX for one in verdicts):
        return f"{what}: the whole answer is kept"
    return None
