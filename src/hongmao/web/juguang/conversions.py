"""Returns: `/conversion` by click id, `/common` (`aurora.leads`), `/app` by 口令码. The key's tenant is whose return it is."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.time import MINUTE_MS
from hongmao.web.juguang.doors import Act, Named, door
from hongmao.web.juguang.errors import ClickRefused, FieldRefused, NotServed, ReturnSetAside, ReturnTooLate, SignWrong
from hongmao.web.juguang.sink import LATE, LATE_MS, NOT_COUNTED, TEST, Return

if TYPE_CHECKING:
    from hongmao.web.juguang.doors import Call
    from hongmao.web.juguang.sink import Taken

CLICK_CHARS_MAX: Final = 30  # LINK-3
EVENTS: Final = frozenset({1, 2, 3, 101, 102, 103, 104, 121, 122, 123, 124, 131, 141, 200, 401, 402, 403, 404})
MS_LOW, MS_HIGH = 1_262_304_000_000, 4_102_444_800_000  # 2010 to 2100: seconds and microseconds lie outside
SKEW_MS: Final = 600_000
ORDER_CHARS_MAX, TEXT_CHARS_MAX, COUNT_MAX = 64, 2_048, 10**6
AMOUNT_FEN_MAX: Final = 10**13
_CLICK: Final = re.compile(r"[A-Za-z0-9_.~-]{1,30}")
_PLATFORM: Final = re.compile(r".{1,40}(电商平台|微信小程序)")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_DEVICE: Final = re.compile(r"[0-9A-F]{32}")
_NO_DEVICE: Final = frozenset({"0" * 32, "D41D8CD98F00B204E9800998ECF8427E"})
_SECRETS: Final = frozenset({"access_token", "token", "sign", "app_id", "oaid_md5", "caid_md5", "timestamp"})
_QUIET: Final = frozenset({TEST, NOT_COUNTED})


class Ad(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The ad's side of a return."""

    callback_param: str | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was bought; amounts in fen. `order_id` is the 子订单."""

    order_id: str | None = None
    order_count: int | None = None
    pay_amount: int | None = None
    product_id: str | None = None
    product_name: str | None = None
    product_price: int | None = None
    product_category: str | None = None
    image_url: str | None = None
    shop_name: str | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The ad and the product."""

    ad: Ad | None = None
    product: Product | None = None


class Conversion(Named, frozen=True, kw_only=True):
    """转化回传."""

    event_type: int
    timestamp: int
    click_id: str
    platform: str
    context: Context
    app_id: str | None = None


class Common(Named, frozen=True, kw_only=True):
    """`/common`: one address for several methods."""

    method: str
    advertiser_id: int
    version: str | None = None
    timestamp: int | None = None
    event_type: int | None = None
    conv_time: int | None = None
    click_id: str | None = None
    token: str | None = None
    sign: str | None = None


class AppToken(Named, frozen=True, kw_only=True):
    """口令码回传. Device ids are checked and never kept."""

    advertiser_id: int
    event_type: int
    conv_time: int
    timestamp: int
    version: str = "1.0"
    oaid_md5: str | None = None
    caid_md5: str | None = None
    token_code: str | None = None
    report_source: str | None = None
    for_test: bool = False
    sign: str | None = None


def _conversion(call: Call, body: Conversion) -> object:
    _check_event(body.event_type)
    _check_ms(body.timestamp, "timestamp")
    _check_click(body.click_id)
    if _PLATFORM.fullmatch(body.platform) is None:
        why_zh, why_en = (
            "应如 淘宝电商平台、京东电商平台、某某微信小程序",
            "it should be one of the market's names of shop platforms",
        )
        raise _wrong("platform", why_zh, why_en)
    _check_callback(body)
    product = body.context.product or Product()
    _check_product(product)
    told = Return(
        event_type=body.event_type,
        occurred_at_ms=body.timestamp,
        told={**_kept(body), "timestamp": body.timestamp},
        way="conversion",
        click_id=body.click_id,
        platform=body.platform,
        order_id=product.order_id or None,
        order_count=product.order_count,
        pay_amount_fen=product.pay_amount,
        product_id=product.product_id or None,
        shop_name=product.shop_name,
    )
    return _said(call.services.conversions.take(call.who, told), "timestamp", mendable=True)


def _common(call: Call, body: Common) -> object:
    call.account(body.advertiser_id)
    if body.method == "oauth.getAccessToken":
        zh, en = (
            "密钥只在签发时显示一次，请直接把它用作 access_token",
            "A key is shown once, when it is issued: use it as the access_token",
        )
        raise NotServed(place="oauth.getAccessToken", instead_zh=zh, instead_en=en)
    if body.method != "aurora.leads":
        raise NotServed(
            place=f"method={body.method[:40]}", instead_zh="请用 aurora.leads", instead_en="Use aurora.leads"
        )
    if body.version != "1.0":
        raise _wrong("version", "固定为 1.0", "it is always 1.0")
    _check_now(call, body.timestamp)
    _check_sign(body.sign, body, with_method=True)
    event, at_ms, click = body.event_type, body.conv_time, body.click_id
    if event is None or at_ms is None or click is None:
        missing = next(name for name in ("event_type", "conv_time", "click_id") if getattr(body, name) is None)
        raise _wrong(missing, "必填", "it is needed")
    _check_event(event)
    _check_ms(at_ms, "conv_time")
    _check_click(click)
    told = Return(event_type=event, occurred_at_ms=at_ms, told=_kept(body), way="leads", click_id=click)
    return _said(call.services.conversions.take(call.who, told), "conv_time", mendable=False)


def _app(call: Call, body: AppToken) -> object:
    call.account(body.advertiser_id)
    _check_now(call, body.timestamp)
    _check_sign(body.sign, body, with_method=False)
    _check_event(body.event_type)
    _check_ms(body.conv_time, "conv_time")
    devices = [(place, getattr(body, place)) for place in ("oaid_md5", "caid_md5") if getattr(body, place)]
    for place, text in devices:
        if _DEVICE.fullmatch(text) is None or text in _NO_DEVICE:
            raise _wrong(
                place,
                "应为 32 位大写 MD5，且不能是空值的 MD5",
                "it should be an MD5 of 32 capitals, and not of nothing",
            )
    if not devices and not body.token_code:
        raise _wrong("token_code", "口令码与设备号至少填一个", "a code or a device id is needed")
    _check_text(body.token_code, "token_code", 200)
    _check_text(body.report_source, "report_source", 200)
    told = Return(
        event_type=body.event_type,
        occurred_at_ms=body.conv_time,
        told=_kept(body),
        way="token",
        click_id="atest" if body.for_test else None,
    )
    return _said(call.services.conversions.take(call.who, told), "conv_time", mendable=False)


def _said(taken: Taken, place: str, *, mendable: bool) -> object:
    """Answer: what counts and what is only acknowledged is a success; what the sender can mend is named.

    A lead and a code have no field for shop or order, so what they lack is told and not refused.
    """
    if taken.reason == LATE:
        raise ReturnTooLate(place=place, limit=LATE_MS // MINUTE_MS)
    if mendable and taken.outcome == "quarantined" and taken.reason not in _QUIET:
        raise ReturnSetAside(why=taken.reason or "", place="context")
    return {"outcome": taken.outcome, "reason": taken.reason}


def _check_event(value: int) -> None:
    if value not in EVENTS:
        listed = "、".join(map(str, sorted(EVENTS)))
        raise _wrong(
            "event_type", f"没有这个事件，可用：{listed}", f"there is no such event; it takes {sorted(EVENTS)}"
        )


def _check_ms(value: int, place: str) -> None:
    if not MS_LOW <= value <= MS_HIGH:
        raise _wrong(place, "应为毫秒时间戳", "it should be epoch milliseconds")


def _check_now(call: Call, value: int | None) -> None:
    if value is None or abs(call.now_ms - value) > SKEW_MS:
        raise _wrong(
            "timestamp", "应为当前毫秒时间戳，误差不超过 10 分钟", "it should be now in milliseconds, within 10 minutes"
        )


def _check_click(click_id: str) -> None:
    if _CLICK.fullmatch(click_id) is None:
        raise ClickRefused(place="click_id", limit=CLICK_CHARS_MAX)


def _check_callback(body: Conversion) -> None:
    """LINK-4: it may be empty and is never "0"; a test needs it."""
    place = "context.ad.callback_param"
    callback = body.context.ad.callback_param if body.context.ad else None
    if callback == "0":
        raise _wrong(place, "可以为空，不能为 0", "it may be empty and is never 0")
    _check_text(callback or None, place, 1_024)
    if body.click_id.startswith("atest") and not callback:
        raise _wrong(place, "联调时必传", "a test needs it")


def _check_product(product: Product) -> None:
    at = "context.product."
    for name in ("order_id", "product_id"):
        text = getattr(product, name)
        if text and _ID.fullmatch(text) is None:
            raise _wrong(
                f"{at}{name}", "应为 1 到 64 个字母、数字或 _ . : -", "it should be 1 to 64 letters, digits or _ . : -"
            )
    for name, low, high in (
        ("order_count", 1, COUNT_MAX),
        ("pay_amount", 0, AMOUNT_FEN_MAX),
        ("product_price", 0, AMOUNT_FEN_MAX),
    ):
        value = getattr(product, name)
        if value is not None and not low <= value <= high:
            raise _wrong(
                f"{at}{name}", f"应为 {low} 到 {high}，金额单位分", f"it should be {low} to {high}, amounts in fen"
            )
    for name in ("product_name", "product_category", "image_url", "shop_name"):
        _check_text(getattr(product, name), f"{at}{name}", TEXT_CHARS_MAX)


def _check_text(text: str | None, place: str, chars_max: int) -> None:
    if text is not None and len(text) > chars_max:
        raise _wrong(place, f"最多 {chars_max} 个字符", f"it has at most {chars_max} characters")


def _check_sign(sign: str | None, body: Common | AppToken, *, with_method: bool) -> None:
    """Check a signature where there is one. It holds no secret: the access token is what proves the sender."""
    if sign is None:
        return
    method = f"&method{body.method}" if with_method and isinstance(body, Common) else ""
    text = f"advertiser_id{body.advertiser_id}{method}&timestamp{body.timestamp}&version{body.version}"
    digest = hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(digest.encode(), sign.lower().encode("utf-8", "replace")):
        raise SignWrong(place="sign")


def _kept(body: msgspec.Struct) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(body)
    return {name: value for name, value in told.items() if name not in _SECRETS and value is not None}


def _wrong(place: str, why_zh: str, why_en: str) -> FieldRefused:
    return FieldRefused(place=place, why_zh=why_zh, why_en=why_en)


routes = [
    door("/conversion", Act("POST", Permission.MANAGE_ACCOUNTS, Conversion, _conversion, once=False)),
    door("/common", Act("POST", Permission.MANAGE_ACCOUNTS, Common, _common, once=False)),
    door("/app", Act("POST", Permission.MANAGE_ACCOUNTS, AppToken, _app, once=False)),
]
