"""What is sent on to Alibaba: conversions to the UD gateway, and views and taps of UD notes to Alimama's monitor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from hongmao.platforms.api import (
    HOUR_MS,
    SECOND_MS,
    Answered,
    Call,
    FaultKind,
    Kind,
    Rate,
    TargetLimits,
    Verdict,
    json_fields,
)
from hongmao.platforms.taobao.client import TopFault, TopKey, read_answer, text_of, top_call
from hongmao.platforms.taobao.links import CHANNEL_XHS, MMC_FIELDS, MMI_FIELDS, monitor_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import Event, Outgoing, Reply, TargetAccount

UD_METHOD: Final = "alibaba.ud.udsmartdata.get"
PLATFORMS: Final = frozenset({"taobao", "tmall"})
UD_DEADLINE_MS: Final = 48 * HOUR_MS
"""Unverified. Taobao's own rows may take a day to reach us, and as much again is left for retries: a return that missed
both days' bidding teaches the bidder nothing."""
MONITOR_DEADLINE_MS: Final = 24 * HOUR_MS
"""Unverified. The UD report of a day is closed on the day after; what is counted later is in no report."""
MACRO: Final = re.compile(r"__[A-Z][A-Z0-9_]*?__")

_UD_TYPES: Final = {Kind.PAY: "12", Kind.PRESALE_BALANCE: "12", Kind.REFUND: "28"}
_RESULTS: Final = {
    "0": Verdict(answered=Answered.DELIVERED, answer="result 0"),
    "-1": Verdict(answered=Answered.REFUSED, reason="ud_missing_field", answer="result -1"),
    "-2": Verdict(answered=Answered.REFUSED, reason="ud_unreadable", answer="result -2"),
    "-3": Verdict(answered=Answered.RETRY, reason="ud_internal", answer="result -3"),
}
_DEMANDED: Final = ("app_access_token", "order_id", "purchase_amount", "item_id")
_PLACEMENTS: Final = {"feed": "1", "search": "2"}  # 信息流, 搜索; the note's own page has no number there
_OK, _REDIRECT, _TIMEOUT, _TOO_MANY, _SERVER_ERROR = 200, 300, 408, 429, 500


class UdReturn:
    """Conversions for 流量通Pro (回传): payments and refunds, one sub-order a call."""

    name = "ud"
    limits = TargetLimits(deadline_ms=UD_DEADLINE_MS, rate=Rate(per_minute=600, burst=20))

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Want what was paid for or given back on Taobao and Tmall under a click of a CID link."""
        if event.platform not in PLATFORMS or event.click_id is None:
            return None
        if click is not None and click.line == "ud":  # Alibaba has seen those for itself
            return None
        return _UD_TYPES.get(event.kind)

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:  # noqa: ARG002 - the port's
        """Name what the UD gateway would answer -1 to: it need not be asked."""
        told = _conversion(account, item)
        absent = next((name for name in _DEMANDED if not told.get(name)), None)
        return None if absent is None else Verdict(answered=Answered.REFUSED, reason=f"ud_no_{absent}")

    def lot(self, account: TargetAccount, item: Outgoing) -> str:  # noqa: ARG002 - the port's
        """Say that anything may share a request: there is one in each anyway."""
        return ""

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request for one conversion."""
        [item] = items
        request = _conversion(account, item)
        told = {name: value for name, value in request.items() if value}
        return top_call(TopKey.of_target(account), UD_METHOD, {"ud_smart_service_request": told}, now_ms=now_ms)

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means. It repeats the token that was sent, so nothing of it is kept but its number."""
        answer = read_answer(reply, UD_METHOD)
        if isinstance(answer, TopFault):
            return [_verdict_of(answer)] * len(items)
        data = json_fields(bytes(answer.get("data", b"{}"))) or {}
        unknown = Verdict(answered=Answered.RETRY, reason="ud_unknown_result", answer="no known result")
        return [_RESULTS.get(text_of(data.get("result")), unknown)] * len(items)


class AlimamaMonitor:
    """曝光 and 点击 of notes on a UD line, as the media tells Alimama's monitor."""

    name = "alimama"
    limits = TargetLimits(deadline_ms=MONITOR_DEADLINE_MS, rate=Rate(per_minute=6_000, burst=200))

    def wants(self, event: Event, click: Event | None) -> str | None:  # noqa: ARG002 - the port's; a view has no click
        """Want what is Alibaba's to pay for. An act that does not count is not told."""
        if event.line != "ud" or event.invalid is not None:
            return None
        return {Kind.IMPRESSION: "mmi", Kind.COMPONENT_CLICK: "mmc"}.get(event.kind)

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:  # noqa: ARG002 - the port's
        """Call one address of the pair. The item's id stands for `__ID__`, so that a repeat is known as one."""
        [item] = items
        fields = MMI_FIELDS if item.event_type == "mmi" else MMC_FIELDS
        settings = dict(account.settings)
        if account.test:  # Alimama has no test mode: such a call goes where the account says, and never to the real one
            settings = {"monitor": settings.get("test_gateway", "https://monitor.invalid")}
        return Call(method="GET", url=filled(monitor_url(settings, item.event_type, fields), _facts(item)))

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what the answer means: a monitor answers with a status and nothing else."""
        answer = f"HTTP {reply.status}"
        if _OK <= reply.status < _REDIRECT:
            verdict = Verdict(answered=Answered.DELIVERED, answer=answer)
        elif reply.status in {_TIMEOUT, _TOO_MANY} or reply.status >= _SERVER_ERROR:
            verdict = Verdict(answered=Answered.RETRY, reason="alimama_unwell", answer=answer)
        else:
            verdict = Verdict(answered=Answered.REFUSED, reason="alimama_refused", answer=answer)
        return [verdict] * len(items)


UD: Final = UdReturn()
ALIMAMA: Final = AlimamaMonitor()


def filled(template: str, facts: Mapping[str, str]) -> str:
    """Replace macros; one that nobody knows becomes empty and never stays literal.

    >>> filled("https://m.example/?a=__NOTE_ID__&b=__IMEI__", {"__NOTE_ID__": "n 1"})
    'https://m.example/?a=n%201&b='
    """
    return MACRO.sub(lambda found: quote(facts.get(found[0], ""), safe=""), template)


def _facts(item: Outgoing) -> dict[str, str]:
    event = item.event
    told = {
        "__ID__": item.id,
        "__TS__": str(event.occurred_at_ms),
        "__NOTE_ID__": event.note,
        "__XHS_NOTE_ID__": event.note,
        "__CLICK_ID__": event.click_id,
        "__REQUESTID__": event.impression,
        "__CREATIVITY_ID__": event.link,
        "__PLACEMENT__": _PLACEMENTS.get(event.placement or ""),
    }
    return {name: value for name, value in told.items() if value}


def _conversion(account: TargetAccount, item: Outgoing) -> dict[str, str]:
    event, settings, facts = item.event, account.settings, item.facts
    # The click id of the link (直达唤端) and that of the monitor have a field each; one of the two is demanded.
    click_field = "cm_click_id" if event.click_by == "async" else "ck_click_id"
    return {
        "tec_agent": settings.get("tec_agent", "hongmao"),
        "app_access_token": settings.get("app_access_token", ""),
        "channel_id": str(CHANNEL_XHS),
        "callback_type": "1",
        "advertiser_id": settings.get("advertiser_id", ""),
        click_field: event.click_id or "",
        "event_type": item.event_type,
        "event_time": str(event.occurred_at_ms // SECOND_MS),
        "order_id": event.sub_order_id or "",
        "purchase_amount": "" if event.amount_fen is None else str(event.amount_fen),
        "item_count": str(event.quantity or 1),
        "item_id": facts.get("product_id") or _item_of(event),
        "item_name": facts.get("product_name", ""),
        "shop_name": facts.get("shop_name", ""),
    }


def _item_of(event: Event) -> str:
    """The item's id on Taobao where the event has it: behind the platform's name, as of items that no catalogue knows."""
    platform, _, item = (event.pay_item or event.item or "").partition(":")
    return item if platform == event.platform else ""


def _verdict_of(fault: TopFault) -> Verdict:
    match fault.kind:
        case FaultKind.WAIT:
            return Verdict(
                answered=Answered.RETRY, reason="ud_throttled", answer=fault.answer, wait_ms=fault.wait_s * SECOND_MS
            )
        case FaultKind.UNWELL:
            return Verdict(answered=Answered.RETRY, reason="ud_unwell", answer=fault.answer)
        case FaultKind.REFUSED if fault.is_of_the_key:
            # The conversion is sound: once the key is mended it will be taken, until its deadline.
            return Verdict(answered=Answered.RETRY, reason="ud_key_refused", answer=fault.answer)
        case FaultKind.REFUSED:
            return Verdict(answered=Answered.REFUSED, reason="ud_refused", answer=fault.answer)
