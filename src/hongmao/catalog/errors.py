"""What can be wrong with who is who.

BadInput
├── TextBlank, TextOverlong, TextUnprintable, UrlMalformed
├── NumberBeyond, ChoiceUnknown
└── LoginMalformed, PasswordWeak
NotFound    ── NothingThere
Conflict    ── IdTaken, LoginTaken, PlatformIdTaken, AlreadyDifferent
Refused     ── NotAllowed
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused


class TextBlank(BadInput):
    """A text that must say something says nothing."""

    code = "text_blank"
    zh = "{place} 不能为空"
    en = "{place} is empty"
    hint_zh = "请填写内容"
    hint_en = "Write something there"


class TextOverlong(BadInput):
    """A text is longer than its place."""

    code = "text_overlong"
    zh = "{place} 有 {chars} 个字符，最多 {chars_max} 个"
    en = "{place} has {chars} characters, at most {chars_max} fit"
    hint_zh = "请缩短文字"
    hint_en = "Shorten the text"


class TextUnprintable(BadInput):
    """A text holds control characters or halves of characters, which no page can show as they are."""

    code = "text_unprintable"
    zh = "{place} 第 {at} 个字符是控制字符"
    en = "Character {at} of {place} is a control character"
    hint_zh = "请删除该字符"
    hint_en = "Remove the character"


class UrlMalformed(BadInput):
    """The text is no http or https address."""

    code = "url_malformed"
    zh = "{place} 不是 http 或 https 地址"
    en = "{place} is no http or https address"
    hint_zh = "例如 https://shop.example/item/1，最多 {chars_max} 个字符"
    hint_en = "Write for example https://shop.example/item/1, at most {chars_max} characters"


class NumberBeyond(BadInput):
    """A whole number outside what its place can mean."""

    code = "number_beyond"
    zh = "{place} 应为 {low} 到 {high} 之间的整数"
    en = "{place} should be a whole number between {low} and {high}"
    hint_zh = "金额以分计，时间以毫秒计"
    hint_en = "Amounts are in fen, times in milliseconds"


class ChoiceUnknown(BadInput):
    """A word that is none of those allowed."""

    code = "choice_unknown"
    zh = "{place} 只能是 {choices}"
    en = "{place} is one of {choices}"
    hint_zh = "请从中选择一个"
    hint_en = "Choose one of them"


class LoginMalformed(BadInput):
    """A login that nobody could type on every keyboard."""

    code = "login_malformed"
    zh = "{place} 应为 2 到 64 个小写字母、数字或 . _ @ + -"
    en = "{place} should be 2 to 64 small letters, digits or . _ @ + -"
    hint_zh = "以字母或数字开头"
    hint_en = "Begin with a letter or a digit"


class PasswordWeak(BadInput):
    """A password too short to protect anything, or too long to be one."""

    code = "password_weak"
    zh = "{place} 应为 {chars_min} 到 {chars_max} 个字符"
    en = "{place} should have {chars_min} to {chars_max} characters"
    hint_zh = "请换一个密码"
    hint_en = "Choose another password"


class NothingThere(NotFound):
    """No such thing, or somebody else's."""

    code = "nothing_there"
    zh = "找不到 {what} {id}"
    en = "There is no {what} {id}"
    hint_zh = "请检查编号，或确认当前账号有权查看"
    hint_en = "Check the id, or whether this account may see it"


class IdTaken(Conflict):
    """The id belongs to something else."""

    code = "id_taken"
    zh = "编号 {id} 已被使用"
    en = "The id {id} is taken"
    hint_zh = "请换一个编号，或不填由系统生成"
    hint_en = "Choose another id, or leave it out and one is made"


class LoginTaken(Conflict):
    """Somebody else signs in with this."""

    code = "login_taken"
    zh = "登录名 {login} 已被使用"
    en = "The login {login} is taken"
    hint_zh = "请换一个登录名"
    hint_en = "Choose another login"


class PlatformIdTaken(Conflict):
    """The outside shop or item is here already, under another id of ours."""

    code = "platform_id_taken"
    zh = "平台编号 {platform_id} 已登记"
    en = "The platform's id {platform_id} is registered already"
    hint_zh = "请使用已登记的店铺或商品"
    hint_en = "Use the shop or item that is there"


class AlreadyDifferent(Conflict):
    """The id is there with other content. Adding the same content again would have been fine."""

    code = "already_different"
    zh = "{id} 已存在，且 {fields} 不同"
    en = "{id} is there already and differs in {fields}"
    hint_zh = "请换一个编号，或提交相同的内容"
    hint_en = "Choose another id, or send the same content"


class NotAllowed(Refused):
    """The role does not include the act; see `catalog.rules.MAY`."""

    code = "not_allowed"
    zh = "角色 {role} 不能执行 {act}"
    en = "The role {role} may not do {act}"
    hint_zh = "请联系管理员开通权限"
    hint_en = "Ask an administrator for the permission"
