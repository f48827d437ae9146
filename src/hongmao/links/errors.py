"""What can be wrong with links, jumps and their keys.

BadInput
├── AddressRefused    an address that no link may carry, with the reason
├── FallbackMissing   LINK-1
├── WordsTooLong      CREAT-3
├── LinkFieldWrong
├── ClickNotOurs
├── HoldSourceUnknown
└── NothingToReview
NotFound    ── LinkUnknown
Conflict    ── LinkExists, NothingRead
Refused     ── LinkNotLive
Unavailable ── ClockNotSet, PageRedirected, PageUnreachable
KeyUnusable, WakeUpFileWrong
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, HongmaoError, NotFound, Refused, Unavailable


class AddressRefused(BadInput):
    """An address that no link may carry (ABUSE-4, ABUSE-5). `why` is one of `links.addresses.REASONS`."""

    code = "address_refused"
    zh = "{place} 的地址不能使用：{why_zh}"
    en = "The address of {place} cannot be used: {why_en}"
    hint_zh = "请填写该店铺平台允许的地址；允许的地址由部署方设定"
    hint_en = "Give an address that the shop's platform allows; the deployment's settings list them"


class ClickNotOurs(BadInput):
    """A page tells of a click that we never minted, or whose token has expired."""

    code = "click_not_ours"
    zh = "{place} 不是本平台有效的点击编号"
    en = "{place} is no click id of ours that still holds"
    hint_zh = "请原样使用跳转页上的点击编号"
    hint_en = "Use the click id of the jump's page as it stands there"


class FallbackMissing(BadInput):
    """LINK-1: without an H5 page a reader without the app would be stranded."""

    code = "fallback_missing"
    zh = "缺少 {place}：每个链接都必须有 H5 兜底页"
    en = "{place} is missing: every link needs an H5 page to fall back to"
    hint_zh = "请填写店铺或商品的网页地址"
    hint_en = "Give the web page of the shop or the item"


class WordsTooLong(BadInput):
    """CREAT-3: a button has at most 6 characters, a title at most 11."""

    code = "words_too_long"
    zh = "{place} 应为 1 到 {limit} 个字符，收到 {got} 个"
    en = "{place} should have 1 to {limit} characters, not {got}"
    hint_zh = "请缩短文字"
    hint_en = "Shorten the text"


class LinkFieldWrong(BadInput):
    """A field of a link holds what it cannot mean."""

    code = "link_field_wrong"
    zh = "{place} 应为{expected_zh}"
    en = "{place} should be {expected_en}"
    hint_zh = "请更正后重新提交"
    hint_en = "Correct it and send it again"


class HoldSourceUnknown(BadInput):
    """Nobody of that name holds links, or not all of them at once."""

    code = "hold_source_unknown"
    zh = "没有名为 {source} 的停投来源；可用：{known}"
    en = "There is no source of holds called {source} here; there are {known}"
    hint_zh = "请使用列出的来源之一"
    hint_en = "Use one of those that are listed"


class NothingToReview(BadInput):
    """A verdict on an address that the link does not have."""

    code = "nothing_to_review"
    zh = "{place} 没有填写，无法审核"
    en = "There is no {place} to review"
    hint_zh = "请只审核链接已有的地址"
    hint_en = "Review only the addresses that the link has"


class LinkUnknown(NotFound):
    """There is no such link, or it is another tenant's."""

    code = "link_unknown"
    zh = "找不到链接 {id}"
    en = "There is no link {id}"
    hint_zh = "请返回笔记，或检查链接编号"
    hint_en = "Go back to the note, or check the link's id"


class LinkExists(Conflict):
    """The id is taken."""

    code = "link_exists"
    zh = "链接 {id} 已存在"
    en = "There is a link {id} already"
    hint_zh = "请换一个编号，或不填由系统生成"
    hint_en = "Choose another id, or leave it out and one is made"


class NothingRead(Conflict):
    """There is no reading of the link that somebody could agree to."""

    code = "nothing_read"
    zh = "链接 {id} 尚无可确认的巡检结果"
    en = "No reading of the link {id} told anything that could be agreed to"
    hint_zh = "请先重新读取页面"
    hint_en = "Have the page read again first"


class LinkNotLive(Refused):
    """LINK-2: not approved yet, rejected or paused; nobody is led there."""

    code = "link_not_live"
    status = 410
    zh = "这个商品链接暂时不可用"
    en = "This link is not available right now"
    hint_zh = "可以返回笔记继续浏览"
    hint_en = "You can go back to the note"


class LinksStale(Unavailable):
    """Nobody could say for some seconds which links are paused, so none is followed."""

    code = "links_stale"
    zh = "链接表已有 {age_s} 秒无法核对，暂不跳转"
    en = "The links could not be looked at for {age_s} seconds, so none is followed"
    hint_zh = "请稍后重试；运维请检查数据库"
    hint_en = "Try again in a moment; whoever runs the house should look at the database"


class ClockNotSet(Unavailable):
    """The clock stands outside the years that a click token can tell."""

    code = "clock_not_set"
    zh = "系统时钟为 {at_ms} 毫秒，超出点击编号可表示的年份"
    en = "The clock says {at_ms} ms, outside the years a click id can tell"
    hint_zh = "请校准系统时钟"
    hint_en = "Set the machine's clock"


class PageRedirected(Unavailable):
    """A page that was to be read sends us on to another; nobody follows."""

    code = "page_redirected"
    zh = "{host} 的页面跳转到了其他地址，未跟随"
    en = "The page at {host} leads on to another address, which was not followed"
    hint_zh = "请填写最终页面的地址"
    hint_en = "Give the address of the page itself"


class PageUnreachable(Unavailable):
    """A page that was to be read gave no answer that could be used."""

    code = "page_unreachable"
    zh = "无法读取 {host} 的页面：{why}"
    en = "The page at {host} could not be read: {why}"
    hint_zh = "稍后会自动重试；若持续出现，请检查店铺页面"
    hint_en = "It is tried again later; if it goes on, look at the shop's page"


class KeyUnusable(HongmaoError):
    """A signing key that would protect nothing. The key itself is never shown."""

    code = "key_unusable"
    zh = "签名密钥 {key_id} 不可用：编号 0 到 255，长度至少 {bytes_min} 字节"
    en = "The signing key {key_id} is unusable: ids are 0 to 255, keys have at least {bytes_min} bytes"
    hint_zh = "请重新生成密钥"
    hint_en = "Make a new key"


class WakeUpFileWrong(HongmaoError):
    """The wake-up data file contradicts itself."""

    code = "wakeup_file_wrong"
    zh = "唤端数据文件 {file} 有误：{why}"
    en = "The wake-up data file {file} is wrong: {why}"
    hint_zh = "请更正该文件"
    hint_en = "Correct the file"
