"""What others may ask of this context: the desk, its answers, what it writes down, and the ports it stands on."""

from hongmao.returns.contracts import (
    BODY_BYTES_MAX,
    ROWS_MAX,
    BatchRecord,
    Claim,
    Outcome,
    QuarantineRecord,
    RefusalReason,
    RefusalRecord,
    Row,
    RowProblem,
    RowRecord,
)
from hongmao.returns.errors import (
    DeliveryRefused,
    DeliveryReplayed,
    DeliverySkewed,
    DeliveryTooLarge,
    DeliveryUnreadable,
    HeadersMalformed,
    PlatformUnknown,
)
from hongmao.returns.intake import Intake, Parcel
from hongmao.returns.outcomes import (
    Accepted,
    Answer,
    Delivered,
    Duplicate,
    Late,
    Quarantined,
    Refused,
    RowOutcome,
    Unmatched,
    name_of,
)
from hongmao.returns.refusals import Refusals
from hongmao.returns.service import ReturnDesk
from hongmao.returns.store import AccountStore, Connector, PlatformAccount, Shelves

__all__ = [
    "BODY_BYTES_MAX",
    "ROWS_MAX",
    "Accepted",
    "AccountStore",
    "Answer",
    "BatchRecord",
    "Claim",
    "Connector",
    "Delivered",
    "DeliveryRefused",
    "DeliveryReplayed",
    "DeliverySkewed",
    "DeliveryTooLarge",
    "DeliveryUnreadable",
    "Duplicate",
    "HeadersMalformed",
    "Intake",
    "Late",
    "Outcome",
    "Parcel",
    "PlatformAccount",
    "PlatformUnknown",
    "QuarantineRecord",
    "Quarantined",
    "RefusalReason",
    "RefusalRecord",
    "Refusals",
    "Refused",
    "ReturnDesk",
    "Row",
    "RowOutcome",
    "RowProblem",
    "RowRecord",
    "Shelves",
    "Unmatched",
    "name_of",
]
