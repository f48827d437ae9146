"""What shops send back, whatever their wire format, and what becomes of each row.

A platform's connector turns a signed body into `Row`s; the desk turns rows into events and each into one `RowOutcome`.
What the desk did is itself kept in the log: the `...Record` structs are the JSON in those events' `detail`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from hongmao.events.contracts import Kind  # noqa: TC001 - msgspec reads the annotation when a record is decoded

BODY_BYTES_MAX = 2**20
ROWS_MAX = 1_000
SKEW_S_MAX = 600  # what the clock of a shop may differ from ours, either way
LATE_AFTER_HOURS = 24

NO_CLICK_ID = "no_click_id"
CLICK_UNKNOWN = "click_unknown"
"""Well signed, and the log has no such click. The other reasons of unmatched rows are `links.contracts.TokenProblem`'s, or
what the connector said of a click id it could not use."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a shop, in our words but with the shop's own ids. Unknown is None.

    `amount_fen` of a presale balance is what that payment was; `deposit_fen` is what had been paid before it.
    `click_problem` says why `click_id` is None although the row had one, such as `macro_unresolved`. `raw` is the row as it
    came, for the quarantine.
    """

    kind: Kind
    event_no: str
    occurred_at_ms: int
    platform_shop_id: str
    raw: str
    version: int = 1
    click_id: str | None = None
    click_problem: str | None = None
    platform_item_id: str | None = None
    platform_pay_item_id: str | None = None
    order_id: str | None = None
    sub_order_id: str | None = None
    refund_id: str | None = None
    quantity: int | None = None
    amount_fen: int | None = None
    deposit_fen: int | None = None
    new_visitor: bool | None = None
    click_by: str | None = None
    """`sync` where the click id rode in the link, `async` where a monitor call brought it (ATTR-3)."""
    async_click_id: str | None = None
    """The monitor call's click id, where the row has both and they differ."""
    commission_fen: int | None = None
    """服务费 of the platform on this sub-order: an estimate, except on a settlement."""
    claimed_elsewhere: bool | None = None
    """Whether the platform says that another media claims the order too (`is_attr_by_others`)."""
    price_compare: bool | None = None
    """比价: whether the platform says that the buyer came by comparing prices."""
    note: str | None = None
    """The note to which the platform itself counts the row, by our id: all that ties an order without a click id to us."""


class ReportCell(msgspec.Struct, frozen=True, kw_only=True):
    """平台报表: one cell of a platform's own reckoning, an aggregate that names no click and no order.

    `key` names the cell within the report for ever (its day, note, window, ...); a later `version` of the key wins
    (ATTR-11). `values` are whole numbers under our names: counts, or amounts whose name ends with `_fen`. A sampled count
    stands as it was seen, with its `sample_ratio` beside it (ATTR-8); nobody scales it before it is shown.
    """

    report: str
    """Which report: `ud_daily`, `star_task`, ..."""
    key: str
    day: str
    """The Asia/Shanghai day that the platform books it on, `2025-05-07`."""
    version: int
    values: dict[str, int]
    raw: str
    platform_shop_id: str | None = None
    platform_item_id: str | None = None
    note: str | None = None
    line: str | None = None
    window_days: int | None = None
    sample_ratio: str | None = None
    """抽样比例 as an exact decimal in (0, 1], such as `0.5`; None for a full count."""
    marks: tuple[str, ...] = ()
    """Stable codes such as `out_of_task`, `approximate`."""


class ReportCellRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`detail` of a `report_cell`: what the cell says. Its key is the event's `ref`, its version the event's."""

    report: str
    key: str
    account: str
    values: dict[str, int]
    window_days: int | None = None
    sample_ratio: str | None = None
    marks: tuple[str, ...] = ()


Told = Row | ReportCell
"""What a platform tells, once it could be read."""


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the connector could not read: a stable code, where it stands, and the row as it came."""

    code: str
    place: str
    raw: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery's headers say of themselves; proved by nothing yet."""

    account: str
    nonce: str
    timestamp_s: int


class RefusalReason(StrEnum):
    """Why a delivery was not let in."""

    UNKNOWN_PLATFORM = "unknown_platform"
    TOO_LARGE = "too_large"
    HEADERS_MALFORMED = "headers_malformed"  # account, timestamp, nonce or signature absent or not of their shape
    UNKNOWN_ACCOUNT = "unknown_account"
    REVOKED = "revoked"
    BAD_SIGNATURE = "bad_signature"
    SKEW = "skew"  # its timestamp is not now
    REPLAYED = "replayed"  # signed, with a nonce that was used before


class Outcome(StrEnum):
    """What became of a row, on the wire and in the records."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    LATE = "late"
    UNMATCHED = "unmatched"
    QUARANTINED = "quarantined"


class RowRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one row of a delivery. `event` is the event it speaks of, kept now or before."""

    index: int
    outcome: Outcome
    event: str
    reason: str | None = None
    kind: str | None = None
    version: int | None = None
    order_id: str | None = None
    sub_order_id: str | None = None
    content: str | None = None
    """Sixteen digits of what the row said: a repeat with other content is visible for ever."""


class BatchRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`detail` of a `return_batch`: one signed delivery. The counts add up to the number of rows."""

    account: str
    nonce: str
    bytes: int
    body_sha256: str
    counts: dict[Outcome, int]
    rows: list[RowRecord]
    way: str = "webhook"
    """How the rows came: `webhook`, `pull` or `file`."""
    feed: str = ""
    """The list that was pulled, or the format of the file."""


class QuarantineRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`detail` of a `return_quarantined`: the row or body as it came (`base64` where it was no text), and why."""

    reason: str
    account: str
    raw: str
    place: str | None = None
    base64: bool = False


class RefusalRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`detail` of a `return_refused`. `count` is above 1 where a flood was written down as one sum."""

    reason: str
    account: str | None = None
    bytes: int | None = None
    body_sha256: str | None = None
    count: int = 1
    from_ms: int | None = None
    to_ms: int | None = None
