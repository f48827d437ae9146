"""Links to Vipshop, made by its union: `chanTag` is the promotion place, `statParam` carries the click id back with the order.

The link is made once and must keep the macro `__CLICK_ID__`, so the long addresses are taken and never the short ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from hongmao.platforms.api import (
    LinkNotMade,
    MadeLink,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    json_fields,
    json_rows,
)
from hongmao.platforms.vip.client import Service, VopKey, read_result, text_of, vop_call
from hongmao.platforms.vip.pulls import request_id

if TYPE_CHECKING:
    from hongmao.platforms.api import Call, Caller, LinkWanted, PlatformAccount, Reply

CLICK_MACRO: Final = "__CLICK_ID__"
LINK_SERVICE: Final = Service(
    service="com.vip.adp.api.open.service.UnionUrlV2Service", method="genByVIPUrl", version="2.0.0"
)
NO_TAG: Final = "default_pid"


class VipLinks:
    """Asks the union for a link to a page."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:
        """Make one link."""
        if urlsplit(wanted.page_url).scheme not in {"http", "https"}:
            raise LinkNotMade(platform=account.platform, answer="page_url")
        return self.read(caller.call(self.call(wanted, account, now_ms=now_ms)), platform=account.platform)

    def call(self, wanted: LinkWanted, account: PlatformAccount, *, now_ms: int) -> Call:
        """Write the request."""
        request = {
            "chanTag": account.settings.get("chan_tag") or NO_TAG,
            "requestId": request_id(account.account, wanted.page_url, str(now_ms)),
            "statParam": CLICK_MACRO,
            "urlGenRequest": {"genShortUrl": False, "platform": 1, "realCall": True},
            "urlList": [wanted.page_url],
        }
        return vop_call(VopKey.of(account), LINK_SERVICE, request, now_ms=now_ms)

    def read(self, reply: Reply, *, platform: str) -> MadeLink:
        """Read what came back; an address without a place for the click id is none, for nothing would come back by it."""
        try:
            result = read_result(reply, platform=platform)
        except (PullRefused, PullThrottled, PullUnreadable) as error:
            raise LinkNotMade(platform=platform, answer=str(error.params.get("answer", error.code))) from error
        data = json_fields(bytes(result.get("data", b"null"))) or result
        found = json_rows(data.get("urlInfoList")) or []
        told = {name: text_of(raw) for name, raw in (json_fields(found[0]) or {}).items()} if found else {}
        if not told.get("longUrl"):
            raise LinkNotMade(platform=platform, answer="longUrl is missing")
        for name in ("longUrl", "deeplinkUrl", "ulUrl"):
            if told.get(name) and CLICK_MACRO not in unquote(told[name]):
                raise LinkNotMade(platform=platform, answer=f"{name} has no {CLICK_MACRO}")
        return MadeLink(
            fallback_url=told["longUrl"],
            deeplink=told.get("deeplinkUrl") or None,
            universal_link=told.get("ulUrl") or None,
            monitor_ref=told.get("traFrom") or None,
        )


def app_url(page: str, item: str | None, tra_from: str) -> str:
    """Write an address of the app by hand, where a merchant has no union account yet (小红链's contract).

    >>> app_url("https://m.vip.com/", "6920", "tra:C01")
    'vipshop://showGoodsDetail?pid=6920&tra_from=tra%3AC01&statParam=__CLICK_ID__'
    """
    if item is None:
        return (
            f"vipshop://showWeb?url={quote(page, safe='')}&tra_from={quote(tra_from, safe='')}&statParam={CLICK_MACRO}"
        )
    return f"vipshop://showGoodsDetail?pid={quote(item, safe='')}&tra_from={quote(tra_from, safe='')}&statParam={CLICK_MACRO}"
