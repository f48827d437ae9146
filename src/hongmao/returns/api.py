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
from hongmao.returns.feed.contracts import Alert, Completeness, FeedHealth
from hongmao.returns.feed.rules import lines_of as feed_lines
from hongmao.returns.feed.service import FeedWatch
from hongmao.returns.feed.service import told as feed_told
from hongmao.returns.files.errors import FileTooLarge, FileUnreadable
from hongmao.returns.files.problems import FileProblem
from hongmao.returns.files.readers import FILE_BYTES_MAX, Line
from hongmao.returns.files.readers import lines as table_lines
from hongmao.returns.files.readers import scan as scan_table
from hongmao.returns.files.rules import HEADER_ROWS_MAX, Columns, cell_of, header_of, is_total, recognised
from hongmao.returns.files.rules import named as named_format
from hongmao.returns.files.service import FileDesk, Imported, file_told
from hongmao.returns.intake import Intake, Parcel
from hongmao.returns.out.contracts import (
    Alarm,
    AlarmKind,
    DeliveryState,
    SentOnRecord,
    Target,
    TargetAccount,
)
from hongmao.returns.out.health import AccountHealth, DeadLetters, NotSent, OutHealth, OutWatch
from hongmao.returns.out.replay import Replayed, Returning
from hongmao.returns.out.sender import Sender
from hongmao.returns.out.service import Dispatcher
from hongmao.returns.out.store import Facts, Outbox, TargetAccountStore
from hongmao.returns.out.watch import Watch
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
from hongmao.returns.pull.service import Puller
from hongmao.returns.reconcile.contracts import Query, Reconciled
from hongmao.returns.reconcile.service import Reconciler
from hongmao.returns.reconcile.telling import plain
from hongmao.returns.refusals import Refusals
from hongmao.returns.rules import Source
from hongmao.returns.service import ReturnDesk
from hongmao.returns.store import AccountStore, Connector, PlatformAccount, Shelves

__all__ = [
    "BODY_BYTES_MAX",
    "FILE_BYTES_MAX",
    "HEADER_ROWS_MAX",
    "ROWS_MAX",
    "Accepted",
    "AccountHealth",
    "AccountStore",
    "Alarm",
    "AlarmKind",
    "Alert",
    "Answer",
    "BatchRecord",
    "Claim",
    "Columns",
    "Completeness",
    "Connector",
    "DeadLetters",
    "Delivered",
    "DeliveryRefused",
    "DeliveryReplayed",
    "DeliverySkewed",
    "DeliveryState",
    "DeliveryTooLarge",
    "DeliveryUnreadable",
    "Dispatcher",
    "Duplicate",
    "Facts",
    "FeedHealth",
    "FeedWatch",
    "FileDesk",
    "FileProblem",
    "FileTooLarge",
    "FileUnreadable",
    "HeadersMalformed",
    "Imported",
    "Intake",
    "Late",
    "Line",
    "NotSent",
    "OutHealth",
    "OutWatch",
    "Outbox",
    "Outcome",
    "Parcel",
    "PlatformAccount",
    "PlatformUnknown",
    "Puller",
    "QuarantineRecord",
    "Quarantined",
    "Query",
    "Reconciled",
    "Reconciler",
    "RefusalReason",
    "RefusalRecord",
    "Refusals",
    "Refused",
    "Replayed",
    "ReturnDesk",
    "Returning",
    "Row",
    "RowOutcome",
    "RowProblem",
    "RowRecord",
    "Sender",
    "SentOnRecord",
    "Shelves",
    "Source",
    "Target",
    "TargetAccount",
    "TargetAccountStore",
    "Unmatched",
    "Watch",
    "cell_of",
    "feed_lines",
    "feed_told",
    "file_told",
    "header_of",
    "is_total",
    "name_of",
    "named_format",
    "plain",
    "recognised",
    "scan_table",
    "table_lines",
]
