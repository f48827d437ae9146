"""A look at a bill as plain data: for programs, the command line and files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hongmao.billing.bills.contracts import Outcome
from hongmao.returns.api import FileProblem

if TYPE_CHECKING:
    from hongmao.billing.bills.contracts import Bill, BillLine, Compared, Look, Sums

NEXT: Final = {
    Outcome.SAME: ("无需处理", "Nothing to do"),
    Outcome.MISSING: (
        "对方未计：请核对对方是否按其他日期入账，确认多计后由平台冲正",
        "They have not counted it: see whether they book it on another day; where we counted too much, have it credited",
    ),
    Outcome.EXTRA: (
        "我方未计：请查对应点击是否无效、未标注或未绑定；确属多收则凭本页向对方申诉",
        "We have not counted it: see whether its clicks were invalid, unlabelled or unbound; else object with this page",
    ),
    Outcome.DIFFERS: (
        "双方金额不同：请对照该日该项的计费明细，差额由冲正或申诉了结",
        "Both have it with other amounts: go through that day's charges; a credit or an objection settles the rest",
    ),
    Outcome.UNREADABLE: (
        "该行无法读取：请按所示位置更正并重新导出",
        "The row cannot be read: correct what stands at its place and export it again",
    ),
}
"""What to do about an outcome, in Chinese and English."""


def plain(look: Look) -> dict[str, object]:
    """Write a look: sums, days, and every key that does not agree before those that do."""
    every = sorted(look.compared, key=lambda one: one.outcome is Outcome.SAME)
    return {
        "bill": bill_told(look.bill),
        "duplicate": look.duplicate,
        "at_ms": look.at_ms,
        "seal": look.seal,
        "head": look.head,
        "lines": look.lines,
        "counts": dict(look.counts),
        "sums": _sums(look.sums),
        "days": [_sums(one) for one in look.days],
        "outcomes": [_compared(one) for one in every],
        "unreadable": [problem_told(look.bill, line) for line in look.unreadable],
        "totals": [{"row": line.row, "stated_fen": line.amount_fen} for line in look.total_rows],
    }


def bill_told(bill: Bill) -> dict[str, object]:
    """Write what a bill is."""
    return asdict(bill)


def line_told(line: BillLine) -> dict[str, object]:
    """Write a row as it came and as it was read."""
    return {**asdict(line), "sort": line.sort.value, "day": None if line.day is None else line.day.isoformat()}


def problem_of(bill: Bill, line: BillLine) -> FileProblem:
    """Say where a row that cannot be read stands, and what is wrong with it."""
    return FileProblem(file=bill.name, row=line.row, field=line.field, code=line.code)


def problem_told(bill: Bill, line: BillLine) -> dict[str, object]:
    """Write a row that cannot be read, with its place in both languages."""
    problem = problem_of(bill, line)
    return {
        "row": line.row,
        "field": line.field,
        "code": line.code,
        "message": {"zh": problem.message("zh"), "en": problem.message("en")},
        "raw": line.raw,
    }


def _compared(one: Compared) -> dict[str, object]:
    zh, en = NEXT[one.outcome]
    return {
        "day": None if one.day is None else one.day.isoformat(),
        "key": one.key,
        "outcome": one.outcome.value,
        "ours_fen": one.ours_fen,
        "theirs_fen": one.theirs_fen,
        "difference_fen": one.difference_fen,
        "rows": list(one.rows),
        "since_ms": one.since_ms,
        "next": {"zh": zh, "en": en},
    }


def _sums(one: Sums) -> dict[str, object]:
    return {
        "day": None if one.day is None else one.day.isoformat(),
        "ours_fen": one.ours_fen,
        "theirs_fen": one.theirs_fen,
        "difference_fen": one.difference_fen,
        "missing_fen": one.missing_fen,
        "extra_fen": one.extra_fen,
        "differs_fen": one.differs_fen,
        "explained": one.explained,
    }
