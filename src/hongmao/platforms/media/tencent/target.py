"""腾讯广告 as a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SECOND_MS, Call
from hongmao.platforms.media.click_target import ClickTarget
from hongmao.platforms.media.clicks import click_id_of, click_problem
from hongmao.platforms.media.fitness import demand_fit
from hongmao.platforms.media.tencent import signing
from hongmao.platforms.media.tencent.payload import actions_body, callback_url
from hongmao.platforms.media.verdicts import NO_TEST_MODE, code_of, fields_of, for_all, judge, missing, refused, said
from hongmao.platforms.media.wire import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, Reply, TargetAccount, Verdict

MEDIA: Final = "tencent"
WIRE: Final = load(MEDIA)
CLICK_CHARS_MAX: Final = 64


class TencentTarget(ClickTarget):
    """Returns of actions: to the callback that a click brought, else to the account's own data source by click id."""

    name = MEDIA
    wire = WIRE

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item cannot be sent. No test mode of theirs is known, so a test is not sent at all."""
        del now_ms
        if account.test:
            return refused(NO_TEST_MODE)
        if callback_url(item, endpoint=_endpoint(account)):
            return missing(account, "access_token")
        if problem := click_problem(item.click):
            return refused(problem)
        if item.click is not None and len(click_id_of(item.click) or "") > CLICK_CHARS_MAX:
            return refused("click_id_too_long")
        return missing(account, "access_token", "account_id", "user_action_set_id")

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """Actions share a request where they share its address."""
        return callback_url(item, endpoint=_endpoint(account))

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request."""
        demand_fit(self, account, items, now_ms=now_ms)
        callback = self.lot(account, items[0])
        headers = signing.headers(
            access_token=account.settings["access_token"],
            timestamp_s=now_ms // SECOND_MS,
            ids=(str(now_ms), *(item.id for item in items)),
        )
        return Call(
            method="POST",
            url=callback or f"{_endpoint(account).rstrip('/')}/user_actions/add",
            headers={"Content-Type": "application/json", **headers},
            body=actions_body(account, items, self._consented, direct=not callback),
        )

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means; it is one for all actions of a request."""
        fields = fields_of(reply) or {}
        return for_all(judge(reply, code_of(fields, "code"), WIRE.codes, said(fields, "message_cn", "message")), items)


def _endpoint(account: TargetAccount) -> str:
    return account.settings.get("endpoint") or WIRE.endpoint
