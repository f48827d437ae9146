"""What can go wrong with platforms as such."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused, Unavailable


class LinkNotMade(Unavailable):
    """The platform did not make the link."""

    code = "link_not_made"
    zh = "{platform} 未能生成链接（{answer}）"
    en = "{platform} did not make the link ({answer})"
    hint_zh = "请检查账号授权与商品状态后重试"
    hint_en = "Check the account's authorisation and the item, then try again"


class PlatformTwice(Conflict):
    """Two packages bring a platform of one name."""

    code = "platform_twice"
    zh = "平台 {id} 被 {packages} 重复注册"
    en = "The platform {id} is brought by more than one package: {packages}"
    hint_zh = "请卸载其中一个，或让插件使用自己的名字"
    hint_en = "Uninstall one, or let the plugin use a name of its own"


class PlatformBroken(Unavailable):
    """An entry point does not give a platform."""

    code = "platform_broken"
    zh = "平台插件 {id} 无法加载：{why}"
    en = "The platform plugin {id} cannot be loaded: {why}"
    hint_zh = "请升级或卸载该插件后再启动：缺了它，账号与回传会无声停下"
    hint_en = "Upgrade or uninstall it and start again: without it, accounts and returns would stop in silence"


class MakerAbsent(NotFound):
    """No platform of that name makes links."""

    code = "maker_absent"
    zh = "平台 {id} 不提供建链"
    en = "The platform {id} makes no links"
    hint_zh = "请自行填写 deeplink、universal_link 与 fallback_url"
    hint_en = "Give deeplink, universal_link and fallback_url yourself"


class AccountAbsent(NotFound):
    """A platform is to act for a tenant that has no account there."""

    code = "platform_account_absent"
    zh = "尚未接入平台 {id} 的账号"
    en = "There is no account with the platform {id}"
    hint_zh = "请先用 POST /v1/platform-accounts 接入账号"
    hint_en = "Add one by POST /v1/platform-accounts first"


class AccountUnclear(Conflict):
    """A tenant has several accounts with a platform, and it was not said which is to act."""

    code = "platform_account_unclear"
    zh = "平台 {id} 上有多个账号（{accounts}），未指明由哪一个建链"
    en = "There are several accounts with the platform {id} ({accounts}), and none is named to make the link"
    hint_zh = "请在请求中填写 account，取该店铺授权的账号"
    hint_en = "Name in `account` the one that this shop has authorised"


class GrantsAbsent(NotFound):
    """No platform of that name lets a seller open its shop to us by itself."""

    code = "grants_absent"
    zh = "平台 {id} 不支持在线授权"
    en = "The platform {id} has no page by which a seller grants access"
    hint_zh = "请改用 POST /v1/platform-accounts 填写账号与密钥"
    hint_en = "Add the account and its key by POST /v1/platform-accounts instead"


class GrantRefused(Refused):
    """The platform did not redeem a code. `answer` is its word for that, and never the code."""

    code = "grant_refused"
    zh = "{platform} 未接受本次授权（{answer}）"
    en = "{platform} did not accept this authorisation ({answer})"
    hint_zh = "授权码只能使用一次且很快过期：请重新发起授权"
    hint_en = "A code can be used once and soon expires: begin the authorisation again"


class GrantUnanswered(Unavailable):
    """The platform gave no answer to read. Whether the code was used up is unknown."""

    code = "grant_unanswered"
    zh = "{platform} 没有答复本次授权（{answer}）"
    en = "{platform} gave no answer to this authorisation ({answer})"
    hint_zh = "请稍后重新发起授权：授权码可能已被使用"
    hint_en = "Begin the authorisation again in a while: the code may have been used up"


class RenewalRefused(GrantRefused):
    """The platform did not renew a grant. `answer` is its word for that, and never the token."""

    code = "renewal_refused"
    zh = "{platform} 拒绝续期店铺授权（{answer}）"
    en = "{platform} refused to renew the authorisation of a shop ({answer})"
    hint_zh = "请商家重新接入店铺：到期后评分与商品将无法读取"
    hint_en = "The merchant has to connect the shop again: once access ends, neither scores nor goods can be read"


class RenewalUnanswered(GrantUnanswered):
    """The platform gave no answer about this grant. Whether it was renewed there is unknown."""

    code = "renewal_unanswered"
    zh = "{platform} 没有答复店铺授权的续期（{answer}）"
    en = "{platform} gave no answer to the renewal of a shop's authorisation ({answer})"
    hint_zh = "系统会自动重试；若回答与应用有关，请检查 HONGMAO_APPS 中的应用密钥"
    hint_en = "It is asked again by itself; where the answer is about the app, check its secret in HONGMAO_APPS"


class ScoresUnread(Unavailable):
    """The platform did not tell a shop's scores."""

    code = "scores_unread"
    zh = "未能从 {platform} 读取店铺 {shop} 的评分（{answer}）"
    en = "The scores of the shop {shop} could not be read from {platform} ({answer})"
    hint_zh = "已有评分保持不变；请检查店铺授权是否有效，之后会再次读取"
    hint_en = "The scores that are there stay; check that the shop's authorisation holds, and they are read again later"


class GoodsUnread(Unavailable):
    """The platform did not tell an item."""

    code = "goods_unread"
    zh = "未能从 {platform} 读取商品 {item}（{answer}）"
    en = "The item {item} could not be read from {platform} ({answer})"
    hint_zh = "请检查店铺授权是否有效，之后会再次读取"
    hint_en = "Check that the shop's authorisation holds; it is read again later"


class ScoreColumnsMissing(BadInput):
    """A table that says neither which shop nor when, or has no column of scores."""

    code = "score_columns_missing"
    zh = "{place} 缺少店铺、时间或分数列"
    en = "{place} lacks a column of shops, of times, or of scores"
    hint_zh = "表头例如：店铺ID, 综合体验星级, 宝贝质量, 更新时间；或 店铺ID, 指标, 分数, 更新时间"
    hint_en = "Write headers such as shop, composite_star, goods, observed_at, or shop, score, value, observed_at"
