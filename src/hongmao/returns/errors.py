"""Why a delivery is not taken. None of these sentences helps whoever tries to forge one.

DeliveryRefused     401  no account, revoked, or the signature proves nothing: all read the same
├── HeadersMalformed
└── DeliverySkewed
Conflict ── DeliveryReplayed     409
BadInput ── DeliveryUnreadable   422  signed and kept in quarantine
         └─ DeliveryTooLarge     413
NotFound ── PlatformUnknown      404
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, HongmaoError, NotFound


class DeliveryRefused(HongmaoError):
    """The delivery does not prove that it comes from a shop's account."""

    code = "delivery_refused"
    status = 401
    zh = "回传未通过验签"
    en = "The delivery's signature was not accepted"
    hint_zh = "请检查账号、密钥，以及签名是否覆盖时间戳、随机数和原始报文"
    hint_en = "Check account and secret, and that timestamp, nonce and the raw body are what was signed"


class HeadersMalformed(DeliveryRefused):
    """A signature header is absent or not of its shape."""

    code = "delivery_headers_malformed"
    zh = "回传的签名头缺失或格式不对"
    en = "A signature header is absent or malformed"
    hint_zh = "请按平台接入文档发送账号、时间戳、随机数和签名"
    hint_en = "Send account, timestamp, nonce and signature as the platform's page describes"


class DeliverySkewed(DeliveryRefused):
    """The timestamp is too far from our clock."""

    code = "delivery_skewed"
    zh = "回传的时间戳与本平台相差超过 {limit_s} 秒"
    en = "The delivery's timestamp is more than {limit_s} seconds from our clock"
    hint_zh = "请校准发送端时钟，每次重试都重新签名"
    hint_en = "Set the sender's clock, and sign every attempt afresh"


class DeliveryReplayed(Conflict):
    """The nonce was used before."""

    code = "delivery_replayed"
    zh = "随机数 {nonce} 已使用过"
    en = "The nonce {nonce} was used before"
    hint_zh = "首次提交已处理；如需重发，请换新的随机数重新签名"
    hint_en = "The first delivery was taken; to send again, sign with a fresh nonce"


class DeliveryUnreadable(BadInput):
    """Signed, and no list of rows: kept in quarantine as it came."""

    code = "delivery_unreadable"
    zh = "回传内容无法读取：{why_zh}，已原样隔离"
    en = "The delivery cannot be read: {why_en}. It is kept in quarantine as it came"
    hint_zh = "请更正后用新的随机数重发"
    hint_en = "Correct it and send it again with a fresh nonce"


class DeliveryTooLarge(BadInput):
    """More bytes or rows than one delivery may bring."""

    code = "delivery_too_large"
    status = 413
    zh = "{place} 为 {got}，最多 {limit}"
    en = "{place} is {got}, at most {limit}"
    hint_zh = "请分成几次发送"
    hint_en = "Send it in parts"


class PlatformUnknown(NotFound):
    """No connector speaks for this platform."""

    code = "platform_unknown"
    zh = "没有名为 {id} 的平台"
    en = "There is no platform {id}"
    hint_zh = "请检查回传地址"
    hint_en = "Check the address"
