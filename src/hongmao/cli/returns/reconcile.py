"""`hongmao returns reconcile`: what the shops say now, held against what was returned."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from hongmao.cli.house import open_house
from hongmao.cli.main import EXIT_REFUSED
from hongmao.cli.options import DAY, JSON, span_of
from hongmao.kernel.money import Money
from hongmao.returns.api import Query, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hongmao.kernel.time import Window
    from hongmao.returns.api import PlatformAccount
    from hongmao.web.services import Services

DASH = "—"
_COLUMNS = ("pulled", "returned", "same", "missing", "extra", "repriced", "refunds", "claimed_elsewhere", "late")
_SHOWN = 20


@click.command()
@click.option("--from", "from_day", type=DAY, required=True, help="First day, Asia/Shanghai.")
@click.option("--to", "to_day", type=DAY, required=True, help="Last day, inclusive.")
@click.option("--platform", default=None, help="One platform; all of them otherwise.")
@click.option("--account", default=None, help="One account; all of them otherwise.")
@JSON
def reconcile(
    *, from_day: datetime, to_day: datetime, platform: str | None, account: str | None, as_json: bool
) -> None:
    """Ask every shop anew and name what is missing, extra or repriced, by day and line.

    Exit code 1 where a line drifts by more than 5 points, or a shop could not be asked to the end.
    """
    span = span_of(from_day, to_day)
    with open_house() as services:
        found = [_one(services, one, span) for one in _accounts(services, platform, account)]
    if as_json:
        click.echo(json.dumps({"reconciliations": found}, ensure_ascii=False))
    else:
        for one in found:
            for line in _lines(one):
                click.echo(line)
    if any(not one["complete"] or any(line["alerts"] for line in one["lines"]) for one in found):
        sys.exit(EXIT_REFUSED)


def _accounts(services: Services, platform: str | None, account: str | None) -> Iterator[PlatformAccount]:
    """List the accounts that can be asked: a platform that only pushes has nothing to be held against."""
    for one in services.accounts.every():
        asked_for = platform in {None, one.platform} and account in {None, one.account}
        if asked_for and not one.revoked and services.reconciler.can_ask(one):
            yield one


def _one(services: Services, account: PlatformAccount, span: Window) -> dict[str, Any]:
    query = Query(
        platform=account.platform,
        account=account.account,
        tenant=account.tenant,
        start_ms=span.start_ms,
        end_ms=span.end_ms,
    )
    return plain(services.reconciler.run(query, account))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    state = "" if found["complete"] else f"  NOT COMPLETE: {found['reason']}"
    yield f"{found['platform']}  {found['account']}  {found['from_day']} .. {found['to_day']}{state}"
    for line in found["lines"]:
        share = line["reconciled_percent"]
        alerts = f"  ALERT {', '.join(line['alerts'])}" if line["alerts"] else ""
        yield f"  line {(line['line'] or DASH).upper():<4}  reconciled {DASH if share is None else share + '%'}{alerts}"
    for day in found["days"]:
        counts = "  ".join(f"{name} {day[name]}" for name in _COLUMNS)
        yield f"    {day['day']}  {(day['line'] or DASH).upper():<4}  {counts}"
    for one in found["differences"][:_SHOWN]:
        words = f"{one['difference']}  {one['kind']}  {one['sub_order_id']}  {one['ref'] or ''}"
        yield f"    {one['day']}  {words}  shop {_yuan(one['pulled_fen'])}  here {_yuan(one['returned_fen'])}"
    if found["differences_total"] > _SHOWN:
        yield f"    and {found['differences_total'] - _SHOWN} more: --json lists up to a thousand"


def _yuan(amount_fen: int | None) -> str:
    return DASH if amount_fen is None else str(Money(amount_fen))
