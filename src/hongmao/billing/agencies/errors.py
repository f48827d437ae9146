"""What can be wrong with an appointment.

BadInput
└── AppointmentUnordered
NotFound
└── AgencyUnknown
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound


class AppointmentUnordered(BadInput):
    """It would end long before it begins."""

    code = "appointment_unordered"
    zh = "{place} 早于起始日"
    en = "{place} lies before the first day"
    hint_zh = "请写起始日当天或之后的日期；写起始日前一天则撤销该授权"
    hint_en = "Write the first day or a later one; the day before the first takes the appointment back"


class AgencyUnknown(NotFound):
    """No tenant of that id is an agency."""

    code = "agency_unknown"
    zh = "没有代理商 {id}"
    en = "There is no agency {id}"
    hint_zh = "请向代理商确认其编号"
    hint_en = "Ask the agency for its id"
