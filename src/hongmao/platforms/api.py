"""What an author of a platform needs, in one place: whatever is imported from here stays."""

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.calls import Call, Caller, CallFailed, Failure, Reply
from hongmao.kernel.money import AMOUNT_FEN_MAX, Money, MoneyUnreadable
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SHANGHAI, Window, day_of, instant
from hongmao.platforms.contracts import LinkMaker, LinkWanted, MadeLink, OrderGrain, Platform, SignedSample
from hongmao.platforms.errors import LinkNotMade
from hongmao.returns.contracts import Claim, RefusalReason, ReportCell, Row, RowProblem
from hongmao.returns.errors import DeliveryUnreadable
from hongmao.returns.files.contracts import FileFormat, FileHead
from hongmao.returns.out.contracts import (
    Answered,
    Outgoing,
    Rate,
    Target,
    TargetAccount,
    TargetLimits,
    Verdict,
)
from hongmao.returns.out.errors import ReturnUnfit
from hongmao.returns.out.parcels import SEND_ALONE, Careful
from hongmao.returns.pull.contracts import Page, PullLimits, PullSource
from hongmao.returns.pull.errors import PullRefused, PullThrottled, PullUnreadable
from hongmao.returns.store import Connector, PlatformAccount

__all__ = [
    "AMOUNT_FEN_MAX",
    "DAY_MS",
    "HOUR_MS",
    "MINUTE_MS",
    "SECOND_MS",
    "SEND_ALONE",
    "SHANGHAI",
    "Answered",
    "Call",
    "CallFailed",
    "Caller",
    "Careful",
    "Claim",
    "Connector",
    "DeliveryUnreadable",
    "Event",
    "Failure",
    "FileFormat",
    "FileHead",
    "Kind",
    "LinkMaker",
    "LinkNotMade",
    "LinkWanted",
    "MadeLink",
    "Money",
    "MoneyUnreadable",
    "OrderGrain",
    "Outgoing",
    "Page",
    "Platform",
    "PlatformAccount",
    "PullLimits",
    "PullRefused",
    "PullSource",
    "PullThrottled",
    "PullUnreadable",
    "Rate",
    "RefusalReason",
    "Reply",
    "ReportCell",
    "ReturnUnfit",
    "Row",
    "RowProblem",
    "SignedSample",
    "Target",
    "TargetAccount",
    "TargetLimits",
    "Verdict",
    "Window",
    "day_of",
    "instant",
]
