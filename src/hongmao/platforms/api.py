"""What an author of a platform needs, in one place: whatever is imported from here stays.

`Market` and `GatewayKey` are for the annotations of a sandbox gateway: they are there when a type checker reads.
"""

from typing import TYPE_CHECKING

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.calls import Call, Caller, CallFailed, Failure, Reply
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX, Money, MoneyUnreadable
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SHANGHAI, Window, day_of, instant
from hongmao.links.care.contracts import ItemFacts
from hongmao.platforms.answers import (
    WAIT_S,
    Fault,
    FaultKind,
    json_count,
    json_exact,
    json_fields,
    json_rows,
    pull_error,
    status_fault,
    unreadable,
)
from hongmao.platforms.contracts import (
    GoodsReader,
    GrantApp,
    Granted,
    GrantedShop,
    Granting,
    ItemWanted,
    LinkMaker,
    LinkWanted,
    ListedItem,
    MadeLink,
    OrderGrain,
    Platform,
    Renewed,
    Renewing,
    ScoreSource,
    ShelfReader,
    ShopRead,
    SignedSample,
)
from hongmao.platforms.errors import (
    GoodsUnread,
    GrantRefused,
    GrantUnanswered,
    LinkNotMade,
    RenewalRefused,
    RenewalUnanswered,
    ScoresUnread,
)
from hongmao.platforms.facts import SignedGoods, SignedScores, SignedShelf
from hongmao.platforms.fields import EMPTY_MD5, FieldFault, Fields, click_of, facts_of, made_id, needed, version_of
from hongmao.platforms.gateways import Gateway
from hongmao.platforms.granting import Redeeming, consent_url, name_of, sandbox_doors, text_of
from hongmao.platforms.paging import Turn
from hongmao.platforms.sheets import Cells, read_cells, snapshot_version
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
from hongmao.returns.out.parcels import Careful
from hongmao.returns.pull.contracts import Page, PullLimits, PullSource
from hongmao.returns.pull.errors import PullRefused, PullThrottled, PullUnreadable
from hongmao.returns.store import Connector, PlatformAccount

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.market import GatewayKey as GatewayKey  # noqa: PLC0414 - an export, as PEP 484 writes it
    from hongmao.platforms.sandbox.shop.market import Market as Market  # noqa: PLC0414 - same

__all__ = [
    "AMOUNT_FEN_MAX",
    "DAY_MS",
    "EMPTY_MD5",
    "HOUR_MS",
    "ID_PATTERN",
    "MINUTE_MS",
    "SECOND_MS",
    "SHANGHAI",
    "WAIT_S",
    "Answered",
    "Call",
    "CallFailed",
    "Caller",
    "Careful",
    "Cells",
    "Claim",
    "Connector",
    "DeliveryUnreadable",
    "Event",
    "Failure",
    "Fault",
    "FaultKind",
    "FieldFault",
    "Fields",
    "FileFormat",
    "FileHead",
    "Gateway",
    "GoodsReader",
    "GoodsUnread",
    "GrantApp",
    "GrantRefused",
    "GrantUnanswered",
    "Granted",
    "GrantedShop",
    "Granting",
    "ItemFacts",
    "ItemWanted",
    "Kind",
    "LinkMaker",
    "LinkNotMade",
    "LinkWanted",
    "ListedItem",
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
    "Redeeming",
    "RefusalReason",
    "RenewalRefused",
    "RenewalUnanswered",
    "Renewed",
    "Renewing",
    "Reply",
    "ReportCell",
    "ReturnUnfit",
    "Row",
    "RowProblem",
    "ScoreSource",
    "ScoresUnread",
    "ShelfReader",
    "ShopRead",
    "SignedGoods",
    "SignedSample",
    "SignedScores",
    "SignedShelf",
    "Target",
    "TargetAccount",
    "TargetLimits",
    "Turn",
    "Verdict",
    "Window",
    "click_of",
    "consent_url",
    "day_of",
    "facts_of",
    "instant",
    "json_count",
    "json_exact",
    "json_fields",
    "json_rows",
    "made_id",
    "name_of",
    "needed",
    "pull_error",
    "read_cells",
    "sandbox_doors",
    "snapshot_version",
    "status_fault",
    "text_of",
    "unreadable",
    "version_of",
]
