"""Callers that answer from samples: one insists on the recorded asks, one says whatever it is given, one brings nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import CallFailed, Failure, Reply
from hongmao_contracts.promises import broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.platforms.api import Call
    from hongmao_contracts.samples import Ask, Exchange

HOST: Final = "platform.example"


class Replay:
    """Answers the recorded asks in their order, and remembers where another was made."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        """Begin at the first exchange."""
        self._exchanges = list(exchanges)
        self._faults: list[str] = []
        self.asked = 0

    def call(self, call: Call) -> Reply:
        """Answer the next ask, if it is the recorded one."""
        at, self.asked = self.asked, self.asked + 1
        if at >= len(self._exchanges):
            self._faults.append(f"ask {at} was made, and only {len(self._exchanges)} are recorded")
            raise CallFailed(Failure.UNREACHABLE, HOST)
        self._faults += [f"ask {at}: {fault}" for fault in ask_faults(call, self._exchanges[at].ask)]
        return self._exchanges[at].reply.reply()

    def finish(self) -> None:
        """Break the promise unless every recorded ask was made, and no other."""
        if self.asked < len(self._exchanges):
            self._faults.append(f"{self.asked} asks were made, {len(self._exchanges)} are recorded")
        if self._faults:
            broken("\n".join(self._faults))


class Script:
    """Answers with given replies in their order, whatever is asked; then with nothing."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        """Begin at the first reply."""
        self._replies = list(replies)
        self.given = 0

    def call(self, call: Call) -> Reply:  # noqa: ARG002 - the port's signature; nothing hangs on what is asked
        """Give the next reply."""
        if not self._replies:
            raise CallFailed(Failure.UNREACHABLE, HOST)
        self.given += 1
        return self._replies.pop(0)


class Nothing:
    """Brings no reply, for one reason."""

    def __init__(self, failure: Failure) -> None:
        """Fail for this reason."""
        self._failure = failure

    def call(self, call: Call) -> Reply:  # noqa: ARG002 - same
        """Fail."""
        raise CallFailed(self._failure, HOST)


def ask_faults(call: Call, ask: Ask) -> Iterator[str]:
    """Say where a call is not the recorded ask. Samples hold no real secret, so both may be shown."""
    for name, got, wanted in (
        ("method", call.method, ask.method),
        ("url", call.url, ask.url),
        ("body", call.body.decode(errors="backslashreplace"), ask.body),
    ):
        if got != wanted:
            yield f"{name} is {got!r}, recorded is {wanted!r}"
    sent = lowered(call.headers)
    for name, wanted in lowered(ask.headers).items():
        if sent.get(name) != wanted:
            yield f"header {name} is {sent.get(name)!r}, recorded is {wanted!r}"


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Write header names small."""
    return {name.lower(): value for name, value in headers.items()}


def no_pages(good: bytes) -> list[tuple[str, Reply]]:
    """List replies that are no page and no receipt, made of one that was."""
    html = b"<html><body>Bad Gateway</body></html>"
    whole = [(f"status {status}", Reply(status=status, body=html)) for status in (500, 502, 503, 504, 429, 403)]
    bodies = {
        "an empty body": b"",
        "a page of HTML": html,
        "a body cut off in the middle": good[: len(good) // 2],
        "bytes that are no UTF-8": b"\xff\xfe" + good,
        "a body nested too deep": b"[" * 20_000 + b"]" * 20_000,
        "an empty object": b"{}",
        "a list": b"[]",
        "null": b"null",
        "a number": b"7",
    }
    return whole + [(what, Reply(status=200, body=body)) for what, body in bodies.items()]
