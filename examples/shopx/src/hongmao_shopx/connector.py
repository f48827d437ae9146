"""What ShopX pushes: its headers, its signature, its facts, in the words of the return desk."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.platforms.api import ID_PATTERN, MINUTE_MS, SECOND_MS, Claim, DeliveryUnreadable, RefusalReason
from hongmao_shopx import signing
from hongmao_shopx.mapping import read_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import Row, RowProblem

SKEW_MS_MAX: Final = 10 * MINUTE_MS
_APP: Final = re.compile(ID_PATTERN.removesuffix("$"))
_TS: Final = re.compile(r"[0-9]{1,12}")
_NONCE: Final = re.compile(r"[0-9a-f]{16,64}")


class _Body(msgspec.Struct):
    facts: list[msgspec.Raw]


_decode: Final = msgspec.json.Decoder(_Body).decode


class ShopxConnector:
    """Speaks for the platform `shopx`."""

    platform = "shopx"

    def claim(self, headers: Mapping[str, str]) -> Claim | None:
        """Read who a delivery says that it is from; None where a header is absent or not of its shape."""
        app, ts, nonce = (headers.get(f"x-shopx-{name}", "") for name in ("app", "ts", "nonce"))
        if not (_APP.fullmatch(app) and _TS.fullmatch(ts) and _NONCE.fullmatch(nonce)):
            return None
        return Claim(account=app, nonce=nonce, timestamp_s=int(ts)) if headers.get("x-shopx-sign") else None

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        """Check the clock, then the signature over the raw body, in a time that tells nothing."""
        claim = self.claim(headers)
        if claim is None:
            return RefusalReason.HEADERS_MALFORMED
        if abs(now_ms - claim.timestamp_s * SECOND_MS) > SKEW_MS_MAX:
            return RefusalReason.SKEW
        expected = signing.of_delivery(
            secret, app=claim.account, ts=headers["x-shopx-ts"], nonce=claim.nonce, body=body
        )
        given = headers["x-shopx-sign"].encode(errors="surrogatepass")
        return None if hmac.compare_digest(expected.encode(), given) else RefusalReason.BAD_SIGNATURE

    def rows(self, body: bytes, *, account: str) -> list[Row | RowProblem]:  # noqa: ARG002 - a body names no account
        """Read a proved body, each fact by itself."""
        try:
            body.decode()
            facts = _decode(body).facts
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DeliveryUnreadable(place="body", why_zh="不是约定的结构", why_en="not of the agreed shape") from error
        return [row for fact in facts for row in read_fact(bytes(fact))]
