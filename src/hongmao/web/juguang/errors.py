"""What can be wrong with a call of the market's API, before any context is asked."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, HongmaoError


class TokenRefused(HongmaoError):
    """No access token, or one that is no key of this house."""

    code = "token_refused"
    status = 401
    zh = "access_token 缺失或无效"
    en = "The access_token is missing or not valid"
    hint_zh = "请在请求头 Access-Token 中带上红猫的 API 密钥（hk_ 开头），由管理员在 /v1/keys 签发"
    hint_en = "Send an API key of Hongmao (hk_...) in the Access-Token header; an administrator issues it at /v1/keys"


class NotServed(BadInput):
    """Something that the market's API has and this one does not."""

    code = "not_served"
    zh = "暂不支持 {place}"
    en = "{place} is not served here"
    hint_zh = "{instead_zh}；支持的接口与字段见 docs/reference/juguang-api.md"
    hint_en = "{instead_en}; docs/reference/juguang-api.md lists what is served"


class ClickRefused(BadInput):
    """LINK-3: a click id that this house cannot have minted."""

    code = "click_refused"
    zh = "{place} 应为 1 到 {limit} 个字母、数字或 _ - . ~"
    en = "{place} should be 1 to {limit} letters, digits or _ - . ~"
    hint_zh = "请原样使用落地页地址里的点击编号"
    hint_en = "Use the click id of the landing page's address as it stands there"


class ReturnTooLate(BadInput):
    """A return that came more than an hour after what it tells of. It is kept, with this reason, and counts for nothing."""

    code = "return_too_late"
    zh = "回传超时：{place} 距事件已超过 {limit} 分钟，已留存但不计入"
    en = "The return is late: {place} is more than {limit} minutes ago; it is kept and not counted"
    hint_zh = "请在事件发生后一小时内回传；补录请走店铺平台的对账拉取"
    hint_en = "Return an event within the hour; what is older comes by the shop platform's own records"


class ReturnSetAside(BadInput):
    """A return that was kept and cannot count, with the reason."""

    code = "return_set_aside"
    zh = "已留存但不计入，原因 {why}（{place}）"
    en = "It is kept and not counted, for {why} ({place})"
    hint_zh = "请按原因更正 {place} 后重新回传"
    hint_en = "Correct {place} and return it again"


class SignWrong(BadInput):
    """A signature that does not fit what it signs."""

    code = "sign_wrong"
    zh = "{place} 与参数不符"
    en = "{place} does not fit the parameters"
    hint_zh = "签名为 advertiser_id、method、timestamp、version 按名称连接后的 MD5 大写；也可以不签名"
    hint_en = (
        "It is the MD5 in capitals of advertiser_id, method, timestamp and version, joined by name; it may be left out"
    )


class FieldRefused(BadInput):
    """A field of a return that breaks a rule of the market's."""

    code = "field_refused"
    zh = "{place} 不符合要求：{why_zh}"
    en = "{place} is not as it should be: {why_en}"
    hint_zh = "请更正 {place} 后重新提交"
    hint_en = "Correct {place} and send it again"
