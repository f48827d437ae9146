"""Why a bill is not kept.

BadInput
├── BillEmpty
├── BillPlatformUnknown
├── BillTooLong
├── BillUnreadable
└── PeriodMalformed
Conflict
└── BillSeenAlready
NotFound
└── BillUnknown
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound


class BillPlatformUnknown(BadInput):
    """Nobody's bills of that name."""

    code = "bill_platform_unknown"
    zh = "{place} 没有可识别的账单，应为 {known} 之一"
    en = "{place} sends no bill that is known; it is one of {known}"
    hint_zh = "聚光账单写 xhs，UD、服务费与共投账单写店铺所在平台"
    hint_en = "Write xhs for a bill of 聚光, and the shop's platform for one of UD, of service fees or of co-investment"


class PeriodMalformed(BadInput):
    """No month."""

    code = "period_malformed"
    zh = "{place} 不是月份"
    en = "{place} is no month"
    hint_zh = "请写成 2025-05"
    hint_en = "Write it as 2025-05"


class BillEmpty(BadInput):
    """Headers and nothing below."""

    code = "bill_empty"
    zh = "{place} 表头之下没有任何行"
    en = "{place} has no row below its headers"
    hint_zh = "请检查导出的日期范围"
    hint_en = "Check which days were exported"


class BillTooLong(BadInput):
    """More rows than one bill may have."""

    code = "bill_too_long"
    zh = "{place} 超过 {rows_max} 行"
    en = "{place} has more than {rows_max} rows"
    hint_zh = "请按商家或日期分成几个文件；此文件未保存"
    hint_en = "Split it by merchant or by days; nothing of this file was kept"


class BillUnreadable(BadInput):
    """The file is no table that can be read, from a row on or as a whole."""

    code = "bill_unreadable"
    zh = "{place} 无法读取：{why_zh}"
    en = "{place} cannot be read: {why_en}"
    hint_zh = "请重新导出为 CSV（UTF-8 或 GB18030）、XLSX 或 Parquet；此文件未保存"
    hint_en = "Export it again as CSV (UTF-8 or GB18030), XLSX or Parquet; nothing of this file was kept"


class BillSeenAlready(Conflict):
    """The same bytes as another bill's, told as a different one."""

    code = "bill_seen_already"
    zh = "同一文件已作为账单 {id}（{merchant}，{platform}，{format}，{period}）保存"
    en = "The same file is kept as bill {id} ({merchant}, {platform}, {format}, {period})"
    hint_zh = "请检查商家、平台、格式与月份；如需再次对账，请打开该账单"
    hint_en = "Check merchant, platform, format and month; to reconcile it again, open that bill"


class BillUnknown(NotFound):
    """No such bill, or another's."""

    code = "bill_unknown"
    zh = "没有账单 {id}"
    en = "There is no bill {id}"
    hint_zh = "请检查编号，或确认当前账号有权查看"
    hint_en = "Check the number, or whether this account may see it"
