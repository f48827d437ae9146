"""巨量's receiver. It checks the RSA header by its own lines, with the public key that the caller left with it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hongmao.platforms.media.gateway.door import inner, keep, key_of, same, told, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from hongmao.platforms.media.gateway.door import Asked
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

SKEW_S: Final = 600
BAD_PARAMETER, BAD_CREDENTIAL, THROTTLED, BROKEN = 900400, 900401, 900429, 900500
ALREADY: Final = 128
_SECONDS: Final = re.compile(r"[0-9]{1,18}")
EVENTS: Final = re.compile(
    r"(in_app_(uv|detail_uv|cart|order|order_balance|pay)|ecom_(refund|cancel_order|successful_pay))"
)
PHONE: Final = re.compile(r"\*{7}[0-9]{4}|1[0-9]{2}\*{4}[0-9]{4}|[0-9a-f]{64}")


class OceanEngine:
    """`/api/v2/conversion`."""

    media = "oceanengine"

    def throttled(self) -> Response:
        """Say that the caller must slow down."""
        return _answer(THROTTLED, "too many requests")

    def broken(self) -> Response:
        """Say that something went wrong."""
        return told({"code": BROKEN, "message": "internal error"}, status=500)

    def unreadable(self) -> Response:
        """Say that the body is no JSON object."""
        return _answer(BAD_PARAMETER, "body is not json")

    def take(self, market: Market, asked: Asked) -> Response:
        """Check, keep, answer."""
        context = inner(asked.fields.get("context")) or {}
        ad, device, properties = (
            inner(context.get("ad")),
            inner(context.get("device")),
            inner(asked.fields.get("properties")),
        )
        if not ad or device is None or properties is None:
            return _answer(BAD_PARAMETER, "context.ad is required")
        key = key_of(market, ad.get("customer_id"))
        if key is None or not same(asked.headers.get("app-access-token"), key.session):
            return _answer(BAD_CREDENTIAL, "customer_id or App-Access-Token is not valid")
        if not self._signed(market, asked, key):
            return _answer(BAD_CREDENTIAL, "x-rs256-token is not valid")
        if fault := _fault(asked, ad, str(device.get("phone_num_blurred", "")), properties):
            return _answer(BAD_PARAMETER, fault)
        one = properties.get("order_id") or asked.fields["timestamp"]
        which = (asked.fields["event_type"], ad["callback"], one, properties.get("product_id", ""))
        new = keep(market, self.media, which, asked.fields)
        return _answer(0 if new else ALREADY, "success" if new else "already received")

    def _signed(self, market: Market, asked: Asked, key: GatewayKey) -> bool:
        parts = dict(part.split("=", 1) for part in asked.headers.get("x-rs256-token", "").split("&") if "=" in part)
        seconds = parts.get("timestamp", "")
        if parts.get("credential") not in {"primary", "backup"} or _SECONDS.fullmatch(seconds) is None:
            return False
        if abs(market.now_ms() // 1000 - int(seconds)) > SKEW_S:
            return False
        asked_for = asked.path.rstrip("/") + "/"
        digest = base64.b64encode(hashlib.new("sha256", asked.raw).digest())
        lines = b"\n".join((b"POST", asked_for.encode(), seconds.encode(), digest))
        public = _public_key(key)
        if public is None:
            return False
        try:
            public.verify(base64.b64decode(parts.get("signature", ""), validate=True), lines, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True


def _public_key(key: GatewayKey) -> RSAPublicKey | None:
    try:
        public = load_pem_public_key(key.secret.encode())
    except ValueError:
        return None
    return public if isinstance(public, RSAPublicKey) else None


def _fault(asked: Asked, ad: Mapping[str, Any], phone: str, properties: Mapping[str, Any]) -> str:
    if not EVENTS.fullmatch(str(asked.fields.get("event_type"))) or whole(asked.fields.get("timestamp")) is None:
        return "event_type or timestamp is not valid"
    if not ad.get("callback"):
        return "callback is required"
    amount = whole(properties.get("pay_amount", 0))
    if amount is None or amount < 0:
        return "pay_amount is in fen"
    if phone and not PHONE.fullmatch(phone):
        return "phone_num_blurred is not of a known form"
    if phone.startswith("*******") and not (properties.get("receiver_province") and properties.get("receiver_city")):
        return "receiver_province and receiver_city are required"
    return ""


def _answer(code: int, message: str) -> Response:
    return told({"code": code, "message": message})
