"""What can go wrong with platforms as such."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Unavailable


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


class ScoreColumnsMissing(BadInput):
    """A table that says neither which shop nor when, or has no column of scores."""

    code = "score_columns_missing"
    zh = "{place} 缺少店铺、时间或分数列"
    en = "{place} lacks a column of shops, of times, or of scores"
    hint_zh = "表头例如：店铺ID, 综合体验星级, 宝贝质量, 更新时间；或 店铺ID, 指标, 分数, 更新时间"
    hint_en = "Write headers such as shop, composite_star, goods, observed_at, or shop, score, value, observed_at"
