"""Reconciliation (对账): ask the shop everything anew, and hold it against what was returned, clicked and sent on."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from hongmao.kernel.calls import CallFailed
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import Window
from hongmao.returns.contracts import Row
from hongmao.returns.judge import draft
from hongmao.returns.lookup import Lookup
from hongmao.returns.pull.errors import PullThrottled, PullUnreadable
from hongmao.returns.pull.rules import lists_of, spans_of
from hongmao.returns.reconcile.contracts import DIFFERENCES_SHOWN_MAX, Reconciled
from hongmao.returns.reconcile.errors import SpanUnsettled
from hongmao.returns.rules import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.returns.contracts import ReportCell, RowProblem
    from hongmao.returns.pull.contracts import Page, PullSource
    from hongmao.returns.reconcile.contracts import Query
    from hongmao.returns.reconcile.store import Comparison, ReconcileEngine
    from hongmao.returns.store import PlatformAccount, Shelves

TRIES_MAX: Final = 5
PAGES_MAX: Final = 100_000
BATCH_ROWS: Final = 5_000
PAUSE_S: Final = 1.0
WAIT_S_MAX: Final = 90  # platforms count calls by the minute; one that wants us to wait longer cannot be asked now


class Reconciler:
    """Holds the shop's word against ours. It writes nothing into the log: what is missing comes by a history re-pull."""

    def __init__(
        self,
        engine: ReconcileEngine,
        sources: Mapping[str, Sequence[PullSource]],
        shelves: Shelves,
        caller: Caller,
        clock: Clock,
        *,
        pause: Callable[[float], None],
    ) -> None:
        """`sources` are the lists of each platform; `pause` sleeps so many seconds where a platform wants us to wait."""
        self._engine = engine
        self._sources = sources
        self._shelves = shelves
        self._caller = caller
        self._clock = clock
        self._pause = pause

    def can_ask(self, account: PlatformAccount) -> bool:
        """Tell whether an account's platform has a list to ask; one that only pushes has nothing to be held against."""
        return bool(lists_of(account, self._sources))

    def run(self, query: Query, account: PlatformAccount) -> Reconciled:
        """Pull the days of a query anew and compare. A shop that cannot be asked to the end is said so, not guessed at."""
        return self._compare(query, lambda: self._pulled(query, account))

    def run_on(self, query: Query, rows: Iterable[Row]) -> Reconciled:
        """Compare with rows that came another way, such as a file that the platform exported."""
        return self._compare(query, lambda: rows)

    def _compare(self, query: Query, rows: Callable[[], Iterable[Row]]) -> Reconciled:
        with self._engine.open() as comparison:
            reason = self._pour(comparison, query, rows)
            return Reconciled(
                query=query,
                lines=tuple(comparison.lines(query)),
                differences=tuple(comparison.differences(query, limit=DIFFERENCES_SHOWN_MAX)),
                differences_total=comparison.count_differences(query),
                complete=not reason,
                reason=reason,
            )

    def _pour(self, comparison: Comparison, query: Query, rows: Callable[[], Iterable[Row]]) -> str:
        """Pour the shop's rows in, as the events that the desk would keep; give why they are not all, or nothing."""
        source = Source(
            platform=query.platform, account=query.account, tenant=query.tenant, now_ms=self._clock.now_ms()
        )
        lookup = Lookup(self._shelves, source)
        try:
            for batch in _batches(rows()):
                drafts = (draft(source, index, row, lookup.goods(row)) for index, row in enumerate(batch))
                comparison.pour([one.event for one in drafts if one.event is not None and one.fault is None])
        except CallFailed as failed:
            return failed.failure.value
        except HongmaoError as error:
            return error.code
        return ""

    def _pulled(self, query: Query, account: PlatformAccount) -> Iterator[Row]:
        now_ms = self._clock.now_ms()
        for source in lists_of(account, self._sources):
            # A list by time of change tells of an old order under the day on which it changed last.
            window = Window(query.start_ms, max(query.start_ms, now_ms - source.limits.settle_ms))
            for span in spans_of(window, source.limits):
                yield from self._settled(source, account, span)

    def _settled(self, source: PullSource, account: PlatformAccount, span: Window) -> Iterator[Row]:
        """Read a span until it is whole: as many rows as the platform says, or, where it says no number, twice the same."""
        before: set[str] | None = None
        for _ in range(TRIES_MAX):
            read, total = self._read(source, account, span)
            wire_rows = len({row.raw for row in read.values()})
            if wire_rows >= total if total is not None else before == read.keys():
                yield from (row for row in read.values() if isinstance(row, Row))
                return
            before = set(read)
        raise SpanUnsettled(platform=account.platform, source=source.name)

    def _read(
        self, source: PullSource, account: PlatformAccount, span: Window
    ) -> tuple[dict[str, Row | RowProblem | ReportCell], int | None]:
        read: dict[str, Row | RowProblem | ReportCell] = {}
        token: str | None = None
        for _ in range(PAGES_MAX):
            page = self._page(source, account, span, token)
            # Several facts of one wire row share its text; their kinds and references tell them apart.
            read |= {_name_of(row): row for row in page.rows}
            if page.next_token is None or page.next_token == token:
                return read, page.total
            token = page.next_token
        raise SpanUnsettled(platform=account.platform, source=source.name)

    def _page(self, source: PullSource, account: PlatformAccount, span: Window, token: str | None) -> Page:
        for attempt in range(TRIES_MAX):
            try:
                # Asked and signed at its own time: a month of a large shop takes longer than a signature is believed.
                return source.page(account, span, token, self._caller, now_ms=self._clock.now_ms())
            except (PullThrottled, PullUnreadable, CallFailed) as error:
                wait_s = max(PAUSE_S * 2**attempt, _told_to_wait_s(error))
                if attempt + 1 == TRIES_MAX or wait_s > WAIT_S_MAX:
                    raise
                self._pause(wait_s)
        raise AssertionError(source.name)  # the last attempt raises or gives


def _told_to_wait_s(error: Exception) -> float:
    told = error.params.get("wait_s") if isinstance(error, PullThrottled) else None
    return float(told) if isinstance(told, int) else 0.0


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    every = iter(rows)
    while batch := list(islice(every, BATCH_ROWS)):
        yield batch


def _name_of(row: Row | RowProblem | ReportCell) -> str:
    if isinstance(row, Row):
        return f"{row.kind} {row.sub_order_id} {row.refund_id} {row.event_no} {row.version}"
    return row.raw
