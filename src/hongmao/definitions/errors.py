"""Why a file of ours is refused: each sentence names the file and the line.

TomlRefused             the text does not fit its schema (definitions, and the column maps of attribution)
└── DefinitionRefused   it fits, and still cannot hold among the other definitions
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound


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
    """A metric is either a measure or a ratio."""

    code = "metric_needs_one_formula"
    zh = "{place}：{key} 必须且只能写 [measure] 或 [ratio] 之一"
    en = "{place}: {key} must have exactly one of [measure] and [ratio]"


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


class WindowNotOffered(DefinitionRefused):
    """The default window is none of the windows."""

    code = "window_not_offered"
    zh = "{place}：默认窗口“{key}”不在窗口列表中"
    en = "{place}: the default window {key!r} is none of the windows"


class DefinitionUnknown(NotFound):
    """There is no definition of that id and version."""

    code = "definition_unknown"
    zh = "没有口径 {id}"
    en = "There is no definition {id}"
    hint_zh = "用 hongmao definitions list 查看全部口径"
    hint_en = "`hongmao definitions list` shows all of them"
