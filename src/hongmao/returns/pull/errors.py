"""Why a pull brought nothing. None of these loses a row: the cursor stays where it was."""

from __future__ import annotations

from hongmao.kernel.errors import NotFound, Refused, Unavailable


class PullThrottled(Unavailable):
    """The platform wants us to wait."""

    code = "pull_throttled"
    zh = "{platform} 限流（{answer}），{wait_s} 秒后重试"
    en = "{platform} throttles us ({answer}): trying again in {wait_s} s"
    hint_zh = "游标未动，无需处理；若持续出现请降低拉取频率"
    hint_en = "The cursor has not moved; if this goes on, pull less often"


class PullUnreadable(Unavailable):
    """An answer that is no page: not of the agreed shape, or cut off."""

    code = "pull_unreadable"
    zh = "{platform} 的返回无法读取：{why_zh}"
    en = "What {platform} answered cannot be read: {why_en}"
    hint_zh = "游标未动，将自动重试；若持续出现请对照接口文档"
    hint_en = "The cursor has not moved and it is tried again; if this goes on, compare with the platform's documents"


class PullRefused(Refused):
    """The platform understood and said no: signature, session, permission, parameter."""

    code = "pull_refused"
    zh = "{platform} 拒绝了拉取（{answer}）"
    en = "{platform} refused the pull ({answer})"
    hint_zh = "请检查账号授权、密钥与参数，更正后拉取会从原游标继续"
    hint_en = "Check the account's authorisation, key and settings; the pull goes on from the same cursor"


class PullUnreached(Unavailable):
    """A call brought no answer at all."""

    code = "pull_unreached"
    zh = "未能连通 {platform}（{answer}）"
    en = "{platform} could not be reached ({answer})"
    hint_zh = "已读取的行已保存，请稍后重试；若从未成功，请检查平台地址是否在允许名单内"
    hint_en = (
        "What was read is kept: try again later; if it never worked, check that the address is on the platform's list"
    )


class PullIncomplete(Unavailable):
    """A platform says that a stretch of time has more rows than it gave, however often it was asked."""

    code = "pull_incomplete"
    zh = "{platform} 称 {source} 有 {total} 行，只给出 {seen} 行"
    en = "{platform} says that {source} has {total} rows and gave {seen}"
    hint_zh = "已读取的行已保存，请稍后重试"
    hint_en = "What was read is kept: try again later"


class SourceUnknown(NotFound):
    """A platform has no such list."""

    code = "source_unknown"
    zh = "平台 {platform} 没有名为 {id} 的列表，可用的有 {known}"
    en = "{platform} has no list {id}; there are {known}"
    hint_zh = "请使用列出的名称"
    hint_en = "Use one of those listed"
