"""What the pages, the command line and the exports read: frozen view models, every field with its meaning and unit.

Three rules hold for all of them. A figure is a `Figure`: its parts, its text, and the definition it was made by.
Unknown is None and prints as `—`; 0 means that we know there was none. Words for people are `Words`, in both languages;
codes (`reason`, `state`, `kind`) are stable and are translated where they are shown.

    Overview ── steps: FunnelStep × 7 (曝光 点击 组件点击 进店 加购 成交 退款) ── Figure × 4
             └─ series: DayPoint × days
    Trace ── sub_orders: SubOrderTrace ── received → verified → deduped → matched → credited → billed → sent_on → answered
"""

from __future__ import annotations

from hongmao.insight.contracts.attribution import (
    AttributionPage,
    End,
    FlowRow,
    ModelColumn,
    PartRow,
    PathRow,
    Paths,
    Share,
    SplitBy,
)
from hongmao.insight.contracts.figures import (
    DASH,
    SCOPES,
    WINDOWS,
    DefinitionRef,
    Figure,
    LeftOut,
    Maturity,
    ReportQuery,
    Ripeness,
    Sample,
    SampleShare,
    Unit,
    ViewClock,
    Words,
)
from hongmao.insight.contracts.lift import Beside, LiftResult
from hongmao.insight.contracts.links import ClickCount, ClickFacts, LinkPage, LinkRow, MediaCount, ReviewState
from hongmao.insight.contracts.metrics import Bounds, Change, MetricAnswer, MetricRow, Side
from hongmao.insight.contracts.ops import (
    Freshness,
    HourCount,
    OpsPage,
    QuarantineRow,
    RefusedCount,
    ReturnCount,
    WorkerHealth,
)
from hongmao.insight.contracts.orders import (
    STEP_NAMES,
    Act,
    Answered,
    Billed,
    Candidate,
    Claim,
    Credit,
    Credited,
    Deduped,
    Delivery,
    Matched,
    OrderRow,
    OrderStatus,
    Received,
    Step,
    SubOrderTrace,
    Trace,
    Verified,
)
from hongmao.insight.contracts.reports import DayPoint, FunnelStep, NoteRow, Overview
from hongmao.insight.contracts.sending import SentOn, SentWay
from hongmao.insight.contracts.steps import State
from hongmao.insight.contracts.waking import WakeCount

__all__ = [
    "DASH",
    "SCOPES",
    "STEP_NAMES",
    "WINDOWS",
    "Act",
    "Answered",
    "AttributionPage",
    "Beside",
    "Billed",
    "Bounds",
    "Candidate",
    "Change",
    "Claim",
    "ClickCount",
    "ClickFacts",
    "Credit",
    "Credited",
    "DayPoint",
    "Deduped",
    "DefinitionRef",
    "Delivery",
    "End",
    "Figure",
    "FlowRow",
    "Freshness",
    "FunnelStep",
    "HourCount",
    "LeftOut",
    "LiftResult",
    "LinkPage",
    "LinkRow",
    "Matched",
    "Maturity",
    "MediaCount",
    "MetricAnswer",
    "MetricRow",
    "ModelColumn",
    "NoteRow",
    "OpsPage",
    "OrderRow",
    "OrderStatus",
    "Overview",
    "PartRow",
    "PathRow",
    "Paths",
    "QuarantineRow",
    "Received",
    "RefusedCount",
    "ReportQuery",
    "ReturnCount",
    "ReviewState",
    "Ripeness",
    "Sample",
    "SampleShare",
    "SentOn",
    "SentWay",
    "Share",
    "Side",
    "SplitBy",
    "State",
    "Step",
    "SubOrderTrace",
    "Trace",
    "Unit",
    "Verified",
    "ViewClock",
    "WakeCount",
    "Words",
    "WorkerHealth",
]
