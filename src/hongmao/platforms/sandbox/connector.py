"""The sandbox shop's side of the return desk: its headers, its signature, its rows, in the desk's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.kernel.ids import ID_PATTERN
from hongmao.platforms.sandbox import mapping, signing
from hongmao.platforms.sandbox.signing import SignatureProblem
from hongmao.returns.api import Claim, DeliveryUnreadable, RefusalReason, Row, RowProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.mapping import CanonicalRow

_ACCOUNT: Final = re.compile(ID_PATTERN)
_NONCE: Final = re.compile(r"[0-9A-Fa-f]{16,64}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_REASONS: Final = {
    SignatureProblem.STALE: RefusalReason.SKEW,
    SignatureProblem.FUTURE: RefusalReason.SKEW,
    SignatureProblem.BAD_SIGNATURE: RefusalReason.BAD_SIGNATURE,
}


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    account: str
    events: list[msgspec.Raw]


_BODY: Final = msgspec.json.Decoder(_Body)


class SandboxConnector:
    """Speaks for the platform `sandbox`."""

    platform = mapping.PLATFORM

    def claim(self, headers: Mapping[str, str]) -> Claim | None:
        """Read what a delivery says of itself; None where a header is absent or not of its shape."""
        account, nonce = headers.get("x-shop-account", ""), headers.get("x-shop-nonce", "")
        timestamp = headers.get("x-shop-timestamp", "")
        if not (_ACCOUNT.fullmatch(account) and _NONCE.fullmatch(nonce) and _SECONDS.fullmatch(timestamp)):
            return None
        if not headers.get("x-shop-signature"):
            return None
        # One nonce in two spellings is one nonce.
        return Claim(account=account, nonce=nonce.lower(), timestamp_s=int(timestamp))

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        """Check signature and skew over the raw body; None where they prove it."""
        problem = signing.check(
            secret=secret,
            timestamp=headers.get("x-shop-timestamp"),
            nonce=headers.get("x-shop-nonce"),
            signature=headers.get("x-shop-signature"),
            body=body,
            now_ms=now_ms,
        )
        return None if problem is None else _REASONS.get(problem, RefusalReason.HEADERS_MALFORMED)

    def rows(self, body: bytes, *, account: str) -> list[Row | RowProblem]:
        """Read a proved body, each row by itself; `DeliveryUnreadable` where the whole cannot be read."""
        try:
            body.decode()
            read = _BODY.decode(body)
        except msgspec.ValidationError as error:
            raise DeliveryUnreadable(place="body", why_zh="不是约定的结构", why_en=str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DeliveryUnreadable(
                place="body", why_zh="不是 UTF-8 编码的 JSON", why_en="no JSON in UTF-8"
            ) from error
        if read.account != account:
            why_en = "its account is not the one that signed"
            raise DeliveryUnreadable(place="account", why_zh="其中的账号与签名账号不同", why_en=why_en)
        return [_row(bytes(raw)) for raw in read.events]


def _row(raw: bytes) -> Row | RowProblem:
    text = raw.decode()
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return RowProblem(code="not_json", place="", raw=text)
    found = mapping.read_row(value)
    if isinstance(found, mapping.RowProblem):
        return RowProblem(code=found.code, place=found.field or "", raw=text)
    return _in_our_words(found, text)


def _in_our_words(row: CanonicalRow, raw: str) -> Row:
    return Row(
        kind=row.kind,
        event_no=row.event_no,
        occurred_at_ms=row.occurred_at_ms,
        platform_shop_id=row.shop,
        raw=raw,
        version=row.version,
        click_id=row.click_id,
        click_problem=row.click_problem,
        platform_item_id=row.item,
        platform_pay_item_id=row.pay_item,
        order_id=row.order_id,
        sub_order_id=row.sub_order_id,
        refund_id=row.refund_id,
        quantity=row.quantity,
        amount_fen=row.amount_fen,
        deposit_fen=row.deposit_fen,
        new_visitor=row.new_visitor,
    )
