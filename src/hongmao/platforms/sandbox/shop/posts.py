"""One post: which rows go out together, and what an answer makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from hongmao.kernel.time import MINUTE_MS, SECOND_MS
from hongmao.platforms.sandbox.shop.book import count
from hongmao.platforms.sandbox.shop.outbox import faults_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

POST_ROWS_MAX = 100
BACKOFF_MS_FIRST = SECOND_MS
BACKOFF_MS_MAX = 10 * MINUTE_MS
# Posts that went well are remembered for a look back; refused and failed ones for good.
LOG_POSTS_MAX = 10_000
_LOG_SWEPT_EVERY = 1_000
DETAIL_CHARS_MAX = 2_000
# Parts that fill a body of their own; all others share one.
ALONE = frozenset({"not_json", "bad_signature"})
REAL = frozenset({"event", "repeat"})

_READY_ACCOUNTS = "SELECT account, secret, webhook_url, failures FROM account WHERE retry_at_ms <= ? ORDER BY rowid"
_DUE_ROWS = f"""
SELECT row_no, part, body, attempts FROM outbox
WHERE account = ? AND state = 'waiting' AND due_at_ms <= ? ORDER BY due_at_ms, row_no LIMIT {POST_ROWS_MAX}
"""  # noqa: S608  # a constant of ours, no input


class Verdict(StrEnum):
    """What an answer means for the rows of a post."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    RETRY = "retry"  # after a pause
    AGAIN = "again"  # at once: nothing says that the receiver is unwell


@dataclass(frozen=True, slots=True, kw_only=True)
class OutRow:
    """One row of the outbox on its way."""

    row_no: int
    part: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What goes out in one request: rows of one account."""

    account: str
    secret: str
    webhook_url: str
    failures: int
    rows: tuple[OutRow, ...]

    @property
    def part(self) -> str:
        """What kind of post this is: `events`, or the garbage that fills it."""
        first = self.rows[0].part
        return first if first in ALONE else "events"

    @property
    def body(self) -> bytes:
        """The raw body; rows stand in it byte for byte as they were queued."""
        if self.part == "not_json":
            return self.rows[0].body
        account = msgspec.json.encode(self.account)
        return b'{"account":' + account + b',"events":[' + b",".join(row.body for row in self.rows) + b"]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, or why nothing did."""

    verdict: Verdict
    status: int | None
    detail: str


class _Outcome(msgspec.Struct):
    index: int
    outcome: str
    reason: str | None = None


class _Outcomes(msgspec.Struct):
    outcomes: list[_Outcome]


def next_due(sql: sqlite3.Connection, now_ms: int) -> Post | None:
    """Choose the next post, account by account in the order of registration; None where nothing is due."""
    if faults_of(sql).down(now_ms):
        return None
    for account in sql.execute(_READY_ACCOUNTS, (now_ms,)).fetchall():
        due = [OutRow(**row) for row in sql.execute(_DUE_ROWS, (account["account"], now_ms))]
        if due:
            return Post(**account, rows=_together(due))
    return None


def settle(sql: sqlite3.Connection, post: Post, answer: Answer, *, now_ms: int) -> None:
    """Write down what an answer made of a post, and add it to the delivery log."""
    match answer.verdict:
        case Verdict.DELIVERED | Verdict.REFUSED:
            _close(sql, post, answer)
        case Verdict.RETRY:
            _put_back(sql, post, now_ms)
        case Verdict.AGAIN:
            sql.executemany(
                "UPDATE outbox SET attempts = attempts + 1 WHERE row_no = ?", [(row.row_no,) for row in post.rows]
            )
    logged = sql.execute(
        "INSERT INTO delivery (posted_at_ms, account, part, rows, status, verdict, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            now_ms,
            post.account,
            post.part,
            len(post.rows),
            answer.status,
            answer.verdict,
            "" if answer.verdict is Verdict.DELIVERED else answer.detail[:DETAIL_CHARS_MAX],
        ),
    )
    _forget_old_posts(sql, logged.lastrowid or 0)


def backoff_ms(failures: int) -> int:
    """How long to wait after a failure with so many before it: a second, doubled each time, ten minutes at most."""
    return min(BACKOFF_MS_FIRST << min(failures, 10), BACKOFF_MS_MAX)


def _together(due: Sequence[OutRow]) -> tuple[OutRow, ...]:
    if due[0].part in ALONE:
        return (due[0],)
    return tuple(row for row in due if row.part not in ALONE)


def _put_back(sql: sqlite3.Connection, post: Post, now_ms: int) -> None:
    # Rows wait by their own failures, the account by its: a post that always fails does not hold up the others.
    sql.executemany(
        "UPDATE outbox SET attempts = attempts + 1, due_at_ms = ? WHERE row_no = ?",
        [(now_ms + backoff_ms(row.attempts), row.row_no) for row in post.rows],
    )
    sql.execute(
        "UPDATE account SET failures = failures + 1, retry_at_ms = ? WHERE account = ?",
        (now_ms + backoff_ms(post.failures), post.account),
    )


def _close(sql: sqlite3.Connection, post: Post, answer: Answer) -> None:
    outcomes = _outcomes(answer.detail)
    sql.executemany(
        "UPDATE outbox SET attempts = attempts + 1, state = ?, outcome = ? WHERE row_no = ?",
        [(answer.verdict, outcomes.get(index), row.row_no) for index, row in enumerate(post.rows)],
    )
    real = sum(row.part in REAL for row in post.rows)
    count(sql, answer.verdict, real)
    count(sql, "garbage_sent", len(post.rows) - real)
    count(sql, "repeats_sent", sum(row.part == "repeat" for row in post.rows))
    if post.failures:
        sql.execute("UPDATE account SET failures = 0, retry_at_ms = 0 WHERE account = ?", (post.account,))


def _forget_old_posts(sql: sqlite3.Connection, post_no: int) -> None:
    if post_no % _LOG_SWEPT_EVERY == 0:
        sql.execute("DELETE FROM delivery WHERE verdict = 'delivered' AND post_no <= ?", (post_no - LOG_POSTS_MAX,))


def _outcomes(told: str) -> dict[int, str]:
    try:
        outcomes = msgspec.json.decode(told, type=_Outcomes).outcomes
    except msgspec.DecodeError:
        return {}
    return {each.index: each.outcome if each.reason is None else f"{each.outcome}: {each.reason}" for each in outcomes}
