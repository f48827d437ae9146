"""The trace in words: one sentence for each end a step can have, in both languages. No IO, no decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.insight.contracts import DASH, Words
from hongmao.kernel.money import Money
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, iso

if TYPE_CHECKING:
    from hongmao.insight.contracts import ClickFacts

_MILLION = 1_000_000
VERDICTS: dict[str, tuple[str, str]] = {
    "no_click_id": ("订单没有带回点击 id", "the order brought back no click id"),
    "malformed": ("带回的点击 id 不成形", "the click id that came back is malformed"),
    "unknown_key": ("点击 id 由未知密钥签名", "the click id is signed with a key we do not hold"),
    "forged": ("点击 id 的签名不符", "the click id's signature is forged"),
    "expired": ("点击 id 已过期", "the click id has expired"),
    "future": ("点击 id 的时间在未来", "the click id says it was made in the future"),
    "click_unknown": ("点击 id 不是本商家的任何点击", "the click id is none of this merchant's clicks"),
}
CHARGE_REASONS: dict[str, tuple[str, str]] = {
    "other_media": ("由其他媒体的广告带来，由该媒体计费", "another media's ad led here, and that media bills it"),
    "pilot_closed": ("该平台的跳转处于内测，尚未开放", "jumps into this platform are in a pilot that is not open here"),
    "label_not_shown": ("没有证据表明展示了“广告”标识", "there is no proof that 广告 was shown beside it"),
    "link_not_live": ("链接当时未通过审核或已暂停", "the link was not approved, or paused"),
    "bot": ("点击来自机器人", "the click came from a bot"),
    "prefetch": ("浏览器预取，并非点击", "the browser fetched ahead of any tap"),
    "head_request": ("HEAD 请求不打开任何页面", "a HEAD request opens nothing"),
    "link_preview": ("链接预览，并非点击", "a link preview, not a tap"),
    "repeat_tap": ("同一读者重复点击", "the same reader tapped again at once"),
    "cap_ip": ("同一网络的点击过多", "more taps came from one network than its readers could make"),
    "cap_device": ("同一设备的点击过多", "more taps came from one device than a person could make"),
    "cap_link": ("该挂链的点击超过上限", "the link had more taps than its cap allows"),
    "test_click": ("商家联调的测试点击", "the merchant's own test click"),
    "no_price": ("链接单价为 0", "nobody pays for clicks on this link"),
    "no_payer": ("点击没有可计费的商家或资金线", "the click names no merchant or line that could pay"),
    "double_tap": ("同一次曝光的点击已计费", "a click of the same impression was paid for already"),
    "funds_missing": ("钱包余额不足", "the wallet did not hold enough"),
}
OUTCOMES: dict[str, tuple[str, str]] = {
    "accepted": ("已接收", "accepted"),
    "duplicate": ("重复，未再计", "a duplicate, not counted again"),
    "late": ("迟到，已接收", "late, and accepted"),
    "unmatched": ("已接收，没有匹配的点击", "accepted, with no click to match"),
    "quarantined": ("已隔离", "set aside in quarantine"),
}
FUNDERS: dict[str, tuple[str, str]] = {"merchant": ("商家", "the merchant"), "alibaba": ("阿里", "Alibaba")}


def received(acts: int, deliveries: int) -> Words:
    """Say what arrived."""
    return Words(
        zh=f"收到 {acts} 条事件，店铺共送达 {deliveries} 次",
        en=f"{_count(acts, 'event')} arrived, in {_count(deliveries, 'delivery', 'deliveries')} of the shop",
    )


def verified(account: str, deliveries: int) -> Words:
    """Say that the signatures held."""
    return Words(
        zh=f"账号 {account} 的签名、时间与随机数均通过校验，共 {deliveries} 次",
        en=f"Signature, time and nonce of account {account} held, in {_count(deliveries, 'delivery', 'deliveries')}",
    )


UNVERIFIED = Words(zh="没有这些事件的送达记录", en="No record of a delivery was kept for these events")


def deduped(duplicates: int, superseded: int) -> Words:
    """Say what was not counted twice."""
    if not duplicates and not superseded:
        return Words(zh="没有重复，也没有更正", en="Nothing came twice and nothing was corrected")
    return Words(
        zh=f"{duplicates} 条重复未再计，{superseded} 条被更高版本取代",
        en=f"{_count(duplicates, 'repeat')} not counted again, {superseded} replaced by later versions",
    )


def matched(click: ClickFacts, elapsed_ms: int | None) -> Words:
    """Say which click the order carries."""
    before = "" if elapsed_ms is None else f"，早于下单 {span_zh(elapsed_ms)}"
    earlier = "" if elapsed_ms is None else f", {span_en(elapsed_ms)} before the order"
    return Words(
        zh=f"带回的点击 id 有效：笔记《{click.note_title}》下的组件点击{before}",
        en=f"The click id is ours: a component click under the note {click.note_title!r}{earlier}",
    )


def unmatched(verdict: str) -> Words:
    """Say why the order has no click."""
    zh, en = VERDICTS.get(verdict, (verdict, verdict))
    return Words(zh=zh, en=_sentence(en))


def credited(note_title: str, definition: Words, window: str, others: int, *, millionths: int) -> Words:
    """Say who earned it, or most of it: `millionths` of it are the note's."""
    if millionths < _MILLION:
        return Words(
            zh=f"按{definition.zh}、{window} 窗口由多个触点分得，最多的 {part(millionths)} 归笔记《{note_title}》",
            en=f"By {definition.en.lower()} over {window} several touches share it; the most, {part(millionths)},"
            f" is of the note {note_title!r}",
        )
    return Words(
        zh=f"按{definition.zh}、{window} 窗口，归因到笔记《{note_title}》，另有 {others} 个候选点击",
        en=f"By {definition.en.lower()} over {window} it belongs to the note {note_title!r};"
        f" {_count(others, 'other click')} looked at",
    )


def claimed_too(said: Words) -> Words:
    """Add that another media claims the order too."""
    return Words(
        zh=f"{said.zh}；其他媒体也认领了该订单，不计入去重合计",
        en=f"{said.en}; also claimed elsewhere, so the deduplicated total leaves it out",
    )


def not_credited(reason_zh: str, reason_en: str) -> Words:
    """Say why nobody earned it."""
    return Words(zh=f"未归因：{reason_zh}", en=f"Nobody earned it: {reason_en}")


UNPAID = Words(zh="尚未支付，支付回传后再归因", en="Not paid yet; credit is given once the payment has come back")
UNJUDGED = Words(zh="归因任务还没有算到这条支付", en="Attribution has not come to this payment yet")


def billed(charge_fen: int, line: str, funder: str | None) -> Words:
    """Say what the click cost."""
    amount = str(Money(charge_fen))
    payer = FUNDERS.get(funder or "", (funder or DASH, funder or DASH))
    return Words(
        zh=f"该点击按 {line.upper()} 线计费 {amount} 元，出资方为{payer[0]}",
        en=f"The click cost {amount} yuan on the {line.upper()} line, paid by {payer[1]}",
    )


def given_back(said: Words, credited_fen: int) -> Words:
    """Add that a charge was given back since."""
    amount = str(Money(credited_fen))
    return Words(zh=f"{said.zh}；已冲正 {amount} 元", en=f"{said.en}; {amount} yuan of it were given back since")


def not_billed(reason: str | None) -> Words:
    """Say why the click cost nothing."""
    code = (reason or DASH).removeprefix("invalid:")
    zh, en = CHARGE_REASONS.get(code, (code, code))
    return Words(zh=f"该点击计费 0：{zh}", en=f"The click cost nothing: {en}")


UNBILLED = Words(zh="没有点击，因此没有计费", en="There is no click, so nothing was charged")
BILL_WAITING = Words(zh="计费任务还没有算到该点击", en="Billing has not come to the click yet")
NOT_SENT_ON = Words(
    zh="没有任何数据从这里发往媒体：未配置回传目标，或仍在等待发送",
    en="Nothing of it has been passed on to a media platform: no target is configured, or it still waits",
)
_SENT_ENDS = {
    "delivered": ("已送达", "delivered"),
    "dead": ("未能送达", "given up"),
    "refused": ("被拒收", "refused"),
    "sampled_out": ("按声明的回传比例未发送", "not sent, by the declared return ratio"),
    "test": ("测试发送", "sent as a test"),
}


def sent_on(ends: tuple[tuple[str, str], ...]) -> Words:
    """Say how sending on ended, target by target: pairs of target and outcome."""
    told = [(target, *_SENT_ENDS.get(outcome, (outcome, outcome))) for target, outcome in dict.fromkeys(ends)]
    return Words(
        zh="，".join(f"{target} {zh}" for target, zh, _ in told),
        en=_sentence("; ".join(f"{target}: {en}" for target, _, en in told)),
    )


def answered(outcomes: tuple[str, ...]) -> Words:
    """Say what the shop was told."""
    told = [OUTCOMES.get(outcome, (outcome, outcome)) for outcome in dict.fromkeys(outcomes)]
    zh, en = "、".join(one[0] for one in told), "; ".join(one[1] for one in told)
    return Words(zh=f"店铺得到的应答：{zh}", en=f"The shop was answered: {en}")


UNANSWERED = Words(zh="没有送达，因此没有应答", en="Nothing was delivered, so nothing was answered")


NOT_LOOKED_AT = Words(zh="不在其触点范围内", en="no touch by this definition")


def judged_otherwise(at_ms: int, note_title: str, before: Words, after: Words) -> Words:
    """Say of one touch what one definition makes of it and what the other does."""
    return Words(
        zh=f"{iso(at_ms)}《{note_title}》：前者 {before.zh}；后者 {after.zh}",
        en=f"{iso(at_ms)} {note_title!r}: before {before.en}; after {after.en}",
    )


def part(millionths: int) -> str:
    """Write a part of a conversion exactly: `100%`, `33.3333%`."""
    whole, rest = divmod(millionths, _MILLION // 100)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def span_zh(length_ms: int) -> str:
    """Write a length of time in Chinese, in its two largest units."""
    return _span(length_ms, (" 天", " 小时", " 分钟"), " 不到一分钟")


def span_en(length_ms: int) -> str:
    """Write a length of time in English, in its two largest units."""
    return _span(length_ms, (" d", " h", " min"), "less than a minute")


def _span(length_ms: int, units: tuple[str, str, str], little: str) -> str:
    sign, rest = ("-", -length_ms) if length_ms < 0 else ("", length_ms)
    days, rest = divmod(rest, DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    parts = [f"{count}{unit}" for count, unit in zip((days, hours, rest // MINUTE_MS), units, strict=True) if count]
    return sign + " ".join(parts[:2]) if parts else little.strip()


def _count(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
