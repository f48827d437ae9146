"""Links to Taobao and Tmall: made by 流量通Pro (CID), or written by ourselves for UD, whose clicks Alimama's monitor counts.

The click id belongs into the innermost H5 page, as the macro `__CLICK_ID__`: its letters survive percent-encoding, so the
jump replaces it however deep the page is nested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from hongmao.platforms.api import LinkNotMade, MadeLink, json_fields
from hongmao.platforms.taobao.client import GATEWAY, ROUTE, TopFault, TopKey, read_answer, text_of, top_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    import msgspec

    from hongmao.platforms.api import Call, Caller, LinkWanted, PlatformAccount, Reply

METHOD: Final = "alibaba.taobao.ud.smart.monitor.url.create"
CHANNEL_XHS: Final = 140
PROD_TYPE_CID: Final = 2
ITEM_PAGE, OWN_PAGE = 1, 2
"""`page_type`: 商品详情页, 自研页."""
CLICK_MACRO: Final = "__CLICK_ID__"
CLICK_FIELD: Final = "clickid"
MONITOR: Final = "https://magellan.alimama.com"

# Where an item's own page stands: there the platform builds the link itself, any other page is 自研页.
_ITEM_HOSTS: Final = frozenset({"item.taobao.com", "detail.tmall.com", "detail.m.tmall.com", "h5.m.taobao.com"})
_CLICK_PLACE = re.compile(rf"([?&]){CLICK_FIELD}=[^&#]*")

# As one public pair of addresses has them. The numbers of the two differ: 35 is the click id of an impression and 39 that
# of a click.
MMI_FIELDS: Final[Mapping[str, str]] = {
    "a1": "__ID__",
    "a2": "__TS__",
    "a3": "__CAMPAIGN_ID__",
    "a4": "__UNIT_ID__",
    "a5": "__CREATIVITY_ID__",
    "a7": "__PLACEMENT__",
    "a8": "__ADVERTISER_ID__",
    "a13": "__OS__",
    "a15": "__REQUESTID__",
    "a18": "__ANDROIDID__",
    "a19": "__IP__",
    "a20": "__UA__",
    "a24": "__OAID__",
    "a25": "__CAID_MD5__",
    "a32": "__CAID__",
    "a35": "__CLICK_ID__",
    "a36": "__NOTE_ID__",
    "a37": "__IMEI__",
    "a38": "__IDFA__",
    "a68": "__KEYWORD_ID__",
}
MMC_FIELDS: Final[Mapping[str, str]] = {
    "a1": "__ID__",
    "a2": "__TS__",
    "a4": "__CAMPAIGN_ID__",
    "a5": "__UNIT_ID__",
    "a6": "__CREATIVITY_ID__",
    "a8": "__PLACEMENT__",
    "a9": "__ADVERTISER_ID__",
    "a14": "__OS__",
    "a16": "__REQUESTID__",
    "a20": "__ANDROIDID__",
    "a21": "__IP__",
    "a22": "__UA__",
    "a26": "__OAID__",
    "a27": "__CAID_MD5__",
    "a36": "__CAID__",
    "a39": "__CLICK_ID__",
    "a40": "__NOTE_ID__",
    "a41": "__IMEI__",
    "a42": "__IDFA__",
    "a70": "__KEYWORD_ID__",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaobaoLinks:
    """Makes links for one of the two: `scheme` is how an app is asked to open a page."""

    platform: str

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:
        """Make one link: asked of 流量通Pro for CID, written here for UD."""
        if wanted.line == "ud":
            return _ud_link(wanted, account.settings, self.platform)
        call = self.call(wanted, account, now_ms=now_ms)
        return self.read(caller.call(call))

    def call(self, wanted: LinkWanted, account: PlatformAccount, *, now_ms: int) -> Call:
        """Write the request for a CID link."""
        return top_call(TopKey.of(account), METHOD, {"monitor_url_top_request_dto": _request(wanted)}, now_ms=now_ms)

    def read(self, reply: Reply) -> MadeLink:
        """Read what came back; a link without a place for the click id is none, for nothing would ever come back by it."""
        answer = read_answer(reply, METHOD)
        if isinstance(answer, TopFault):
            raise LinkNotMade(platform=self.platform, answer=answer.answer)
        made = json_fields(bytes(answer.get("result", b"")))
        if made is None:
            raise LinkNotMade(platform=self.platform, answer="no result")
        return self._made(made)

    def _made(self, made: Mapping[str, msgspec.Raw]) -> MadeLink:
        told = {name: text_of(raw) for name, raw in made.items()}
        for name in ("click_url", "deep_link", "universal_link"):
            if told.get(name) and CLICK_MACRO not in told[name]:
                raise LinkNotMade(platform=self.platform, answer=f"{name} has no {CLICK_MACRO}")
        if not told.get("click_url") or not told.get("monitor_unique_id"):
            raise LinkNotMade(platform=self.platform, answer="click_url or monitor_unique_id is missing")
        return MadeLink(
            fallback_url=told["click_url"],
            deeplink=told.get("deep_link") or None,
            universal_link=told.get("universal_link") or None,
            monitor_ref=told["monitor_unique_id"],
            expo_url=told.get("pv_monitor_url") or None,
            click_url=told.get("click_monitor_url") or None,
        )


def with_click_place(page_url: str) -> str:
    """Give a page a place for the click id, one and no more.

    >>> with_click_place("https://item.taobao.com/item.htm?id=7&clickid=old#top")
    'https://item.taobao.com/item.htm?id=7&clickid=__CLICK_ID__#top'
    """
    if CLICK_MACRO in page_url:
        return page_url
    before, hash_, fragment = page_url.partition("#")
    place = f"{CLICK_FIELD}={CLICK_MACRO}"
    if _CLICK_PLACE.search(before):
        before = _CLICK_PLACE.sub(rf"\g<1>{place}", before)
    else:
        before = f"{before}{'&' if '?' in before else '?'}{place}"
    return f"{before}{hash_}{fragment}"


def deeplink_to(page_url: str, platform: str) -> str:
    """Ask the app to open a page. The page's own encoding is encoded once more, so that it survives being unpacked.

    >>> deeplink_to("https://s.example/?q=%20", "tmall")
    'tmall://page.tm/appLink?h5Url=https%3A%2F%2Fs.example%2F%3Fq%3D%2520'
    """
    inner = quote(page_url, safe="")
    if platform == "tmall":
        return f"tmall://page.tm/appLink?h5Url={inner}"
    return (
        f"tbopen://m.taobao.com/tbopen/index.html?h5Url={inner}&action=ali.open.nav&module=h5&bootImage=0&source=auto"
    )


def universal_to(app_url: str) -> str:
    """Wrap an app's address for iOS."""
    return f"https://ace.tb.cn/t?smburl={quote(app_url, safe='')}"


def monitor_base(settings: Mapping[str, str]) -> str:
    """Say where Alimama's monitor stands: the setting `monitor`, else beside a gateway that is not the real one."""
    if settings.get("monitor"):
        return settings["monitor"].rstrip("/")
    gateway = settings.get("gateway") or GATEWAY
    return MONITOR if gateway == GATEWAY else gateway.removesuffix(ROUTE).rstrip("/")


def monitor_url(settings: Mapping[str, str], path: str, fields: Mapping[str, str]) -> str:
    """Write one of the monitor pair, `mmi` (曝光) or `mmc` (点击), with its macros; `monitor_e` is the merchant's own mark."""
    values = {"e": settings.get("monitor_e", ""), **fields}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return f"{monitor_base(settings)}/{path}/xiaohongshu?{query}"


def _request(wanted: LinkWanted) -> dict[str, str | int]:
    item = wanted.platform_item_id or ""
    request: dict[str, str | int] = {"channel_id": CHANNEL_XHS, "prod_type": PROD_TYPE_CID}
    if item:
        request["item_id"] = int(item) if re.fullmatch(r"[0-9]{1,18}", item) else item
    if item and urlsplit(wanted.page_url).hostname in _ITEM_HOSTS:
        return request | {"page_type": ITEM_PAGE}
    page = with_click_place(wanted.page_url)
    return request | {"page_type": OWN_PAGE, "cus_h5_url": page, "cus_deep_link": page}


def _ud_link(wanted: LinkWanted, settings: Mapping[str, str], platform: str) -> MadeLink:
    page = with_click_place(wanted.page_url)
    # Taobao's app opens Tmall's pages too, so the universal link is the same for both.
    return MadeLink(
        fallback_url=page,
        deeplink=deeplink_to(page, platform),
        universal_link=universal_to(deeplink_to(page, "taobao")),
        expo_url=monitor_url(settings, "mmi", MMI_FIELDS),
        click_url=monitor_url(settings, "mmc", MMC_FIELDS),
    )
