"""What can be wrong with files as a whole. What is wrong with single rows is no error: see `faults`."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, HongmaoError, Refused


class FileMissing(BadInput):
    """A file is not there or may not be read."""

    code = "attribute_file_missing"
    zh = "读不到文件 {place}（{why}）"
    en = "Cannot read the file {place} ({why})"
    hint_zh = "请检查路径和权限"
    hint_en = "Check the path and the permissions"


class FileEmpty(BadInput):
    """A file holds nothing, not even the names of its columns."""

    code = "attribute_file_empty"
    zh = "文件 {place} 是空的"
    en = "The file {place} is empty"
    hint_zh = "第一行应为列名"
    hint_en = "Its first row should name the columns"


class FileBroken(BadInput):
    """A file cannot be read to its end: cut off in the middle, or not what its first bytes say."""

    code = "attribute_file_broken"
    zh = "文件 {place} 已损坏或不完整（{why}）"
    en = "The file {place} is damaged or cut off ({why})"
    hint_zh = "请重新导出或重新下载"
    hint_en = "Export or download it again"


class HeaderUnreadable(BadInput):
    """The first row of a text file cannot be read in the encoding given."""

    code = "attribute_header_unreadable"
    zh = "{place} 的首行不是 {encoding} 编码的列名"
    en = "The first row of {place} does not name columns in {encoding}"
    hint_zh = "请另存为 UTF-8，或使用 --encoding gb18030"
    hint_en = "Save it as UTF-8, or pass --encoding gb18030"


class ColumnsMissing(BadInput):
    """Columns that the map names are not in the file."""

    code = "attribute_columns_missing"
    zh = "{place} 中没有列 {missing}；现有的列：{found}"
    en = "{place} has no column {missing}; it has {found}"
    hint_zh = "请用 --touch-* 与 --conversion-* 选项或映射文件指明列名"
    hint_en = "Name the columns with the --touch-* and --conversion-* options, or in a map file"


class ColumnTwice(BadInput):
    """Two columns of a file bear the name that the map means."""

    code = "attribute_column_twice"
    zh = "{place} 中有两列都叫“{column}”"
    en = "{place} has two columns called {column!r}"
    hint_zh = "请先改掉其中一个列名"
    hint_en = "Rename one of them first"


class MapIncomplete(BadInput):
    """The map does not say something that must be said."""

    code = "attribute_map_incomplete"
    zh = "映射缺少 {place}"
    en = "The map does not say {place}"
    hint_zh = "请在映射文件中写明，或使用 {flag}"
    hint_en = "Say it in the map file or with {flag}"


class PatternRefused(BadInput):
    """A rule of the map has a regular expression that is none."""

    code = "attribute_pattern_refused"
    zh = "映射的渠道规则“{place}”中，“{pattern}”不是正则表达式：{why}"
    en = "In the map's channel rule {place!r}, {pattern!r} is no regular expression: {why}"
    hint_zh = "语法为 RE2，从头到尾匹配整个单元格"
    hint_en = "The syntax is RE2, and a whole cell must fit"


class TimesDisagree(BadInput):
    """One file counts from an unknown start, the other tells real instants."""

    code = "attribute_times_disagree"
    zh = "两个文件的时间不可比：{place} 为 {kinds}"
    en = "The times of the two files cannot be compared: {place} are {kinds}"
    hint_zh = "请用 --time-unit 与 --time-kind 指明"
    hint_en = "Say which with --time-unit and --time-kind"


class WindowNotInDefinition(BadInput):
    """A definition is asked for a window that it does not have."""

    code = "attribute_window_not_in_definition"
    zh = "口径 {definition} 没有窗口“{place}”，可选：{known}"
    en = "{definition} has no window {place!r}; it has {known}"


class LabelTaken(BadInput):
    """A key of the data reads like the label of what nobody earned."""

    code = "attribute_label_taken"
    zh = "数据中有名为“{place}”的触点，与“无触点”的标签相同"
    en = "A key of the data is called {place!r}, like the label of what no touch earned"
    hint_zh = "请用 --none-label 换一个标签"
    hint_en = "Choose another label with --none-label"


class EstimateByTouchDay(BadInput):
    """An estimated model credits channels, and days of touch were asked for."""

    code = "attribute_estimate_by_touch_day"
    zh = "模型 {place} 估计的是触点名称的份额，不能按触点日汇总"
    en = "{place} estimates what keys earn, and cannot be added up by the day of touch"
    hint_zh = "请使用 --by key，或改用规则模型"
    hint_en = "Pass --by key, or ask for a rule model"


class EstimateByKind(BadInput):
    """A definition closes some kinds of touch sooner, and its model is estimated."""

    code = "attribute_estimate_by_kind"
    zh = "{place} 为部分触点类型设了更短的窗口，估计模型只支持一个窗口"
    en = "{place} closes some kinds of touch sooner, and an estimated model takes one window for all"
    hint_zh = "请改用规则模型，或不设 kind_windows"
    hint_en = "Ask for a rule model, or leave kind_windows out"


class NothingUsable(Refused):
    """No conversion could be used; the report says what became of every row."""

    code = "attribute_nothing_usable"
    status = 422
    zh = "没有可用的转化：{rows} 行中 {quarantined} 行被隔离，{left} 行不符合条件"
    en = "There is no usable conversion: of {rows} rows, {quarantined} are quarantined and {left} are not selected"
    hint_zh = "请查看 quarantine.csv 与映射中的 where"
    hint_en = "Look at quarantine.csv and at `where` in the map"


class CountsDoNotReconcile(HongmaoError):
    """Rows in are not rows accounted for: a fault of ours, and no result is better than a wrong one."""

    code = "attribute_counts_do_not_reconcile"
    zh = "{place} 的行数对不上：读入 {rows}，去向 {accounted}"
    en = "The rows of {place} do not reconcile: {rows} read, {accounted} accounted for"
    hint_zh = "请附上文件报告此问题"
    hint_en = "Please report this with the file"
