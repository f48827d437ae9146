"""聚光 as a target: which events it takes, what it must not be sent, and what its answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import Call
from hongmao.platforms.media.clicks import callback_of, click_id_of, click_problem, is_theirs
from hongmao.platforms.media.consented import usable
from hongmao.platforms.media.fitness import demand_fit
from hongmao.platforms.media.juguang.payload import app_body, conversion_body
from hongmao.platforms.media.verdicts import code_of, fields_of, for_all, judge, missing, refused, said
from hongmao.platforms.media.wire import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Event, Outgoing, Reply, TargetAccount, Verdict
    from hongmao.platforms.media.consented import Consented

MEDIA: Final = "juguang"
CLICK_CHARS_MAX: Final = 30  # LINK-3
TEST_CLICK: Final = "atest"
WIRE: Final = load(MEDIA)


class JuguangTarget:
    """Returns by click id. Our own community speaks 聚光 too, so a click of its own goes by our click id."""

    def __init__(self, name: str = MEDIA, table: str = "default") -> None:
        """Speak one table of event types."""
        self.name = name
        self.limits = WIRE.target_limits()
        self._types = WIRE.event_types(table)

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Give the event type; None for what no click of ours or theirs led to."""
        if click is None or not is_theirs(click, MEDIA, ours=True):
            return None
        return self._types.get(event.kind)

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item cannot be sent: a missing token waits, a click id they cannot know is refused here."""
        del now_ms
        return missing(account, "access_token") or _click_fault(account, item)

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """One request, one item."""
        del account
        return item.id

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request."""
        demand_fit(self, account, items, now_ms=now_ms)
        return _post(account, "/conversion", conversion_body(account, items[0], WIRE.platforms))

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means."""
        return for_all(_verdict(reply), items)


class JuguangTokenTarget:
    """Returns by 口令码: what ties them is the code that a reader typed, or a device id that its owner agreed to tell."""

    name = "juguang_token"

    def __init__(self, consented: Consented) -> None:
        """Look device ids up in what the merchant may tell."""
        self.limits = WIRE.target_limits()
        self._types = WIRE.event_types("token")
        self._consented = consented

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Give the event type. A code is typed in the shop's app, so no click of another media's is asked about."""
        if click is not None and not is_theirs(click, MEDIA, ours=True):
            return None
        return self._types.get(event.kind)

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item cannot be sent: nothing ties it to a reader of theirs."""
        del now_ms
        if absent := missing(account, "access_token", "advertiser_id"):
            return absent
        known = self._consented(account, item)
        device = bool(known and (usable(known.oaid) or usable(known.caid)))
        return None if device or item.facts.get("token_code") else refused("no_token_code")

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """One request, one item."""
        del account
        return item.id

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request."""
        demand_fit(self, account, items, now_ms=now_ms)
        known = self._consented(account, items[0])
        return _post(account, "/app", app_body(account, items[0], known, now_ms=now_ms))

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means."""
        return for_all(_verdict(reply), items)


def _click_fault(account: TargetAccount, item: Outgoing) -> Verdict | None:
    problem = click_problem(item.click)
    if problem is not None or item.click is None:
        return refused(problem or "")
    click_id = click_id_of(item.click) or ""
    if len(click_id) > CLICK_CHARS_MAX:
        return refused("click_id_too_long")
    # 联调: only a click of the test environment stays out of every report, and it needs its callback.
    is_test = click_id.startswith(TEST_CLICK)
    if account.test and not is_test:
        return refused("not_a_test_click")
    return refused("callback_missing") if is_test and not callback_of(item.click) else None


def _post(account: TargetAccount, path: str, body: bytes) -> Call:
    base = account.settings.get("endpoint") or WIRE.endpoint
    headers = {"Content-Type": "application/json", "Access-Token": account.settings["access_token"]}
    return Call(method="POST", url=f"{base.rstrip('/')}{path}", headers=headers, body=body)


def _verdict(reply: Reply) -> Verdict:
    fields = fields_of(reply) or {}
    return judge(reply, _code(fields), WIRE.codes, said(fields, "msg", "message", "errorMsg"))


def _code(fields: dict[str, object]) -> int | None:
    """Read their code. `success` has the last word: without it a 0 is no success but a code that was never set."""
    if fields.get("success") is True:
        return code_of(fields, "code", "errorCode") or 0
    if "success" not in fields:
        return None
    return next((code for name in ("errorCode", "code") if (code := code_of(fields, name))), None)
