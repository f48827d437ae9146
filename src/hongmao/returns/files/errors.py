"""Why a file is not taken. None of these loses a row: what was read before stays kept, and the file may come again.

BadInput ─┬─ FileUnreadable        422  no table of ours: cut off, damaged, of no kind that we read
          ├─ FileUnsafe            422  an archive that unpacks to more than it may
          ├─ FormatUnrecognised    422  no format has these headers
          ├─ FormatAmbiguous       422  more than one has
          └─ HeadersMissing        422  the format that was named lacks columns
FileTooLarge                       413
NotFound ── FormatUnknown          404  the platform has no format of that name
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound


class FileUnreadable(BadInput):
    """The file is no table that can be read, from a row on or as a whole."""

    code = "file_unreadable"
    zh = "{place} 无法读取：{why_zh}"
    en = "{place} cannot be read: {why_en}"
    hint_zh = "请重新导出为 CSV（UTF-8 或 GB18030）、XLSX 或 Parquet；已读取的行已保存"
    hint_en = "Export it again as CSV (UTF-8 or GB18030), XLSX or Parquet; rows read so far are kept"


class FileUnsafe(BadInput):
    """An archive that unpacks to more than it may."""

    code = "file_unsafe"
    zh = "{place} 解压后超过 {limit} 字节或压缩比异常，已拒绝"
    en = "{place} unpacks to more than {limit} bytes or far more than it weighs, and is refused"
    hint_zh = "请改用 CSV 或 Parquet 导出"
    hint_en = "Export it as CSV or Parquet"


class FileTooLarge(BadInput):
    """More bytes than a file may have."""

    code = "file_too_large"
    status = 413
    zh = "{place} 超过 {limit} 字节"
    en = "{place} has more than {limit} bytes"
    hint_zh = "请按日期分成几个文件，或改用 CSV、Parquet"
    hint_en = "Split it by days, or send CSV or Parquet"


class FormatUnrecognised(BadInput):
    """No format of the platform has these headers."""

    code = "format_unrecognised"
    zh = "{place} 的表头与平台 {platform} 的任何格式都不符（{known}）"
    en = "The headers of {place} are those of no format of {platform} ({known})"
    hint_zh = "请检查平台与文件，或用 --format 指定格式以查看缺少的列"
    hint_en = "Check platform and file, or name a format to see which columns it lacks"


class FormatAmbiguous(BadInput):
    """More than one format of the platform has these headers."""

    code = "format_ambiguous"
    zh = "{place} 的表头同时符合 {fits}"
    en = "The headers of {place} fit more than one format: {fits}"
    hint_zh = "请用 --format 指定其中一个"
    hint_en = "Name one of them"


class HeadersMissing(BadInput):
    """The file lacks columns without which it is not the report that was named."""

    code = "headers_missing"
    zh = "{place} 缺少格式 {format} 必需的列：{missing}"
    en = "{place} lacks columns that {format} must have: {missing}"
    hint_zh = "请检查导出时选择的列，或换一个格式"
    hint_en = "Check which columns were exported, or name another format"


class FormatUnknown(NotFound):
    """The platform has no format of that name."""

    code = "format_unknown"
    zh = "平台 {platform} 没有名为 {id} 的文件格式（{known}）"
    en = "{platform} has no file format {id} ({known})"
    hint_zh = "请使用列出的名称"
    hint_en = "Use one of those listed"
