"""巨量 as a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SECOND_MS, Call
from hongmao.platforms.media.click_target import ClickTarget
from hongmao.platforms.media.clicks import callback_of, click_problem
from hongmao.platforms.media.fitness import demand_fit
from hongmao.platforms.media.oceanengine import signing
from hongmao.platforms.media.oceanengine.payload import conversion_body
from hongmao.platforms.media.verdicts import (
    CREDENTIALS,
    CREDENTIALS_WAIT_MS,
    NO_TEST_MODE,
    code_of,
    fields_of,
    for_all,
    judge,
    refused,
    retry,
    said,
)
from hongmao.platforms.media.wire import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, Reply, TargetAccount, Verdict

MEDIA: Final = "oceanengine"
WIRE: Final = load(MEDIA)


class OceanEngineTarget(ClickTarget):
    """Returns of orders by callback; signed where the account has a key."""

    name = MEDIA
    wire = WIRE

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item cannot be sent. No test mode of theirs is known, so a test is not sent at all."""
        del now_ms
        if account.test:
            return refused(NO_TEST_MODE)
        if account.secret and not signing.is_key(account.secret):
            return retry(CREDENTIALS, "secret: no RSA private key in PEM", CREDENTIALS_WAIT_MS)
        problem = None if callback_of(item.click) else click_problem(item.click)
        return None if problem is None else refused(problem)

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """One request, one item."""
        del account
        return item.id

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request and sign the very bytes that go out."""
        demand_fit(self, account, items, now_ms=now_ms)
        told = account.settings
        body = conversion_body(account, items[0], self._consented(account, items[0]), WIRE.platforms)
        url = f"{(told.get('endpoint') or WIRE.endpoint).rstrip('/')}/conversion"
        headers = {"Content-Type": "application/json"}
        if account.secret:
            headers["x-rs256-token"] = signing.rs256_token(
                key_pem=account.secret,
                credential=told.get("credential") or signing.CREDENTIAL,
                method="POST",
                url=url,
                timestamp_s=now_ms // SECOND_MS,
                body=body,
            )
        if told.get("app_access_token"):
            headers["App-Access-Token"] = told["app_access_token"]
        return Call(method="POST", url=url, headers=headers, body=body)

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means. Code 128 is no error (one source)."""
        fields = fields_of(reply) or {}
        return for_all(judge(reply, code_of(fields, "code"), WIRE.codes, said(fields, "message")), items)
