"""The list of facts, pulled by cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.api import DAY_MS, HOUR_MS, MINUTE_MS, Page, PullLimits, PullUnreadable
from hongmao_shopx import client
from hongmao_shopx.mapping import read_fact

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, PlatformAccount, Window

PAGE_ROWS = 100


class Facts:
    """Facts by the time at which ShopX came to know of them."""

    name = "facts"
    limits = PullLimits(
        span_ms_max=DAY_MS,
        overlap_ms=10 * MINUTE_MS,
        every_ms=MINUTE_MS,
        per_minute_max=120,
        lag_ms_max=2 * HOUR_MS,
    )

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; the cursor of the last answer is the token of the next."""
        question = {"since": span.start_ms, "until": span.end_ms, "cursor": token, "size": PAGE_ROWS}
        call = client.call_of(client.Key.of(account), "/v1/facts", question, now_ms=now_ms)
        envelope = client.read(caller.call(call))
        if envelope.facts is None:
            raise PullUnreadable(platform=client.PLATFORM, why_zh="缺少 facts", why_en="it has no facts")
        rows = [row for fact in envelope.facts for row in read_fact(bytes(fact))]
        return Page(rows=rows, next_token=envelope.next, total=envelope.total)
