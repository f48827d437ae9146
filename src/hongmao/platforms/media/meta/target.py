"""Meta as a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import Call
from hongmao.platforms.media.click_target import ClickTarget
from hongmao.platforms.media.clicks import click_problem
from hongmao.platforms.media.fitness import demand_fit
from hongmao.platforms.media.meta.payload import action_source_of, events_body, source_url_of
from hongmao.platforms.media.verdicts import (
    CREDENTIALS,
    CREDENTIALS_WAIT_MS,
    THEIRS,
    code_of,
    delivered,
    fields_of,
    for_all,
    judge,
    missing,
    refused,
    retry,
    said,
)
from hongmao.platforms.media.wire import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, Reply, TargetAccount, Verdict

MEDIA: Final = "meta"
WIRE: Final = load(MEDIA)
DEADLINE: Final = "deadline"
TOO_OLD: Final = 2804003
"""Subcode: an event of the request is older than seven days, and none of it was taken."""
NO_SUCH_OBJECT: Final = 33
"""Subcode of 100: no such pixel, or none that this token may write to."""


class MetaTarget(ClickTarget):
    """Returns of events by `fbc`. It knows no refund: what it reports is gross."""

    name = MEDIA
    wire = WIRE

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item cannot be sent. One that is too old never shares a request: the others would fail with it."""
        if now_ms - item.event.occurred_at_ms > self.limits.deadline_ms:
            return refused(DEADLINE)
        if problem := click_problem(item.click):
            return refused(problem)
        needed = ("access_token", "pixel_id", *(("test_event_code",) if account.test else ()))
        return missing(account, *needed) or self._website_fault(account, item)

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """Name what shares a request: everything of an account."""
        del account, item
        return ""

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request. The token goes in a header, never in the address, which others write into their logs."""
        demand_fit(self, account, items, now_ms=now_ms)
        told = account.settings
        base = (told.get("endpoint") or WIRE.endpoint).rstrip("/")
        return Call(
            method="POST",
            url=f"{base}/{told['pixel_id']}/events",
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {told['access_token']}"},
            body=events_body(account, items, self._consented),
        )

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means: all events of a request were received, or none was."""
        fields = fields_of(reply) or {}
        return for_all(_received(fields, items) or _failed(reply, fields), items)

    def _website_fault(self, account: TargetAccount, item: Outgoing) -> Verdict | None:
        if action_source_of(account) != "website":
            return None
        known = self._consented(account, item)
        if known is None or not known.user_agent.strip():
            return refused("user_agent_missing")
        return None if source_url_of(account, item) else missing(account, "event_source_url")


def _received(fields: dict[str, Any], items: Sequence[Outgoing]) -> Verdict | None:
    count = fields.get("events_received")
    if type(count) is not int or "error" in fields:
        return None
    told = f"events_received {count}"
    # Fewer than were sent is a case that no document knows. Their dedupe makes sending all of them again harmless.
    return delivered(told) if count == len(items) else retry(THEIRS, told)


def _failed(reply: Reply, fields: dict[str, Any]) -> Verdict:
    error = fields.get("error")
    error = error if isinstance(error, dict) else {}
    code, sub = code_of(error, "code"), code_of(error, "error_subcode")
    told = said(error, "error_user_title", "type")
    if error.get("is_transient") is True and code not in WIRE.codes.throttled:
        return retry(THEIRS, f"{code} {told}")
    if sub == TOO_OLD:
        return refused(DEADLINE, f"{code}/{sub} {told}")
    if (code, sub) == (100, NO_SUCH_OBJECT):
        return retry(CREDENTIALS, f"{code}/{sub} {told}", CREDENTIALS_WAIT_MS)
    return judge(reply, code, WIRE.codes, told)
