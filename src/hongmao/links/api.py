"""What others may ask of this context: links and their review, the table, tokens and seals, and the jump."""

from hongmao.links.addresses import address_for, host_of, with_click_id
from hongmao.links.caps import NO_CAPS, Cap, CapLimits, Caps, read_caps
from hongmao.links.care.api import Care, Finding
from hongmao.links.contracts import (
    AD_LABEL,
    BUTTONS,
    CLICK_PARAM,
    PLACEMENTS,
    AdLink,
    AgentProfile,
    Invalid,
    JumpAnswer,
    JumpRequest,
    LinkDraft,
    NotLive,
    Redirect,
    Review,
    Reviews,
    TargetKind,
    TokenProblem,
    Verified,
    WakePage,
    WayKind,
)
from hongmao.links.errors import (
    AddressRefused,
    ClickNotOurs,
    ClockNotSet,
    FallbackMissing,
    HoldSourceUnknown,
    KeyUnusable,
    LinkExists,
    LinkFieldWrong,
    LinkNotLive,
    LinksStale,
    LinkUnknown,
    NothingRead,
    NothingToReview,
    PageRedirected,
    PageUnreachable,
    WakeUpFileWrong,
    WordsTooLong,
)
from hongmao.links.feedback import WakeFeedback, WakeOutcome
from hongmao.links.holds import HoldSource, LinkHold
from hongmao.links.hot import HotJump, HotTap, TapHead
from hongmao.links.jump import Jump
from hongmao.links.macros import TapFacts, is_unresolved
from hongmao.links.media import MediaClick, read_media
from hongmao.links.rules import is_live
from hongmao.links.service import Links
from hongmao.links.store import LinkStore
from hongmao.links.table import LinkTable
from hongmao.links.taps import Dedupe, Taps, read_dedupe
from hongmao.links.token import KeyRing, TokenMinter, click_event_id, minted_at_ms
from hongmao.links.wakeup import WakeUp, load
from hongmao.links.watch import LinkWatch

__all__ = [
    "AD_LABEL",
    "BUTTONS",
    "CLICK_PARAM",
    "NO_CAPS",
    "PLACEMENTS",
    "AdLink",
    "AddressRefused",
    "AgentProfile",
    "Cap",
    "CapLimits",
    "Caps",
    "Care",
    "ClickNotOurs",
    "ClockNotSet",
    "Dedupe",
    "FallbackMissing",
    "Finding",
    "HoldSource",
    "HoldSourceUnknown",
    "HotJump",
    "HotTap",
    "Invalid",
    "Jump",
    "JumpAnswer",
    "JumpRequest",
    "KeyRing",
    "KeyUnusable",
    "LinkDraft",
    "LinkExists",
    "LinkFieldWrong",
    "LinkHold",
    "LinkNotLive",
    "LinkStore",
    "LinkTable",
    "LinkUnknown",
    "LinkWatch",
    "Links",
    "LinksStale",
    "MediaClick",
    "NotLive",
    "NothingRead",
    "NothingToReview",
    "PageRedirected",
    "PageUnreachable",
    "Redirect",
    "Review",
    "Reviews",
    "TapFacts",
    "TapHead",
    "Taps",
    "TargetKind",
    "TokenMinter",
    "TokenProblem",
    "Verified",
    "WakeFeedback",
    "WakeOutcome",
    "WakePage",
    "WakeUp",
    "WakeUpFileWrong",
    "WayKind",
    "WordsTooLong",
    "address_for",
    "click_event_id",
    "host_of",
    "is_live",
    "is_unresolved",
    "load",
    "minted_at_ms",
    "read_caps",
    "read_dedupe",
    "read_media",
    "with_click_id",
]
