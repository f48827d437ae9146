"""What TOP does when it is told to: make a monitored link, take a conversion, answer whether a device is meant."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from hongmao.platforms.taobao.gateway.errors import missing, parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

_XHS, _CID = 140, 2
_ITEM_PAGE, _OWN_PAGE = 1, 2
_EVENTS: Final = frozenset({"12", "28", "25"})
_DEVICES: Final = frozenset({"IMEI", "IDFA", "OAID"})
_MEANT_PERCENT: Final = 60
_NEEDED: Final = (
    "order_id",
    "event_type",
    "purchase_amount",
    "item_count",
    "item_id",
    "event_time",
    "channel_id",
    "callback_type",
)


def make_link(market: Market, request: dict[str, Any], key: GatewayKey, base: str) -> dict[str, Any]:
    """`monitor.url.create`: the monitored addresses of an item's page or of a page of one's own."""
    if request.get("channel_id") == _XHS and request.get("prod_type") != _CID:
        raise parameter("prod_type", "小红书渠道仅支持流量通Pro")
    page = _page(market, request, key)
    said = msgspec.json.encode(request, order="sorted")
    mark = hashlib.blake2b(key.app_key.encode() + said, digest_size=8).hexdigest()
    market.note("links", mark, {"page": page, "app_key": key.app_key, "item_id": request.get("item_id")})
    app = f"tbopen://m.taobao.com/tbopen/index.html?h5Url={quote(page, safe='')}"
    app += f"&action=ali.open.nav&module=h5&bootImage=0&source=auto&bc_fl_src=sandbox&materialid={mark}"
    return {
        "result": {
            "pv_monitor_url": f"{base}/mmi/xiaohongshu?e={mark}&a1=__ID__&a2=__TS__&a35=__CLICK_ID__&a36=__NOTE_ID__",
            "click_monitor_url": f"{base}/mmc/xiaohongshu?e={mark}&a1=__ID__&a2=__TS__&a39=__CLICK_ID__&a40=__NOTE_ID__",
            "click_url": page,
            "deep_link": app,
            "universal_link": f"https://ace.tb.cn/t?smburl={quote(app, safe='')}",
            "monitor_unique_id": mark,
        }
    }


def take_return(market: Market, request: dict[str, Any]) -> dict[str, Any]:
    """`udsmartdata.get`: a conversion, kept once by sub-order and event; a repeat is taken and changes nothing."""
    told = {name: str(value) for name, value in request.items()}
    number = _return_fault(told)
    if number == "0":
        # A sub-order is paid once and may be given back in parts, each at its own second.
        when = told["event_time"] if told["event_type"] == "28" else ""
        kept = {name: value for name, value in told.items() if name != "app_access_token"}
        market.note("conversions", ":".join(filter(None, (told["order_id"], told["event_type"], when))), kept)
    echo = {name: told.get(name, "") for name in ("tec_agent", "app_access_token")}
    return {"data": {"result": number, **echo}, "status": 0 if number == "0" else 1}


def match_device(market: Market, params: Mapping[str, str]) -> dict[str, Any]:
    """`rta.consumer.match`: which activities are meant for a device."""
    for name in ("adzone_id", "device_type", "device_value", "offer_list"):
        if not params.get(name):
            raise missing(name)
    if params["device_type"] not in _DEVICES:
        raise parameter("device_type", "设备类型非法")
    if re.fullmatch(r"[0-9a-f]{32}", params["device_value"]) is None:
        raise parameter("device_value", "需用MD5加密，32位小写")
    found = [_matched(market, params["device_value"], str(offer)) for offer in _offers(params["offer_list"])]
    return {"data": {"result_list": {"resultlist": found}} if found else {"result_list": []}}


def _page(market: Market, request: dict[str, Any], key: GatewayKey) -> str:
    kind, item_id = request.get("page_type"), request.get("item_id")
    if kind == _OWN_PAGE:
        for name in ("cus_h5_url", "cus_deep_link"):
            if not request.get(name):
                raise missing(name)
        page = str(request["cus_h5_url"])
        return page if "__CLICK_ID__" in page else f"{page}{'&' if '?' in page else '?'}clickid=__CLICK_ID__"
    if kind != _ITEM_PAGE:
        raise parameter("page_type", "落地页类型：1-商品详情页；2-自研页")
    if item_id is None:
        raise missing("item_id")
    item = market.item(str(item_id))
    if item is None or item.shop_id not in key.shops:
        raise parameter("item_id", "商品不存在")
    host = "detail.tmall.com" if market.platform == "tmall" else "item.taobao.com"
    return f"https://{host}/item.htm?id={item_id}&clickid=__CLICK_ID__"


def _return_fault(told: dict[str, str]) -> str:
    if any(not told.get(name) for name in _NEEDED) or not told.get("app_access_token"):
        return "-1"
    if not (told.get("cm_click_id") or told.get("ck_click_id")):
        return "-1"
    numbers = (told["purchase_amount"], told["item_count"], told["event_time"])
    is_read = all(text.isascii() and text.isdecimal() for text in numbers) and told["event_type"] in _EVENTS
    return "0" if is_read and told["channel_id"] == str(_XHS) else "-2"


def _offers(text: str) -> list[object]:
    try:
        return [one["offer_id"] for one in msgspec.json.decode(text, type=list[dict[str, Any]])]
    except (msgspec.DecodeError, KeyError):
        raise parameter("offer_list", "活动列表非法") from None


def _matched(market: Market, device: str, offer: str) -> dict[str, Any]:
    meant = market.draw(f"rta {device} {offer}", 100) < _MEANT_PERCENT
    return {"offer_id": offer, "status": "1" if meant else "3"}
