"""Why a file of ours is refused: each sentence names the file and the line.

TomlRefused             the text does not fit its schema (definitions, and the column maps of attribution)
└── DefinitionRefused   it fits, and still cannot hold among the other definitions
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound


class TomlRefused(BadInput):
    """A file that cannot be what it should be. Takes `place`, which is `file:line`, and what its sentence needs."""

    code = "toml_refused"
    zh = "{place}：文件内容不成立"
    en = "{place}: this will not do"
    hint_zh = "请对照随附的示例文件修改该行"
    hint_en = "Compare the line with the examples that ship with Hongmao"


class DefinitionRefused(TomlRefused):
    """A definition that cannot hold."""

    code = "definition_refused"
    zh = "{place}：口径文件不成立"
    en = "{place}: this file is no definition"
    hint_zh = "用 hongmao definitions show ID 对照一份已生效的口径"
    hint_en = "Compare the line with a definition that is in force: `hongmao definitions show ID`"


class TomlUnreadable(TomlRefused):
    """The file is no TOML."""

    code = "toml_unreadable"
    zh = "{place}：不是合法的 TOML（{why}）"
    en = "{place}: not valid TOML ({why})"


class TomlFieldUnknown(TomlRefused):
    """A key that means nothing here, most often a misspelt one."""

    code = "toml_field_unknown"
    zh = "{place}：没有“{key}”这个字段"
    en = "{place}: there is no field {key!r} here"


class TomlFieldMissing(TomlRefused):
    """A key that every file of this sort must have."""

    code = "toml_field_missing"
    zh = "{place}：缺少字段“{key}”"
    en = "{place}: the field {key!r} is missing"


class TomlFieldWrong(TomlRefused):
    """A key whose value is of the wrong type or outside what is allowed."""

    code = "toml_field_wrong"
    zh = "{place}：字段“{key}”的值不合要求（{why}）"
    en = "{place}: the value of {key!r} will not do ({why})"


class NotApplied(DefinitionRefused):
    """A key whose value nothing would apply: the figure would carry a definition that it was not made by."""

    code = "definition_not_applied"
    zh = "{place}：{key} = {value} 目前不会被执行，数字将与口径不符"
    en = "{place}: nothing applies {key} = {value}, so the figure would not be what the file says"
    hint_zh = "请使用已生效口径中的取值"
    hint_en = "Take the value that the definitions in force have"


class DefinitionMisnamed(DefinitionRefused):
    """The file's name and what it says inside differ."""

    code = "definition_misnamed"
    zh = "{place}：文件应命名为 {expected}"
    en = "{place}: the file should be called {expected}"


class DefinitionTwice(DefinitionRefused):
    """Two files define the same version."""

    code = "definition_twice"
    zh = "{place}：{key} 已在 {other} 中定义"
    en = "{place}: {key} is already defined in {other}"


class LineageBroken(DefinitionRefused):
    """A version must supersede the one before it and come into force on a later day."""

    code = "lineage_broken"
    zh = "{place}：{key} 应取代 {expected}，且生效日期更晚"
    en = "{place}: {key} must supersede {expected} and take effect on a later day"


class MetricNeedsOneFormula(DefinitionRefused):
    """A metric is a measure, a total or a ratio."""

    code = "metric_needs_one_formula"
    zh = "{place}：{key} 必须且只能写 [measure]、[total] 或 [ratio] 之一"
    en = "{place}: {key} must have exactly one of [measure], [total] and [ratio]"


class RatioOfRatios(DefinitionRefused):
    """A ratio's part is itself a ratio: totals could not be recomputed from additive parts (ATTR-6)."""

    code = "ratio_of_ratios"
    zh = "{place}：“{key}”本身是比率，不能再作为比率的组成部分"
    en = "{place}: {key!r} is itself a ratio and cannot be part of one"
    hint_zh = "请用可加的指标重写公式"
    hint_en = "Write the formula from measures that can be summed"


class RatioAveraged(DefinitionRefused):
    """A ratio asks to be averaged or summed over cells (ATTR-6)."""

    code = "ratio_averaged"
    zh = "{place}：比率不能用“{rollup}”汇总，只能由分子分母重新计算"
    en = "{place}: a ratio cannot be rolled up by {rollup!r}, only recomputed from its parts"


class RatioPartUnknown(DefinitionRefused):
    """A ratio's part is not defined."""

    code = "ratio_part_unknown"
    zh = "{place}：没有名为“{key}”的指标"
    en = "{place}: there is no metric called {key!r}"


class StyleContradictsUnits(DefinitionRefused):
    """The style does not fit the parts' units: yuan need fen over a count, percent and multiples need like over like."""

    code = "style_contradicts_units"
    zh = "{place}：样式“{style}”与单位 {units} 不符"
    en = "{place}: the style {style!r} does not fit the units {units}"


class RollupContradictsAggregate(DefinitionRefused):
    """Distinct counts do not add up; sums and counts do."""

    code = "rollup_contradicts_aggregate"
    zh = "{place}：“{aggregate}”不能用“{rollup}”汇总"
    en = "{place}: {aggregate!r} cannot be rolled up by {rollup!r}"


class DistinctOverKinds(DefinitionRefused):
    """People are counted apart for every kind, so several kinds would count somebody more than once."""

    code = "distinct_over_kinds"
    zh = "{place}：去重计数只能有一种事件（{kinds}），否则同一人会计多次"
    en = "{place}: a distinct count takes one kind, not {kinds}, or somebody would count more than once"
    hint_zh = "每种事件各写一个指标"
    hint_en = "Write a metric for each kind"


class TotalOfTotals(DefinitionRefused):
    """A total's part is no measure."""

    code = "total_of_totals"
    zh = "{place}：“{key}”不是可直接计数的指标，不能相加"
    en = "{place}: {key!r} is no measure and cannot be added up"
    hint_zh = "请直接写出它的各个组成部分"
    hint_en = "Write its own parts instead"


class PartTwice(DefinitionRefused):
    """A total names one part more than once."""

    code = "part_twice"
    zh = "{place}：“{key}”出现了不止一次"
    en = "{place}: {key!r} is named more than once"


class SampleAddedUp(DefinitionRefused):
    """A sampled count would be mixed with others and lose its ratio (ATTR-8)."""

    code = "sample_added_up"
    zh = "{place}：“{key}”是抽样计数，与其他数相加或相除会丢失抽样比例"
    en = "{place}: {key!r} is a sampled count, which would lose its sample ratio here"
    hint_zh = "抽样计数只能单独展示，或与一个全量指标相除"
    hint_en = "Show a sampled count by itself, or as one side of a ratio whose other side is a full count"


class WindowNotOffered(DefinitionRefused):
    """The default window is none of the windows."""

    code = "window_not_offered"
    zh = "{place}：默认窗口“{key}”不在窗口列表中"
    en = "{place}: the default window {key!r} is none of the windows"


class WindowBeyondRetention(DefinitionRefused):
    """A window reaches further back than touches are kept."""

    code = "window_beyond_retention"
    zh = "{place}：窗口 {window} 长于数据保留期 {days} 天"
    en = "{place}: the window {window} is longer than the {days} days for which touches are kept"
    hint_zh = "更早的触点平台已不保留，请缩短窗口"
    hint_en = "Older touches are lost to the platforms; write a shorter window"


class KindNoTouch(DefinitionRefused):
    """A window for a kind that earns no credit here."""

    code = "kind_no_touch"
    zh = "{place}：“{kind}”不在 touches 中，不能有自己的窗口"
    en = "{place}: {kind!r} is not among the touches, so it can have no window of its own"
    hint_zh = "请把它加入 touches，或删去这一行"
    hint_en = "Add it to `touches`, or take the line out"


class KindNotKnown(DefinitionRefused):
    """A kind of event that does not exist."""

    code = "definition_kind_unknown"
    zh = "{place}：没有“{kind}”这种事件"
    en = "{place}: {kind!r} is no kind of event"
    hint_zh = "事件类型见 docs/reference/events.md"
    hint_en = "docs/reference/events.md lists the kinds of events"


class ModelNotUsable(DefinitionRefused):
    """A model that is not registered, or a parameter that it does not have; says what the model itself says."""

    code = "definition_model_refused"
    zh = "{place}：模型无法使用（{why_zh}）"
    en = "{place}: the model will not do ({why_en})"


class SortUnclear(DefinitionRefused):
    """A file that defines neither a metric nor an attribution, or both."""

    code = "definition_sort_unclear"
    zh = "{place}：看不出这是归因口径（有 scope）还是指标口径（有 style）"
    en = "{place}: this is neither an attribution (which has `scope`) nor a metric (which has `style`)"


class DefinitionUnknown(NotFound):
    """There is no definition of that id and version."""

    code = "definition_unknown"
    zh = "没有口径 {id}"
    en = "There is no definition {id}"
    hint_zh = "用 hongmao definitions list 查看全部口径"
    hint_en = "`hongmao definitions list` shows all of them"


class NothingChanges(Conflict):
    """What is to be applied says nothing new."""

    code = "definition_changes_nothing"
    zh = "{place}：{id} 已是生效内容，指纹 {fingerprint}"
    en = "{place}: {id} is there already, with the fingerprint {fingerprint}"
    hint_zh = "新的含义要用下一个版本号"
    hint_en = "A new meaning needs the next version number"


class DefinitionsMovedOn(Conflict):
    """Somebody else has changed the definitions since the plan was made."""

    code = "definitions_moved_on"
    zh = "口径在计划之后已被他人更改"
    en = "The definitions have been changed since this plan was made"
    hint_zh = "请重新运行 hongmao definitions plan"
    hint_en = "Run `hongmao definitions plan` again"


class RevertRefused(Conflict):
    """Only what was applied here, and nothing has followed, can be taken back."""

    code = "definition_revert_refused"
    zh = "{id} 不能撤回"
    en = "{id} cannot be taken back"
    hint_zh = "只能撤回本部署自行应用且没有后续版本的口径；随版本发布的口径请用新版本取代"
    hint_en = "Only a version that was applied here and has no successor can; supersede what ships with Hongmao"


class WordMissing(BadInput):
    """Who decides, and why, is part of the decision."""

    code = "definition_word_missing"
    zh = "{place} 不能为空，且不超过 {limit} 个字符"
    en = "{place} must be given, in at most {limit} characters"
    hint_zh = "写明决定人和理由，历史页会显示"
    hint_en = "Say who decides and why; the history shows both"


class PinUnknown(NotFound):
    """A report was made by a definition that this deployment does not have."""

    code = "definition_pin_unknown"
    zh = "没有指纹为 {fingerprint} 的口径 {id}"
    en = "There is no definition {id} with the fingerprint {fingerprint}"
    hint_zh = "请在生成该报表的部署上重新打印"
    hint_en = "Reprint the report in the deployment that made it"
