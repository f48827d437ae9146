"""What admission refuses, each as a sentence that names the thing, the rule and the next step.

BadInput
└── ScoreUnreadable, ScoreFuture, ShopFactUnknown, AdmissionWordMissing, AdmissionInstantPast,
    QualificationMalformed, StageUnknown
TomlRefused
└── RulesetRefused ── RulesetMisnamed, RulesetIncoherent, RulesetLineage, LawLeftOut
NotFound ── RulesetUnknown, VerdictUnknown, QualificationUnknown
Conflict ── RulesetSaysNothingNew, RulesetRevertRefused, AdmissionMovedOn, QualificationTaken, NothingToRule
Refused ── SourceNotYours
"""

from __future__ import annotations

from hongmao.definitions.api import TomlRefused
from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused


class ScoreUnreadable(BadInput):
    """A score is text of one form, so that what was told is what is compared."""

    code = "score_unreadable"
    zh = "{place} 的分数无法识别：{found}"
    en = "The score at {place} cannot be read: {found}"
    hint_zh = '请写成 0 到 5 之间、最多四位小数的文本，如 "4.5"，半角数字，前后没有空格'
    hint_en = 'Write text between 0 and 5 with at most four decimals, such as "4.5", in ASCII digits and without spaces'


class ScoreFuture(BadInput):
    """A score that was observed later than now."""

    code = "score_future"
    zh = "{place} 的观察时间 {observed} 晚于现在"
    en = "{place} was observed at {observed}, which is later than now"
    hint_zh = "请检查来源的时钟与时区"
    hint_en = "Check the clock and the zone of whoever told it"


class ShopFactUnknown(BadInput):
    """A word that no rule knows: it would silently fit nothing."""

    code = "shop_fact_unknown"
    zh = "{place} 不能是 {found}，可选：{choices}"
    en = "{place} cannot be {found}; it is one of {choices}"
    hint_zh = "不知道时请留空，留空会转人工而不会误判"
    hint_en = "Leave it out where it is not known: then a person decides and nothing is guessed"


class AdmissionWordMissing(BadInput):
    """Why something is decided is part of the decision."""

    code = "admission_word_missing"
    zh = "{place} 不能为空，且不超过 {limit} 个字符"
    en = "{place} must be given, in at most {limit} characters"
    hint_zh = "请写明理由，历史记录会显示"
    hint_en = "Say why; the history shows it"


class AdmissionInstantPast(BadInput):
    """A word that would be over before it was said."""

    code = "admission_instant_past"
    zh = "{place} 不晚于现在"
    en = "{place} is no later than now"
    hint_zh = "请给出将来的时刻；留空则一直有效"
    hint_en = "Give an instant to come, or leave it out for a word that stays"


class QualificationMalformed(BadInput):
    """A paper whose days or digest cannot be."""

    code = "qualification_malformed"
    zh = "{place} 不成立"
    en = "What stands at {place} will not do"
    hint_zh = "日期写成 2025-05-01，起始不晚于截止；摘要为文件的 SHA-256，64 位十六进制"
    hint_en = (
        "Write days as 2025-05-01, the first no later than the last, and the file's SHA-256 in 64 hexadecimal digits"
    )


class StageUnknown(BadInput):
    """A stage that is none, or a share where none belongs."""

    code = "stage_unknown"
    zh = "{place} 不成立，阶段为 {choices}；percent 需要且只有它需要 1 到 99 的整数"
    en = (
        "{place} will not do: a stage is one of {choices}; percent, and nothing else, takes a whole number from 1 to 99"
    )
    hint_zh = "全部开放请用 open，全部关闭请用 off"
    hint_en = "To let everybody in say open, and to let nobody in say off"


class RulesetRefused(TomlRefused):
    """A file that cannot hold."""

    code = "ruleset_refused"
    zh = "{place}：规则文件不成立"
    en = "{place}: this file is no rule set"


class RulesetMisnamed(RulesetRefused):
    """A file of another id or under another name than what reads it looks for: nothing would ever ask it."""

    code = "ruleset_misnamed"
    zh = "{place}：应为 {expected}，而不是 {found}"
    en = "{place}: this should be {expected}, not {found}"


class RulesetIncoherent(RulesetRefused):
    """The rules contradict each other or leave a shop without an answer."""

    code = "ruleset_incoherent"
    zh = "{place}：规则不成立（{why_zh}）"
    en = "{place}: the rules do not hold ({why_en})"
    hint_zh = "请对照随附的 seeding_direct.v1.toml"
    hint_en = "Compare the file with seeding_direct.v1.toml, which ships with Hongmao"


class RulesetLineage(RulesetRefused):
    """A version follows the one before it, on a later day."""

    code = "ruleset_lineage"
    zh = "{place}：{key} 应取代 {expected}，且自 {day} 或更晚生效"
    en = "{place}: {key} must supersede {expected} and take effect on {day} or later"
    hint_zh = "已生效的版本不能改写，也不能追溯生效"
    hint_en = "What has been in force cannot be rewritten, and nothing takes effect in the past"


class LawLeftOut(RulesetRefused):
    """A list of categories that would let in what the law forbids (LABEL-7)."""

    code = "category_law_left_out"
    zh = "{place}：必须包含法律禁止的类目 {missing}，且不能将其列为开放"
    en = "{place}: the categories that the law forbids must be in it and not among the open ones: {missing}"
    hint_zh = "烟草、电子烟、处方药不得做广告"
    hint_en = "Tobacco, e-cigarettes and prescription drugs may not be advertised"


class RulesetUnknown(NotFound):
    """No such version, or none of that meaning."""

    code = "ruleset_unknown"
    zh = "没有规则 {id}"
    en = "There is no rule set {id}"
    hint_zh = "请在作出该裁定的部署上查看"
    hint_en = "Look in the deployment that made the verdict"


class VerdictUnknown(NotFound):
    """No such verdict, or not yours to see."""

    code = "verdict_unknown"
    zh = "没有裁定 {id}"
    en = "There is no verdict {id}"
    hint_zh = "店铺的裁定页列出其编号"
    hint_en = "The shop's own verdicts are listed with their numbers"


class QualificationUnknown(NotFound):
    """No such paper, or not yours to see."""

    code = "qualification_unknown"
    zh = "没有资质 {id}"
    en = "There is no qualification {id}"
    hint_zh = "请查看本商家的资质列表"
    hint_en = "The merchant's qualifications are listed with their ids"


class RulesetSaysNothingNew(Conflict):
    """That version is there with this meaning."""

    code = "ruleset_says_nothing_new"
    zh = "{place}：{key} 已存在"
    en = "{place}: {key} is there already"
    hint_zh = "新的含义要用下一个版本号"
    hint_en = "A new meaning needs the next version number"


class RulesetRevertRefused(Conflict):
    """Only the newest version that was published here can be taken back."""

    code = "ruleset_revert_refused"
    zh = "{id} 不能撤回"
    en = "{id} cannot be taken back"
    hint_zh = "只能撤回本部署发布且没有后续版本的规则"
    hint_en = "Only a version that was published here and has no successor can"


class AdmissionMovedOn(Conflict):
    """Somebody published or took back in between."""

    code = "admission_moved_on"
    zh = "规则已被他人更改"
    en = "The rules have been changed by somebody else"
    hint_zh = "请重新试算后再发布"
    hint_en = "Simulate again, then publish"


class QualificationTaken(Conflict):
    """The id belongs to another paper."""

    code = "qualification_taken"
    zh = "资质编号 {id} 已用于另一份文件"
    en = "The id {id} belongs to another qualification"
    hint_zh = "新的文件请用新的编号；旧文件可以撤销"
    hint_en = "Give a new paper a new id; the old one can be withdrawn"


class NothingToRule(Conflict):
    """The rules themselves have an answer, and no person's word changes it."""

    code = "nothing_to_rule"
    zh = "店铺 {id} 的裁定是 {status}，不需要人工判断"
    en = "The verdict on {id} is {status}, which leaves nothing to a person"
    hint_zh = "要改变结果，请更新分数或资质，或发布新版本规则"
    hint_en = "To change it, tell newer scores or papers, or publish a new version of the rules"


class SourceNotYours(Refused):
    """A merchant's own people cannot tell a score as if the platform had."""

    code = "score_source_not_yours"
    zh = "不能以 {source} 为来源提交分数"
    en = "You may not tell a score as one of the source {source}"
    hint_zh = "自行填写用 typed，导出的页面用 page，由人工核对；api 与 file 由平台方录入"
    hint_en = "Say typed or page, which a person looks at; what comes by api or file is entered by the house"
