"""TikTok as a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import Answered, Call
from hongmao.platforms.media.click_target import ClickTarget
from hongmao.platforms.media.clicks import click_problem
from hongmao.platforms.media.fitness import demand_fit
from hongmao.platforms.media.tiktok.payload import events_body
from hongmao.platforms.media.verdicts import code_of, fields_of, for_all, judge, missing, refused, said
from hongmao.platforms.media.wire import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, Reply, TargetAccount, Verdict

MEDIA: Final = "tiktok"
WIRE: Final = load(MEDIA)
PARTLY: Final = 20001


class TikTokTarget(ClickTarget):
    """Returns of events by `ttclid`. It knows no refund: what it reports is gross."""

    name = MEDIA
    wire = WIRE

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item cannot be sent."""
        del now_ms
        if problem := click_problem(item.click):
            return refused(problem)
        needed = ("access_token", "event_source_id", *(("test_event_code",) if account.test else ()))
        return missing(account, *needed)

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """Name what shares a request: everything of an account."""
        del account, item
        return ""

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request."""
        demand_fit(self, account, items, now_ms=now_ms)
        base = (account.settings.get("endpoint") or WIRE.endpoint).rstrip("/")
        return Call(
            method="POST",
            url=f"{base}/event/track/",
            headers={"Content-Type": "application/json", "Access-Token": account.settings["access_token"]},
            body=events_body(account, items, self._consented),
        )

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means, event by event where it names those that failed."""
        fields = fields_of(reply) or {}
        code = code_of(fields, "code")
        verdict = judge(reply, code, WIRE.codes, said(fields, "message"))
        if code != PARTLY or verdict.answered is not Answered.DELIVERED:
            return for_all(verdict, items)
        failed = _failed(fields)
        if not failed:  # partly, and no word on which: alone, each one's answer is its own
            return for_all(refused("partly", said(fields, "message")), items)
        return [refused("refused", failed[at]) if at in failed else verdict for at in range(len(items))]


def _failed(fields: dict[str, Any]) -> dict[int, str]:
    """List the events that failed by their place in the request, with what was said of each."""
    data = fields.get("data")
    rows = data.get("failed_events") if isinstance(data, dict) else None
    found: dict[int, str] = {}
    for row in rows if isinstance(rows, list) else []:
        at = row.get("order_in_request") if isinstance(row, dict) else None
        if type(at) is int:
            found[at] = said(row, "error_message")
    return found
