"""A shop, a lake and a reconciliation between the two, with facts written in one line each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.reconcile.duckdb_engine import DuckDbReconcile
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.time import DAY_MS, instant
from hongmao.returns.contracts import Row
from hongmao.returns.reconcile.contracts import Query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.returns.reconcile.store import Comparison

DAY_0 = instant("2025-05-07T00:00:00+08:00")
QUERY = Query(platform="sandbox", account="account-1", tenant="tenant-1", start_ms=DAY_0, end_ms=DAY_0 + 3 * DAY_MS)


def fact(sub: str, kind: Kind = Kind.PAY, *, fen: int | None = 9_900, at_ms: int = DAY_0, **more: Any) -> Event:
    """Write a fact as the desk keeps it."""
    ref = more.pop("ref", "r-1" if kind is Kind.REFUND else None)
    version = more.pop("version", 1)
    facts: dict[str, Any] = {
        "event_id": f"ret:{sub}.{kind}.{ref}.{version}",
        "received_at_ms": at_ms,
        "source": "sandbox",
        "platform": "sandbox",
        "tenant": "tenant-1",
        "shop": "shop-1",
        "order_id": sub.rpartition("-")[0] or sub,
        "sub_order_id": sub,
        "amount_fen": fen,
    }
    return Event(kind=kind, occurred_at_ms=at_ms, ref=ref, version=version, **(facts | more))


def click(click_id: str, *, line: str = "cid") -> Event:
    """Write a click of ours."""
    return Event(
        event_id=f"clk:{click_id}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=DAY_0 - 1,
        platform="sandbox",
        tenant="tenant-1",
        link="link-1",
        note="note-1",
        line=line,
        click_id=click_id,
    )


@contextmanager
def compared(folder: Path, *, returned: Sequence[Event], pulled: Sequence[Event]) -> Iterator[Comparison]:
    """Open a comparison over a lake of what was returned, with what the shop says poured in."""
    with ParquetLake(folder / "lake") as lake:
        if returned:
            lake.absorb([Logged(offset, event) for offset, event in enumerate(returned, 1)])
    with DuckDbReconcile(folder / "lake", folder / "work").open() as comparison:
        comparison.pour(pulled)
        yield comparison


def row(sub: str, kind: Kind = Kind.PAY, *, fen: int = 9_900, at_ms: int = DAY_0) -> Row:
    """Write a fact as a connector reads it."""
    return Row(
        kind=kind,
        event_no=f"{sub}.{kind}",
        occurred_at_ms=at_ms,
        platform_shop_id="s1",
        raw=f"{sub}/{kind}",
        order_id=sub,
        sub_order_id=sub,
        amount_fen=fen,
    )
